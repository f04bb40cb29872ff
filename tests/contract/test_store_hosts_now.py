"""What every store tells of hosts at once."""

from datetime import timedelta

import pytest
from claims import claim
from host_shelf import HostShelf
from ledgers import add, decided, occurrence, task

from runner.clock import ManualClock
from runner.store.asked import hosts as module
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import AttemptOutcome, Outcome, TaskState


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


def by_host(ledger: Ledger, *hosts: str) -> dict[str, list[int]]:
    """The ids of the tasks that each of these hosts has, which both lists agree on."""
    found = {}
    for host in hosts:
        total, rows = ledger.tasks.page(TaskFilter(host=host))
        found[host] = [row.id for row in rows]
        assert total == len(rows)
        assert list(ledger.task_pages.page(TaskFilter(host=host)).rows) == rows
        assert sum(ledger.task_pages.counts(TaskFilter(host=host)).by_state.values()) == total
    return found


def test_a_ledger_of_one_host_names_none_for_tasks(ledger: Ledger) -> None:
    add(ledger, "A1")
    assert ledger.hosts_now.of_tasks([1]) is None
    assert by_host(ledger, "south") == {"south": []}


def test_a_task_is_of_the_host_of_its_lane_then_of_that_of_its_last_attempt(
    ledger: Ledger, shelf: HostShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    first, second, _ = add(ledger, "A1", "A2", "A3")
    shelf.host("north", "A1", is_daemon=True)
    shelf.host("south", "A2")
    assert ledger.hosts_now.of_tasks([1, 2, 3]) == {1: "north", 2: "south"}
    shelf.dies("south", ago=timedelta(minutes=1))
    assert by_host(ledger, "north", "south", "west") == {"north": [1], "south": [2], "west": []}
    shelf.began(claim(ledger, first).id, "south")
    assert ledger.hosts_now.of_tasks([1, 2, 3]) == {1: "south", 2: "south"}
    assert by_host(ledger, "north", "south") == {"north": [], "south": [2, 1]}
    ledger.tasks.cancel([second], "no longer wanted")  # nobody ever began it, and nobody will
    assert ledger.hosts_now.of_tasks([1, 2, 3]) == {1: "south"}
    assert by_host(ledger, "north", "south") == {"north": [], "south": [1]}


def test_of_several_attempts_the_last_one_tells_the_host(ledger: Ledger, shelf: HostShelf) -> None:
    (key,) = add(ledger, "A1")
    shelf.host("north", "A1")
    attempt = claim(ledger, key)
    shelf.began(attempt.id, "south")
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED), TaskState.FAILED)
    ledger.tasks.retry(key)
    assert by_host(ledger, "north", "south") == {"north": [], "south": [1]}
    shelf.began(claim(ledger, key).id, "north")
    assert ledger.hosts_now.of_tasks([1]) == {1: "north"}
    assert by_host(ledger, "north", "south") == {"north": [1], "south": []}


def test_a_task_of_a_whole_backend_is_of_the_host_that_calls_it(ledger: Ledger, shelf: HostShelf) -> None:
    one = occurrence()
    ledger.occurrences.record([decided(one, task(one, backend="local_api"))])
    shelf.host("north", "backend local_api")
    shelf.host("south", "A1")
    assert ledger.hosts_now.of_tasks([1]) == {1: "north"}
    assert by_host(ledger, "north", "south") == {"north": [1], "south": []}
