"""What every store tells of hosts at once."""

from datetime import timedelta

import pytest
from claims import claim
from host_shelf import HostShelf
from ledgers import add

from runner.clock import ManualClock
from runner.store.ledger import Ledger


@pytest.fixture
def shelf(ledger: Ledger, clock: ManualClock) -> HostShelf:
    return HostShelf(ledger, clock)


def test_a_ledger_in_which_none_has_registered_has_no_table(ledger: Ledger) -> None:
    assert ledger.hosts_now.table() is None
    assert not ledger.hosts_now.are_several()


def test_hosts_lanes_and_the_leader_are_read_at_once(ledger: Ledger, shelf: HostShelf) -> None:
    shelf.host("north", is_daemon=True)
    shelf.host("south", "A1", "A2")
    shelf.leads("north")
    shelf.takes("north", "A2", "backend local_api")
    table = ledger.hosts_now.table()
    assert table is not None and ledger.hosts_now.are_several()
    assert [host.name for host in table.living] == ["north", "south"]
    assert table.leads == table.hosts["north"]
    assert [lane.name for lane in table.lanes_of("south")] == ["A1", "A2"]
    assert table.lanes["A2"].wanted_by == "north" and table.holds("A2") == table.hosts["south"]
    assert table.of_process("south:1:ab") == table.hosts["south"]
    assert table.holds("A3") is None and table.keeper("A3") is None


def test_a_host_that_is_gone_keeps_its_lanes_until_another_takes_them(
    ledger: Ledger, shelf: HostShelf
) -> None:
    shelf.host("south", "A1")
    shelf.dies("south", ago=timedelta(minutes=1))
    table = ledger.hosts_now.table()
    assert table is not None and table.living == () and table.leads is None
    assert table.holds("A1") is None and table.keeper("A1") == table.hosts["south"]
    shelf.host("north", "A1")
    table = ledger.hosts_now.table()
    assert table is not None and table.keeper("A1") == table.hosts["north"]
    assert table.lanes_of("south") == []


def test_a_host_that_begins_anew_keeps_only_what_it_takes(ledger: Ledger, shelf: HostShelf) -> None:
    shelf.host("south", "A1", "A2")
    shelf.host("south", "A2")
    table = ledger.hosts_now.table()
    assert table is not None and table.keeper("A1") is None
    assert [lane.name for lane in table.lanes_of("south")] == ["A2"]


def test_what_runs_and_waits_is_told_by_host_and_device(ledger: Ledger, shelf: HostShelf) -> None:
    first, _ = add(ledger, "A1", "A2")
    assert ledger.hosts_now.running() == {}
    shelf.began(claim(ledger, first).id, "south")
    row = ledger.tasks.get(first)
    assert row is not None and ledger.hosts_now.running() == {row.id: "south"}
    assert ledger.hosts_now.waiting() == [("A2", "device", 1)]
