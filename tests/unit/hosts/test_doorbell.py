"""Rings on a real PostgreSQL: each lane rings once, for the host that holds it, and a lost ring is rung again."""

import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from postgres_server import Databases, PostgresServer
from wire import Wire

from runner.clock import SystemClock
from runner.hosts import doorbell, lane_jobs
from runner.hosts.doorbell import Doorbell
from runner.hosts.doorbell_tables import install
from runner.store.leases import HostLease
from runner.store.ledger import Ledger
from runner.store.url import libpq_url

PATIENCE_S = 60.0


class Drained:
    """Notes which lanes were loaded; a lane rests once it is in `resting`."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.resting: set[str] = set()
        self._news = threading.Condition()

    def load(self, lanes: Collection[str]) -> None:
        with self._news:
            self.loaded += lanes
            self._news.notify_all()

    def at_rest(self, lane: str) -> bool:
        return lane in self.resting

    def wait_for(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self.loaded) >= count, PATIENCE_S), self.loaded


@pytest.fixture
def ledger(postgres_ledger: str) -> Iterator[Ledger]:
    with Ledger.open(postgres_ledger, SystemClock()) as opened:
        install(opened.database)
        yield opened


@pytest.fixture
def lease(ledger: Ledger) -> HostLease:
    lease = ledger.hosts.register("north", machine="m", version="1")
    ledger.lane_leases.take(lease, ["A1", "B2"])
    return lease


def bell(ledger_url: str, drained: Drained, pooled: bool = False) -> Doorbell:
    return Doorbell(lambda: libpq_url(ledger_url), "north", drained, lambda trouble: None, pooled=pooled)


def jobs(postgres: Databases, url: str) -> list[tuple[str, str, str]]:
    return postgres.execute(
        "SELECT queue_name::text, lock, status::text FROM procrastinate_jobs ORDER BY lock, status", url
    )


@pytest.mark.parametrize("pooled", [False, True])
def test_a_ring_is_followed_until_the_lane_is_at_rest(
    postgres: Databases, postgres_ledger: str, ledger: Ledger, lease: HostLease, pooled: bool
) -> None:
    drained = Drained()
    with bell(postgres_ledger, drained, pooled):
        assert ledger.rings.ring(["A1", "B2", "C3"]) == ["A1", "B2"]
        drained.wait_for(2)
        assert sorted(drained.loaded) == ["A1", "B2"]
        # While a lane is drained one more ring waits, and further ones find that.
        assert ledger.rings.ring(["A1"]) == ["A1"]
        assert ledger.rings.ring(["A1"]) == []
        assert len(drained.loaded) == 2
        drained.resting = {"A1", "B2"}
        drained.wait_for(3)
        assert drained.loaded[2] == "A1"
    assert jobs(postgres, postgres_ledger) == []


def test_many_lanes_ring_with_few_statements(
    postgres: Databases,
    postgres_ledger: str,
    ledger: Ledger,
    lease: HostLease,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Counted(lane_jobs.LaneJobs):
        def __init__(self, connector: Any) -> None:
            connector.execute_query_async = self._counting(connector.execute_query_async)
            connector.execute_query_all_async = self._counting(connector.execute_query_all_async)
            super().__init__(connector)

        def _counting(self, ask: Any) -> Any:
            def counted(query: str, **values: Any) -> Any:
                asked.append(query)
                return ask(query, **values)

            return counted

    monkeypatch.setattr(doorbell, "LaneJobs", Counted)
    lanes = [f"L{number:03}" for number in range(100)]
    ledger.lane_leases.take(lease, lanes)
    drained = Drained()
    drained.resting = set(lanes)
    ledger.rings.ring(lanes)
    with bell(postgres_ledger, drained):
        drained.wait_for(100)
    assert sorted(drained.loaded) == lanes
    assert asked.count(lane_jobs.TAKE) < 10
    assert asked.count(lane_jobs.END) < 30
    assert jobs(postgres, postgres_ledger) == []


def test_rings_are_taken_back_that_nobody_follows(
    postgres: Databases, postgres_ledger: str, ledger: Ledger, lease: HostLease
) -> None:
    ledger.rings.ring(["A1", "B2"])
    assert ledger.rings.take_back() == []
    ledger.lane_leases.release(lease, ["A1"])
    assert ledger.rings.take_back() == ["A1"]
    postgres.execute("UPDATE procrastinate_jobs SET status = 'doing'", postgres_ledger)
    assert ledger.rings.take_back() == ["B2"]
    assert ledger.rings.ring(["A1", "B2"]) == ["B2"]


def test_a_host_that_has_stopped_gets_no_ring(ledger: Ledger, lease: HostLease) -> None:
    ledger.hosts.stop(lease, "stopped")
    assert ledger.rings.ring(["A1"]) == []


def test_the_tables_are_made_once_and_say_their_version(
    postgres: Databases, postgres_ledger: str, ledger: Ledger
) -> None:
    install(ledger.database)
    said = "SELECT obj_description(to_regclass('procrastinate_jobs')::oid, 'pg_class')"
    (first,) = postgres.execute(said, postgres_ledger)
    postgres.execute("COMMENT ON TABLE procrastinate_jobs IS '3.4.0'", postgres_ledger)
    install(ledger.database)
    assert postgres.execute(said, postgres_ledger) == [first]


def test_a_bell_whose_connection_is_never_answered_makes_another(
    postgres: Databases,
    postgres_ledger: str,
    ledger: Ledger,
    lease: HostLease,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not isinstance(postgres, PostgresServer):
        pytest.skip("the server is not on this machine")
    monkeypatch.setattr(doorbell, "ANSWER_S", 1.0)
    drained = Drained()
    drained.resting = {"A1", "B2"}
    with Wire(postgres.port) as wire, bell(postgres.tcp_url(postgres_ledger, wire.port), drained):
        ledger.rings.ring(["A1"])
        drained.wait_for(1)
        behind = postgres.execute("SELECT client_port FROM pg_stat_activity WHERE client_port > 0")
        wire.hold_answers_to(*(port for (port,) in behind))
        ledger.rings.ring(["B2"])
        drained.wait_for(2)


@pytest.mark.parametrize("name", ["procrastinate.worker", "psycopg.pool"])
def test_libraries_write_nothing_into_the_log_when_the_database_is_away(name: str) -> None:
    """Not even with no handler above, as in a process; what they have to say the host says in its own words."""
    code = f"import runner.hosts.doorbell, logging; logging.getLogger({name!r}).error('listener error')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
