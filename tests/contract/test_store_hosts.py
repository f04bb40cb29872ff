"""What every store promises of hosts, of the lanes that they hold, and of the leader."""

import pytest
from passing_time import let_pass

from runner.clock import ManualClock
from runner.errors import HostTaken, LeaseLost, LedgerRefusal
from runner.store.leases import HOST_LEASE, LEADER_LEASE, MARGIN_S, HostLease
from runner.store.ledger import Ledger

ALL_OF_IT_S = HOST_LEASE.total_seconds()
LEAD_S = LEADER_LEASE.total_seconds()


def register(ledger: Ledger, name: str = "north", **changes: object) -> HostLease:
    return ledger.hosts.register(name, **{"machine": f"m-{name}", "version": "1.2"} | changes)


@pytest.fixture
def other(ledger: Ledger, clock: ManualClock) -> Ledger:
    """The same ledger, as another process has it open."""
    return Ledger(ledger._database, clock)


# hosts


def test_a_host_is_registered_with_what_it_says_of_itself(ledger: Ledger) -> None:
    lease = register(ledger, is_daemon=True, url="http://north:8021", artifacts="s3://shots")
    (row,) = ledger.hosts.all()
    assert (
        (row.name, row.epoch, row.process)
        == ("north", 1, ledger.executor)
        == (lease.host, lease.epoch, row.process)
    )
    assert (row.machine, row.version, row.is_daemon) == ("m-north", "1.2", True)
    assert (row.url, row.artifacts) == ("http://north:8021", "s3://shots")
    assert row.is_alive and row.stopped_utc is None and row.stop_reason == ""
    assert row.started_utc <= row.seen_utc < row.until_utc <= ledger.hosts.now() + HOST_LEASE


