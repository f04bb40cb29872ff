"""What the fence costs: one statement for each claim and each effect, and nothing where no hosts share the ledger."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from claims import task_on_phone

from runner.clock import ManualClock
from runner.execution.recovery import take_lanes
from runner.store.ledger import Ledger
from runner.tasks import EffectState, Occurrence

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open("sqlite://", ManualClock(NOON)) as opened:
        yield opened


def add(ledger: Ledger, *devices: str) -> list[str]:
    occurrence = Occurrence("autumn", "publish", "run:1", "now", NOON)
    tasks = [task_on_phone("autumn", "publish", "run:1", "post", one, None, None, NOON) for one in devices]
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    ledger.occurrences.add(version, [occurrence], tasks, "1")
    return [task.key for task in tasks]


def statements(ledger: Ledger, do: Callable[[], object]) -> int:
    """How many statements of the tables are carried out."""
    seen = list[str]()
    with ledger._database.read("watch") as connection:
        raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.set_trace_callback(seen.append)
    do()
    raw.set_trace_callback(None)
    return sum(one.startswith(("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")) for one in seen)


def test_a_claim_takes_two_statements_and_one_more_under_a_hold(ledger: Ledger) -> None:
    first, second, *rest = add(ledger, *(f"D{number}" for number in range(20)))
    assert statements(ledger, lambda: ledger.attempts.start_all([first])) == 2
    ledger.fence.begin(ledger.hosts.register("north", machine="m", version="1"))
    take_lanes(ledger, ["D1", "backend local_api"])
    assert statements(ledger, lambda: ledger.attempts.start_all([second], ledger.fence.of("D1"))) == 3
    hold = ledger.fence.of("backend local_api")
    assert statements(ledger, lambda: ledger.attempts.start_all(rest, hold)) == 3, "for all of a batch"


def test_an_effect_takes_one_more_statement_under_a_hold(ledger: Ledger) -> None:
    first, second = add(ledger, "D0", "D1")
    attempts = ledger.attempts.start_all([first, second])
    ids = list[int]()

    def begin(key: str, lane: str) -> None:
        about = (attempts[key].id, key, "post", None, lane, None, {})
        ids.append(ledger.effects.begin(*about, hold=ledger.fence.of(lane)))

    def settle(lane: str) -> None:
        ledger.effects.settle(ids[-1], EffectState.MADE, {}, hold=ledger.fence.of(lane))

    alone = [statements(ledger, lambda: begin(first, "D0")), statements(ledger, lambda: settle("D0"))]
    ledger.fence.begin(ledger.hosts.register("north", machine="m", version="1"))
    ledger.fence.hold(ledger.lane_leases.take(ledger.fence.lease, ["D1"]))  # type: ignore[arg-type]
    fenced = [statements(ledger, lambda: begin(second, "D1")), statements(ledger, lambda: settle("D1"))]
    assert fenced == [count + 1 for count in alone]
