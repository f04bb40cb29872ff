"""Phones in a browser: a login that a person clears by hand, and the live screen as he sees it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from axe import check_page
from browsers import PATIENCE_MS, chromium, needs_chromium
from daemon_process import Daemons
from dashboard_daemon import DashboardDaemon
from phone_shelf import APP
from playwright.sync_api import Browser, Page, expect

from runner.tasks import TaskState

pytestmark = [pytest.mark.phones, needs_chromium]

SERIAL = "VIRTUAL01"
NUMBER = (0.6, 365 / 1600)
CONTINUE = (0.5, 925 / 1600)
SECRET = "0700 s3cret"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardDaemon]:
    daemons = Daemons(tmp_path_factory.mktemp("phones"))
    yield DashboardDaemon(daemons, (SERIAL, "VIRTUAL02")).start()
    daemons.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, daemon: DashboardDaemon) -> Iterator[Page]:
    """A page; whatever it complains about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened, said = context.new_page(), list[str]()
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert said == []


def app(daemon: DashboardDaemon, action: str, serial: str = SERIAL, **arguments: Any) -> None:
    daemon.control(f"{serial}/app", package=APP, action=action, arguments=arguments)


def settings(daemon: DashboardDaemon, serial: str = SERIAL) -> Any:
    where = daemon.process.wait_for("virtual phones")["control"]
    with urlopen(f"{where}{serial}/memory", timeout=30) as answer:
        return json.load(answer)["apps"][APP]["settings"]


NO_ANSWER_TO_BORROW = """() => {
  const real = window.fetch;
  window.fetch = (address, ...rest) => {
    const answer = real(address, ...rest);
    return address.endsWith("/borrow") ? new Promise(() => {}) : answer;
  };
}"""
"""The phone is lent, but the page never hears of it."""


def picture(page: Page) -> None:
    """Wait for the first picture of the screen."""
    expect(page.locator("#screen")).to_be_visible()


def tap(page: Page, x: float, y: float) -> None:
    box = page.locator("#screen").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def kept(daemon: DashboardDaemon) -> bytes:
    """All that the daemon has written: its ledger with what lies beside it, and its log."""
    files = [path for path in Path(daemon.daemons.state).rglob("*") if path.is_file()]
    # The virtual phone remembers what was typed on it, as a real one does.
    own = [path for path in files if "phones" not in path.parts]
    return b"".join(path.read_bytes() for path in own) + daemon.process.said.encode()


def test_a_person_clears_a_login_by_hand_and_the_tasks_go_on(daemon: DashboardDaemon, page: Page) -> None:
    app(daemon, "show", screen="short_login")
    page.goto(f"{daemon.url}/phones/{SERIAL}")
    daemon.run_soon(config={"target_users": ["@demo_north", "@demo_south"]})
    page.get_by_role("heading", name="This phone waits for a person").wait_for()
    expect(page.get_by_role("heading", name="What stopped the task")).to_be_visible()
    expect(page.locator("#stopped img")).to_have_js_property("complete", True)
    page.get_by_role("button", name="Take it in your hands").click()
    picture(page)
    tap(page, *NUMBER)
    page.get_by_label("Type on the phone").fill(SECRET)
    page.get_by_label("Type on the phone").press("Enter")
    expect(page.locator("#record")).to_contain_text(f"typed {len(SECRET)} characters")
    daemon.until(lambda: settings(daemon)["typed_number"] == SECRET)
    expect(page.get_by_label("Type on the phone")).to_have_value("")
    check_page(page)
    tap(page, *CONTINUE)
    daemon.until(lambda: settings(daemon)["interruption"] == "")
    assert daemon.tasks(TaskState.PENDING)
    page.get_by_role("button", name="Release").click()
    expect(page.locator("#today")).to_contain_text("completed")
    expect(page.locator("#status")).not_to_contain_text("waits for a person")
    expect(page.locator("#record")).to_contain_text("release")
    expect(page.get_by_role("button", name="Take it in your hands")).to_be_hidden()
    daemon.until_ended(4)
    states = sorted(row.state for row in daemon.tasks() if row.task.device == SERIAL)
    assert states == [TaskState.COMPLETED, TaskState.FAILED]
    assert SECRET.encode() not in kept(daemon)


