"""The `local_api` backend: tasks carried out by a server that speaks the Local API."""

import threading
from collections.abc import Iterable, Sequence
from typing import Self

from runner.backends.backend import BackendSetup, Problem
from runner.backends.local_api.batch import SentBatch
from runner.backends.local_api.client import Client
from runner.backends.local_api.following import follow, leave_to_server, take_stop_requests
from runner.backends.local_api.searching import search, take_up
from runner.backends.local_api.sending import send_unsent
from runner.backends.local_api.server import Server
from runner.clock import Clock
from runner.journals import BatchJournal
from runner.settings import Settings
from runner.tasks import Task

TICK_S = 0.25
"""How often a batch looks at requests and at what the view has seen; it asks the server less often."""


class LocalApiBackend:
    """Carries tasks out through one server. Its batches share what they know of it: licence, list, devices."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._server = Server(client, clock)
        self._batches, self._idle = 0, threading.Condition()

    @classmethod
    def of(cls, settings: Settings, clock: Clock, ledger_id: str | None) -> Self:
        """The backend for the server that the settings name; it refuses one that works on the ledger `ledger_id`."""
        client = Client(
            settings.api_url,
            clock,
            token=settings.api_token,
            timeout_s=settings.api_timeout_s,
            ledger_id=ledger_id,
        )
        return cls(client, clock)

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """Whether the server is there and its plan includes the API. Raises ServerApiError if not."""
        self._server.load.check()
        return []

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        """Make one attempt at each of the tasks, with one POST for all of them as far as the licence allows."""
        server, batch = self._server, SentBatch(self._server, journal, tasks)
        with self._idle:
            self._batches += 1
        try:
            take_up(batch)
            while True:
                # Requests first, so that what a person has stopped is not sent in this very pass.
                take_stop_requests(batch)
                if batch.is_leaving:
                    leave_to_server(batch)
                send_unsent(batch)
                batch.watch_open_tasks()
                server.view.refresh()
                search(batch)
                follow(batch)
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
        """Wait for the batches, which leave to the server what they have sent."""
        self._server.closing.set()
        with self._idle:
            self._idle.wait_for(lambda: not self._batches, timeout=self._server.client.timeout_s)
        self._server.client.close()


def make(setup: BackendSetup) -> LocalApiBackend:
    """The backend for the server that the settings name."""
    return LocalApiBackend.of(setup.settings, setup.clock, setup.ledger_id)
