"""What a ledger on PostgreSQL does when the server, or the way to it, fails; and how its transactions go on beside each
other."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from postgres_server import Databases, PostgresServer
from sqlalchemy import Connection

from runner.clock import ManualClock
from runner.errors import LedgerError, LedgerGone, LedgerUnavailable
from runner.store.database import Database
from runner.store.ledger import Ledger
from runner.store.postgres_transactions import WRITING
from runner.store.request_rows import CommandKind

CLOCK = ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that these tests may end."""
    with PostgresServer() as started:
        yield started


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    if not server.is_running:  # the test before has failed
        server.start()
    made = server.new_database()
    yield made
    server.drop_database(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    opened.write("make a table", lambda it: it.exec_driver_sql("CREATE TABLE seen (id INTEGER PRIMARY KEY)"))
    yield opened
    opened.close()


def put(number: int, **how: bool) -> object:
    return lambda connection: connection.exec_driver_sql(f"INSERT INTO seen VALUES ({number})")


def seen(database: Database) -> list[int]:
    with database.read("look") as connection:
        return list(connection.exec_driver_sql("SELECT id FROM seen ORDER BY id").scalars())


def test_a_server_that_was_away_between_two_transactions_is_not_noticed(
    server: PostgresServer, database: Database
) -> None:
    assert seen(database) == []
    before = database.version()
    server.restart()
    database.write("write", put(1))
    server.restart()
    assert seen(database) == [1]
    server.restart()
    assert database.version() != before


def test_a_server_that_is_away_is_told_and_comes_back(server: PostgresServer, database: Database) -> None:
    server.stop()
    for attempt in (lambda: database.write("write", put(1)), lambda: seen(database), database.version):
        with pytest.raises(LedgerUnavailable, match="cannot be reached") as caught:
            attempt()
        assert "pg_isready" in str(caught.value.hint)
    server.start()
    database.write("write", put(1))
    assert seen(database) == [1]
    assert database.version()


def test_a_server_that_ends_within_a_transaction_undoes_it(
    server: PostgresServer, database: Database
) -> None:
    def fail(connection: Connection) -> None:
        put(1)(connection)
        server.restart()
        put(2)(connection)

    with pytest.raises(LedgerUnavailable):
        database.write("write", fail)
    assert seen(database) == []
    with pytest.raises(LedgerUnavailable), database.read("look") as connection:
        server.restart()
        connection.exec_driver_sql("SELECT 1")
    assert seen(database) == []


class CutOff:
    """In place of a connection of libpq: what it sends arrives, and no answer comes back once it commits."""

    def __init__(self, pgconn: object, *, arrives: bool) -> None:
        self._pgconn = pgconn
        self._arrives = arrives

    def __getattr__(self, name: str) -> object:
        return getattr(self._pgconn, name)

    def exec_(self, statements: bytes) -> object:
        if statements != b"COMMIT":
            return self._pgconn.exec_(statements)
        if self._arrives:
            self._pgconn.exec_(statements)
        raw_socket(self._pgconn.socket)
        return self._pgconn.exec_(b"SELECT 1")


def raw_socket(descriptor: int) -> None:
    import os
    import socket

    with socket.socket(fileno=os.dup(descriptor)) as way:
        way.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("arrives", [True, False])
def test_the_server_is_asked_whether_a_commit_without_an_answer_was_written(
    database: Database, arrives: bool
) -> None:
    def cut_off_at_the_end(connection: Connection) -> None:
        put(1)(connection)
        raw = connection.connection.driver_connection
        raw.pgconn = CutOff(raw.pgconn, arrives=arrives)

    if arrives:
        database.write("write", cut_off_at_the_end)
    else:
        with pytest.raises(LedgerUnavailable):
            database.write("write", cut_off_at_the_end)
    assert seen(database) == ([1] if arrives else [])
    database.write("write", put(2))


def test_an_error_that_is_passed_over_does_not_pass_for_a_write(database: Database) -> None:
    def pass_over(connection: Connection) -> None:
        put(1)(connection)
        with pytest.raises(Exception, match="duplicate"):
            put(1)(connection)

    with pytest.raises(LedgerError, match="undone"):
        database.write("write", pass_over)
    assert seen(database) == []


# what goes on beside what


def test_a_part_that_reads_and_then_writes_has_the_ledger_to_itself(url: str, database: Database) -> None:
    """Two processes that count and then write get two numbers."""
    others = [Database(url) for _ in range(3)]

    def count_and_put(connection: Connection) -> None:
        number = connection.exec_driver_sql("SELECT count(*) FROM seen").scalar_one()
        put(number)(connection)

    def repeat(one: Database) -> None:
        for _ in range(25):
            one.write("count", count_and_put)

    threads = [threading.Thread(target=repeat, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen(database) == list(range(75))
    for one in others:
        one.close()


def test_guarded_writes_go_on_beside_each_other_and_no_other_does(url: str, database: Database) -> None:
    other, third = Database(url), Database(url)
    goes_on = threading.Event()

    def while_this_one_goes_on(connection: Connection) -> None:
        other.write("write beside", put(2), guarded=True)
        other.write_beside("write beside all", put(3))
        waiting.start()
        goes_on.wait(0.2)
        assert not goes_on.is_set()
        put(1)(connection)

    def write_alone() -> None:
        third.write("write alone", put(4))
        goes_on.set()

    waiting = threading.Thread(target=write_alone)
    database.write("write", while_this_one_goes_on, guarded=True)
    waiting.join()
    assert goes_on.is_set()
    assert seen(database) == [1, 2, 3, 4]
    other.close()
    third.close()


def test_one_of_several_writes_that_fails_undoes_nothing_of_the_others(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def lead(connection: Connection) -> None:
        begun.set()
        go_on.wait()

    failed = []

    def write(number: int) -> None:
        try:
            database.write("write", put(number))
        except LedgerError as error:
            failed.append((number, error.message))

    leader = threading.Thread(target=database.write, args=("lead", lead))
    leader.start()
    begun.wait()
    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 2, 3)]
    for thread in threads:
        thread.start()
    while len(database._commits._queue) < len(threads):
        pass
    before = database.transactions
    go_on.set()
    for thread in (leader, *threads):
        thread.join()
    assert database.transactions == before + 2
    assert seen(database) == [1, 2, 3]
    ((number, message),) = failed
    assert number == 2 and "duplicate key" in message


def test_a_lock_that_stays_is_told(url: str, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(url) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", (WRITING,))
        monkeypatch.setattr(
            "runner.store.postgres.BEGINNINGS",
            {
                (True, False): b"BEGIN; SET LOCAL lock_timeout = 10; "
                b"SELECT pg_current_xact_id(), pg_advisory_xact_lock(%d)" % WRITING
            },
        )
        with pytest.raises(LedgerUnavailable, match="kept it locked"):
            database.write("write", put(1))
    database.write("write", put(1))


def test_a_writer_that_stands_still_is_ended_by_the_server(url: str, database: Database) -> None:
    """A process that is frozen within a write keeps others waiting for seconds, not for ever."""

    def stand_still(connection: Connection) -> None:
        put(1)(connection)
        other.write("write", put(2))  # waits until the server has ended this one
        put(3)(connection)

    other = Database(url)
    with pytest.raises(LedgerUnavailable, match="within a transaction"):
        database.write("write", stand_still)
    assert seen(database) == [2]
    other.close()


# opening


def test_hosts_may_open_a_new_ledger_at_the_same_time(url: str) -> None:
    opened: list[Ledger] = []
    threads = [threading.Thread(target=lambda: opened.append(Ledger.open(url, CLOCK))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ledger.id for ledger in opened}) == 1 and len(opened) == 4
    for ledger in opened:
        ledger.close()


def test_what_one_process_writes_another_one_sees_change(url: str) -> None:
    with Ledger.open(url, CLOCK) as one, Ledger.open(url, CLOCK) as other:
        other.changed()
        assert not other.changed()
        one.commands.request(CommandKind.STOP_ALL, None, "anna")
        assert other.changed()
        assert not other.changed()


def test_a_ledger_whose_tables_are_gone_is_gone(server: PostgresServer, url: str) -> None:
    with Ledger.open(url, CLOCK) as ledger:
        server.execute("DROP SCHEMA public CASCADE", url)
        with pytest.raises(LedgerGone, match="its tables are gone"):
            ledger.commands.open()


def refused(url: str) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(url, CLOCK)
    return caught.value


def test_what_cannot_be_opened_says_what_to_do(postgres: Databases) -> None:
    missing = refused(postgres.url("nowhere"))
    assert "no such database" in missing.message and "createdb" in str(missing.hint)
    assert isinstance(refused("postgresql://127.0.0.1:1/ledger"), LedgerUnavailable)
    url = postgres.new_database()
    stranger = refused(url.replace("://runner@", "://nobody-knows@"))
    assert "does not let this user in" in stranger.message and "PGPASSFILE" in str(stranger.hint)
    postgres.execute("CREATE TABLE customers (id INTEGER)", url)
    assert "another program's database" in refused(url).message
    postgres.drop_database(url)


def test_a_database_in_another_encoding_is_refused(postgres: Databases) -> None:
    postgres.execute(
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )
    try:
        assert "keeps text as LATIN1" in refused(postgres.url("latin")).message
    finally:
        postgres.drop_database(postgres.url("latin"))
