"""Keeps the ledger and its screenshots bounded: what is older than the retention goes, once an hour."""

import threading
from datetime import timedelta
from typing import Self

from runner.clock import Clock
from runner.errors import LedgerError
from runner.reports.log_lines import LogLines
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger

PERIOD_S = 3600.0
TOMBSTONES = timedelta(days=366)
"""How much longer a task's key and state stay, so that it is not made a second time by catch-up or by hand."""


class Retention:
    """While this is open, a thread removes the records of tasks that ended more than `keep` ago."""

    def __init__(
        self, ledger: Ledger, artifacts: Artifacts, keep: timedelta, clock: Clock, log: LogLines
    ) -> None:
        self._ledger = ledger
        self._artifacts = artifacts
        self._keep = keep
        self._clock = clock
        self._log = log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def prune(self) -> None:
        """Remove what is too old now; an end that is asked for leaves the rest for the next time. Raises
        LedgerError."""
        before = self._clock.now() - self._keep
        tasks = tombstones = files = 0
        for pruned in self._ledger.retention.prune(before, keep_from=before - TOMBSTONES):
            self._artifacts.remove(pruned.artifacts)
            tasks += pruned.tasks
            tombstones += pruned.tombstones
            files += len(pruned.artifacts)
            if self._stop.is_set():
                break
        if tasks or tombstones:
            self._log.say("old records removed", before=before, tasks=tasks, files=files)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.prune()
            except LedgerError as error:
                self._log.say("old records not removed", "warning", reason=error.message, hint=error.hint)
            self._clock.wait(self._stop, PERIOD_S)
