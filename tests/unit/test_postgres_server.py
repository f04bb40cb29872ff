"""The PostgreSQL server that tests start: its databases outlive it, and it does not outlive who started it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from postgres_server import Databases, PostgresServer


def test_each_database_is_of_its_own(postgres: Databases) -> None:
    one = postgres.new_database()
    postgres.execute("CREATE TABLE seen (id INTEGER)", one)
    copy, other = postgres.new_database(one), postgres.new_database()
    assert postgres.execute("SELECT * FROM seen", copy) == []
    with pytest.raises(psycopg.errors.UndefinedTable):
        postgres.execute("SELECT * FROM seen", other)
    for url in (one, copy, other):
        postgres.drop_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgres.execute("SELECT 1", one)


def test_what_was_written_is_there_after_a_failure() -> None:
    with PostgresServer(fsync=True) as server:
        url = server.new_database()
        server.execute("CREATE TABLE seen AS SELECT 1 AS id", url)
        server.kill()
        server.start()
        assert server.execute("SELECT id FROM seen", url) == [(1,)]
        server.restart()
        assert server.execute("SELECT id FROM seen", server.tcp_url(url)) == [(1,)]
        folder = server.folder
    assert not folder.exists()


STARTED = """
import sys
from postgres_server import PostgresServer
print(PostgresServer().start().url("postgres"), flush=True)
sys.stdin.read()
"""


def test_it_ends_with_the_process_that_started_it() -> None:
    here = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", STARTED],
        env={"PYTHONPATH": str(here)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        with psycopg.connect(started.stdout.readline().strip()) as connection:
            started.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT pg_sleep(60)")
