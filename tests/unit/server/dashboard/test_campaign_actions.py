"""What people do to a campaign from its page: each of it is recorded, and viewers may do none of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_desk import DashboardDesk, TestBrowser

from runner.store.request_rows import CommandKind, PauseScope
from runner.tasks import TaskSource

TOKEN, VIEWER = "w" * 40, "v" * 40
ACTIONS = (
    "/actions/campaigns/trial/pause",
    "/actions/campaigns/trial/resume",
    "/actions/campaigns/trial/rehearse",
    "/actions/campaigns/trial/rehearse-ahead",
    "/actions/campaigns/trial/greet/run",
    "/actions/rehearsals/1/stop",
)


def deeds(shown: DashboardDesk, subject: str = "trial") -> list[tuple[str, str]]:
    return [(one.by, one.kind) for one in shown.ledger.actions.of(subject)]


def paused(shown: DashboardDesk) -> list[tuple[PauseScope, str | None, str]]:
    return [(one.scope, one.subject, one.by) for one in shown.ledger.pauses.current()]


def test_a_campaign_is_paused_and_resumed_by_somebody(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    answer = browser.act("/actions/campaigns/trial/pause")
    assert answer.headers["location"] == "/campaigns/trial"
    browser.act("/actions/campaigns/trial/pause")
    assert paused(shown) == [(PauseScope.CAMPAIGN, "trial", "anna@shelf")]
    assert "by anna@shelf" in browser.page("/campaigns/trial")
    browser.act("/actions/campaigns/trial/resume")
    assert paused(shown) == []
    assert deeds(shown) == [("anna@shelf", "resume"), ("anna@shelf", "pause")]
    assert shown.refreshed == 2


def test_a_run_is_recorded_as_by_hand_and_handed_to_the_executor(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign()
    seen = browser.page("/campaigns/trial/greet/run")
    assert "Run 2 tasks now" in seen and shown.ledger.tasks.all() == []
    answer = browser.act("/actions/campaigns/trial/greet/run")
    found = re.fullmatch(r"/campaigns/trial\?run=([\w-]+)#run", answer.headers["location"])
    assert found is not None
    rows = shown.ledger.tasks.all(run_id=found[1])
    assert [(row.task.lane, row.task.source) for row in rows] == [
        ("S1", TaskSource.MANUAL),
        ("S2", TaskSource.MANUAL),
    ]
    (asked,) = shown.ledger.commands.open()
    assert (asked.kind, asked.by) == (CommandKind.TASKS_ADDED, "anna@shelf")
    assert deeds(shown) == [("anna@shelf", "run")]
    assert "0 of 2 tasks have ended" in browser.page(f"/campaigns/trial?run={found[1]}")


def test_a_run_makes_no_other_version_of_the_file(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    browser.act("/actions/campaigns/trial/greet/run")
    assert len(shown.ledger.campaigns.versions("trial")) == 1


def test_an_occurrence_is_carried_out_in_its_own_name_once(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign(at="09:00")
    assert "in its own name" in browser.page("/campaigns/trial/greet/run?at=09:00")
    browser.act("/actions/campaigns/trial/greet/run", at="09:00")
    rows = shown.ledger.tasks.all()
    assert {row.task.nominal for row in rows} == {"2026-11-21T09:00[Europe/Stockholm]"}
    answer = browser.act("/actions/campaigns/trial/greet/run", at="09:00", status=409)
    assert "nothing is done twice" in answer.text
    assert len(shown.ledger.tasks.all()) == len(rows)
    assert "2 of which have been made before" in browser.page("/campaigns/trial/greet/run?at=09:00")


def test_what_cannot_be_run_is_refused(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    browser.page("/campaigns/trial/nothing/run", 404)
    assert "no start time" in browser.page("/campaigns/trial/greet/run?at=10:00", 409)
    browser.act("/actions/campaigns/trial/nothing/run", status=409)
    (shown.campaigns / "trial.yaml").write_text("version: 1\nname: other\n")
    shown.reload()
    shown.ledger.campaigns.withdraw("trial", "gone")
    browser.act("/actions/campaigns/trial/greet/run", status=409)
    assert shown.ledger.tasks.all() == []


def test_nobody_acts_without_the_token_of_the_session(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    browser.page("/campaigns/trial")
    for path in ACTIONS:
        assert browser.submit(path, {"csrf": "0" * 64}).status_code == 403
        assert browser.submit(path, {"csrf": browser.csrf}, origin="https://evil.example").status_code == 403
        assert browser.get(path).status_code == 405
    assert deeds(shown) == []


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[DashboardDesk]:
    desk = DashboardDesk(tmp_path, token=TOKEN, viewer_token=VIEWER)
    yield desk
    desk.close()


def test_viewers_look_and_change_nothing(guarded: DashboardDesk) -> None:
    guarded.campaign()
    with guarded.browser() as browser:
        browser.log_in(VIEWER)
        html = browser.page("/campaigns/trial")
        assert "<button" not in html.partition('id="main"')[2].partition("<dialog")[0]
        assert "Run now" not in html
        assert "Run 2 tasks now" not in browser.page("/campaigns/trial/greet/run")
        for path in ACTIONS:
            assert browser.submit(path, {"csrf": browser.csrf}).status_code == 403
    assert deeds(guarded) == [] and guarded.ledger.tasks.all() == []


def test_rehearsals_that_nobody_began_are_not_there(browser: TestBrowser) -> None:
    browser.page("/rehearsals/1", 404)
    browser.page("/rehearsals/1/report", 404)
    browser.act("/actions/rehearsals/1/stop", status=404)
