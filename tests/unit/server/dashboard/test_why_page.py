"""The page that says why: the words of the command, for every question that people, and links, may put."""

from dashboard_desk import DashboardDesk, TestBrowser

from runner.queries.why import answers_to
from runner.store.request_rows import PauseScope
from runner.tasks import TaskState

HOSTILE = "<script>alert(1)</script>\u202e"


def test_it_says_what_the_command_says(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    html = browser.page("/why?subject=trial/greet")
    answers = answers_to(shown.ledger, "trial/greet", None, shown.desk.situation())
    assert answers
    for one in answers:
        for said in one.sentences:
            assert said in html
        assert one.verdict.value in html


def test_a_task_is_found_by_its_number_and_linked(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    row = shown.task(state=TaskState.FAILED, reason="no button")
    html = browser.page(f"/why?subject={row.id}")
    assert "no button" in html and f'href="/tasks/{row.id}"' in html


def test_other_pages_take_the_answers_alone(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(at="09:00")
    html = browser.fragment("/why?subject=trial/greet&at=2026-11-22T09:00&block=answers")
    assert "It will run at" in html or "comes at" in html
    assert "<form" not in html


def test_advice_leads_to_where_it_can_be_done(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(at="09:00")
    shown.ledger.pauses.begin(PauseScope.CAMPAIGN, "trial", "ann")
    html = browser.page("/why?subject=trial/greet&at=2026-11-22T09:00")
    assert 'href="/campaigns/trial"' in html.partition("why-answers")[2]
    assert "runner resume trial" in html


def test_what_leads_nowhere_is_told(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    told = browser.page("/why?subject=nothing-like-this", 404)
    assert "the ledger has no task nothing-like-this" in told and "runner tasks list" in told
    assert "trail" in browser.page("/why?subject=trail/greet", 404)
    assert "is no time" in browser.page("/why?subject=trial/greet&at=x", 404)
    assert "Ask for an entry" in browser.page("/why")


def test_a_hostile_question_stays_text(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    for subject in (HOSTILE, f"{HOSTILE}/greet", f"trial/{HOSTILE}"):
        html = browser.get("/why", params={"subject": subject, "at": HOSTILE}).text
        assert "<script>alert" not in html and "</script>\u202e" not in html
