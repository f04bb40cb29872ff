"""Whether the ledger is still ours: the file at its path, no older than what this machine has seen, no rehearsal's.

Its tally rises with everything that must not be forgotten: each effect that is about to be made, each heartbeat. The
witness, outside of the ledger's folder, follows before anything is done in the world. So a ledger with a lower tally
is an older copy, however it came there, and no kill of a process at any moment makes one look so. See
docs/decisions/0011.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from runner.clock import Clock
from runner.errors import LedgerOutdated
from runner.reasons import ReasonKind
from runner.store import schema
from runner.store.asked.ownership import outdated
from runner.store.database import Database
from runner.store.part import Part
from runner.store.tally import Tally
from runner.store.url import rehearsal_only
from runner.store.witness import WitnessedTally, Witnesses
from runner.tasks import AttemptOutcome, TaskState

ATTEMPT, LEDGER, TASK = schema.attempts.c, schema.ledger.c, schema.tasks.c

APART = 1_000_000
"""How far the tally rises when a person accepts a shared ledger, for all of its hosts: no host can have seen so much
more of it than the one on which that is said."""

IN_DOUBT = "an older copy of the ledger was put back: nobody knows whether this was done since that was made"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a person has accepted: `tasks` counts those that are in doubt since."""

    tasks: int


class Ownership(Part):
    def __init__(self, database: Database, clock: Clock, tally: Tally, *, is_rehearsal: bool) -> None:
        super().__init__(database, clock)
        self.is_rehearsal = is_rehearsal
        self._tally = tally

    def take(self, witnesses: Witnesses | None, *, is_rehearsal: bool) -> None:
        """Take the ledger for this process, which holds the executor's lock; `witnesses` is None in a rehearsal, where
        nothing real can be done.

        Raises RehearsalOnly if the ledger is a rehearsal's and this process is none, LedgerOutdated if it is older
        than what this machine has seen of it, LedgerGone if its file is not there any more.
        """
        self._database.check("carry tasks out")
        if self.is_rehearsal and not is_rehearsal:
            raise rehearsal_only(self._database.where)
        if is_rehearsal and not self.is_rehearsal:
            self._write("say that it is a rehearsal's", _mark)
            self.is_rehearsal = True
        self._tally.known = self._tally.read()
        place = self._database.place
        if witnesses is None or place is None:
            return
        if (problem := self.outdated(witnesses)) is not None:
            raise problem
        self._tally.witness = witnesses.open(self._tally.ledger_id, self._tally.known, place)

    def outdated(self, witnesses: Witnesses) -> LedgerOutdated | None:
        """Why nothing may be done with this ledger until a person decides; None if all is well."""
        return outdated(self._asked, self._tally.ledger_id, witnesses)

    def accept_restore(self, witnesses: Witnesses) -> Accepted | None:
        """Go on with a ledger that is older than what this machine has seen, or another one. Tasks that were open and
        are due may have been done since, so they become uncertain, and nothing that came due until now is caught up
        with.

        Only who holds the executor's lock may call this. None if there is nothing to accept.
        """
        place = self._database.place
        if place is None or self.outdated(witnesses) is None:
            return None
        ledger_id, now = self._tally.ledger_id, self._clock.now()
        seen = witnesses.of(ledger_id)
        highest = seen.tally if seen is not None else 0

        def work(connection: Connection) -> tuple[int, int]:
            tally = max(highest, self._tally.read_in(connection)) + (APART if self._database.is_shared else 1)
            self._tally.put(connection, tally)
            connection.execute(update(schema.ledger).values(accepted_utc=now))
            return tally, _put_in_doubt(connection, now)

        # Not through `Tally.write`: here the tally rises above all that the witness has seen, not by one.
        tally, tasks = self._write("accept that it was put back", work)
        for other in witnesses.at(place):
            if other.ledger_id != ledger_id:  # another ledger lay here, and is given up
                witnesses.write(WitnessedTally(other.ledger_id, other.tally, None))
        witnesses.write(WitnessedTally(ledger_id, tally, place))
        return Accepted(tasks)

    def accepted_utc(self) -> datetime | None:
        """When a person last accepted that the ledger was put back: nothing before that is caught up with."""
        return self._read("read when it was accepted", lambda connection: connection.scalar(_ACCEPTED))

    def check(self) -> None:
        """Raises LedgerGone if the ledger's file is not there any more, or another one is."""
        self._database.check("go on")


def refuse_if_gone(path: Path | None, witnesses: Witnesses | None) -> None:
    """Raises LedgerOutdated if there is no ledger where this machine has seen one: nobody must make a new one there."""
    if path is None or witnesses is None or (path.exists() and path.stat().st_size):
        return
    if witnesses.at(str(path.resolve())):
        raise LedgerOutdated(
            f"the ledger {path} is gone: this machine has carried tasks out from it, and without it nobody knows "
            "which"
        )


_ACCEPTED = select(LEDGER.accepted_utc)


def _mark(connection: Connection) -> Any:
    return connection.execute(update(schema.ledger).values(is_rehearsal=True))


def _put_in_doubt(connection: Connection, now: datetime) -> int:
    """Put tasks in doubt that are open and due, and end the attempts that ran when the copy was made; returns how many
    tasks."""
    cut_off = {"outcome": AttemptOutcome.INTERRUPTED, "finished_utc": now, "message": IN_DOUBT}
    connection.execute(update(schema.attempts).where(ATTEMPT.outcome.is_(None)).values(cut_off))
    is_open = TASK.state.in_([TaskState.PENDING, TaskState.RUNNING])
    doubt = {
        "state": TaskState.UNCERTAIN,
        "reason": IN_DOUBT,
        "reason_kind": ReasonKind.LEDGER_PUT_BACK,
        "hint": None,
        "not_before_utc": None,
    }
    open_and_due = update(schema.tasks).where(is_open, TASK.due_utc <= now)
    return connection.execute(open_and_due.values(doubt)).rowcount
