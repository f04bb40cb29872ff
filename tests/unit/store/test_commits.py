"""Writes that come at the same time: one transaction, and still each its own result and its own error."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from runner.errors import LedgerError
from runner.store.database import Database

PATIENCE_S = 30


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    opened.write(
        "make a table", lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER UNIQUE)"))
    )
    yield opened
    opened.close()


class Crowd:
    """Writes that come while another one is being carried out, in the order in which they are added."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits: list[float] = []
        self._pool = ThreadPoolExecutor(20)
        self._gate = threading.Event()
        database.on_write(self.commits.append)
        self.leader = self._pool.submit(database.write, "lead", self._wait)
        self._until_queued(0)

    def add(self, action: str, *numbers: int) -> "Future[int]":
        return self.send(action, lambda connection: insert(connection, *numbers))

    def add_followed(self, number: int, then: Callable[[Sequence[int]], None]) -> "Future[int]":
        return self.send(f"write {number}", lambda connection: insert(connection, number), then=then)

    def send(
        self,
        action: str,
        work: Callable[[Connection], int],
        *,
        flush: bool = True,
        then: Callable[[Sequence[int]], None] | None = None,
    ) -> "Future[int]":
        queued = len(self._queue)
        future = self._pool.submit(self.database.write, action, work, flush=flush, then=then)
        self._until_queued(queued + 1)
        return future

    def let_go(self) -> None:
        self._gate.set()
        self._pool.shutdown()

    @property
    def _queue(self) -> list[object]:
        return list(self.database._commits._queue)

    def _wait(self, connection: Connection) -> None:
        assert self._gate.wait(PATIENCE_S)

    def _until_queued(self, count: int) -> None:
        turn = threading.Event()
        for _ in range(PATIENCE_S * 1000):
            if self.database._commits._is_led and len(self._queue) == count:
                return
            turn.wait(0.001)
        raise AssertionError(f"{len(self._queue)} writes wait, not {count}")


def insert(connection: Connection, *numbers: int) -> int:
    for number in numbers:
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})
    return sum(numbers)


def numbers(database: Database) -> list[int]:
    with database.read("read") as connection:
        return list(connection.scalars(text("SELECT n FROM t ORDER BY n")))


def is_flushed(connection: Connection) -> int:
    """1 if the transaction that goes on will be on the disk when it is over (synchronous is 2, FULL)."""
    return int(connection.scalar(text("PRAGMA synchronous")) == 2)


def test_a_write_is_flushed_unless_it_need_not_be(database: Database) -> None:
    asked = [True, False, False, True]
    assert [database.write("look", is_flushed, flush=flush) for flush in asked] == asked


@pytest.mark.parametrize("asked", [[False, False], [False, True], [True, False]])
def test_one_that_must_be_flushed_has_the_others_flushed_too(database: Database, asked: list[bool]) -> None:
    crowd = Crowd(database)
    futures = [crowd.send("look", is_flushed, flush=flush) for flush in asked]
    crowd.let_go()
    assert [future.result() for future in futures] == [any(asked)] * 2


def test_writes_that_wait_share_one_transaction(database: Database) -> None:
    crowd = Crowd(database)
    futures = [crowd.add(f"write {number}", number) for number in range(10)]
    crowd.let_go()
    assert [future.result() for future in futures] == list(range(10))
    assert numbers(database) == list(range(10))
    assert len(crowd.commits) == 2


def test_a_write_that_fails_undoes_nothing_of_the_others(database: Database) -> None:
    crowd = Crowd(database)
    first, second, third = crowd.add("write 1", 1), crowd.add("write 2 and 1", 2, 1), crowd.add("write 3", 3)
    crowd.let_go()
    with pytest.raises(LedgerError, match=r"cannot write 2 and 1 in the ledger .*UNIQUE"):
        second.result()
    assert (first.result(), third.result(), numbers(database)) == (1, 3, [1, 3])


