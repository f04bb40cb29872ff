"""Tells whether the daemon lives, and whether it carries tasks out."""

from contextlib import suppress
from datetime import datetime

from runner.clock import Clock
from runner.errors import LedgerError, LedgerUnavailable
from runner.execution.executor import Executor
from runner.store.ledger import Ledger

PUMP_SILENT_S = 15.0
"""The executor looks four times a second; a machine that is busy, or just woke up, takes longer."""

HEARTBEAT_SILENT_S = 30.0
"""The heartbeat is written every 10 seconds, once all that was due has been considered."""


class Health:
    """Answers in reasons, each a sentence; no reason is good news. Any thread may ask.

    Somebody has to call `read_heartbeat` every few seconds: its silence is counted on the monotonic clock, which never
    steps. `api_only` says that the daemon is meant to have no campaigns. Where several hosts share the ledger, one that
    is sure of its lease is well, whether it leads or not.
    """

    def __init__(self, ledger: Ledger, executor: Executor, clock: Clock, *, api_only: bool = False) -> None:
        self._ledger = ledger
        self._executor = executor
        self._clock = clock
        self._api_only = api_only
        self._seen_utc: datetime | None = None
        self._changed_at = clock.monotonic()
        self.draining = False

    def read_heartbeat(self) -> float:
        """How many seconds ago the heartbeat was written, as far as reading it now and then can tell."""
        # A ledger that cannot be read shows as a heartbeat that grows old; `ailments` says why.
        with suppress(LedgerError):
            span = self._ledger.spans.last()
            if span is not None and span.seen_utc != self._seen_utc:
                self._seen_utc, self._changed_at = span.seen_utc, self._clock.monotonic()
        return self._clock.monotonic() - self._changed_at

    def refuse_raised(self) -> None:
        """Raises LedgerRaised if a newer version of the runner has changed the ledger's tables."""
        with suppress(LedgerUnavailable):  # the heartbeat tells of that
            self._ledger.refuse_raised()

    def _leads(self, host: str) -> bool:
        try:
            row = self._ledger.leader.now()
        except LedgerError:
            return True  # said by whoever asks the ledger next
        return row is not None and row.is_alive and row.host == host

    def ailments(self) -> list[str]:
        """Why the process should be started anew."""
        try:
            self._ledger.ownership.check()
        except LedgerError as error:
            return [error.message]
        silent_s = self._executor.silent_s()
        if silent_s > PUMP_SILENT_S:
            return [f"the executor has not looked for work for {silent_s:.0f} s"]
        return []

    def obstacles(self) -> list[str]:
        """Why tasks are not carried out now, or not when they fall due."""
        if self.draining:
            return ["the daemon is stopping"]
        if (lease := self._ledger.fence.lease) is not None:
            if not lease.is_sure():
                return [
                    f"the host {lease.host} has lost its lease, or cannot be sure of it: the database is away"
                ]
            if not self._leads(lease.host):
                return []  # what is due is considered elsewhere; this one is there to take over
        try:
            campaigns = [row for row in self._ledger.campaigns.all() if row.withdrawn_utc is None]
        except LedgerError as error:
            return [error.message]
        reasons = [] if campaigns or self._api_only else ["no campaign is in force"]
        if self._seen_utc is None:
            return [*reasons, "the daemon is starting"]
        silent_s = self._clock.monotonic() - self._changed_at
        if silent_s > HEARTBEAT_SILENT_S:
            reasons.append(f"the last heartbeat was written {silent_s:.0f} s ago")
        return reasons
