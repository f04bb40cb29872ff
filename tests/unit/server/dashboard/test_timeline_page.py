"""The page of the timeline, its data and its answers, over a ledger that a test fills."""

import gzip
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from dashboard_desk import NOW, DashboardDesk, TestBrowser

from runner.queries.why_entry import explain_entry
from runner.tasks import TaskState

HOUR = timedelta(hours=1)
DAY_AROUND = "from=2026-11-21T00:00:00Z&until=2026-11-22T12:00:00Z"
HOSTILE = "</td><script>alert(1)</script>"


def fill(shown: DashboardDesk) -> None:
    shown.campaign(at="20:00")
    for number, state in enumerate(TaskState):
        shown.task("S1", f"@{state}", state=state, due=NOW - number * HOUR, reason=f"because {state}")


def data(browser: TestBrowser, query: str = DAY_AROUND, **headers: str) -> dict[str, Any]:
    answer = browser.get(f"/timeline/data?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_data_has_every_task_and_the_plan(shown: DashboardDesk, browser: TestBrowser) -> None:
    fill(shown)
    found = data(browser)
    states = [found["states"][number] for number in found["rows"]["state"]]
    assert sorted(states) == sorted([*TaskState, "planned", "planned"])
    assert found["lanes"]["label"] == ["S1", "S2"]


def test_the_same_data_has_the_same_tag(shown: DashboardDesk, browser: TestBrowser) -> None:
    fill(shown)
    first = browser.get(f"/timeline/data?{DAY_AROUND}")
    assert first.headers["x-now"] == str(int(NOW.timestamp() * 1000))
    tag = {"if-none-match": first.headers["etag"]}
    assert browser.get(f"/timeline/data?{DAY_AROUND}", headers=tag).status_code == 304
    shown.task("S2", "@more", state=TaskState.COMPLETED)
    assert browser.get(f"/timeline/data?{DAY_AROUND}", headers=tag).status_code == 200


def test_long_data_is_zipped_for_those_who_take_that(shown: DashboardDesk, browser: TestBrowser) -> None:
    for number in range(60):
        shown.task("S1", f"@user_{number}")
    address = f"/timeline/data?{DAY_AROUND}"
    with browser.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        zipped = b"".join(answer.iter_raw())
    plain = browser.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert json.loads(gzip.decompress(zipped)) == plain.json()


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday&until=2026-11-22T12:00:00Z",
        "from=2026-11-21T00:00:00&until=2026-11-22T12:00:00Z",
        "from=0001-01-01T00:00:00Z&until=2026-11-22T12:00:00Z",
        "from=2026-11-22T12:00:00Z&until=2026-11-21T12:00:00Z",
        "from=2026-01-01T00:00:00Z&until=2026-11-21T12:00:00Z",
        f"{DAY_AROUND}&by=colour",
        "",
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(browser: TestBrowser, query: str) -> None:
    assert browser.get(f"/timeline/data?{query}", headers={"accept": "*/*"}).status_code == 400


def test_the_table_has_the_rows_of_the_data(shown: DashboardDesk, browser: TestBrowser) -> None:
    fill(shown)
    html = browser.page(f"/timeline?{DAY_AROUND}")
    found = data(browser)
    assert html.count("<tr data-state=") == len(found["rows"]["state"])
    for state in TaskState:
        assert f"follow @{state}</a>" in html
    failed = browser.fragment(f"/timeline?{DAY_AROUND}&state=failed&block=table")
    assert re.findall('data-state="([a-z]+)"', failed) == ["failed"]
    assert "because failed" in failed


def test_a_long_table_has_pages_that_keep_the_question(shown: DashboardDesk, browser: TestBrowser) -> None:
    for number in range(60):
        shown.task(
            "S1", f"@user_{number}", due=NOW - number * timedelta(minutes=1), state=TaskState.COMPLETED
        )
    html = browser.page(f"/timeline?{DAY_AROUND}&q=user")
    assert html.count("<tr data-state=") == 50
    (later,) = re.findall('<a rel="next" href="([^"]+)"', html)
    assert browser.page(later.replace("&amp;", "&")).count("<tr data-state=") == 10


def test_text_from_outside_stays_text(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task("S1", HOSTILE, state=TaskState.FAILED, reason=HOSTILE)
    for path in (f"/timeline?{DAY_AROUND}&q={'<script>'}", f"/timeline/why?task={row.id}"):
        assert "<script>alert" not in browser.page(path)


def test_a_task_answers_in_the_words_of_why(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task("S1", "@north", state=TaskState.FAILED, reason="no button")
    html = browser.fragment(f"/timeline/why?task={row.id}")
    assert "follow @north: failed at 18:00: no button." in html
    assert f"runner tasks retry {row.id}" in html
    assert "Nothing is known" in browser.fragment("/timeline/why?task=4711")


def test_a_gap_answers_in_the_words_of_why(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(at="20:00")
    at = "2026-11-21T18:30:00Z"
    html = browser.fragment(f"/timeline/why?by=phone&lane=S1&at={at}")
    (answer,) = explain_entry(shown.ledger, "trial", "greet", at, shown.desk.situation())
    for said in answer.sentences:
        assert said.replace("'", "&#39;") in html
    assert "No start time of greet falls on" in html
    coming = browser.fragment("/timeline/why?by=campaign&lane=trial/greet&at=2026-11-21T19:00:00Z")
    assert "It will run at 20:00" in coming
    assert browser.get("/timeline/why?by=phone&lane=S1&at=noon").status_code == 400


def test_the_address_fills_the_controls(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    html = browser.page("/timeline?by=account&state=failed,missed&campaign=trial&q=north")
    assert '<option value="account" selected>' in html
    assert "<option selected>trial</option>" in html
    assert 'value="north"' in html
    assert re.findall(r'value="(\w+)" checked', html) == ["failed", "missed"]
