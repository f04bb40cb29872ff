"""The timeline in a real browser: what is drawn, and what wheel, fingers and keys do."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from dashboard_desk import NOW, DashboardDesk
from playwright.sync_api import Browser, Page, expect

from runner.clock import ManualClock
from runner.queries.why import explain_tasks
from runner.queries.why_entry import explain_entry
from runner.store.rows import TaskRow
from runner.tasks import AttemptOutcome, Outcome, TaskState

pytestmark = needs_chromium

HOSTILE = "<img src=x onerror=\"document.title='broken'\">"
DAY = "from=2026-11-21T11:00:00Z&until=2026-11-21T23:00:00Z"
BEGAN = NOW - timedelta(hours=3)

COLOURS_IN = """
({ x, top, height }) => {
  const canvas = document.getElementById("timeline-canvas"), ratio = devicePixelRatio;
  const { data } = canvas.getContext("2d").getImageData(x * ratio, top * ratio, 1, height * ratio);
  return [...new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join()))];
}
"""
COLOUR_OF = """
(state) => {
  const probe = document.createElement("i");
  probe.className = `state-${state}`;
  document.body.append(probe);
  const [found] = [getComputedStyle(probe).color.match(/\\d+/g).join()];
  probe.remove();
  return found;
}
"""


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[DashboardDesk]:
    """It is 18:00. S2 was on hold from 15:00 until 15:30; on S1 a task was completed from 16:00 until 16:20 and one
    failed from 17:00 until 17:15; 20:00 is planned for both."""
    desk = DashboardDesk(tmp_path, clock=ManualClock(BEGAN))
    desk.campaign(at="20:00")
    span = desk.ledger.spans.begin("0.1.0", "started")
    desk.ledger.holds.place("S2", "the app asks to log in again")
    move_to(desk, minutes=30)
    desk.ledger.holds.release("S2")
    move_to(desk, minutes=60)
    carry_out(desk, "@first", 20)
    move_to(desk, minutes=120)
    carry_out(desk, "@second", 15, "no button")
    move_to(desk, minutes=180)
    desk.ledger.spans.heartbeat(span)
    yield desk
    desk.close()


def move_to(desk: DashboardDesk, minutes: float) -> None:
    clock = desk.clock
    assert isinstance(clock, ManualClock)
    clock.advance((BEGAN + timedelta(minutes=minutes) - clock.now()).total_seconds())


def carry_out(desk: DashboardDesk, target: str, minutes: float, problem: str = "") -> TaskRow:
    row = desk.task("S1", target)
    attempt = desk.attempt(row.task.key)
    move_to(desk, (desk.clock.now() - BEGAN).total_seconds() / 60 + minutes)
    state = TaskState.FAILED if problem else TaskState.COMPLETED
    outcome = AttemptOutcome.FAILED if problem else AttemptOutcome.COMPLETED
    desk.ledger.attempts.finish(attempt.id, Outcome(outcome, problem), state)
    return desk.row(row.task.key)


@pytest.fixture
def url(desk: DashboardDesk) -> Iterator[str]:
    with desk.served() as url:
        yield url


@pytest.fixture
def page(chrome: Browser, url: str) -> Iterator[Page]:
    with quiet_page(chrome) as page:
        look(page, url)
        yield page


def look(page: Page, url: str, query: str = DAY) -> None:
    page.goto(f"{url}/timeline?{query}")
    expect(page.locator("#timeline-canvas[data-drawn]")).to_be_attached()


class Picture:
    """Where things are on the canvas."""

    def __init__(self, page: Page) -> None:
        self.page, self.canvas = page, page.locator("#timeline-canvas")

    @property
    def data(self) -> dict[str, str]:
        return dict(self.canvas.evaluate("(it) => ({ ...it.dataset })"))

    @property
    def box(self) -> dict[str, float]:
        return dict(self.canvas.evaluate("(it) => it.getBoundingClientRect().toJSON()"))

    def x(self, ms: float) -> float:
        """Where an instant is, from the canvas's left edge."""
        data, label = self.data, float(self.data["label"])
        first, last = float(data["fromMs"]), float(data["untilMs"])
        return label + (ms - first) / (last - first) * (self.box["width"] - label)

    def instant(self, x: float) -> float:
        data, label = self.data, float(self.data["label"])
        first, last = float(data["fromMs"]), float(data["untilMs"])
        return first + (x - label) / (self.box["width"] - label) * (last - first)

    def lane(self, label: str) -> tuple[float, float]:
        """The top and the height of a lane, from the canvas's top edge."""
        for name, top, height in json.loads(self.data["layout"]):
            if name == label:
                return float(top), float(height)
        raise AssertionError(f"there is no lane {label}")

    def at(self, lane: str, clock: str) -> tuple[float, float]:
        """The middle of a lane at a time of the 21st in UTC, on the page; mice move by whole pixels."""
        hours, minutes = map(int, clock.split(":"))
        at = NOW.replace(hour=hours, minute=minutes).timestamp() * 1000
        (top, height), box = self.lane(lane), self.box
        return round(box["left"] + self.x(at)), round(box["top"] + top + height / 2)


