"""Stands for leader: of all daemons on one ledger, one does what is done once.

The lease of three seconds decides. A lock of the leader's session in the database, by the number of its lead, makes
taking over quick: whoever can take it knows that this leader's process has ended, and waits for no lease.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Protocol, Self

from runner.errors import LedgerError, RunnerError
from runner.hosts.renewal import Renewal, Trouble
from runner.store.leases import LeaderLease
from runner.store.ledger import Ledger

STAND_S = 0.5
"""How often a daemon that does not lead looks whether anybody does."""

REST_S = 5.0
"""How long it does not stand again after what the leader does could not begin here."""


class SessionLock(Protocol):
    """A lock of a session with the database, which ends with it."""

    def take(self, number: int) -> bool:
        """Take the lock of a lead; false if another session has it, or if that cannot be known."""
        ...

    def give_back(self) -> None:
        """Give back what was taken."""
        ...


class NoLock:
    """Where sessions do not last, behind a pooler: a lead is taken over when its lease has ended."""

    def take(self, number: int) -> bool:
        return False

    def give_back(self) -> None: ...


class Leading:
    """While this is open, it stands for leader. `begin` gives what is done once, a context for the time of one lead.
    `say` writes lines of the log."""

    def __init__(
        self,
        ledger: Ledger,
        host: str,
        lock: SessionLock,
        begin: Callable[[LeaderLease], AbstractContextManager[None]],
        say: Callable[..., None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._ledger, self._host, self._lock = ledger, host, lock
        self._begin, self._say, self._fail = begin, say, fail
        self._trouble = Trouble(say, "nobody can stand for leader now")
        self._over, self._lost = threading.Event(), threading.Event()
        self._lease: LeaderLease | None = None
        self._seen = 0
        self._thread = threading.Thread(target=self._run, name="leading", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._lost.set()
        self._thread.join()

    @property
    def lease(self) -> LeaderLease | None:
        """The lead of this daemon; None while it does not lead."""
        lease = self._lease
        return lease if lease is not None and lease.is_sure() else None

    def _run(self) -> None:
        rest_s = 0.0
        while not self._over.wait(rest_s):
            rest_s = STAND_S
            try:
                lease = self._stand()
                self._trouble.end()
                if lease is not None and not self._lead(lease):
                    rest_s = REST_S
            except LedgerError as error:
                self._trouble.note(error.message)
            except BaseException as error:  # noqa: BLE001 - a bug ends the daemon, which tells of it
                self._fail(error)
                return

    def _stand(self) -> LeaderLease | None:
        last, seen = self._ledger.leader.now(), self._seen
        self._seen = last.epoch if last is not None else 0
        if last is None or not last.is_alive:
            return self._ledger.leader.try_take(self._host)
        # One that has just begun to lead may not have its lock yet: so only at the second sight.
        if last.epoch != seen or not self._lock.take(last.epoch):
            return None
        try:
            return self._ledger.leader.try_take(self._host, gone=last.epoch)
        finally:
            self._lock.give_back()

    def _lead(self, lease: LeaderLease) -> bool:
        """Lead until that is over; false if what the leader does could not begin."""
        self._lost.clear()
        if self._over.is_set():
            return True
        self._lease = lease
        self._say("leading", epoch=lease.epoch)
        try:
            with Renewal("lead", lease, lambda: self._renew(lease), self._lead_lost, at_once=True):
                try:
                    with self._begin(lease):
                        self._lost.wait()
                except RunnerError as error:
                    if not lease.is_sure():
                        return True
                    self._say("cannot lead", "error", reason=error.message, hint=error.hint)
                    return False
        finally:
            self._lease = None
            with suppress(LedgerError):
                self._ledger.leader.release(lease)
            self._lock.give_back()
        return True

    def _renew(self, lease: LeaderLease) -> bool:
        self._lock.take(lease.epoch)  # another daemon that tried it just then had it for a moment
        return self._ledger.leader.renew(lease)

    def _lead_lost(self, why: str) -> None:
        if not self._over.is_set():
            self._say("leads no longer", "warning", reason=why)
        self._lost.set()
