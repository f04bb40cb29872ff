"""What the parts of the ledger have in common."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Insert

from runner.clock import Clock
from runner.errors import LedgerGone
from runner.store.commits import raw
from runner.store.database import BRING_BACK, Database
from runner.store.witness import Witness

T = TypeVar("T")

TALLY = "SELECT tally FROM ledger WHERE id = ?"
COUNT = "UPDATE ledger SET tally = tally + 1 RETURNING tally"
"""Each write asks: SQLAlchemy's care would take more time than the question."""


class Part:
    """A part of the ledger: methods about one matter, on a database that all parts share.

    `executor` names this process in the attempts and spans that it begins.
    """

    id: str
    executor: str
    _database: Database
    _clock: Clock
    _tally: int
    _counted: tuple[int, int]
    _witness: Witness | None

    def _read(self, action: str, work: Callable[[Connection], T]) -> T:
        with self._database.read(action) as connection:
            return work(connection)

    def _write(self, action: str, work: Callable[[Connection], T], *, flush: bool = True) -> T:
        return self._database.write(action, work, flush=flush)

    def _write_counted(self, action: str, work: Callable[[Connection], T]) -> T:
        """As `_write`, for what must not be forgotten: the ledger's tally rises with it, and its witness follows.

        Raises LedgerGone, and writes nothing, if the ledger is not what it was when this process opened it.
        """

        def counted(connection: Connection) -> tuple[T, int]:
            self._check_tally(connection)
            return work(connection), self._count(connection)

        result, tally = self._write(action, counted)
        self._tally = max(self._tally, tally)
        if self._witness is not None:
            self._witness.saw(tally)
        return result

    def _check_tally(self, connection: Connection) -> None:
        found = raw(connection).execute(TALLY, (self.id,)).fetchone()
        if found is None or found[0] < self._tally:  # another content under the same file
            raise LedgerGone(
                f"the ledger {self._database.where} is not what it was: another copy was written over it",
                hint=BRING_BACK,
            )

    def _count(self, connection: Connection) -> int:
        """Raise the tally, once for all that share this transaction: then the witness is flushed once for all. What
        the transaction holds of this write is done by now, so nothing takes it back alone."""
        transaction = self._database.transactions
        if self._counted[0] != transaction:
            (tally,) = raw(connection).execute(COUNT).fetchone()
            self._counted = transaction, tally
        return self._counted[1]


def new_id(connection: Connection, statement: Insert) -> int:
    """Insert a row; returns its id."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])
