"""Hosts on the dashboard: their page, the wall, the phones, the header; from any daemon of several."""

from datetime import timedelta

import pytest
from dashboard_desk import DashboardDesk, TestBrowser
from host_shelf import HostShelf

from runner.store.phones import PhoneSeen
from runner.tasks import TaskState

HOSTILE = '<b onclick="x">"&'


@pytest.fixture
def shelf(shown: DashboardDesk) -> HostShelf:
    """A daemon that leads with S1, and a worker with S2."""
    shown.campaign()
    shown.ledger.phones.note([PhoneSeen("S1", "device", 80), PhoneSeen("S2", "device", 70)])
    made = HostShelf(shown.ledger, shown.clock)
    made.host("berlin", "S1", is_daemon=True, url="http://berlin:8000")
    made.host("oslo", "S2", version="1.2.4")
    made.leads("berlin")
    return made


def test_a_ledger_of_one_host_has_no_link_and_says_so(shown: DashboardDesk, browser: TestBrowser) -> None:
    assert 'href="/hosts"' not in browser.page("/")
    assert "One host carries everything out, this one" in browser.page("/hosts")


def test_each_host_is_shown_with_what_it_holds(shelf: HostShelf, browser: TestBrowser) -> None:
    html = browser.page("/hosts")
    assert 'aria-current="page">Hosts<' in html
    assert "<b>berlin</b> leads" in html
    assert 'href="http://berlin:8000/hosts"' in html
    assert 'href="/phones/S2"' in html
    assert "Versions differ: 1.2.3 on berlin; 1.2.4 on oslo." in html
    fragment = browser.fragment("/hosts?block=table")
    assert fragment.lstrip().startswith('<section id="hosts"')


def test_a_host_that_died_needs_a_person(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    row = shown.task("S2")
    shelf.dies("oslo", ago=timedelta(minutes=1))
    for path in ("/hosts", "/"):
        html = browser.page(path)
        assert "Host oslo died at 17:59 (its lease ended at 17:59:05)" in html, path
        assert "runner worker --name oslo" in html
    assert "host gone" in browser.page("/")
    assert "host-gone" in browser.page(f"/tasks/{row.id}")
    shelf.dies("berlin", ago=timedelta(minutes=1))
    assert "no daemon leads" in browser.page("/phones")


def test_phones_are_grouped_and_chosen_by_host(shelf: HostShelf, browser: TestBrowser) -> None:
    wall = browser.page("/?group=host")
    assert "berlin" in wall and "oslo" in wall
    assert "S1" not in browser.fragment("/?block=wall&host=oslo")
    table = browser.fragment("/phones?block=table&host=oslo")
    assert "S2" in table and "S1" not in table


def test_a_phone_of_another_host_leads_to_that_hosts_page(shelf: HostShelf, browser: TestBrowser) -> None:
    html = browser.page("/phones/S1")
    assert 'href="http://berlin:8000/phones/S1"' in html
    assert 'id="live-screen"' not in html


def test_what_runs_on_other_hosts_counts_in_the_header(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    shown.task("S2", state=TaskState.RUNNING)
    assert "<b>1</b> running" in browser.fragment("/header")
    assert "on host oslo" in browser.page("/")
    shelf.dies("oslo", ago=timedelta(minutes=1))
    assert "<b>0</b> running" in browser.fragment("/header")


def test_a_task_names_the_host_that_carried_it_out(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    row = shown.task("S2", state=TaskState.COMPLETED)
    record = shown.ledger.tasks.record_of(row.task.key)
    assert record is not None and len(record.attempts) == 1
    shelf.began(1, "oslo")
    assert "on host oslo." in browser.page(f"/tasks/{row.id}")


def test_hostile_names_are_only_shown(shelf: HostShelf, browser: TestBrowser) -> None:
    shelf.host(HOSTILE, HOSTILE, version=HOSTILE, url="javascript:alert(1)", is_daemon=True)
    shelf.leads(HOSTILE)
    for path in ("/hosts", "/", "/phones"):
        html = browser.page(path)
        assert HOSTILE not in html and "javascript:" not in html, path


def test_the_timeline_shows_since_when_phones_wait_for_a_host(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    shown.task("S2")
    shelf.stops("oslo", "terminated", ago=timedelta(minutes=5))
    assert "the host oslo is gone (it stopped: terminated)" in browser.page(
        "/timeline/data?from=2026-11-21T12:00:00Z&until=2026-11-21T20:00:00Z"
    )


def test_tasks_are_shown_with_their_hosts_and_chosen_by_host(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    shown.task("S1", "@a")
    shown.task("S2", "@b")
    html = browser.page("/tasks")
    assert "<th>Host</th>" in html and 'href="/hosts#host-berlin"' in html
    assert '<datalist id="names-host"><option value="berlin"></option><option value="oslo">' in html
    chosen = browser.page("/tasks?host=oslo&state=pending")
    assert 'name="host" value="oslo"' in chosen and 'href="/tasks?state=failed&amp;host=oslo"' in chosen
    rows = browser.fragment("/tasks?host=oslo&block=rows")
    assert "@b" in rows and "@a" not in rows and 'href="/hosts#host-oslo"' in rows


def test_tasks_of_one_host_are_shown_without_it(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.task("S1", "@a")
    html = browser.page("/tasks")
    assert "<th>Host</th>" not in html and 'name="host"' not in html
    assert "No task is like that" in browser.page("/tasks?host=oslo")


def test_the_timeline_names_the_host_of_each_phone(
    shown: DashboardDesk, shelf: HostShelf, browser: TestBrowser
) -> None:
    shown.task("S3", "@a")
    shown.task("S2", "@b", username="@brand")
    address = "/timeline/data?from=2026-11-21T00:00:00Z&until=2026-11-22T12:00:00Z"
    lanes = browser.get(address).json()["lanes"]
    assert lanes["name"] == ["S1", "S2", "S3"]
    assert lanes["label"] == ["S1 on berlin", "S2 on oslo", "S3"]
    shelf.dies("oslo", ago=timedelta(minutes=1))
    assert "S2 on oslo" in browser.get(address).json()["lanes"]["label"]
    of_accounts = browser.get(f"{address}&by=account").json()["lanes"]
    assert of_accounts["detail"][of_accounts["label"].index("@brand")] == "on S2, host oslo"
    assert "oslo" not in str(browser.get(f"{address}&by=campaign").json()["lanes"])
    assert "<td>S2 on oslo</td>" in browser.page(address.replace("/data", "") + "&q=oslo")