def test_an_error_that_is_not_the_databases_is_the_writers_own(database: Database) -> None:
    crowd = Crowd(database)
    first = crowd.add("write 1", 1)
    broken = crowd.send("divide", lambda connection: 1 // 0)
    crowd.let_go()
    with pytest.raises(ZeroDivisionError):
        broken.result()
    assert (first.result(), numbers(database)) == (1, [1])


def test_a_transaction_that_cannot_be_committed_fails_for_all(database: Database) -> None:
    execute = [
        "CREATE TABLE parents (n INTEGER PRIMARY KEY)",
        "CREATE TABLE children (n INTEGER REFERENCES parents (n) DEFERRABLE INITIALLY DEFERRED)",
    ]
    for statement in execute:
        database.write("make tables", lambda connection, sql=statement: connection.execute(text(sql)))
    crowd = Crowd(database)
    orphan = text("INSERT INTO children VALUES (7)")
    first = crowd.add("write 1", 1)
    second = crowd._pool.submit(
        database.write, "write an orphan", lambda connection: connection.execute(orphan)
    )
    crowd._until_queued(2)
    crowd.let_go()
    for future, action in ((first, "write 1"), (second, "write an orphan")):
        with pytest.raises(LedgerError, match=f"cannot {action} in the ledger .*FOREIGN KEY"):
            future.result()
    assert numbers(database) == []
    database.write("go on", lambda connection: insert(connection, 5))
    assert numbers(database) == [5]


def test_many_threads_lose_nothing(database: Database) -> None:
    def lane(first: int) -> None:
        for number in range(first, first + 50):
            database.write(f"write {number}", lambda connection, n=number: insert(connection, n))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lane, range(0, 800, 50)))
    assert numbers(database) == list(range(800))


@pytest.fixture
def interrupts() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also in a process that was started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_withdraws_a_write_that_waits(database: Database) -> None:
    crowd = Crowd(database)

    def interrupt() -> None:
        crowd._until_queued(1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    crowd._pool.submit(interrupt)
    with pytest.raises(KeyboardInterrupt):
        database.write("write 1", lambda connection: insert(connection, 1))
    second = crowd.add("write 2", 2)
    crowd.let_go()
    assert (second.result(), numbers(database)) == (2, [2])


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_keeps_nobody_waiting_who_shares_the_transaction(database: Database) -> None:
    """Threads are woken one by the other; the one that has left wakes nobody."""
    crowd, is_gone = Crowd(database), threading.Event()

    def interrupt(connection: Connection) -> int:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert is_gone.wait(PATIENCE_S)
        return insert(connection, 1)

    def surround() -> None:
        crowd._until_queued(2)
        others.append(crowd.add("write 3", 3))
        others.append(crowd.add("write 4", 4))
        crowd._gate.set()

    first, others = crowd.send("write 1", interrupt), list["Future[int]"]()
    surrounding = crowd._pool.submit(surround)
    with pytest.raises(KeyboardInterrupt):
        database.write("write 2", lambda connection: insert(connection, 2))
    is_gone.set()
    surrounding.result(PATIENCE_S)
    assert [first.result(PATIENCE_S), *(other.result(PATIENCE_S) for other in others)] == [1, 3, 4]
    crowd.let_go()
    assert numbers(database) == [1, 2, 3, 4], "it was carried out, though nobody has waited for it"


def test_what_follows_a_transaction_is_done_once_for_all_who_ask_for_it(database: Database) -> None:
    crowd, told = Crowd(database), list[list[int]]()

    def then(results: Sequence[int]) -> None:
        assert numbers(database) == [1, 2, 3], "the transaction is over"
        told.append(sorted(results))

    futures = [crowd.add_followed(number, then) for number in (1, 2)]
    other = crowd.add("write 3", 3)
    crowd.let_go()
    assert [future.result() for future in (*futures, other)] == [1, 2, 3]
    assert told == [[1, 2]]


def test_what_fails_after_a_transaction_is_raised_by_those_who_asked_for_it(database: Database) -> None:
    crowd = Crowd(database)

    def then(results: Sequence[int]) -> None:
        raise LedgerError("the disk is full")

    first, second = crowd.add_followed(1, then), crowd.add("write 2", 2)
    crowd.let_go()
    with pytest.raises(LedgerError, match="the disk is full"):
        first.result()
    assert (second.result(), numbers(database)) == (2, [1, 2])


def test_nothing_follows_a_write_that_fails(database: Database) -> None:
    crowd, told = Crowd(database), list[int]()
    failed = crowd.send("divide", lambda connection: 1 // 0, then=told.extend)
    first = crowd.add_followed(1, told.extend)
    crowd.let_go()
    with pytest.raises(ZeroDivisionError):
        failed.result()
    assert (first.result(), told) == (1, [1])
