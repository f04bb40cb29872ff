"""Every page answers, with much to show and with nothing."""

import re

import pytest
from dashboard_desk import DashboardDesk, Step, TestBrowser
from starlette.routing import Route

from runner.store.campaign_rows import InvalidFile
from runner.tasks import EffectState, StepOutcome, TaskState

PAGES = ["/", "/timeline", "/campaigns", "/tasks", "/phones", "/fleet", "/reports", "/preferences"]
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'\u202e{{7*7}}"


def fill(shown: DashboardDesk) -> list[str]:
    """A task in each state; gives the pages of what was made."""
    shown.campaign()
    shown.phones |= {"S1": "device", "S2": "offline"}
    failed = Step("look for Follow", StepOutcome.FAILED, "no button", hierarchy="<hierarchy/>")
    rows = [
        shown.task("S1", f"@{state}", state=state, reason=f"because {state}", steps=[Step(), failed])
        for state in TaskState
    ]
    effect = EffectState.UNCERTAIN
    rows.append(shown.task("S2", "@twice", state=TaskState.UNCERTAIN, reason="who knows", effect=effect))
    shown.ledger.holds.place("S2", "a login screen", rows[-1].task.key)
    return [*(f"/tasks/{row.id}" for row in rows), "/campaigns/trial", "/phones/S1", "/phones/S2"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_nothing_to_show(browser: TestBrowser, path: str) -> None:
    assert "<h1" in browser.page(path)


def test_pages_with_much_to_show(shown: DashboardDesk, browser: TestBrowser) -> None:
    for path in [*PAGES, *fill(shown)]:
        html = browser.page(path)
        assert html.count("<h1") == 1, path


def test_what_is_not_there_is_told_in_the_design(browser: TestBrowser) -> None:
    html = browser.page("/no/such/page", 404)
    assert "There is no such page" in html and "style.css" in html
    assert browser.fragment("/no/such/page", 404) == "Not Found\n"


def test_a_bug_is_told_in_the_design(shown: DashboardDesk) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    async def endpoint(request: object) -> None:
        fail()

    shown.app.router.routes.insert(0, Route("/bug", endpoint))  # type: ignore[arg-type]
    with shown.browser() as browser:
        assert "Something failed" in browser.page("/bug", 500)


def test_nothing_of_a_page_is_inline(shown: DashboardDesk, browser: TestBrowser) -> None:
    for path in [*PAGES, *fill(shown)]:
        html = browser.page(path)
        assert " style=" not in html and "<style" not in html, path
        assert not [
            tag for tag in html.split("<script")[1:] if "src=" not in tag and "application/json" not in tag
        ]
        assert " onclick=" not in html and "javascript:" not in html, path


def test_text_from_outside_stays_text(shown: DashboardDesk, browser: TestBrowser) -> None:
    step = Step(
        HOSTILE, StepOutcome.FAILED, HOSTILE, hierarchy=f"<hierarchy><node text='{HOSTILE[:3]}'/></hierarchy>"
    )
    rows = [
        shown.task(
            HOSTILE,
            HOSTILE,
            campaign=HOSTILE,
            entry=HOSTILE,
            state=state,
            reason=HOSTILE,
            hint=HOSTILE,
            steps=[step],
        )
        for state in (TaskState.FAILED, TaskState.RUNNING)
    ]
    rows.append(
        shown.task(
            HOSTILE,
            "@b",
            state=TaskState.UNCERTAIN,
            reason=HOSTILE,
            config={"captions": HOSTILE, "material_list": [f"/shelf/{HOSTILE}.mp4"]},
        )
    )
    shown.ledger.holds.place(HOSTILE, HOSTILE, rows[0].task.key)
    shown.phones[HOSTILE] = "offline"
    wrong = InvalidFile(f"/shelf/{HOSTILE}.yaml", HOSTILE, HOSTILE, None, shown.clock.now())
    shown.ledger.campaigns.replace_invalid_files([wrong])
    for path in [*PAGES, *(f"/tasks/{row.id}" for row in rows)]:
        html = browser.page(path)
        assert "<script>alert" not in html and "<img src=x" not in html, path
        assert "\u202e" not in what_is_read(html), path


def what_is_read(html: str) -> str:
    """The text of a page, and what its attributes tell people: data for modules may hold any character."""
    told = re.findall('(?:title|alt|aria-label|placeholder)="([^"]*)"', html)
    return " ".join([re.sub("<[^>]*>", " ", html), *told])
