"""What all pages of the dashboard have in common, in a real browser: they are reachable, readable and safe."""

import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from dashboard_desk import DashboardDesk, Step
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from runner.server.dashboard.pages.page import page as show
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


# Live


FRAGMENT = """<div id="part" hx-get="/try" hx-trigger="changed:now from:body" hx-swap="outerHTML">
<p id="number">{number}</p><details id="more"><summary>More</summary>more</details>
<input id="typed" value="">
<div id="box" class="film" tabindex="0"><svg width="5000" height="9"></svg></div></div>"""


def try_fragment(desk: DashboardDesk) -> None:
    """Serve a fragment at /try that counts."""
    numbers = count(1)

    def answer(request: Request) -> Response:
        return HTMLResponse(FRAGMENT.format(number=next(numbers)))

    if not any(getattr(route, "path", "") == "/try" for route in desk.app.routes):
        desk.app.router.routes.insert(0, show("/try", answer))


def test_a_page_is_told_of_changes_and_keeps_what_the_reader_did(
    chrome: Browser, desk: DashboardDesk, url: str
) -> None:
    try_fragment(desk)
    with quiet_page(chrome) as page:
        visit(page, f"{url}/preferences")
        page.evaluate(
            """async () => {
              const main = document.getElementById("main");
              main.insertAdjacentHTML("beforeend", await (await fetch("/try")).text());
              htmx.process(main);
            }"""
        )
        page.locator("#more summary").click()
        page.locator("#box").evaluate("(box) => { box.scrollLeft = 300; }")
        page.locator("#typed").focus()
        before = page.locator("#number").inner_text()
        desk.desk.changes.tell("now")
        expect(page.locator("#number")).not_to_have_text(before)
        assert page.locator("#more").evaluate("(one) => one.open")
        assert page.locator("#box").evaluate("(one) => one.scrollLeft") == 300
        assert page.evaluate("document.activeElement.id") == "typed"


def test_a_stream_that_is_cut_comes_back_and_tells_what_was_missed(
    chrome: Browser, desk: DashboardDesk, url: str
) -> None:
    with quiet_page(chrome) as page:
        page.allowed = ("ERR_",)  # type: ignore[attr-defined]
        visit(page, f"{url}/preferences")
        live, needs = page.locator("#live"), page.locator(".needs-count b")
        before = int(needs.inner_text())
        desk.cut()
        expect(live).to_have_text("connection lost")
        desk.ledger.holds.place("S3", "a login screen")
        expect(live).to_have_text("live")
        expect(needs).to_have_text(str(before + 1))
        desk.ledger.holds.release("S3")
        desk.desk.changes.tell("now")
        expect(needs).to_have_text(str(before))


def test_a_hidden_page_has_no_stream(chrome: Browser, desk: DashboardDesk, url: str) -> None:
    hide = "(is) => { Object.defineProperty(document, 'hidden', {value: is, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    streams = desk.app.state.frame.streams
    with quiet_page(chrome) as page:
        visit(page, f"{url}/preferences")
        until(page, lambda: streams.count == 1)
        before = int(page.locator(".needs-count b").inner_text())
        page.evaluate(hide, True)
        until(page, lambda: streams.count == 0)
        desk.ledger.holds.place("S3", "a login screen")
        desk.desk.changes.tell("now")
        page.evaluate(hide, False)
        expect(page.locator(".needs-count b")).to_have_text(str(before + 1))
        desk.ledger.holds.release("S3")
    until(None, lambda: streams.count == 0)


def until(page: Page | None, holds: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up_at
        page.wait_for_timeout(50) if page else time.sleep(0.05)


# Keyboard, zone and theme


def test_the_keyboard_reaches_everything(chrome: Browser, url: str) -> None:
    with quiet_page(chrome) as page:
        visit(page, f"{url}/preferences")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("?")
        expect(page.locator("#shortcuts")).to_be_visible()
        check_page(page)
        page.keyboard.press("Escape")
        expect(page.locator("#shortcuts")).to_be_hidden()
        page.keyboard.press("g")
        page.keyboard.press("p")
        page.wait_for_url("**/phones")
        visit(page, f"{url}/preferences")
        page.locator("#zone").focus()
        page.keyboard.press("g")
        page.keyboard.press("n")
        assert page.url.endswith("/preferences"), "whoever types means the field"


def test_a_reader_has_his_own_zone_and_theme(chrome: Browser, url: str) -> None:
    with quiet_page(chrome, timezone_id="Asia/Tokyo", color_scheme="light") as page:
        visit(page, f"{url}/phones")
        expect(page.locator(".zone")).to_have_text("Europe/Stockholm")
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.locator(".zone").click()
        expect(page.locator("#zone option").nth(1)).to_have_text("This browser's: Asia/Tokyo")
        page.locator("#zone").select_option("Asia/Tokyo")
        page.get_by_label("dark").check()
        page.get_by_role("button", name="Keep").click()
        page.wait_for_url("**/phones")
        expect(page.locator(".zone")).to_have_text("Asia/Tokyo")
        assert page.evaluate(ground) != light
        check_page(page)


# With a token


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardDesk]:
    desk = DashboardDesk(tmp_path_factory.mktemp("guarded"), token="w" * 32, viewer_token="v" * 32)
    desk.campaign()
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def guarded_url(guarded: DashboardDesk) -> Iterator[str]:
    with guarded.served() as url:
        yield url


def test_with_a_token_one_logs_in_and_out(chrome: Browser, guarded_url: str) -> None:
    url = guarded_url
    with quiet_page(chrome) as page:
        page.allowed = ("401", "403")  # type: ignore[attr-defined]
        page.goto(f"{url}/phones")
        assert "/login" in page.url
        check_page(page)
        page.get_by_label("Your name").fill("anna")
        page.get_by_label("Token").fill("x" * 32)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("This is not the token of this server.")
        page.get_by_label("Token").fill("w" * 32)
        page.keyboard.press("Enter")
        page.wait_for_url("**/phones")
        expect(page.locator("#live")).to_have_text("live")
        page.goto(f"{url}/login?to=/tasks")
        page.wait_for_url("**/tasks")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        page.goto(url)
        assert "/login" in page.url


def test_a_session_that_ends_leads_an_open_page_to_the_log_in(
    chrome: Browser, guarded: DashboardDesk, guarded_url: str
) -> None:
    url = guarded_url
    with quiet_page(chrome) as page:
        page.allowed = ("401", "ERR_")  # type: ignore[attr-defined]
        page.goto(f"{url}/login?to=/phones")
        page.get_by_label("Your name").fill("ben")
        page.get_by_label("Token").fill("v" * 32)
        page.keyboard.press("Enter")
        page.wait_for_url("**/phones")
        expect(page.locator("#live")).to_have_text("live")
        page.context.clear_cookies()
        guarded.cut()
        page.wait_for_url("**/login?to=*")
