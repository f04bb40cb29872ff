"""The database on a small disk: full, it refuses rows, and ends once its log has no room; with room it is back."""

import os
import time
from collections.abc import Iterator

import psycopg
import pytest
from small_disk import ServerOnSmallDisk, may_mount

pytestmark = pytest.mark.xdist_group("hosts")


@pytest.fixture
def server() -> Iterator[ServerOnSmallDisk]:
    if not may_mount():
        assert not (os.environ.get("CI") == "true" and os.geteuid() == 0), "a small disk cannot be mounted"
        pytest.skip("a small disk cannot be mounted here")
    server = ServerOnSmallDisk()
    try:
        yield server.start()
    finally:
        server.close()
    assert not server.folder.exists()


def test_a_full_disk_ends_the_server_and_room_brings_it_back(server: ServerOnSmallDisk) -> None:
    url = server.new_database()
    server.execute("CREATE TABLE words (word text)", url)
    server.execute("INSERT INTO words VALUES ('first')", url)
    server.fill()
    with pytest.raises(psycopg.Error):  # no room for rows
        server.execute("INSERT INTO words SELECT repeat('x', 1000) FROM generate_series(1, 5000)", url)
    until = time.monotonic() + 30
    with pytest.raises(psycopg.Error):  # nor for the log, soon
        while time.monotonic() < until:
            server.execute("SELECT pg_logical_emit_message(true, 'torture', repeat('x', 1000000))", url)
    server.make_room()
    assert server.execute("SELECT word FROM words", url) == [("first",)]
    server.execute("INSERT INTO words VALUES ('second')", url)