def test_a_name_belongs_to_the_process_that_lives(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    first = register(ledger)
    with pytest.raises(HostTaken, match="north"):
        register(other)
    with pytest.raises(HostTaken):
        register(other, machine="elsewhere", replaces_dead=True)
    let_pass(ledger, clock, ALL_OF_IT_S)
    second = register(other)
    assert second.epoch == first.epoch + 1
    assert not ledger.hosts.renew(first)
    assert ledger.hosts.all()[0].process == other.executor


def test_a_host_that_is_gone_for_good_is_forgotten(ledger: Ledger, clock: ManualClock) -> None:
    lease = register(ledger)
    ledger.lane_leases.take(lease, ["A1"])
    with pytest.raises(LedgerRefusal, match="cannot forget the host north: it lives"):
        ledger.hosts.forget("north")
    let_pass(ledger, clock, ALL_OF_IT_S)
    ledger.hosts.forget("north")
    assert ledger.hosts.all() == []
    lane = ledger.lane_leases.get("A1")
    assert lane is not None and lane.host is None and not lane.is_held
    with pytest.raises(LedgerRefusal, match="knows no such host"):
        ledger.hosts.forget("north")
    assert ledger.lane_leases.take(register(ledger), ["A1"]) == {"A1": lane.epoch + 1}


def test_a_process_that_is_known_to_be_dead_loses_its_name_at_once(ledger: Ledger, other: Ledger) -> None:
    first = register(ledger)
    second = register(other, replaces_dead=True)
    assert second.epoch == first.epoch + 1
    assert not ledger.hosts.renew(first)
    assert not first.is_sure()
    assert other.hosts.renew(second)


def test_a_host_that_registers_anew_begins_another_life(ledger: Ledger) -> None:
    first = register(ledger)
    second = register(ledger)
    assert second.epoch == first.epoch + 1
    assert not ledger.hosts.renew(first)


def test_a_lease_lasts_as_long_as_it_is_renewed(ledger: Ledger, clock: ManualClock) -> None:
    lease = register(ledger)
    for _ in range(3):
        let_pass(ledger, clock, ALL_OF_IT_S - MARGIN_S - 0.5)
        assert lease.is_sure()
        assert ledger.hosts.renew(lease)
        assert ledger.hosts.all()[0].is_alive
    let_pass(ledger, clock, ALL_OF_IT_S)
    assert not ledger.hosts.all()[0].is_alive
    assert not ledger.hosts.renew(lease)
    assert not ledger.hosts.all()[0].is_alive


def test_the_holder_stops_before_anybody_else_begins(ledger: Ledger, clock: ManualClock) -> None:
    lease = register(ledger)
    let_pass(ledger, clock, ALL_OF_IT_S - MARGIN_S)
    assert not lease.is_sure()
    assert ledger.hosts.all()[0].is_alive
    assert not ledger.hosts.renew(lease), "what was given up is not taken up again under the same epoch"
    lease.renewed(clock.boottime())
    assert not lease.is_sure(), "not even by a renewal that was on its way"


def test_a_host_that_has_stopped_says_why(ledger: Ledger, other: Ledger) -> None:
    lease = register(ledger)
    ledger.hosts.stop(lease, "stopped by SIGTERM")
    (row,) = ledger.hosts.all()
    assert not row.is_alive and row.stopped_utc is not None
    assert row.stop_reason == "stopped by SIGTERM"
    assert not lease.is_sure() and not ledger.hosts.renew(lease)
    assert register(other).epoch == lease.epoch + 1
    (row,) = ledger.hosts.all()
    assert row.is_alive and (row.stopped_utc, row.stop_reason) == (None, "")


# lanes


def test_lanes_that_nobody_holds_are_taken(ledger: Ledger) -> None:
    lease = register(ledger)
    assert ledger.lane_leases.take(lease, ["B2", "A1"]) == {"A1": 1, "B2": 1}
    assert ledger.lane_leases.take(lease, ["A1", "C3"]) == {"A1": 1, "C3": 1}
    assert ledger.lane_leases.take(lease, []) == {}
    rows = ledger.lane_leases.all()
    assert [(row.name, row.host, row.epoch, row.is_held) for row in rows] == [
        ("A1", "north", 1, True),
        ("B2", "north", 1, True),
        ("C3", "north", 1, True),
    ]
    assert ledger.lane_leases.held("north") == rows
    assert ledger.lane_leases.held("south") == []
    assert ledger.lane_leases.get("C3") == rows[2]
    assert ledger.lane_leases.get("D4") is None


def test_a_lane_that_is_held_is_wanted_until_its_lease_is_over(ledger: Ledger, clock: ManualClock) -> None:
    north, south = register(ledger, "north"), register(ledger, "south")
    ledger.lane_leases.take(north, ["A1"])
    assert ledger.lane_leases.take(south, ["A1", "B2"]) == {"B2": 1}
    row = ledger.lane_leases.get("A1")
    assert row and (row.host, row.wanted_by, row.is_held) == ("north", "south", True)
    let_pass(ledger, clock, 3)
    assert ledger.hosts.renew(south)
    let_pass(ledger, clock, 3)
    assert ledger.lane_leases.take(south, ["A1"]) == {"A1": 2}
    row = ledger.lane_leases.get("A1")
    assert row and (row.host, row.epoch, row.wanted_by, row.wanted_utc) == ("south", 2, None, None)


def test_another_host_wants_a_lane_in_place_of_one_that_has_died(ledger: Ledger, clock: ManualClock) -> None:
    north, south, east = (register(ledger, name) for name in ("north", "south", "east"))
    ledger.lane_leases.take(north, ["A1"])
    for lease, noted in ((south, "south"), (east, "south")):
        ledger.lane_leases.take(lease, ["A1"])
        row = ledger.lane_leases.get("A1")
        assert row and row.wanted_by == noted
    ledger.hosts.stop(south, "stopped")
    ledger.lane_leases.take(east, ["A1"])
    row = ledger.lane_leases.get("A1")
    assert row and row.wanted_by == "east"


def test_a_lane_that_is_given_back_is_free(ledger: Ledger) -> None:
    north, south = register(ledger, "north"), register(ledger, "south")
    ledger.lane_leases.take(north, ["A1", "B2"])
    ledger.lane_leases.take(south, ["A1"])
    ledger.lane_leases.release(south, ["A1", "B2"])
    row = ledger.lane_leases.get("A1")
    assert row and (row.host, row.wanted_by, row.wanted_utc) == ("north", None, None)
    ledger.lane_leases.release(north, ["A1"])
    row = ledger.lane_leases.get("A1")
    assert row and (row.host, row.is_held) == (None, False)
    assert ledger.lane_leases.take(south, ["A1", "B2"]) == {"A1": 2}


def test_the_lanes_of_a_host_are_free_in_its_next_life(ledger: Ledger) -> None:
    first, south = register(ledger, "north"), register(ledger, "south")
    ledger.lane_leases.take(first, ["A1", "B2"])
    second = register(ledger, "north")
    row = ledger.lane_leases.get("A1")
    assert row and (row.host, row.is_held) == ("north", False)
    assert ledger.lane_leases.take(south, ["B2"]) == {"B2": 2}
    assert ledger.lane_leases.take(second, ["A1", "B2"]) == {"A1": 2}
    with pytest.raises(LeaseLost, match="north"):
        ledger.lane_leases.take(first, ["A1"])


def test_a_host_whose_lease_is_over_takes_nothing(ledger: Ledger, clock: ManualClock) -> None:
    lease = register(ledger)
    let_pass(ledger, clock, ALL_OF_IT_S)
    with pytest.raises(LeaseLost):
        ledger.lane_leases.take(lease, ["A1"])
    assert ledger.lane_leases.all() == []


# the leader


def test_one_host_leads_until_its_lease_is_over(ledger: Ledger, clock: ManualClock) -> None:
    assert ledger.leader.now() is None
    first = ledger.leader.try_take("north")
    assert first is not None and first.epoch == 1
    assert ledger.leader.try_take("south") is None
    let_pass(ledger, clock, LEAD_S - MARGIN_S - 0.5)
    assert ledger.leader.renew(first)
    let_pass(ledger, clock, LEAD_S - MARGIN_S)
    assert not first.is_sure()
    assert ledger.leader.try_take("south") is None
    let_pass(ledger, clock, MARGIN_S)
    second = ledger.leader.try_take("south")
    assert second is not None and second.epoch == 2
    assert not ledger.leader.renew(first)
    row = ledger.leader.now()
    assert row and (row.host, row.epoch, row.is_alive) == ("south", 2, True)


def test_a_lead_that_is_given_back_is_free(ledger: Ledger) -> None:
    first = ledger.leader.try_take("north")
    assert first is not None
    ledger.leader.release(first)
    row = ledger.leader.now()
    assert row and (row.host, row.is_alive) == (None, False)
    second = ledger.leader.try_take("south")
    assert second is not None and second.epoch == 2
    ledger.leader.release(first)
    row = ledger.leader.now()
    assert row and (row.host, row.is_alive) == ("south", True)


def test_the_lead_of_a_process_that_is_known_to_be_gone_is_taken_at_once(ledger: Ledger) -> None:
    first = ledger.leader.try_take("north")
    second = ledger.leader.try_take("south", gone=first.epoch)
    assert first is not None and second is not None and second.epoch == 2
    assert not ledger.leader.renew(first)