def panel(page: Page) -> str:
    """What the panel says, once it says something."""
    answer = page.locator("#timeline-panel .timeline-answer")
    expect(answer.first).to_be_visible()
    return re.sub(r"\s+", " ", page.locator("#timeline-panel-body").inner_text())


# What is drawn


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_task_has_its_colour_at_its_place(chrome: Browser, url: str, scheme: str) -> None:
    with quiet_page(chrome, color_scheme=scheme) as page:
        page.allowed = ("willReadFrequently",)  # type: ignore[attr-defined]
        look(page, url)
        picture = Picture(page)
        top, height = picture.lane("S1")
        for clock, state in (("15:10", "completed"), ("16:07", "failed")):
            x = picture.at("S1", clock)[0] - picture.box["left"]
            colours = page.evaluate(COLOURS_IN, {"x": round(x), "top": top, "height": height})
            assert page.evaluate(COLOUR_OF, state) in colours, (state, colours)
        empty = picture.at("S1", "15:40")[0] - picture.box["left"]
        colours = page.evaluate(COLOURS_IN, {"x": round(empty), "top": top, "height": height})
        assert page.evaluate(COLOUR_OF, "completed") not in colours


def test_nothing_to_show_is_said(chrome: Browser, tmp_path: Any) -> None:
    desk = DashboardDesk(tmp_path)
    with desk.served() as url, quiet_page(chrome) as page:
        look(page, url)
        expect(page.get_by_text("No lanes here")).to_be_visible()
        page.mouse.move(640, 400)
        page.locator("#timeline-canvas").press("n")
    desk.close()


LINES = """
async ([zone, from, until, hours]) => {
  const { ZoneClock, lines, nights } = await import("/static/timeline_clock.js");
  const clock = new ZoneClock(zone), first = Date.parse(from), last = Date.parse(until);
  const shown = lines(clock, first, last, hours * 3600e3).map((at) => clock.text(at));
  return [shown, nights(clock, first, last).map(([dusk, dawn]) => (dawn - dusk) / 3600e3)];
}
"""


def test_the_grid_follows_the_clocks_when_they_change(page: Page) -> None:
    longest = ["Europe/Stockholm", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]
    shown, nights = page.evaluate(LINES, [*longest, 1])
    assert len(shown) == 25
    assert shown[1:5] == ["01:00", "02:00", "02:00", "03:00"]
    assert nights == [9, 8]  # the night in which the clocks go back is an hour longer
    assert page.evaluate(LINES, [*longest, 6])[0] == ["00:00", "06:00", "12:00", "18:00"]
    shortest = ["Europe/Stockholm", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]
    shown, nights = page.evaluate(LINES, [*shortest, 1])
    assert len(shown) == 23
    assert shown[:3] == ["00:00", "01:00", "03:00"]
    assert nights == [7, 8]
    assert page.evaluate(LINES, [*shortest, 6])[0] == ["00:00", "06:00", "12:00", "18:00"]


# Zoom, moves, and the address


