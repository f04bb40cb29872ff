"""A small daemon for questions: campaign files, a timetable, an executor over a scripted backend, and a clock that a
test moves. What tests ask about has happened through these parts; no test writes it into the ledger."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from runner.backends.backend import Problem
from runner.clock import ManualClock
from runner.errors import HeldBack
from runner.events import ignore
from runner.execution.executor import LEAST_POLL_S, Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.planning.limits import effective_limits
from runner.queries.situation import Situation
from runner.queries.why import explain_tasks
from runner.queries.why_answer import WhyAnswer
from runner.queries.why_entry import explain_entry
from runner.reports.advice import Options, sentence
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.service import cancel_what_is_gone
from runner.scheduling.timetable import Timetable
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, Task

ZONE = ZoneInfo("Europe/Stockholm")
DONE = Outcome(AttemptOutcome.COMPLETED)
OFFLINE = "{}: adb lists it as offline"
Behaviour = Callable[[Task, Journal, StopSignal], Outcome]

CAMPAIGN = """\
version: 1
name: demo
timezone: Europe/Stockholm
{head}
scripts:
  greet:
    script: follow
    devices: [{devices}]
    config: {{target_users: [{users}]}}
    start_times: [{times}]
    {more}
"""


def campaign(
    *times: str,
    devices: Sequence[str] = ("A1",),
    users: Sequence[str] = ("@north",),
    head: str = "limits: {min_gap: 0s}",
    more: str = "grace: 1h",
) -> str:
    """A campaign `demo` with an entry `greet` that follows users."""
    return CAMPAIGN.format(
        head=head,
        devices=", ".join(devices),
        users=", ".join(f'"{user}"' for user in users),
        times=", ".join(f'"{time}"' for time in times),
        more=more,
    )


def follow(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
    """Make the one effect that the task is for."""
    effect = journal.committing("follow", task.target, "tiktok:@own", {"button": "Follow"})
    journal.settle(effect, EffectState.COMMITTED, {"button": "Following"})
    return DONE


class SettableClock(ManualClock):
    """A clock that can also be set."""

    def step(self, seconds: float) -> None:
        """Set it forward, as a person would: no time passes on the monotonic clock."""
        self._now += timedelta(seconds=seconds)


@dataclass
class ScriptedBackend:
    """Does for each task what the test says; phones in `away` are not connected."""

    behaviour: Behaviour = follow
    away: set[str] = field(default_factory=set)

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        lanes = dict.fromkeys(task.lane for task in tasks if task.lane in self.away)
        return [Problem(lane, OFFLINE.format(lane), is_away=True) for lane in lanes]

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        if task.lane in self.away:
            return Outcome(AttemptOutcome.FAILED, OFFLINE.format(task.lane), again=Again.WHEN_BACK)
        try:
            return self.behaviour(task, journal, stop)
        except HeldBack as error:
            return Outcome(
                AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before, kind=error.kind
            )

    def close(self) -> None:
        return None


@dataclass
class Desk:
    """The daemon's parts; `start` and `die` begin and end its lives."""

    folder: Path
    clock: SettableClock
    ledger: Ledger
    backend: ScriptedBackend = field(default_factory=ScriptedBackend)
    limits: Mapping[str, Any] = field(default_factory=lambda: {"min_gap": "0s"})
    timetable: Timetable | None = None
    executor: Executor | None = None

    def write(self, text: str, name: str = "demo.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Begin a life: read the files, settle the past, carry out what is due."""
        self.files = CampaignFolder([self.folder], self.ledger, self.clock)
        limits = {"demo": effective_limits(self.limits)}
        self.executor = Executor(
            ledger=self.ledger,
            artifacts=Artifacts(self.folder.parent / "artifacts"),
            backends={"device": self.backend},
            limiter=Limiter(self.ledger.effects, lambda task: limits[task.campaign], ZONE, self.clock),
            clock=self.clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        self.executor.start()
        self.executor.submit(self.ledger.tasks.pending())
        self.timetable = Timetable(self.ledger, self.clock, self.executor.submit, ignore)
        self.timetable.begin(self.files.load().campaigns)
        self.settle()

    def reload(self) -> None:
        """Read the files again, as the daemon does when they change."""
        assert self.timetable is not None
        campaigns = self.files.load().campaigns
        self.timetable.replace(campaigns)
        cancel_what_is_gone(self.ledger, campaigns)

    def move_to(self, local: str, *, settle: bool = True) -> None:
        """Let time pass until the fleet's clocks show this; tasks that come due are carried out."""
        seconds = (self.instant(local) - self.clock.now()).total_seconds()
        self.clock.advance(seconds)
        if self.timetable is not None and self.executor is not None:
            time.sleep(LEAST_POLL_S)
            self.executor.refresh()
            self.timetable.beat()
            if settle:
                self.settle()

    def step_clock(self, seconds: float) -> None:
        """Set the clock forward; the daemon notices."""
        self.clock.step(seconds)
        assert self.timetable is not None
        self.timetable.beat()
        self.settle()

    def settle(self, timeout_s: float = 20) -> None:
        assert self.executor is not None
        self.executor.wake()
        assert self.executor.wait_until_idle(timeout_s)

    def await_task(self, key: str, is_so: Callable[[TaskRow], object], timeout_s: float = 20) -> None:
        """Wait until `is_so` holds for the ledger's row of a task."""
        give_up_at = time.monotonic() + timeout_s
        while not ((row := self.ledger.tasks.get(key)) and is_so(row)):
            assert time.monotonic() < give_up_at, row
            time.sleep(0.02)

    def stop(self, reason: str = "terminated") -> None:
        """End a life in good order."""
        assert self.timetable is not None
        self.timetable.end(reason)
        self.die()

    def die(self) -> None:
        """End a life without leaving word in the ledger."""
        if self.executor is not None:
            self.executor.close()
        self.timetable = self.executor = None

    def why(self, entry: str = "demo/greet", at: str | None = None) -> list[WhyAnswer]:
        name, _, item = entry.partition("/")
        return explain_entry(self.ledger, name, item, at, self.situation())

    def why_task(self, key: str) -> WhyAnswer:
        return explain_tasks(self.ledger, [key], self.situation())[0]

    def situation(self) -> Situation:
        pid = os.getpid() if self.timetable is not None else None
        return Situation.read(self.ledger, self.clock.now(), ZONE, pid)

    def key(self, lane: str = "A1", user: str = "@north") -> str:
        """The key of the only task of a phone and a user."""
        rows = self.ledger.tasks.find("demo/greet/", limit=1000)
        (found,) = (row.task.key for row in rows if (row.task.lane, row.task.target) == (lane, user))
        return found

    @staticmethod
    def instant(local: str) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


class Gate:
    """A backend's behaviour that waits within a task until the test opens the gate."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        self.entered.set()
        assert self.opened.wait(60)
        return follow(task, journal, stop)


def only(answers: list[WhyAnswer]) -> WhyAnswer:
    (answer,) = answers
    return answer


def said(answer: WhyAnswer) -> str:
    return " ".join(answer.sentences)


def advised(answer: WhyAnswer) -> str:
    """The advice of an answer and of its tasks, as worded for the user's own ledger."""
    return " ".join(
        sentence(advice, one.verdict, Options()) for one in (answer, *answer.parts) for advice in one.advice
    )


def commit(folder: Path, message: str) -> str:
    """Commit everything in the folder; returns the commit."""
    git = ("git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com")
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", message], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()
