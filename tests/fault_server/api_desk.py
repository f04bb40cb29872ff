"""One backend on the fault server, and what its tasks have come to."""

import threading
from collections.abc import Sequence
from typing import Any

from batch_desk import Memory, MemoryJournal
from fault_server_process import FaultServer
from quick_clock import QuickClock

from runner.backends.local_api.backend import LocalApiBackend
from runner.backends.local_api.client import Client
from runner.clock import SystemClock
from runner.tasks import AttemptOutcome, EffectState, Task

FASTER = 100.0


class Desk:
    """One backend on the fault server, and what its tasks have come to."""

    def __init__(self, url: str, **options: Any) -> None:
        self.clock = QuickClock(FASTER)
        # The backend waits on the quick clock, the client's timeouts are real: a server answers no
        # quicker than it can.
        client = Client(url, SystemClock(), **{"timeout_s": 5.0, **options})
        self.backend = LocalApiBackend(client, self.clock)
        self.memory = Memory()

    def perform(self, tasks: Sequence[Task], *, held: Sequence[str] = ()) -> MemoryJournal:
        journal = MemoryJournal(self.memory, tasks, self.clock, held)
        self.backend.perform_batch(tasks, journal)
        assert not journal.open
        return journal

    def begin(self, tasks: Sequence[Task]) -> tuple[MemoryJournal, threading.Thread]:
        """Perform in a thread of its own, so that the test can act meanwhile."""
        journal = MemoryJournal(self.memory, tasks, self.clock)
        thread = threading.Thread(target=self.backend.perform_batch, args=(tasks, journal))
        thread.start()
        return journal, thread

    def outcomes(self) -> list[AttemptOutcome]:
        return [outcome.outcome for outcome in self.memory.outcomes.values()]

    def messages(self) -> set[str]:
        return {outcome.message for outcome in self.memory.outcomes.values()}

    def effects(self) -> list[EffectState]:
        return [effect.state for effect in self.memory.effects.values()]


def made(server: FaultServer) -> list[tuple[str, str | None]]:
    return [(task["serial"] or task["username"], task["target"]) for task in server.truth()["tasks"]]


def all_are(values: Sequence[object], expected: object) -> bool:
    return bool(values) and set(values) == {expected}
