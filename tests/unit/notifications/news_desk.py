"""A ledger on a clock that the tests move, and a post office on it whose messages they keep."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from io import StringIO
from pathlib import Path

from claims import claim

from runner.clock import ManualClock
from runner.notifications.look import NewsLook
from runner.notifications.office import PostOffice
from runner.notifications.recipients import Recipient
from runner.notifications.summary import Summary
from runner.notifications.wording import Message, MessageOrigin
from runner.reports.log_lines import LogLines
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import (
    AttemptOutcome,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
    task_key,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "http://127.0.0.1:50809"


@dataclass
class NewsDesk:
    """`sent` are the messages by recipient, `answers` what recipients answer to the next ones."""

    ledger: Ledger
    clock: ManualClock
    artifacts: Path
    phones: set[str] = field(default_factory=lambda: {"A1"})
    sent: list[tuple[str, Message]] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    opening: threading.Event = field(default_factory=threading.Event)
    """While this is cleared, no recipient answers."""
    log: StringIO = field(default_factory=StringIO)

    def look(self, summary_at: time | None = None) -> NewsLook:
        summary = Summary(self.ledger, UTC, summary_at) if summary_at else None
        return NewsLook(self.ledger, self.clock, UTC, lambda: self.phones, summary)

    def place(self, *, is_rehearsal: bool = False) -> MessageOrigin:
        return MessageOrigin(UTC, URL, Artifacts(self.artifacts), is_rehearsal)

    def office(self, *recipients: Recipient, summary_at: time | None = None) -> PostOffice:
        def send(recipient: Recipient, message: Message) -> str | None:
            self.opening.wait(30)
            self.sent.append((recipient.name, message))
            return self.answers.pop(0) if self.answers else None

        look = self.look(summary_at)
        log = LogLines(self.log, "json", UTC)
        return PostOffice(recipients, look, self.ledger, self.clock, self.place(), send, log)

    def add(self, device: str = "A1", entry: str = "greet") -> str:
        """A task that is due now; returns its key."""
        now = self.clock.now()
        occurrence = Occurrence("demo", entry, now.isoformat(), "often", now)
        key = task_key("demo", entry, occurrence.nominal, device, "@north")
        task = Task(
            key=key,
            campaign="demo",
            entry=entry,
            script="follow",
            backend="device",
            device=device,
            username=None,
            target="@north",
            nominal=occurrence.nominal,
            ordinal=0,
            due_utc=now,
            timeout_s=600,
            config={},
        )
        self.ledger.occurrences.record([Decision(occurrence, OccurrenceState.STARTED, "", None, [task])])
        return key

    def end(self, key: str, state: TaskState = TaskState.FAILED, said: str = "no button") -> None:
        """One attempt at a task, which leaves it in a state, with a screenshot."""
        attempt = claim(self.ledger, key)
        step = StepRecord(1, "tap", "tap", "f.yaml:1", StepOutcome.FAILED, said, self.clock.now(), 1.0)
        self.ledger.attempts.add_step(attempt.id, step, "ab/1.jpg", None)
        outcome = AttemptOutcome.UNCERTAIN if state is TaskState.UNCERTAIN else AttemptOutcome.FAILED
        self.ledger.attempts.finish(attempt.id, Outcome(outcome, said), state)

    def fail(self, device: str = "A1", entry: str = "greet") -> str:
        key = self.add(device, entry)
        self.end(key)
        return key

    def miss(self, nominal: str) -> None:
        """Record an occurrence that was missed as a whole."""
        occurrence = Occurrence("demo", "greet", nominal, "09:00", self.clock.now())
        self.ledger.occurrences.record(
            [Decision(occurrence, OccurrenceState.MISSED, "the daemon was down", None)]
        )

    @property
    def titles(self) -> list[str]:
        return [message.title.removeprefix("runner: ") for _, message in self.sent]


def run(office: PostOffice, holds: Callable[[], bool] = lambda: True) -> None:
    """Let the job run once, and wait for what it has begun to send."""
    office.run()
    office.close()
    assert holds()
