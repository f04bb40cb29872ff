"""What is due in which lane: for all stores as far as one lane goes, and for the leader's sweep on PostgreSQL."""

from collections.abc import Iterator

import pytest
from ledgers import HOUR, NOON, SECOND, add, claim, occurrence, task

from runner.clock import ManualClock
from runner.hosts.doorbell_tables import install
from runner.hosts.ringer import _us
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState


def record_batch(ledger: Ledger) -> None:
    one = occurrence(entry="batch")
    sent = task(one, "A1", backend="local_api")
    ledger.occurrences.record([Decision(one, OccurrenceState.STARTED, "", None, (sent,))])


def test_what_is_due_in_a_lane(ledger: Ledger) -> None:
    now_due, _ = add(ledger, "A1", "B2")
    add(ledger, "A1", hour=13)
    record_batch(ledger)
    assert [row.task.key for row in ledger.tasks.due_in(["A1"], NOON)] == [now_due]
    assert len(ledger.tasks.due_in(["A1"], NOON + HOUR)) == 2
    assert [row.task.backend for row in ledger.tasks.due_in(["backend local_api"], NOON)] == ["local_api"]
    claim(ledger, now_due)
    assert ledger.tasks.due_in(["A1"], NOON) == []


@pytest.fixture
def shared(postgres_ledger: str) -> Iterator[Ledger]:
    with Ledger.open(postgres_ledger, ManualClock(NOON)) as opened:
        install(opened.database)
        yield opened


def test_the_sweep_finds_lanes_that_are_due_and_the_next_instant(shared: Ledger) -> None:
    key, *_ = add(shared, "A1", "B2")
    add(shared, "C3", hour=13)
    record_batch(shared)
    now = _us(NOON)
    lanes = sorted(lane.lane for lane in shared.rings.due(now, ["local_api"]))
    assert lanes == ["A1", "B2", "backend local_api"]
    assert shared.rings.next_us(now) == _us(NOON + HOUR)
    before = {lane.lane: lane.shape for lane in shared.rings.due(now, ["local_api"])}
    shared.tasks.hold_back(key, "a limit", NOON + 60 * SECOND)
    assert "A1" not in [lane.lane for lane in shared.rings.due(now, ["local_api"])]
    assert shared.rings.next_us(now) == _us(NOON + 60 * SECOND)
    after = {lane.lane: lane.shape for lane in shared.rings.due(now + 60_000_000, ["local_api"])}
    assert after["A1"] != before["A1"] and after["B2"] == before["B2"]