def test_zoom_keeps_the_instant_under_the_pointer(page: Page) -> None:
    picture = Picture(page)
    x, y = picture.at("S1", "16:07")
    before, length = picture.instant(x - picture.box["left"]), span(picture)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    until(page, lambda: span(picture) < length / 2)
    assert picture.instant(x - picture.box["left"]) == pytest.approx(before, abs=100)
    page.mouse.wheel(0, 400)
    until(page, lambda: span(picture) == pytest.approx(length, rel=0.01))
    assert picture.instant(x - picture.box["left"]) == pytest.approx(before, abs=100)


def span(picture: Picture) -> float:
    data = picture.data
    return float(data["untilMs"]) - float(data["fromMs"])


def until(page: Page, holds: Any) -> None:
    """Wait until something holds; the page goes on meanwhile."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it never came to be")


def test_a_drag_moves_time_with_the_pointer(page: Page) -> None:
    picture = Picture(page)
    x, y = picture.at("S1", "16:07")
    before = picture.instant(x - picture.box["left"])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=4)
    page.mouse.up()
    until(page, lambda: abs(picture.instant(x + 120 - picture.box["left"]) - before) < 100)
    expect(page.locator("#timeline-panel")).to_be_hidden()  # a drag asks nothing


def test_the_view_is_in_the_address(chrome: Browser, page: Page, url: str) -> None:
    picture = Picture(page)
    page.locator("#timeline-canvas").press("+")
    page.locator("#timeline-canvas").press("ArrowRight")
    page.get_by_label("failed", exact=True).check()
    page.get_by_label("Lanes").select_option("campaign")
    page.get_by_label("Text").fill("second")
    until(page, lambda: "q=second" in page.url and "by=campaign" in page.url)
    until(page, lambda: picture.data["from"].replace(":", "%3A") in page.url)
    seen = picture.data
    with quiet_page(chrome) as other:
        look(other, url, page.url.partition("?")[2])
        again = Picture(other).data
        assert [again[it] for it in ("from", "until", "drawn", "lanes")] == [
            seen[it] for it in ("from", "until", "drawn", "lanes")
        ]
        assert other.get_by_label("failed", exact=True).is_checked()
        assert other.get_by_label("Text").input_value() == "second"


def test_the_minimap_moves_the_view(page: Page) -> None:
    picture, minimap = Picture(page), page.locator("#timeline-minimap")
    before = picture.data["from"]
    box = minimap.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 20)
    until(page, lambda: picture.data["from"] < before)


# Why


def test_hover_tells_of_tasks_and_gaps_at_once(page: Page) -> None:
    picture, hover = Picture(page), page.locator("#timeline-hover")
    page.mouse.move(*picture.at("S1", "16:07"))
    expect(hover).to_contain_text("follow @second")
    expect(hover).to_contain_text("failed")
    expect(hover).to_contain_text("17:00 \N{EN DASH} 17:15 (15 min)")
    expect(hover).to_contain_text("no button")
    page.mouse.move(*picture.at("S2", "14:15"))
    expect(hover).to_contain_text("15:00 \N{EN DASH} 15:30: S2 was on hold: the app asks to log in again")
    page.mouse.move(*picture.at("S2", "15:45"))
    expect(hover).to_contain_text("Nothing was due at this time.")
    page.mouse.move(*picture.at("S2", "12:30"))
    expect(hover).to_contain_text("no daemon had run on this ledger yet")
    page.mouse.move(5, 5)
    expect(hover).to_be_hidden()


def test_a_click_tells_the_words_of_why(page: Page, desk: DashboardDesk) -> None:
    picture, situation = Picture(page), desk.desk.situation()
    page.mouse.click(*picture.at("S1", "16:07"))
    (failed,) = desk.ledger.tasks.all(states={TaskState.FAILED})
    (answer,) = explain_tasks(desk.ledger, [failed.task.key], situation)
    said = panel(page)
    assert all(sentence in said for sentence in answer.sentences)
    expect(page.locator("#timeline-panel").get_by_role("link", name=f"task {failed.id}")).to_be_visible()
    page.mouse.click(*picture.at("S2", "15:45"))
    expect(page.locator("#timeline-panel")).to_contain_text("No start time of greet")
    at = re.search(r"falls on (\S+)\.", panel(page))
    assert at is not None
    (answer,) = explain_entry(desk.ledger, "trial", "greet", at[1], situation)
    assert all(sentence in panel(page) for sentence in answer.sentences)
    page.mouse.click(*picture.at("S2", "14:15"))
    expect(page.locator("#timeline-panel")).to_contain_text(
        "From 15:00 until 15:30 S2 was on hold: the app asks to log in again."
    )


def test_what_is_planned_answers_too(page: Page) -> None:
    picture = Picture(page)
    page.mouse.click(*picture.at("S1", "19:00"))
    assert "It will run at 20:00" in panel(page)


def test_text_from_outside_stays_text(chrome: Browser, desk: DashboardDesk, url: str) -> None:
    move_to(desk, 185)
    row = carry_out(desk, HOSTILE, 15, HOSTILE)
    with quiet_page(chrome) as page:
        look(page, url)
        picture = Picture(page)
        until(page, lambda: "S1" in picture.data["layout"])
        x, y = picture.at("S1", "17:12")
        page.mouse.move(x, y)
        expect(page.locator("#timeline-hover")).to_contain_text(HOSTILE)
        page.mouse.click(x, y)
        expect(page.locator("#timeline-panel-body")).to_contain_text(HOSTILE)
        expect(page.locator(f"#timeline-table a[href='/tasks/{row.id}']")).to_have_text(f"follow {HOSTILE}")
        assert "broken" not in page.title()


# Keyboard, table, telephone, and those who do not see it


def test_by_keyboard_alone(page: Page) -> None:
    picture, said = Picture(page), page.locator("#timeline-said")
    picture.canvas.focus()
    length = span(picture)
    page.keyboard.press("-")
    until(page, lambda: span(picture) == pytest.approx(length * 1.5))
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text("S1")
    page.keyboard.press("Home")
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(said).to_contain_text("follow @first, completed")
    page.keyboard.press("n")
    expect(said).to_contain_text("follow @second, failed")
    page.keyboard.press("Enter")
    assert "failed at 17:15: no button." in panel(page)
    page.keyboard.press("Escape")
    expect(page.locator("#timeline-panel")).to_be_hidden()
    expect(picture.canvas).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(said).to_contain_text("Nothing was due")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline-panel")).to_contain_text("No start time of greet")


def test_the_table_stands_behind_the_picture(page: Page) -> None:
    table = page.locator("#timeline-table")
    assert table.locator("tbody tr").count() == 4  # in the page for those who do not see the picture
    page.get_by_role("button", name="Table").click()
    expect(page.locator("#timeline-canvas")).to_be_hidden()
    expect(table.get_by_role("link", name="follow @second")).to_be_visible()
    assert "table=1" in page.url
    page.get_by_label("failed", exact=True).check()
    expect(table.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Picture").click()
    expect(page.locator("#timeline-canvas")).to_be_visible()


def test_on_a_telephone(chrome: Browser, url: str) -> None:
    with quiet_page(chrome, viewport=TELEPHONE, has_touch=True, is_mobile=True) as page:
        look(page, url)
        picture = Picture(page)
        picture.canvas.scroll_into_view_if_needed()
        page.touchscreen.tap(*picture.at("S1", "16:07"))
        assert "failed at 17:15" in panel(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("query", [DAY, f"{DAY}&table=1"])
def test_axe_finds_nothing_serious(page: Page, url: str, query: str) -> None:
    look(page, url, query)
    if "table" not in query:
        page.mouse.click(*Picture(page).at("S1", "16:07"))
        panel(page)
    check_page(page)


# Live


def test_what_happens_appears_without_a_jump(page: Page, desk: DashboardDesk) -> None:
    picture = Picture(page)
    page.locator("#timeline-canvas").press("ArrowLeft")
    until(page, lambda: not picture.data["from"].startswith("2026-11-21T11:00"))
    before = picture.data
    desk.task("S2", "@third", state=TaskState.RUNNING)
    desk.desk.changes.tell("timeline")
    until(page, lambda: int(picture.data["tasks"]) == int(before["tasks"]) + 1)
    assert picture.data["from"] == before["from"]
    x, y = picture.at("S2", "17:00")
    page.mouse.move(x + 1, y)
    expect(page.locator("#timeline-hover")).to_contain_text("follow @third")
