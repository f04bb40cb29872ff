"""The database under the ledger: its transactions, whatever kind of database it is."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Self, TypeVar

from sqlalchemy import Connection

from runner.clock import Clock
from runner.errors import LedgerError
from runner.store.asked.questions import Ask
from runner.store.commits import Commits
from runner.store.connector import Connector
from runner.store.postgres_extra import needs_postgres
from runner.store.sqlite import Sqlite
from runner.store.url import is_shared, place_of

T = TypeVar("T")
Item = TypeVar("Item")


class Database:
    """Short transactions on one database, from any thread. Errors of the database leave it as LedgerError. `clock` is
    for a database that has none of its own; None: the machine's. `readers` is how many connections to a server read."""

    def __init__(self, store_url: str, clock: Clock | None = None, readers: int | None = None) -> None:
        self.connector = _connector(store_url, clock, readers)
        self.path = self.connector.path
        self.place = place_of(store_url)
        self.is_shared = is_shared(store_url)
        self.where = self.connector.where
        self._commits = Commits(self.connector)
        self._condition: Callable[[Connection], None] | None = None

    def under(self, condition: Callable[[Connection], None]) -> Self:
        """The same database, whose writes first ask `condition` in their transaction: what that raises, they raise, and
        nothing is written. Whoever opened the database closes it."""
        bound = copy(self)
        bound._condition = condition
        return bound

    @contextmanager
    def read(self, action: str) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        try:
            with self.connector.reading() as connection:
                yield connection
        except Exception:  # told only now: a context for each of millions of reads and writes takes its time
            with self._told(action):
                raise

    @contextmanager
    def asking(self, action: str) -> Iterator[Ask]:
        """As `read`, for questions."""
        try:
            with self.connector.asking() as ask:
                yield ask
        except Exception:
            with self._told(action):
                raise

    @contextmanager
    def look(self, action: str) -> Iterator[Connection]:
        """As `read`, for one statement alone; quicker."""
        with self._told(action), self.connector.looking() as connection:
            yield connection

    def write(
        self,
        action: str,
        work: Callable[[Connection], T],
        *,
        flush: bool = True,
        guarded: bool = False,
        then: Callable[[Sequence[T]], None] | None = None,
    ) -> T:
        """Do `work` in a transaction that is durable when this returns; if it raises, nothing is written. Without
        `flush` it outlives this process, but a failure of power only once a later write has been flushed.

        Threads that write at the same time share a transaction and its flush to the disk, so another thread may do
        `work`, and call it a second time after nothing of the first was kept. It must not call the database's own
        methods.

        Nobody else writes while `work` goes on, in any process: it may read, and then write what follows from that. A
        `guarded` write does without, and so goes on beside other guarded ones: each of its statements changes rows only
        where they are as it expects, and its caller looks at what was changed.

        `then` is called once for all writes of a transaction that name it, with their results, after its end and before
        any of them returns; they raise what it raises.
        """
        try:
            return self._commits.carry_out(self._conditional(work), flush=flush, guarded=guarded, then=then)
        except Exception:
            with self._told(action):
                raise

    def write_together(
        self,
        action: str,
        kind: Hashable,
        work: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        *,
        flush: bool = True,
        guarded: bool = False,
        then: Callable[[Sequence[T]], None] | None = None,
    ) -> T:
        """As `write`, for what many threads write at the same time: `work` does it for the items of all those that
        share a transaction, with as many statements as for one, and returns a result for each. It raises if any of them
        is refused; then each is carried out by itself."""
        condition = self._condition

        def asked_first(connection: Connection, items: Sequence[Item]) -> Sequence[T]:
            if condition is not None:
                condition(connection)
            return work(connection, items)

        try:
            return self._commits.carry_out_together(
                (kind, condition), asked_first, item, flush=flush, guarded=guarded, then=then
            )
        except Exception:
            with self._told(action):
                raise

    def _conditional(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        condition = self._condition
        if condition is None:
            return work

        def asked_first(connection: Connection) -> T:
            condition(connection)
            return work(connection)

        return asked_first

    def write_beside(self, action: str, work: Callable[[Connection], T], *, flush: bool = True) -> T:
        """As `write`, for the few rows whose statements guard themselves: it waits for no other write, in any process.
        What must not be late goes so, like leases."""
        with self._told(action):
            transaction = self.connector.writing_beside(flush=flush)
            if transaction is None:
                return self._commits.carry_out(work, flush=flush)
            with transaction as connection:
                return work(connection)

    @property
    def transactions(self) -> int:
        """How many transactions have written; the same number for all writes that share one, while it goes on."""
        return self._commits.count

    def check(self, action: str) -> None:
        """Raises LedgerGone if the database is not the one that was opened; cheap."""
        self.connector.check(action)

    def on_write(self, tell: Callable[[float], None]) -> None:
        """Have `tell` called after each transaction that wrote, with the seconds that it took; it must not raise."""
        self._commits.tell = tell

    def migrate(self, action: str, work: Callable[[Connection], None]) -> None:
        """Do `work` in a transaction that may drop tables and make them anew."""
        with self._told(action), self.connector.migrating() as connection:
            work(connection)

    def tally(self) -> tuple[str, int] | None:
        """The ledger's id and its tally; None if there is no ledger any more."""
        with self.read("read the tally") as connection:
            return self.connector.read_tally(connection)

    def version(self) -> Hashable:
        """Something that changes when somebody has written, in this process or elsewhere; cheap."""
        with self._told("look for changes"):
            seen = self.connector.version()
        return self._commits.count if seen is None else seen

    def writes_s(self) -> float:
        """For how long the transaction has gone on in which this process writes to a server; 0 if there is none."""
        return self.connector.writes_s()

    def reads_s(self) -> float:
        """The same of those in which it reads, of the one that has gone on the longest."""
        return self.connector.reads_s()

    def hang_up(self) -> None:
        """Have all threads that wait for an answer of a server hear that it is lost. Any thread may call it."""
        self.connector.hang_up()

    @contextmanager
    def _told(self, action: str) -> Iterator[None]:
        """Raise LedgerGone for an error that comes from the database not being there any more."""
        try:
            with self.connector.translated(action):
                yield
        except LedgerError:
            self.check(action)  # raises LedgerGone in its place
            raise

    def close(self) -> None:
        self.connector.close()


def _connector(store_url: str, clock: Clock | None, readers: int | None) -> Connector:
    if not is_shared(store_url):
        return Sqlite(store_url, clock)
    with needs_postgres(store_url):
        from runner.store.postgres import Postgres  # slow to import
    return Postgres(store_url, readers)
