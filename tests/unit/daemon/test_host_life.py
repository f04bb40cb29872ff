"""A life of a host on a real PostgreSQL, behind a proxy that acknowledges what is sent to it, and never answers."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import psycopg
import pytest
from postgres_server import PostgresServer
from until import until
from wire import Wire

from runner.clock import SystemClock
from runner.daemon.crash_guard import CrashGuard
from runner.daemon.host_life import HostGround, HostLife
from runner.daemon.lives import Ending, Lives
from runner.errors import LedgerUnavailable
from runner.hosts import silence
from runner.hosts.about import HostAbout
from runner.hosts.session_lock import PostgresLock
from runner.reports.log_lines import LogLines
from runner.scheduling.registry import Registry
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.kept import KeptConnections
from runner.store.postgres import Postgres
from runner.store.request_rows import PauseScope

PATIENCE_S = 60.0


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, Any]] = []

    def say(self, words: str, *_: Any, **values: Any) -> None:
        self.lines.append((words, values.get("reason")))

    def tell(self, *_: Any) -> None: ...

    def flush(self) -> None: ...

    def said(self, words: str) -> list[Any]:
        return [why for said, why in self.lines if said == words]


class Process:
    """What a daemon without phones is of a host: its lives, in a thread."""

    def __init__(self, url: str, folder: Path) -> None:
        self.log, self.lives, self.guard = Log(), list[HostLife](), CrashGuard()
        about = HostAbout("north", is_daemon=True, has_phones=False)
        ground = HostGround(
            about,
            StateDir(url, folder),
            Settings(folder, url, 5037, ZoneInfo("UTC")),
            SystemClock(),
            self.log.say,
        )
        ending = Ending(10.0, lambda error: 1)
        lives = Lives(
            self.guard,
            cast(LogLines, self.log),
            ending,
            lambda: HostLife(ground, lambda ledger: self.log.tell, Registry),
            self._around,
        )
        self._thread = threading.Thread(target=lives.run, name="lives")

    def _around(self, life: HostLife, stack: ExitStack) -> None:
        self.lives.append(life)

    def __enter__(self) -> "Process":
        self.guard.__enter__()
        self._thread.start()
        until(lambda: self.lives and self.lives[0]._is_started)
        return self

    def __exit__(self, *_: object) -> None:
        self.guard.over.set()
        self._thread.join(PATIENCE_S)
        self.guard.__exit__(None, None, None)
        assert not self._thread.is_alive() and self.guard.error is None


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def wire(server: PostgresServer) -> Iterator[Wire]:
    with Wire(server.port) as wire:
        yield wire


@pytest.fixture
def process(server: PostgresServer, wire: Wire, tmp_path: Path) -> Iterator[Process]:
    url = server.tcp_url(server.new_database(), wire.port)
    with Process(url, tmp_path) as process:
        yield process


def held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience for a test; not before the life has begun, which may take longer on a busy machine."""
    monkeypatch.setattr(silence, "SILENT_S", 2.0)
    monkeypatch.setattr(silence, "OVER_S", 1.0)


def port_of(kept: KeptConnections) -> int:
    """The port of this machine from which one of these connections asks the database."""
    until(lambda: kept._idle)
    raw = cast("psycopg.Connection[Any]", kept._idle[-1].connection.driver_connection)
    with socket.socket(fileno=os.dup(raw.pgconn.socket)) as way:
        return int(way.getsockname()[1])


def postgres_of(life: HostLife) -> Postgres:
    return cast(Postgres, life.ledger.database.connector)


def test_a_write_that_is_never_answered_ends_the_life_and_another_begins(
    wire: Wire, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    (life,) = process.lives
    life.ledger.pauses.begin(PauseScope.ALL, None, "me")  # the connection is there
    wire.hold_answers_to(port_of(postgres_of(life)._writing))
    held_up(monkeypatch)
    with suppress(LedgerUnavailable):  # one that has just begun, begins anew on another connection
        life.ledger.pauses.end()
    assert "has not answered a write" in life.why
    until(lambda: len(process.lives) == 2 and process.log.said("works again"))
    assert process.log.said("no work for now") == [life.why]
    assert process.lives[1].ledger.pauses.end() == 0


def test_a_question_that_is_never_answered_ends_the_life_of_the_host(
    wire: Wire, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever thread asks it: the executor, which is silent then, or the one that renews the lease."""
    (life,) = process.lives
    held_up(monkeypatch)
    wire.hold_answers_to(port_of(postgres_of(life)._reading))
    until(lambda: len(process.lives) == 2 and process.log.said("works again"))
    assert life.over.is_set()


def test_an_executor_that_hangs_ends_the_life(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    (life,) = process.lives
    held_up(monkeypatch)
    go_on = threading.Event()
    monkeypatch.setattr(life.executor, "refresh", go_on.wait)
    until(life.over.is_set)
    assert life.why.startswith("the executor has not looked for work for ")
    until(lambda: process.log.said("no work for now") == [life.why])
    go_on.set()
    until(lambda: len(process.lives) == 2)


def test_the_lock_of_a_lead_waits_for_no_answer_for_long(wire: Wire, server: PostgresServer) -> None:
    url = server.tcp_url(server.new_database(), wire.port)
    lock = PostgresLock(lambda: url)
    assert lock.take(1)
    wire.hold_answers()
    assert not lock.take(2)
    wire.heal()
    assert lock.take(2)
    lock.close()
