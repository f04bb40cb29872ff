"""Who may change the tables of a ledger that hosts share, and what becomes of those who have the older ones open."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from full_tables import opened
from sqlalchemy import inspect, text

from runner.clock import SystemClock
from runner.errors import LedgerBehind, LedgerError, LedgerRaised
from runner.store.ledger import Ledger
from runner.store.revision import REVISION
from runner.store.upgrade import Upgrades, read_version

CLOCK = SystemClock()


def set_version(url: str, version: str) -> None:
    with opened(url) as database:
        change = text(f"UPDATE alembic_version SET version_num = '{version}'")
        database.write("set the version", lambda connection: connection.execute(change))


def test_an_empty_database_stays_empty_when_somebody_only_asks(empty_postgres: str) -> None:
    with pytest.raises(LedgerBehind, match="there is no ledger in postgresql://"):
        Ledger.open(empty_postgres, CLOCK, Upgrades.NONE)
    with opened(empty_postgres) as database, database.read("look") as connection:
        assert inspect(connection).get_table_names() == []


def test_two_hosts_open_a_new_database_at_once(empty_postgres: str) -> None:
    def open_it(_: int) -> str:
        with Ledger.open(empty_postgres, CLOCK) as ledger:
            return ledger.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(open_it, range(4)))) == 1


@pytest.mark.parametrize("upgrades", [Upgrades.NONE, Upgrades.ALONE])
def test_older_tables_stay_while_hosts_work_with_them(postgres_ledger: str, upgrades: Upgrades) -> None:
    with Ledger.open(postgres_ledger, CLOCK) as ledger:
        ledger.hosts.register("shelf-1", machine="m", version="0.1")
    set_version(postgres_ledger, "0008")
    with pytest.raises(LedgerBehind, match="has the tables of an older version") as caught:
        Ledger.open(postgres_ledger, CLOCK, upgrades)
    assert "runner ledger upgrade" in str(caught.value.hint)
    assert ("shelf-1 work now" in caught.value.message) is (upgrades is Upgrades.ALONE)
    with opened(postgres_ledger) as database:
        assert read_version(database) == "0008"


def test_newer_tables_are_refused(postgres_ledger: str) -> None:
    set_version(postgres_ledger, "9999")
    with pytest.raises(LedgerError, match="a newer version of the runner has written it"):
        Ledger.open(postgres_ledger, CLOCK, Upgrades.TOLD)


def test_who_has_the_older_tables_open_is_told(postgres_ledger: str) -> None:
    with Ledger.open(postgres_ledger, CLOCK) as ledger:
        ledger.refuse_raised()
        set_version(postgres_ledger, "9999")
        with pytest.raises(LedgerRaised, match=f"to 9999; this version knows schemas up to {REVISION}"):
            ledger.refuse_raised()
