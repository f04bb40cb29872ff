"""A ledger in a state directory, with a campaign in force and tasks of a run, for the commands that ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from claims import claim
from click.testing import CliRunner, Result

from runner.cli.main import cli
from runner.clock import SystemClock
from runner.errors import RunnerError
from runner.execution.record_run import record_now
from runner.scheduling.folder import CampaignFolder
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.tasks import AttemptOutcome, EffectState, Outcome, StepOutcome, StepRecord, TaskState

CAMPAIGN = """\
version: 1
name: demo
timezone: UTC
limits: {min_gap: 0s}
devices: {shelf: [VIRTUAL01, VIRTUAL02]}
scripts:
  greet:
    script: follow
    devices: shelf
    config: {target_users: ["@north", "@south"]}
    start_times: ["09:00"]
"""


@dataclass
class AskedLedger:
    """The ledger of a state directory; commands are run as a user types them."""

    state: Path
    campaigns: Path
    ledger: Ledger

    @property
    def url(self) -> str:
        return f"sqlite:///{self.state / 'ledger.db'}"

    def __call__(self, *words: str) -> Result:
        """Run a command. A RunnerError is in the result's `exception`, as `main` gets it."""
        result = CliRunner().invoke(cli, words)
        error = result.exception
        if error is not None and not isinstance(error, RunnerError | SystemExit):
            raise error
        return result

    def put_in_force(self, text: str = CAMPAIGN) -> CampaignFolder:
        (self.campaigns / "demo.yaml").write_text(text, encoding="utf-8")
        folder = CampaignFolder([self.campaigns], self.ledger, SystemClock())
        folder.load()
        return folder

    def run_by_hand(self, run_id: str = "1") -> list[str]:
        """Record the tasks of one occurrence of each entry, due now; returns their keys in the order of the plan."""
        record_now(self.ledger, self.put_in_force().campaigns[0], run_id, SystemClock().now())
        rows = self.ledger.tasks.all(run_id=run_id)
        return [row.task.key for row in sorted(rows, key=lambda row: row.task.ordinal)]

    def attempt(
        self, key: str, state: TaskState, message: str = "", effect: EffectState | None = None
    ) -> None:
        """One attempt at a task, with a step, and with an effect if it made one."""
        attempt = claim(self.ledger, key)
        step = StepRecord(
            ordinal=1,
            kind="tap",
            title="tap Follow",
            source="follow.yaml:7",
            outcome=StepOutcome.COMPLETED,
            message="",
            started_utc=SystemClock().now(),
            duration_s=1.25,
        )
        self.ledger.attempts.add_step(attempt.id, step, "1/1.jpg", None)
        if effect is not None:
            made = self.ledger.effects.begin(
                attempt.id, key, "follow", "@north", "VIRTUAL01", "tiktok:@own", {"button": "Follow"}
            )
            if effect is not EffectState.COMMITTING:
                self.ledger.effects.settle(made, effect, {"button": "Following"})
        outcomes = {
            TaskState.COMPLETED: AttemptOutcome.COMPLETED,
            TaskState.UNCERTAIN: AttemptOutcome.UNCERTAIN,
        }
        outcome = Outcome(outcomes.get(state, AttemptOutcome.FAILED), message)
        self.ledger.attempts.finish(attempt.id, outcome, state)

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """While this is open, this process counts as a daemon that carries tasks out."""
        with ExecutorLock(self.url):
            span = self.ledger.spans.begin("1.2.3", "started")
            yield
            self.ledger.spans.end(span, "terminated")


@contextmanager
def asked_ledger(folder: Path) -> Iterator[AskedLedger]:
    state, campaigns = folder / "state", folder / "campaigns"
    campaigns.mkdir()
    with Ledger.open(f"sqlite:///{state / 'ledger.db'}", SystemClock()) as ledger:
        yield AskedLedger(state, campaigns, ledger)
