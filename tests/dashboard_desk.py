"""A dashboard over a ledger that a test fills: tasks, attempts, steps, effects and screens, without daemon or phones.

desk = DashboardDesk(tmp_path)
row = desk.task("S1", target="@north", state=TaskState.FAILED, reason="no button")
with desk.browser() as client:            # asks as a browser does
    assert "no button" in client.page(f"/tasks/{row.id}")
    client.act("/actions/pause", campaign="trial")
with desk.served() as url: ...            # for a real browser
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from claims import claim, task_on_phone
from PIL import Image
from prometheus_client import CollectorRegistry

from runner.clock import Clock, ManualClock
from runner.execution.state import ExecutorState
from runner.queries.phones import PhoneLine
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.registry import Registry
from runner.server.app import ServerState, create_app
from runner.server.dashboard.app import create_dashboard
from runner.server.dashboard.changes import Changes
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.phones_now import PhonesNow
from runner.server.ports import listen, url_of
from runner.server.serving import Serving
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.rows import Attempt, Decision, OccurrenceState, TaskRow
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
    Touch,
)

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
URL = "http://127.0.0.1:50809"
OUTCOMES = {
    TaskState.COMPLETED: AttemptOutcome.COMPLETED,
    TaskState.UNCERTAIN: AttemptOutcome.UNCERTAIN,
    TaskState.CANCELLED: AttemptOutcome.CANCELLED,
}

CAMPAIGN = """\
version: 1
name: {name}
timezone: Europe/Stockholm
devices:
  shelf: [{devices}]
scripts:
  greet:
    script: follow
    devices: shelf
    config: {{target_users: ["@north"]}}
    start_times: ["{at}"]
"""


@dataclass
class Step:
    """A step of an attempt; `color` is that of its screenshot, None for none."""

    title: str = "tap Follow"
    outcome: StepOutcome = StepOutcome.COMPLETED
    message: str = ""
    kind: str = "tap"
    color: str | None = "#336699"
    hierarchy: str | None = None
    touch: Touch | None = None
    duration_s: float = 1.2


GROUPS = """\
version: 1
name: trial
timezone: Europe/Stockholm
devices:
  shelf: [S1, S2]
  studio: [S3]
scripts:
  greet:
    script: follow
    devices: [shelf, studio]
    config: {target_users: ["@north"]}
    start_times: ["20:00"]
