"""Each kind of URL that libpq takes, on a real PostgreSQL: it leads to its ledger, for all connections of a host."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from postgres_server import PostgresServer, name_of

from runner.clock import SystemClock
from runner.errors import LedgerError
from runner.store.ledger import Ledger
from runner.store.postgres_connecting import unless_given
from runner.store.url import libpq_url, shown

ROLE, DATABASE = "shelf user@ä", "kamp anj/ä%"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(settings={"listen_addresses": "127.0.0.1,::1"}) as server:
        server.execute(f'CREATE ROLE "{ROLE}" LOGIN')
        server.execute(f'CREATE DATABASE "{DATABASE}" OWNER "{ROLE}" TEMPLATE template0')
        yield server


@pytest.fixture(scope="module")
def standby() -> Iterator[PostgresServer]:
    """A server that takes no writes, as a standby."""
    with PostgresServer(settings={"default_transaction_read_only": "on"}) as server:
        yield server


@pytest.fixture
def database(server: PostgresServer) -> Iterator[str]:
    url = server.new_database()
    yield name_of(url)
    server.drop_database(url)


@pytest.fixture(autouse=True)
def _of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGSERVICEFILE", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)


KINDS = {
    "socket": "postgresql:///{database}?host={folder}&port={port}&user=runner",
    "socket in place of a host": "postgresql://runner@{quoted_folder}:{port}/{database}",
    "IPv6": "postgresql://runner@[::1]:{port}/{database}",
    "address beside a name": "postgresql://runner@db.example:{port}/{database}?hostaddr=127.0.0.1",
    "first of several is away": "postgresql://runner@127.0.0.1:1,127.0.0.1:{port}/{database}",
    "first of several is a standby": "postgresql://runner@127.0.0.1:{standby},127.0.0.1:{port}/{database}"
    "?target_session_attrs=read-write",
    "odd names": "postgresql://{role}@127.0.0.1:{port}/{odd_database}",
    "service": "postgresql://?service=campaigns",
    "service and a part of its own": "postgresql://127.0.0.1/?service=campaigns",
    "variables": "postgresql://",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_url(
    kind: str,
    server: PostgresServer,
    standby: PostgresServer,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGDATABASE": database, "PGUSER": "runner"}
    if kind == "variables":
        for name, value in parts.items():
            monkeypatch.setenv(name, value)
    services = tmp_path / "pg_service.conf"
    lines = ["host=nowhere.example" if "part" in kind else "host=127.0.0.1", f"port={server.port}"]
    services.write_text("\n".join(["[campaigns]", *lines, f"dbname={database}", "user=runner"]))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    url = KINDS[kind].format(
        database=database,
        folder=server.folder,
        quoted_folder=quote(str(server.folder), safe=""),
        port=server.port,
        standby=standby.port,
        role=quote(ROLE, safe=""),
        odd_database=quote(DATABASE, safe=""),
    )
    with Ledger.open(url, SystemClock()) as ledger:
        ledger.holds.place("A1", "captcha")
        assert [hold.device for hold in ledger.holds.current()] == ["A1"]
        assert ledger.database.where == shown(url)
    if kind != "odd names":
        assert server.execute("SELECT count(*) FROM holds", server.url(database)) == [(1,)]
    # As the doorbell, which is asynchronous, and the lock of a lead connect.
    asyncio.run(_connect(libpq_url(url), unless_given(url)))
    psycopg.connect(libpq_url(url)).close()


async def _connect(url: str, options: dict[str, object]) -> None:
    async with await psycopg.AsyncConnection.connect(url, **options) as connection:  # type: ignore[arg-type]
        await connection.execute("SELECT 1")


WRONG = {
    "postgresql://?service=nobody": ('definition of service "nobody" not found', "PGSERVICEFILE"),
    "postgresql://runner@::1:5432/campaigns": ("invalid integer value", "[::1]"),
    "postgresql://runner@db:port/campaigns": ("Servname not supported", "libpq"),
    "postgresql://shelf user@db/campaigns": ("unexpected spaces", "%20"),
    "postgresql://runner@db/100%": ("invalid percent-encoded token", "%20"),
    "postgresql://runner@db/campaigns?sslmod=require": ("invalid URI query parameter", "libpq"),
    "postgresql://runner@127.0.0.1/campaigns?sslmode=always": ("invalid sslmode value", "libpq"),
}


@pytest.mark.parametrize("url", WRONG)
def test_a_url_that_libpq_cannot_use_is_no_server_that_is_away(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = tmp_path / "pg_service.conf"
    services.write_text("[campaigns]\nhost=127.0.0.1\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    why, to_do = WRONG[url]
    with pytest.raises(LedgerError, match="the URL is none that libpq can use") as caught:
        Ledger.open(url, SystemClock())
    assert type(caught.value) is LedgerError and why in caught.value.message
    assert to_do in f"{caught.value.message} {caught.value.hint}"


def test_a_server_that_takes_no_writes_says_so(standby: PostgresServer) -> None:
    url = standby.tcp_url(standby.url("postgres"))
    for one in (url, f"{url}?target_session_attrs=read-write"):
        with pytest.raises(LedgerError, match="takes no writes: it is a standby") as caught:
            Ledger.open(one, SystemClock())
        assert "target_session_attrs=read-write" in str(caught.value.hint)


def test_a_schema_that_is_not_there_is_named(server: PostgresServer, database: str) -> None:
    url = f"{server.tcp_url(server.url(database))}?options=-csearch_path%3Dshelf"
    with pytest.raises(LedgerError, match="there is no schema in which to make the tables") as caught:
        Ledger.open(url, SystemClock())
    assert "CREATE SCHEMA" in str(caught.value.hint)
    server.execute("CREATE SCHEMA shelf", server.url(database))
    Ledger.open(url, SystemClock()).close()
    assert server.execute("SELECT count(*) FROM shelf.holds", server.url(database)) == [(0,)]