def test_a_screen_is_watched_and_touched_by_keyboard_alone(daemon: DashboardDaemon, page: Page) -> None:
    page.goto(f"{daemon.url}/phones/VIRTUAL02")
    page.get_by_label("Put it on hold").fill("a look")
    page.get_by_label("Put it on hold").press("Enter")
    borrow = page.get_by_role("button", name="Take it in your hands")
    borrow.wait_for()
    app(daemon, "show", "VIRTUAL02", screen="short_login")
    borrow.press("Enter")
    picture(page)
    screen = page.get_by_role("application")
    expect(screen).to_be_focused()
    for key in ("ArrowUp", "Shift+ArrowLeft", "Enter"):
        screen.press(key)
    expect(page.locator("#record")).to_contain_text("tap 288,784")
    page.get_by_role("button", name="Home", exact=True).press("Enter")
    expect(page.locator("#record")).to_contain_text("key home")
    screen.press("x")  # letters go to the phone from the field alone
    page.get_by_role("button", name="Give it back").press("Enter")
    expect(borrow).to_be_visible()
    assert "typed" not in page.locator("#record").inner_text()
    page.get_by_role("button", name="Release").press("Enter")
    expect(page.locator("#touch-hint")).to_be_visible()
    app(daemon, "clear", "VIRTUAL02")


def test_two_people_do_not_touch_one_phone_and_a_page_that_is_left_gives_it_back(
    daemon: DashboardDaemon, page: Page
) -> None:
    address = f"{daemon.url}/phones/VIRTUAL02"
    page.goto(address)
    page.get_by_role("button", name="Hold", exact=True).click()
    page.get_by_role("button", name="Take it in your hands").click()
    expect(page.locator("#status")).to_contain_text("in the hands of")
    other = page.context.new_page()
    other.goto(address)
    other.get_by_role("button", name="Take it in your hands").click()
    expect(page.locator("#screen-says")).to_contain_text("Somebody else has it")
    other.goto(f"{daemon.url}/phones")
    expect(page.locator("#status")).not_to_contain_text("in the hands of")
    other.goto(address)
    other.evaluate(NO_ANSWER_TO_BORROW)
    other.get_by_role("button", name="Take it in your hands").click()
    expect(page.locator("#status")).to_contain_text("in the hands of")
    other.goto(f"{daemon.url}/phones")
    expect(page.locator("#status")).not_to_contain_text("in the hands of")
    page.get_by_role("button", name="Release").click()
    expect(page.locator("#status")).not_to_contain_text("waits for a person")


def test_a_protected_screen_says_that_it_is_black(daemon: DashboardDaemon, page: Page) -> None:
    daemon.control("VIRTUAL02/protect", on=True)
    page.goto(f"{daemon.url}/phones/VIRTUAL02")
    page.get_by_role("button", name="Watch").click()
    expect(page.locator("#screen-says")).to_contain_text("the app protects its screen")
    daemon.control("VIRTUAL02/protect", on=False)
    expect(page.locator("#screen-says")).to_have_text("Live.")
    page.get_by_role("button", name="Stop watching").click()
    expect(page.locator("#screen-says")).to_have_text("Nobody watches from this page.")


@pytest.mark.parametrize("path", ["/phones", f"/phones/{SERIAL}"])
def test_pages_are_whole_for_everybody_and_on_a_telephone(
    daemon: DashboardDaemon, browser: Browser, path: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(daemon.url + path)
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if path != "/phones":
        page.locator("#health canvas").wait_for()
    check_page(page)
    context.close()


def test_a_finger_on_a_telephone_taps_on_the_phone(daemon: DashboardDaemon, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{daemon.url}/phones/VIRTUAL02")
    page.get_by_role("button", name="Hold", exact=True).tap()
    page.get_by_role("button", name="Take it in your hands").tap()
    picture(page)
    page.locator("#screen-place").tap()
    expect(page.locator("#record")).to_contain_text("tap 360,")
    page.get_by_role("button", name="Release").tap()
    expect(page.locator("#status")).not_to_contain_text("waits for a person")
    context.close()


def test_a_picture_stops_while_a_task_has_the_phone_and_comes_back(
    daemon: DashboardDaemon, page: Page
) -> None:
    daemon.control("VIRTUAL02/latency", seconds=0.3)
    page.goto(f"{daemon.url}/phones/VIRTUAL02")
    page.get_by_role("button", name="Watch").click()
    expect(page.locator("#screen-says")).to_have_text("Live.")
    daemon.run_soon(config={"target_users": ["@demo_west"]})
    expect(page.locator("#screen-says")).to_contain_text("has VIRTUAL02 now")
    daemon.control("VIRTUAL02/latency", seconds=0)
    expect(page.locator("#screen-says")).to_have_text("Live.")
    assert [row.state for row in daemon.tasks() if row.task.target == "@demo_west"] == [
        TaskState.COMPLETED
    ] * 2
