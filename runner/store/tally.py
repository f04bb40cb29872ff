"""The ledger's tally: it rises with everything that must not be forgotten, and its witness follows."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Self, TypeVar

from sqlalchemy import Connection

from runner.errors import LedgerGone
from runner.store.database import Database
from runner.store.sqlite_file import BRING_BACK
from runner.store.witness import Witness

T = TypeVar("T")
Item = TypeVar("Item")


class Tally:
    """What this process knows of the tally of the ledger with this id; see `ownership`."""

    def __init__(self, database: Database, ledger_id: str) -> None:
        self.known = 0
        """The highest tally that this process has seen: a ledger with a lower one is another copy."""
        self.witness: Witness | None = None
        """Follows the tally, outside of the ledger; None in a rehearsal, where nothing real can be done."""
        self.ledger_id = ledger_id
        self._database = database
        self._checked = -1
        self._counted = (-1, 0)

    def write(self, action: str, work: Callable[[Connection], T], *, guarded: bool = False) -> T:
        """As `Database.write`, for what must not be forgotten: the tally rises with it, and its witness follows.

        Raises LedgerGone, and writes nothing, if the ledger is not what it was when this process opened it.
        """

        def counted(connection: Connection) -> tuple[T, int]:
            self._check(connection)
            return work(connection), self._count(connection)

        return self._database.write(action, counted, guarded=guarded, then=self._seen)[0]

    def write_together(
        self,
        action: str,
        work: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        *,
        guarded: bool = False,
    ) -> T:
        """As `Database.write_together`, in the same way."""

        def counted(connection: Connection, items: Sequence[Item]) -> list[tuple[T, int]]:
            self._check(connection)
            results = work(connection, items)
            tally = self._count(connection)
            return [(result, tally) for result in results]

        return self._database.write_together(action, work, counted, item, guarded=guarded, then=self._seen)[0]

    def _seen(self, written: Sequence[tuple[object, int]]) -> None:
        """What was written with these tallies is in the ledger."""
        tally = max(tally for _, tally in written)
        self.known = max(self.known, tally)
        # After the transaction: a process killed in between leaves a ledger that is ahead, which is harmless. The other
        # way round each such kill would leave a witness that is ahead, and ask for a person.
        if self.witness is not None:
            self.witness.saw(tally)

    def under(self, database: Database) -> Self:
        """The same tally, for writes through this database, which is the ledger's under a condition."""
        bound = copy(self)
        bound._database = database
        return bound

    def look(self) -> None:
        """Have the witness follow what other processes have counted. Raises LedgerGone as `write` does."""
        known = self.known  # before it is read: other threads raise both meanwhile
        with self._database.read("read the tally") as connection:
            found = self._known_still(self._database.connector.read_tally(connection), known)
        self.known = max(self.known, found)
        if self.witness is not None:
            self.witness.saw(found)

    def read(self) -> int:
        """The tally in the ledger now."""
        found = self._database.tally()
        return 0 if found is None else found[1]

    def read_in(self, connection: Connection) -> int:
        """The same, in a transaction that goes on."""
        found = self._database.connector.read_tally(connection)
        return 0 if found is None else found[1]

    def put(self, connection: Connection, tally: int) -> None:
        """Raise the tally to this value, in a transaction that goes on."""
        self._database.connector.put_tally(connection, tally)

    def close(self) -> None:
        witness, self.witness = self.witness, None
        if witness is not None:
            witness.close()

    def _check(self, connection: Connection) -> None:
        transaction = self._database.transactions
        if self._checked == transaction:
            return
        self._known_still(self._database.connector.read_tally(connection), self.known)
        self._checked = transaction

    def _known_still(self, found: tuple[str, int] | None, known: int) -> int:
        """The tally that was found in the ledger, which is the one that this process has opened."""
        # A copy may have been written over the file, which keeps device and inode.
        if found is None or found[0] != self.ledger_id or found[1] < known:
            raise LedgerGone(
                f"the ledger {self._database.where} is not what it was: another copy was written over it",
                hint=BRING_BACK,
            )
        return found[1]

    def _count(self, connection: Connection) -> int:
        """Raise the tally, once for all writes that share this transaction, so that the witness is flushed once for
        all. The work of this write is done by now, so nothing takes the tally back alone."""
        transaction = self._database.transactions
        if self._counted[0] != transaction:
            self._counted = transaction, self._database.connector.raise_tally(connection)
        return self._counted[1]
