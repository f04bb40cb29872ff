"""What all pages of the dashboard have in common, in a real browser: they are reachable, readable and safe."""

from collections.abc import Iterator

import pytest
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from dashboard_desk import DashboardDesk, Step
from playwright.sync_api import Browser, Page, expect

from runner.tasks import EffectState, StepOutcome, TaskState

pytestmark = needs_chromium

PAGES = [
    "/",
    "/timeline",
    "/campaigns",
    "/tasks",
    "/phones",
    "/fleet",
    "/reports",
    "/preferences",
    "/no/such",
]
HOSTILE = "\"><img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"

STICKS_OUT = """
() => document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map((element) => element.outerHTML.slice(0, 200)) : []
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardDesk]:
    """A dashboard with tasks in all states, and hostile names."""
    desk = DashboardDesk(tmp_path_factory.mktemp("desk"))
    desk.campaign(devices=["S1", "S2", "S3"])
    failed = Step("look for Follow", StepOutcome.FAILED, "no button", hierarchy="<hierarchy/>")
    for state in TaskState:
        desk.task("S1", f"@{state}", state=state, reason=f"because {state}", steps=[Step(), failed])
    step = Step(HOSTILE, StepOutcome.FAILED, HOSTILE)
    row = desk.task(
        HOSTILE,
        HOSTILE,
        campaign=HOSTILE,
        entry=HOSTILE,
        state=TaskState.UNCERTAIN,
        reason=HOSTILE,
        steps=[step],
        effect=EffectState.UNCERTAIN,
        config={"captions": HOSTILE},
    )
    desk.ledger.holds.place(HOSTILE, HOSTILE, row.task.key)
    desk.phones |= {"S1": "device", "S2": "offline", HOSTILE: "unauthorized"}
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def url(desk: DashboardDesk) -> Iterator[str]:
    with desk.served() as url:
        yield url


def paths(desk: DashboardDesk) -> list[str]:
    rows = desk.ledger.tasks.all()
    return [*PAGES, *(f"/tasks/{row.id}" for row in (rows[3], rows[-1])), "/campaigns/trial", "/phones/S1"]


def visit(page: Page, address: str) -> None:
    """Open a page, and wait until it is whole."""
    page.goto(address)
    page.wait_for_load_state("load")
    if page.locator("#live").count():
        expect(page.locator("#live")).to_have_attribute("data-state", "live")


def test_every_page_is_for_everybody_and_silent(chrome: Browser, desk: DashboardDesk, url: str) -> None:
    with quiet_page(chrome) as page:
        page.allowed = ("404",)  # type: ignore[attr-defined]
        for path in paths(desk):
            visit(page, url + path)
            check_page(page)
            assert page.title() != "broken", path
            assert page.locator("h1").count() == 1, path


def test_every_page_fits_a_telephone(chrome: Browser, desk: DashboardDesk, url: str) -> None:
    with quiet_page(chrome, viewport=TELEPHONE) as page:
        page.allowed = ("404",)  # type: ignore[attr-defined]
        for path in paths(desk):
            visit(page, url + path)
            assert page.evaluate(STICKS_OUT) == [], path
