"""`runner hosts` and `runner status` as people type them, alone and where hosts share the ledger."""

import json
from datetime import timedelta

import pytest
from asked_ledger import AskedLedger
from claims import claim
from host_shelf import HostShelf

from runner.clock import SystemClock


@pytest.fixture
def shelf(asked: AskedLedger) -> HostShelf:
    """A daemon that leads, and a worker; each has a phone with two tasks."""
    key = asked.run_by_hand()[0]
    made = HostShelf(asked.ledger, SystemClock())
    made.host("north", "VIRTUAL01", is_daemon=True, url="http://north:50809")
    made.host("south", "VIRTUAL02")
    made.leads("north")
    made.began(claim(asked.ledger, key).id, "north")
    return made


def test_one_host_alone_says_so(asked: AskedLedger) -> None:
    done = asked("hosts")
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)
    assert "One host carries everything out, this one" in done.stdout
    told = json.loads(asked("hosts", "--format", "json").stdout)
    assert (told["shared"], told["hosts"], told["leader"]) == (False, [], None)
    assert json.loads(asked("status", "--format", "json").stdout)["hosts"] == told


def test_all_is_well_with_two_hosts(asked: AskedLedger, shelf: HostShelf) -> None:
    done = asked("hosts")
    assert done.exit_code == 0 and "To do" not in done.stdout
    shown = asked("status").stdout
    assert "Host north leads: version 1.2.3, since " in shown
    assert "south: works" in shown
    assert "Serves the dashboard, the Local API, metrics and health on http://north:50809" in shown
    assert "daemon is down" not in shown and "Process" not in shown
    data = json.loads(asked("status", "--format", "json").stdout)
    assert (data["daemon"]["running"], data["daemon"]["url"]) == (True, "http://north:50809")
    assert data["hosts"]["leader"] == "north"


def test_a_host_that_is_gone_is_an_exit_code_and_something_to_do(
    asked: AskedLedger, shelf: HostShelf
) -> None:
    shelf.dies("south", ago=timedelta(minutes=1))
    for command in ("hosts", "status"):
        done = asked(command)
        assert "host south died at" in done.stdout
        assert "To do: on the machine south: runner worker --name south" in done.stdout
        assert done.exit_code == (1 if command == "hosts" else 0)
    assert asked("hosts", "--format", "json").exit_code == 1
    assert "host south is gone" in asked("status").stdout
    (waits,) = [
        one
        for one in json.loads(asked("status", "--format", "json").stdout)["waiting"]
        if one["verdict"] == "host-gone"
    ]
    assert (waits["count"], waits["host"]) == (2, "south")


def test_tasks_and_logs_name_the_host(asked: AskedLedger, shelf: HostShelf) -> None:
    lines = asked("tasks", "show", "1").stdout.splitlines()
    assert ["host", "north"] in [line.split() for line in lines]
    assert json.loads(asked("tasks", "show", "1", "--format", "json").stdout)[0]["host"] == "north"
    (waits,) = json.loads(asked("tasks", "show", "4", "--format", "json").stdout)
    assert (waits["attempts"], waits["host"]) == (0, "south")
    assert ["host", "south"] in [line.split() for line in asked("tasks", "show", "4").stdout.splitlines()]
    assert "on host north" in asked("logs", "1").stdout
    assert json.loads(asked("logs", "1", "--format", "json").stdout)["attempts"][0]["host"] == "north"


def test_a_host_that_was_taken_away_is_forgotten(asked: AskedLedger, shelf: HostShelf) -> None:
    refused = asked("hosts", "forget", "south")
    assert refused.exit_code == 1 and "it lives" in str(refused.exception)
    shelf.dies("south", ago=timedelta(minutes=1))
    assert "is forgotten" in asked("hosts", "forget", "south").stdout
    assert [one["name"] for one in json.loads(asked("hosts", "--format", "json").stdout)["hosts"]] == [
        "north"
    ]
    assert "knows no such host" in str(asked("hosts", "forget", "south").exception)


def test_the_ledger_may_be_named_before_the_subcommand(asked: AskedLedger, shelf: HostShelf) -> None:
    shelf.dies("south", ago=timedelta(minutes=1))
    elsewhere = asked("hosts", "--store", "sqlite:////nowhere/ledger.db", "forget", "south")
    assert "there is no ledger /nowhere/ledger.db" in str(elsewhere.exception)
    after = asked("hosts", "forget", "south", "--store", "sqlite:////nowhere/ledger.db")
    assert "there is no ledger /nowhere/ledger.db" in str(after.exception)
    assert asked("hosts", "forget", "south").exit_code == 0


def test_tasks_are_listed_with_their_hosts_and_by_host(asked: AskedLedger, shelf: HostShelf) -> None:
    told = json.loads(asked("tasks", "list", "--format", "json").stdout)["tasks"]
    assert {(one["device"], one["host"]) for one in told} == {("VIRTUAL01", "north"), ("VIRTUAL02", "south")}
    headings, *rows = asked("tasks", "list", "--host", "south").stdout.splitlines()[1:]
    assert "HOST" in headings.split()
    assert [row.split().count("south") for row in rows if "demo/greet" in row] == [1, 1]
    assert asked("tasks", "list", "--host", "west").stdout == "No task is like that.\n"


def test_a_copy_without_hosts_still_says_who_did_what(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    HostShelf(asked.ledger, SystemClock()).began(claim(asked.ledger, key).id, "north")
    assert json.loads(asked("tasks", "show", "1", "--format", "json").stdout)[0]["host"] == "north"
    told = json.loads(asked("tasks", "list", "--host", "north", "--format", "json").stdout)
    assert [one["id"] for one in told["tasks"]] == [1]


def test_tasks_of_one_host_are_listed_without_it(asked: AskedLedger) -> None:
    asked.run_by_hand()
    assert "HOST" not in asked("tasks", "list").stdout
    told = json.loads(asked("tasks", "list", "--format", "json").stdout)["tasks"]
    assert [one["host"] for one in told] == [None] * 4
    assert json.loads(asked("tasks", "list", "--host", "north", "--format", "json").stdout)["total"] == 0
