"""The timeline's picture: a redraw of 50,000 tasks in a headless Chromium, against the same tasks as SVG rectangles."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Route, sync_playwright

from bench.figures import figure
from runner.planning.source import Window
from runner.queries.timeline import RowKind, Timeline, TimelineRow
from runner.queries.timeline_lanes import By, LaneLine
from runner.reports.timeline_json import timeline_data
from runner.store.task_times import micros

GOAL = 1 / 20
LANES, TASKS = 50, 50_000
ROUNDS, PEER_ROUNDS = 11, 5
STATIC = Path(__file__).parent.parent / "runner" / "server" / "dashboard" / "static"
FROM = datetime(2026, 11, 14, tzinfo=UTC)
DAYS = 7

PAGE = """<!doctype html><style>
body { margin: 0; } canvas { width: 100vw; height: 100vh; display: block; }
body { --timeline-ground: #fff; --timeline-completed: #00735a; --timeline-failed: #b93410; --timeline-missed: #7b3fb5; }
</style><canvas></canvas>"""

FLAGS = ("--disable-gpu", "--disable-gpu-vsync", "--disable-frame-rate-limit", "--no-first-run")


def run() -> Iterator[str]:
    found = _redraws()
    assert found["drawn"] == found["rectangles"] == TASKS, found
    ours_s, peer_s = found["ours"] / 1000, found["peer"] / 1000
    yield figure(f"redraw a timeline of {TASKS:,} tasks, to SVG rectangles", ours_s, peer_s, GOAL)


def _redraws() -> dict[str, float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=list(FLAGS),
            chromium_sandbox=False,
        )
        page = browser.new_page(viewport={"width": 1600, "height": 40 + LANES * 34})
        page.route("http://bench.test/**", _answer)
        page.goto("http://bench.test/")
        measured = page.evaluate(
            """async ([json, rounds, peerRounds]) => {
              const { redraws } = await import("./drawing.js");
              return redraws(json, rounds, peerRounds);
            }""",
            [timeline_data(_view()), ROUNDS, PEER_ROUNDS],
        )
        browser.close()
    return dict(measured)


def _answer(route: Route) -> None:
    """The page, and modules from the folders of this file and of the dashboard."""
    name = route.request.url.rpartition("/")[2]
    if not name:
        route.fulfill(body=PAGE, content_type="text/html")
        return
    folder = Path(__file__).parent if name == "drawing.js" else STATIC
    route.fulfill(body=(folder / name).read_text(encoding="utf-8"), content_type="text/javascript")


def _view() -> Timeline:
    """A week in which each lane does one task after the other; every twentieth fails, every thirtieth is missed."""
    first, each = micros(FROM) // 1000, DAYS * 86_400_000 * LANES // TASKS
    rows = [_row(number, first, each) for number in range(TASKS)]
    lanes = tuple(LaneLine(f"R58M{lane:06}", f"R58M{lane:06}", "", "") for lane in range(LANES))
    window = Window(FROM, FROM + timedelta(days=DAYS))
    words = ("trial/greet",), ("follow @north",), ("", "no button")
    return Timeline(By.PHONE, window, window.until_utc, lanes, rows, *words, (), ())


def _row(number: int, first: int, each: int) -> TimelineRow:
    state = 4 if number % 20 == 0 else 5 if number % 30 == 0 else 3
    start = first + number // LANES * each
    return TimelineRow(
        RowKind.TASK, number % LANES, state, start, start + each * 2 // 3, start, number + 1, 0, 0, 0
    )
