"""The list of tasks: what it shows, how it is chosen and leafed through, and what is done to several tasks together."""

import re
from datetime import timedelta

import pytest
from dashboard_desk import NOW, DashboardDesk, TestBrowser

from runner.server.dashboard.pages import task_list
from runner.tasks import EffectState, TaskState


def shown_ids(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<td class="number"><a href="/tasks/(\d+)">', html)]


@pytest.fixture
def several(shown: DashboardDesk) -> DashboardDesk:
    shown.task("S1", "@a")
    shown.task("S2", "@b", state=TaskState.FAILED, reason="no button", username="@brand")
    shown.task("S2", "@c", state=TaskState.MISSED, campaign="winter", due=NOW - timedelta(days=3))
    shown.task("S1", "@d", state=TaskState.COMPLETED, script="comment", entry="talk")
    return shown


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [4, 3, 2, 1]),
        ("?state=failed", [2]),
        ("?state=nonsense", [4, 3, 2, 1]),
        ("?device=S2", [3, 2]),
        ("?device=S2&state=missed", [3]),
        ("?campaign=winter", [3]),
        ("?campaign=trial&entry=talk", [4]),
        ("?account=Brand", [2]),
        ("?script=comment", [4]),
        ("?since=24h", [4, 2, 1]),
        ("?since=2026-11-21", [4, 2, 1]),
        ("?since=2027-01-01T00:00:00Z", []),
        ("?text=no+button", [2]),
        ("?text=%40c", [3]),
        ("?device=nobody", []),
    ],
)
def test_tasks_are_chosen(several: DashboardDesk, browser: TestBrowser, query: str, ids: list[int]) -> None:
    assert shown_ids(browser.page(f"/tasks{query}")) == ids


def test_what_was_asked_stands_in_the_fields_and_in_the_links(
    several: DashboardDesk, browser: TestBrowser
) -> None:
    html = browser.page("/tasks?device=S2&state=missed")
    assert 'name="device" value="S2"' in html and 'name="state" value="missed"' in html
    assert 'href="/tasks?state=failed&amp;device=S2"' in html
    assert '<option value="winter"></option>' in html and '<option value="@brand"></option>' in html


def test_the_list_leads_to_its_part_of_the_timeline(several: DashboardDesk, browser: TestBrowser) -> None:
    html = browser.page("/tasks?campaign=winter&state=missed")
    window = "from=2026-11-18T16%3A30%3A00Z&amp;until=2026-11-18T17%3A30%3A00Z&amp;by=phone"
    assert f'href="/timeline?{window}&amp;state=missed&amp;campaign=winter"' in html
    assert "/timeline?" not in browser.page("/tasks?device=nobody")


def test_a_time_that_cannot_be_read_is_told(several: DashboardDesk, browser: TestBrowser) -> None:
    html = browser.page("/tasks?since=yesterday-ish")
    assert "&#39;yesterday-ish&#39; is no time" in html and shown_ids(html) == [4, 3, 2, 1]


def test_states_are_counted(several: DashboardDesk, browser: TestBrowser) -> None:
    counts = re.findall(r"state-(\w+)\">\w+</span> <b>(\d+)(\+?)", browser.page("/tasks?state=failed"))
    assert {name: int(many) for name, many, more in counts if many != "0"} == {
        "pending": 1,
        "failed": 1,
        "missed": 1,
        "completed": 1,
    }
    assert not any(more for _, _, more in counts)


def test_pages_follow_each_other(
    shown: DashboardDesk, browser: TestBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_list, "AT_A_TIME", 2)
    for number in range(5):
        shown.task("S1", f"@u{number}")
    seen, address = [], "/tasks?device=S1"
    while address:
        html = browser.page(address)
        seen.append(shown_ids(html))
        older = re.search(r'rel="next" href="([^"]+)"', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == [[5, 4], [3, 2], [1]]
    assert 'href="/tasks?device=S1">Newest' in html


def test_a_list_of_fifty_is_light(shown: DashboardDesk, browser: TestBrowser) -> None:
    for number in range(60):
        shown.task("S1", f"@user{number}", state=TaskState.FAILED, reason="because " * 200)
    html = browser.page("/tasks")
    assert len(shown_ids(html)) == 50 and len(html.encode()) < 120_000


def test_only_what_may_be_acted_on_can_be_chosen(several: DashboardDesk, browser: TestBrowser) -> None:
    found = re.findall(r'name="id" value="(\d+)" data-may="(\w+)"', browser.page("/tasks"))
    assert found == [("3", "retry"), ("2", "retry"), ("1", "stop")]


def act(browser: TestBrowser, name: str, *ids: object, **headers: str):
    fields = {"csrf": browser.csrf, "id": [str(one) for one in ids]}
    own = {"origin": browser.url, "sec-fetch-site": "same-origin"}
    return browser.post(f"/actions/tasks/{name}", data=fields, headers=own | headers)


def test_several_are_tried_again_and_refusals_are_told(several: DashboardDesk, browser: TestBrowser) -> None:
    uncertain = several.task("S1", "@e", state=TaskState.UNCERTAIN, effect=EffectState.UNCERTAIN)
    answer = act(browser, "retry", 2, 3, uncertain.id, 3, 99, "x", **{"HX-Request": "true"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "2 tasks:" in answer.text and "pending again" in answer.text and "2 refused:" in answer.text
    assert "may have happened" in answer.text and "the ledger has no such task" in answer.text
    assert several.row(2).state is several.row(3).state is TaskState.PENDING
    assert len(several.submitted) == 2
    assert {one.kind for one in several.ledger.actions.newest()} == {"retry"}


def test_several_are_stopped(several: DashboardDesk, browser: TestBrowser) -> None:
    answer = act(browser, "stop", 1, 4)
    assert "1 task:" in answer.text and "it is completed, and over already" in answer.text
    assert "<html" in answer.text and several.row(1).state is TaskState.CANCELLED


def test_nothing_chosen_changes_nothing(several: DashboardDesk, browser: TestBrowser) -> None:
    assert "No task was chosen." in act(browser, "stop").text


def test_so_many_are_acted_on_with_one_request(
    several: DashboardDesk, browser: TestBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_list, "TOGETHER", 1)
    act(browser, "retry", 2, 3)
    assert several.row(2).state is TaskState.PENDING and several.row(3).state is TaskState.MISSED
