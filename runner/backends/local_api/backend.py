"""The `local_api` backend: tasks carried out by a server that speaks the Local API."""

import threading
from collections.abc import Iterable, Sequence
from typing import Self

from runner.backends.backend import BackendSetup, Problem
from runner.backends.local_api.batch import Batch, Server
from runner.backends.local_api.client import Client
from runner.backends.local_api.gate import Gate
from runner.backends.local_api.locating import locate, take_up
from runner.backends.local_api.sending import send_waiting
from runner.backends.local_api.view import View
from runner.backends.local_api.watching import heed, leave, watch
from runner.clock import Clock
from runner.settings import Settings
from runner.tasks import BatchJournal, Task

TICK_S = 0.25
"""How often a batch looks at what it was asked and what has been seen; the server is asked less often."""


class LocalApiBackend:
    """Carries tasks out through one server. What its batches know of it is shared: licence, list, devices."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._server = Server(client, View(client, clock), Gate(client, clock), clock, threading.Event())
        self._batches, self._idle = 0, threading.Condition()

    @classmethod
    def of(cls, settings: Settings, clock: Clock, ledger_id: str | None) -> Self:
        """The backend for the server that the settings name; one that works on the ledger `ledger_id` is refused."""
        client = Client(
            settings.api_url,
            clock,
            token=settings.api_token,
            timeout_s=settings.api_timeout_s,
            ledger_id=ledger_id,
        )
        return cls(client, clock)

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """Whether the server is there and its plan includes the API. Raises ApiError if not."""
        self._server.gate.check()
        return []

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        """One attempt at each of the tasks, with one POST for all of them as far as the licence allows."""
        server, batch = self._server, Batch(self._server, journal, tasks)
        with self._idle:
            self._batches += 1
        try:
            take_up(batch)
            while True:
                heed(batch)
                if batch.is_leaving:
                    leave(batch)
                send_waiting(batch)
                batch.keep_in_view()
                server.view.refresh()
                locate(batch)
                watch(batch)
                batch.flush()
                if not batch.open:
                    return
                server.clock.wait(server.closing, TICK_S)
        finally:
            batch.release()
            with self._idle:
                self._batches -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Batches that go on leave what they have sent to the server, and are waited for."""
        self._server.closing.set()
        with self._idle:
            self._idle.wait_for(lambda: not self._batches, timeout=self._server.client.timeout_s)
        self._server.client.close()


def make(setup: BackendSetup) -> LocalApiBackend:
    """The backend for the server that the settings name."""
    return LocalApiBackend.of(setup.settings, setup.clock, setup.ledger_id)
