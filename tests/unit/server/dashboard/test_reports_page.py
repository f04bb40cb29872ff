"""The page of reports, and the files that it leads to."""

import json
import re

import pytest
from dashboard_desk import NOW, DashboardDesk, Step, TestBrowser
from lxml import etree

from runner.execution.record_run import record_now
from runner.server.dashboard.pages import reports
from runner.tasks import TaskState

RUN = "20261121-180036-3fa9"
HOSTILE = "</style><script>alert(1)</script>"


@pytest.fixture
def done(shown: DashboardDesk) -> DashboardDesk:
    """A campaign, a run of it by hand, and a task of this day that failed."""
    shown.campaign()
    shown.task("S1", state=TaskState.FAILED, reason=HOSTILE, steps=[Step()])
    record_now(shown.ledger, shown.desk.campaigns()[0], RUN, NOW)
    return shown


def test_the_page_lists_runs_days_weeks_and_campaigns(done: DashboardDesk, browser: TestBrowser) -> None:
    html = browser.page("/reports")
    for address in (f"runs/{RUN}", "days/2026-11-21", "weeks/2026-W47", "campaigns/trial"):
        assert f'href="/reports/{address}.html"' in html
        for form in ("html?download", "xml", "json"):
            assert f'href="/reports/{address}.{form}"' in html
    assert html.count("nothing was due") == 13 + 7
    assert "2 pending" in re.sub(r"<[^>]+>", "", html)
    fragment = browser.fragment("/reports?block=runs")
    assert RUN in fragment
    assert "2026-W47" not in fragment


def test_an_empty_ledger_says_what_is_missing(browser: TestBrowser) -> None:
    html = browser.page("/reports")
    assert "Nobody has run a campaign by hand" in html
    assert "No campaign has been in force yet" in html


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (f"runs/{RUN}", f"Run {RUN} of trial"),
        ("tasks/1", "Task 1: follow @north on S1"),
        ("campaigns/trial", "trial"),
        ("occurrences/1", "trial/greet at 2026-11-21T17:00:01Z"),
        ("days/2026-11-21", "Saturday 2026-11-21"),
        ("days/today", "Saturday 2026-11-21"),
        ("weeks/2026-W47", "Week 47 of 2026"),
    ],
)
def test_each_is_there_in_each_form(done: DashboardDesk, browser: TestBrowser, path: str, title: str) -> None:
    shown = browser.get(f"/reports/{path}.html")
    assert f"<h1>{title}</h1>" in shown.text
    assert shown.headers["content-disposition"].startswith("inline;")
    kept = browser.get(f"/reports/{path}.html?download")
    assert kept.headers["content-disposition"].startswith('attachment; filename="')
    junit = browser.get(f"/reports/{path}.xml")
    assert etree.fromstring(junit.content).get("name") == title
    told = browser.get(f"/reports/{path}.json")
    assert json.loads(told.text)["report"]["title"] == title
    for answer in (junit, told):
        assert answer.headers["content-disposition"].startswith('attachment; filename="')


def test_a_report_that_is_shown_has_no_origin_and_runs_nothing(
    done: DashboardDesk, browser: TestBrowser
) -> None:
    for suffix in ("html", "html?download", "xml", "json"):
        answer = browser.get(f"/reports/tasks/1.{suffix}")
        allowed = [one.strip() for one in answer.headers["content-security-policy"].split(";")]
        assert allowed[:2] == ["sandbox", "default-src 'none'"]
        assert not any(one.startswith(("script-src", "connect-src", "allow")) for one in allowed)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert HOSTILE not in answer.text or suffix == "json"
    assert browser.get("/reports/tasks/1.json").headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "runs/none.html",
        "tasks/99.html",
        "tasks/x.html",
        "campaigns/none.json",
        "occurrences/99.html",
        "occurrences/x.html",
        "days/soon.html",
        "days/2020-01-01.html",
        "days/9999-12-31.html",
        "weeks/2026-W99.html",
        "tasks/1.pdf",
        "runs/..%2F..%2Fledger.html",
        "nothing/1.html",
    ],
)
def test_what_is_not_there_is_told(done: DashboardDesk, browser: TestBrowser, path: str) -> None:
    assert browser.get(f"/reports/{path}").status_code == 404


def test_many_who_wait_are_sent_away(
    done: DashboardDesk, browser: TestBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_WAITING", 0)
    answer = browser.get("/reports/tasks/1.html")
    assert answer.status_code == 503
    assert "ask again" in answer.text