"""
"""A campaign with two groups of phones."""


class DashboardDesk:
    """`clock` stands at NOW until the test moves it; `submitted` has the keys that pages handed to the executor."""

    def __init__(
        self,
        folder: Path,
        *,
        token: str | None = None,
        viewer_token: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or ManualClock(NOW)
        self.folder = folder
        self.campaigns = folder / "campaigns"
        self.campaigns.mkdir(parents=True, exist_ok=True)
        place = StateDir(f"sqlite:///{folder / 'ledger.db'}", folder)
        self.ledger = Ledger.open(place.store_url, self.clock)
        self.artifacts = place.artifacts(self.ledger)
        self.registry = Registry(self.ledger)
        self.phones: dict[str, str] = {}
        """What adb says of phones."""
        self.running = ExecutorState((), {}, ())
        self.submitted: list[str] = []
        self.refreshed = 0
        self._token, self._viewer_token = token, viewer_token
        self._version: int | None = None
        self._made = 0
        self.desk = Desk(
            ledger=self.ledger,
            clock=self.clock,
            zone=ZONE,
            artifacts=self.artifacts,
            place=place,
            paths=(self.campaigns,),
            registry=self.registry,
            phones=PhonesNow(lambda: ([PhoneLine(*one) for one in self.phones.items()], None)),
            changes=Changes(self.ledger.watch()),
            submit=self._submit,
            refresh=self._refresh,
            executor_state=lambda: self.running,
            adb_port=1,
            url=URL,
            user="anna@shelf",
        )
        self.app = create_dashboard(self.desk, token, viewer_token)

    def close(self) -> None:
        self.app.state.frame.rehearsals.close()
        self.ledger.close()

    def _submit(self, rows: Iterable[TaskRow | Task]) -> None:
        self.submitted += [row.task.key if isinstance(row, TaskRow) else row.key for row in rows]

    def _refresh(self) -> None:
        self.refreshed += 1

    # What there is to see

    def campaign(
        self,
        name: str = "trial",
        text: str | None = None,
        devices: Sequence[str] = ("S1", "S2"),
        at: str = "09:00",
    ) -> None:
        """Write a campaign file, and put all files in force, as the daemon does."""
        given = text or CAMPAIGN.format(name=name, devices=", ".join(devices), at=at)
        (self.campaigns / f"{name}.yaml").write_text(given, encoding="utf-8")
        self.reload()

    def reload(self) -> None:
        loaded = CampaignFolder((self.campaigns,), self.ledger, self.clock, ZONE).load()
        self.registry.replace(loaded.campaigns)

    def task(
        self,
        device: str | None = "S1",
        target: str | None = "@north",
        *,
        state: TaskState = TaskState.PENDING,
        due: datetime | None = None,
        campaign: str = "trial",
        entry: str = "greet",
        script: str = "follow",
        username: str | None = None,
        reason: str = "",
        hint: str | None = None,
        needs_person: bool = False,
        steps: Sequence[Step] = (),
        effect: EffectState | None = None,
        config: Mapping[str, Any] | None = None,
        nominal: str | None = None,
    ) -> TaskRow:
        """A task in any state; one that was begun has an attempt with these steps, and perhaps an effect."""
        due = due or self.clock.now()
        self._made += 1  # each is an occurrence of its own
        nominal = nominal or f"{due + timedelta(seconds=self._made):%Y-%m-%dT%H:%M:%S}Z"
        task = task_on_phone(campaign, entry, nominal, script, device, username, target, due, config)
        key = task.key
        self.add([task], due)
        if state is TaskState.MISSED:
            self.ledger.tasks.miss([key], reason or "its grace was over")
        elif state is TaskState.CANCELLED and not steps:
            self.ledger.tasks.cancel([key], reason or "the entry was removed")
        elif state is not TaskState.PENDING:
            attempt = self.attempt(key, steps)
            if effect is not None:
                self.effect(attempt, key, device, effect, kind=script, target=target)
            if state is not TaskState.RUNNING:
                outcome = OUTCOMES.get(state, AttemptOutcome.FAILED)
                ending = Outcome(outcome, reason, hint, needs_person)
                self.ledger.attempts.finish(attempt.id, ending, state)
        return self.row(key)

    def add(self, tasks: Sequence[Task], instant: datetime) -> None:
        """Record tasks as those of one occurrence."""
        first = tasks[0]
        occurrence = Occurrence(first.campaign, first.entry, first.nominal, "09:00", instant)
        version = self._version or self.ledger.campaigns.record(first.campaign, "trial.yaml", "text", None)
        self._version = version
        self.ledger.occurrences.record([Decision(occurrence, OccurrenceState.STARTED, "", version, tasks)])

    def attempt(self, key: str, steps: Sequence[Step] = ()) -> Attempt:
        """Begin the task's next attempt, with steps that have ended."""
        attempt = claim(self.ledger, key)
        began = self.clock.now() - timedelta(seconds=sum(step.duration_s for step in steps))
        for ordinal, step in enumerate(steps, start=1):
            record = StepRecord(
                ordinal,
                step.kind,
                step.title,
                f"follow.yaml:{ordinal}",
                step.outcome,
                step.message,
                began,
                step.duration_s,
                touch=step.touch,
            )
            began += timedelta(seconds=step.duration_s)
            shot = (
                self.artifacts.save_screenshot(key, attempt.number, ordinal, picture(step.color))
                if step.color
                else None
            )
            tree = (
                self.artifacts.save_hierarchy(key, attempt.number, ordinal, step.hierarchy)
                if step.hierarchy
                else None
            )
            self.ledger.attempts.add_step(attempt.id, record, shot, tree)
        return attempt

    def effect(
        self,
        attempt: Attempt,
        key: str,
        device: str | None,
        state: EffectState,
        *,
        kind: str = "follow",
        target: str | None = None,
        account: str = "@own",
    ) -> int:
        evidence = {"button": "Follow"}
        effect = self.ledger.effects.begin(attempt.id, key, kind, target, device, account, evidence, "tiktok")
        if state is not EffectState.COMMITTING:
            self.ledger.effects.settle(effect, state, {"button": "Following"})
        return effect

    def row(self, key: str | int) -> TaskRow:
        row = self.ledger.tasks.get(key)
        assert row is not None
        return row

    # Who looks

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it on a port, as the daemon does; gives the URL."""
        listening = listen("127.0.0.1", 0)
        state = ServerState(CollectorRegistry(), tuple, tuple)
        with Serving(create_app(state, None, self._token, self.app), listening) as self._serving:
            yield url_of(listening)
            self.app.state.frame.streams.close()

    def cut(self) -> None:
        """Cut all connections, as a network does."""
        server = self._serving._server
        loop = self.app.state.frame.streams._loop
        assert loop is not None, "no page is open"

        def abort() -> None:
            for connection in list(server.server_state.connections):
                connection.transport.abort()  # type: ignore[union-attr]

        loop.call_soon_threadsafe(abort)

    @contextmanager
    def browser(self, **headers: str) -> Iterator["TestBrowser"]:
        """Serve it, and look at it."""
        with self.served() as url, TestBrowser(url, headers) as browser:
            yield browser


PATIENCE_S = 60.0
"""How long an answer may take: other tests keep the machine busy."""


class TestBrowser(httpx.Client):
    """Asks as a browser does: for HTML, with its cookies, and from a page of this server."""

    __test__ = False

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        # Without certificates, which take longer to read than most pages to make.
        super().__init__(
            base_url=url, headers={"accept": "text/html", **(headers or {})}, verify=False, timeout=PATIENCE_S
        )

    def page(self, path: str, status: int = 200) -> str:
        """The HTML of a page."""
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def fragment(self, path: str, status: int = 200) -> str:
        """What htmx gets from an address."""
        answer = self.get(path, headers={"HX-Request": "true"})
        assert answer.status_code == status, answer.text
        assert "<html" not in answer.text
        return answer.text

    @property
    def csrf(self) -> str:
        """The token that a page of this session carries."""
        found = re.search('<meta name="csrf" content="([0-9a-f]+)">', self.page("/preferences"))
        assert found is not None, "this visitor may change nothing"
        return found[1]

    def submit(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        """POST a form as a page of this server does."""
        own = {"origin": self.url, "sec-fetch-site": "same-origin"}
        return self.post(path, data=dict(fields), headers=own | headers)

    def act(self, path: str, status: int = 303, **fields: str) -> httpx.Response:
        """Make a change with the session's CSRF token."""
        answer = self.submit(path, {"csrf": self.csrf} | fields)
        assert answer.status_code == status, answer.text
        return answer

    def log_in(self, token: str, name: str = "anna") -> httpx.Response:
        return self.submit("/login", {"name": name, "token": token, "to": "/"})


def picture(color: str = "#336699", size: tuple[int, int] = (270, 585)) -> bytes:
    """A screenshot of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, color).save(made, "JPEG", quality=60)
    return made.getvalue()
