"""Keeps the ledger and its screenshots bounded: a job of the daemon removes records older than the retention."""

from datetime import timedelta
from threading import Event

from runner.clock import Clock
from runner.errors import RunnerError
from runner.reports.log_lines import LogLines
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger

PERIOD_S = 3600.0
"""How often the job runs."""

TOMBSTONES = timedelta(days=366)
"""How much longer a task's key and state stay, so that neither catch-up, which looks back as far, nor a run by hand
makes the task a second time."""


class SweepJob:
    """Removes screens from the disk of a host, once the daemon that leads has removed their records."""

    def __init__(self, ledger: Ledger, artifacts: Artifacts, log: LogLines) -> None:
        self._ledger, self._artifacts, self._log = ledger, artifacts, log

    def sweep(self) -> None:
        """Remove what no record names any more. Raises LedgerError."""
        if removed := self._artifacts.sweep(self._ledger.artifact_places.attempts_left):
            self._log.say("old screens removed", files=removed)

    def say_failed(self, error: RunnerError) -> None:
        """Log that they could not be removed; the job runs again in an hour."""
        self._log.say("old screens not removed", "warning", reason=error.message, hint=error.hint)


class RetentionJob:
    """Removes the records of tasks that ended more than `keep` ago; when `stop` is set, it leaves the rest for the next
    run."""

    def __init__(
        self,
        ledger: Ledger,
        artifacts: Artifacts,
        keep: timedelta,
        clock: Clock,
        log: LogLines,
        stop: Event,
    ) -> None:
        self._ledger = ledger
        self._artifacts = artifacts
        self._keep = keep
        self._clock = clock
        self._log = log
        self._stop = stop

    def prune(self) -> None:
        """Remove what is too old now. Raises LedgerError."""
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

    def say_failed(self, error: RunnerError) -> None:
        """Log that the records could not be removed; the job runs again in an hour."""
        self._log.say("old records not removed", "warning", reason=error.message, hint=error.hint)
