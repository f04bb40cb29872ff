"""Leads the daemon of the simulated year and its oracle through the same events, on a clock that is moved."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from year_campaigns import text_of
from year_oracle import Campaign, Group, Oracle

from runner.backends.backend import Problem
from runner.clock import ManualClock
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import BatchJournal
from runner.planning.limits import effective_limits
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.service import cancel_what_is_gone
from runner.scheduling.timetable import Timetable
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, Task

START = datetime(2026, 1, 1, 0, 0, 17, tzinfo=UTC)
DONE = Outcome(AttemptOutcome.COMPLETED)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class SteppingClock(ManualClock):
    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class NoOp:
    """A backend that does nothing, and remembers when it was asked to."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.performed: dict[str, list[datetime]] = defaultdict(list)

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        for task in tasks:
            self.performed[task.key].append(self._clock.now())
        journal.finish({task.key: DONE for task in tasks})

    def close(self) -> None: ...


Alter = Callable[[Timetable], None]


class Year:
    """The daemon and its oracle, led through the same events. `alter` may spoil each timetable that is made."""

    def __init__(self, folder: Path, seed: int, alter: Alter | None = None) -> None:
        self.random = random.Random(seed)
        self.files = folder
        self.clock = SteppingClock(START)
        self.ledger = Ledger.open("sqlite://", self.clock)
        self.backend = NoOp(self.clock)
        self.oracle = Oracle()
        self.campaigns: dict[str, Campaign] = {}
        self.counts: Counter[str] = Counter()
        self.alter = alter
        self.seen = self.clock.now()
        self.jittered: list[datetime] = []
        self.seconds = 0.0

    # what happens

    def write(self, campaign: Campaign, *, file: str | None = None) -> None:
        self.campaigns[file or campaign.name] = campaign
        (self.files / f"{file or campaign.name}.yaml").write_text(text_of(campaign))

    def start(self) -> None:
        """A daemon starts, and settles what came since the last one looked."""
        self.folder = CampaignFolder([self.files], self.ledger, self.clock)
        campaigns = self.folder.load().campaigns
        self.executor = Executor(
            ledger=self.ledger,
            artifacts=Artifacts(self.files / "artifacts"),
            backends={"device": self.backend},
            limiter=Limiter(self.ledger.effects, lambda name: effective_limits({}), UTC, self.clock),
            clock=self.clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        self.timetable = Timetable(self.ledger, self.clock, self._submit, ignore)
        if self.alter is not None:
            self.alter(self.timetable)
        cancel_what_is_gone(self.ledger, campaigns)
        self.timetable.begin(campaigns)
        self.executor.submit(self.ledger.tasks.pending())
        self.executor.start()
        self._settle()
        self.oracle.load(list(self.campaigns.values()), self.clock.now())
        self.oracle.gap(self.seen, self.clock.now(), "down")
        self.seen = self.clock.now()

    def stop(self, *, orderly: bool) -> None:
        if orderly:
            self.timetable.end("stopped")
            self.seen = self.clock.now()
        self.executor.close()

    def restart(self, down: timedelta) -> None:
        orderly = self.random.random() < 0.5
        if not orderly:
            self.live_until(self.clock.now() + self.random.randrange(1, 5000) * SECOND, beats=False)
        self.stop(orderly=orderly)
        self.clock.advance(down.total_seconds())
        self.start()
        self.counts["restarts"] += 1

    def live_until(self, end: datetime, *, beats: bool = True) -> None:
        """Let time go on; the daemon looks at each instant at which something is due."""
        while self.clock.now() < end:
            until = min(end, self.clock.now() + DAY)
            coming = self.oracle.coming(self.clock.now(), until)
            ahead = sorted([*coming, until], reverse=True)
            while ahead:
                now = self.clock.now()
                due = [at for at, *_ in self.oracle.waiting if at > now]
                due += [at for at in self.jittered if at > now]
                at = min([ahead[-1], *due])
                if at == ahead[-1]:
                    ahead.pop()
                self._look(at, coming.get(at, []))
            if beats:
                self.timetable.beat()
                self.seen = self.clock.now()

    def sleep(self, length: timedelta) -> None:
        """The machine sleeps, or somebody sets its clock forward: the daemon cannot tell."""
        before = self.clock.now()
        self.clock.step(length.total_seconds())
        self.timetable.beat()
        self._settle()
        self.oracle.gap(before, self.clock.now(), "asleep")
        self.seen = self.clock.now()
        self.counts["steps"] += 1

    def step_back(self, length: timedelta) -> None:
        self.clock.step(-length.total_seconds())
        self.timetable.beat()
        self.seen = self.clock.now()
        self.counts["steps"] += 1

    def reload(self) -> None:
        campaigns = self.folder.load().campaigns
        self.timetable.replace(campaigns)
        cancel_what_is_gone(self.ledger, campaigns)
        self.oracle.load(list(self.campaigns.values()), self.clock.now())
        self.seen = self.clock.now()
        self.counts["reloads"] += 1

    def at_rest(self) -> None:
        """Go on until no task waits: after a sleep, executor and timetable wake in no defined order."""
        while self.oracle.waiting or any(at > self.clock.now() for at in self.jittered):
            self.live_until(self.clock.now() + 7 * MINUTE)

    def close(self) -> None:
        self.ledger.close()

    # how

    def _look(self, at: datetime, groups: list[Group]) -> None:
        self.clock.advance((at - self.clock.now()).total_seconds())
        self.timetable.settle_due()
        self._settle()
        self.oracle.live(self.clock.now(), groups)

    def _settle(self) -> None:
        if not self.executor.wait_until_idle(60):
            raise TimeoutError(f"the executor does not come to rest at {self.clock.now()}")

    def _submit(self, tasks: Sequence[Task]) -> None:
        self.executor.submit(tasks)
        self.jittered = [at for at in self.jittered if at > self.clock.now()]
        self.jittered += [task.due_utc for task in tasks if task.entry.startswith("jitter")]
