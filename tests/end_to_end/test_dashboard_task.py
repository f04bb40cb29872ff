"""Tasks on virtual phones as a person sees them in a browser: what was tapped and where, by what an element can be
named, and what a person does about a task that failed, or of which nobody can tell."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from dashboard_daemon import DashboardDaemon
from playwright.sync_api import Browser, Locator, Page, expect

from runner.clock import SystemClock
from runner.flows.matching import find_all
from runner.flows.selectors import Selector
from runner.phone.screen import parse
from runner.store.ledger import Ledger
from runner.store.rows import TaskRecord, TaskRow
from runner.tasks import StepOutcome, TaskState

pytestmark = [pytest.mark.phones, needs_chromium]

APP = "com.zhiliaoapp.musically"
PUZZLE = """
version: 1
name: puzzle
app: tiktok
steps:
  - launch:
  - commit: {effect: look, tap: {desc: Profile}}
verify:
  settle: 1s
  steps:
    - screenshot: after it
  happened: {text: Nobody ever sees this}
  not_happened: {text: Nor this}
"""
"""Its proof can never tell what happened."""


@pytest.fixture(scope="module")
def failed(dashboard: DashboardDaemon) -> TaskRow:
    """A task whose tap on Follow did nothing, as its proof has found out."""
    follow_leads_to(dashboard, "ignored")
    dashboard.run_soon(devices=["VIRTUAL01"])
    dashboard.until(lambda: len(dashboard.tasks(TaskState.FAILED)) == 1)
    follow_leads_to(dashboard, "normal")
    (row,) = dashboard.tasks(TaskState.FAILED)
    return row


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with quiet_page(chrome) as page:
        yield page


def follow_leads_to(dashboard: DashboardDaemon, result: str) -> None:
    dashboard.control("VIRTUAL01/app", package=APP, action="set_follow_result", arguments={"result": result})


def record_of(dashboard: DashboardDaemon, row: TaskRow) -> TaskRecord:
    with Ledger.open(dashboard.store_url, SystemClock()) as ledger:
        record = ledger.tasks.record_of(row.id)
    assert record is not None
    return record


def hierarchy_of(dashboard: DashboardDaemon, record: TaskRecord) -> tuple[int, str]:
    """The step that failed, and the screen that it has kept."""
    step = next(step for step in record.attempts[-1].steps if step.outcome is StepOutcome.FAILED)
    assert step.hierarchy is not None
    folder = dashboard.daemons.state / "rehearsals" / "daemon" / "artifacts"
    return step.ordinal, (folder / step.hierarchy).read_text(encoding="utf-8")


def parts_of(mark: Locator, picture: Locator) -> list[float]:
    """Where something lies on a picture, in parts of its width and height, as the browser has drawn both."""
    inner, outer = mark.bounding_box(), picture.bounding_box()
    assert inner is not None and outer is not None
    left, top = inner["x"] - outer["x"], inner["y"] - outer["y"]
    right, bottom = left + inner["width"], top + inner["height"]
    width, height = outer["width"], outer["height"]
    return [left / width, top / height, right / width, bottom / height]


def test_what_was_tapped_is_marked_on_the_screen_as_it_was(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page
) -> None:
    record = record_of(dashboard, failed)
    commit = next(step for step in record.attempts[0].steps if step.kind == "commit")
    assert commit.touch is not None
    # The screen has not moved since: the proof has found the same button at the same place.
    _, xml = hierarchy_of(dashboard, record)
    screen = parse(xml)
    follow = next(one for one in screen.elements() if one.words == "Follow")
    width, height = screen.size
    place = [side / of for side, of in zip(follow.bounds, (width, height) * 2, strict=True)]
    assert commit.touch["box"] == pytest.approx(place, abs=0.2)

    page.goto(f"{dashboard.url}/tasks/{failed.id}")
    mark = page.locator(".mark", has=page.locator("title", has_text=f"step {commit.ordinal}:"))
    shot = page.locator(".shot", has=mark)
    expect(shot).to_contain_text(f"step {commit.ordinal} tapped here")
    shot.scroll_into_view_if_needed()
    expect(shot.locator("img")).to_have_js_property("complete", True)
    assert parts_of(mark.locator("rect"), shot.locator("img")) == pytest.approx(commit.touch["box"], abs=0.03)
    middle = parts_of(mark.locator("circle"), shot.locator("img"))
    assert [(middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2] == pytest.approx(
        [commit.touch["x"], commit.touch["y"]], abs=0.02
    )


def test_the_film_strip_is_walked_with_the_keyboard_and_enlarged(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page
) -> None:
    page.goto(f"{dashboard.url}/tasks/{failed.id}")
    shots = page.locator("#film-1 .shot")
    many = shots.count()
    assert many >= 3
    shots.first.focus()
    page.keyboard.press("ArrowRight")
    expect(shots.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(shots.last).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.locator("#enlarged")
    expect(dialog).to_be_visible()
    expect(dialog.locator("img")).to_have_count(1)
    expect(page.get_by_role("button", name="After")).to_be_disabled()
    page.keyboard.press("Home")
    expect(page.locator("#enlarged-title")).to_contain_text("Step 1 ")
    page.get_by_role("button", name="After").click()
    page.keyboard.press("ArrowLeft")
    assert re.search(r"#attempt-1-step-\d+$", page.url)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(shots.first).to_be_focused()


def test_an_element_of_a_failed_screen_has_a_selector_that_finds_it_again(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page
) -> None:
    ordinal, xml = hierarchy_of(dashboard, record_of(dashboard, failed))
    screen = parse(xml)
    follow = next(one for one in screen.elements() if one.words == "Follow")
    page.goto(f"{dashboard.url}/tasks/{failed.id}")
    page.locator(f"#attempt-1-step-{ordinal} .step-screen").click()
    expect(page.locator("#viewer-count")).to_contain_text("elements")
    picture = page.locator("#viewer-picture")
    box = picture.bounding_box()
    assert box is not None
    x = (follow.bounds[0] + follow.bounds[2]) / 2 / screen.size[0] * box["width"]
    y = (follow.bounds[1] + follow.bounds[3]) / 2 / screen.size[1] * box["height"]
    picture.click(position={"x": x, "y": y})
    told = page.locator("#viewer-element")
    expect(told).to_contain_text("finds this one alone")
    expect(told).to_contain_text("Follow")
    written = told.locator(".way").first.inner_text()
    found = find_all([Selector.model_validate(yaml.safe_load(written))], screen, [APP])
    assert len(found) == 1 and found[0] in (follow, screen.parents[follow])
    expect(told).to_contain_text("follow_button")  # the profile's own name for it
    # The mark on the picture is the element's box.
    chosen = parts_of(page.locator(".box-chosen"), picture.locator("img"))
    expected = [side / of for side, of in zip(found[0].bounds, screen.size * 2, strict=True)]
    assert chosen == pytest.approx(expected, abs=0.03)


def test_the_list_of_elements_is_walked_with_the_keyboard(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page
) -> None:
    ordinal, _ = hierarchy_of(dashboard, record_of(dashboard, failed))
    page.goto(f"{dashboard.url}/tasks/{failed.id}/screen/1/{ordinal}")
    tree = page.get_by_role("tree")
    expect(tree.get_by_role("treeitem").first).to_be_visible()
    tree.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    chosen = tree.locator("[aria-selected]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("id", "element-0")
    expect(page.locator("#viewer-element h2")).to_have_text("Element 0")
    page.get_by_label("Find").fill("follow")
    expect(page.locator("#viewer-count")).to_contain_text(" of ")
    # The address leads back to the element.
    page.goto(page.url)
    expect(page.locator("#element-0")).to_have_attribute("aria-selected", "true")


def test_pages_of_a_task_are_for_everybody(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page, chrome: Browser
) -> None:
    ordinal, _ = hierarchy_of(dashboard, record_of(dashboard, failed))
    paths = [f"/tasks/{failed.id}", "/tasks", f"/tasks/{failed.id}/screen/1/{ordinal}?element=3"]
    for path in paths:
        page.goto(dashboard.url + path)
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        check_page(page)
    page.goto(f"{dashboard.url}/tasks/{failed.id}")
    page.locator("#film-1 .shot").first.click()
    expect(page.locator("#enlarged")).to_be_visible()
    check_page(page)
    with quiet_page(chrome, viewport=TELEPHONE) as telephone:
        for path in paths:
            telephone.goto(dashboard.url + path)
            telephone.wait_for_load_state("load")
            wide = telephone.evaluate("document.documentElement.scrollWidth")
            assert wide <= TELEPHONE["width"], path


def test_a_failed_task_is_tried_again_and_followed_to_its_end(
    dashboard: DashboardDaemon, failed: TaskRow, page: Page
) -> None:
    page.goto(f"{dashboard.url}/tasks/{failed.id}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Retry").click()
    state = page.locator("#task-state .state").first
    # Nobody loads the page again: the stream tells of each step.
    expect(state).to_have_text("completed")
    expect(page.locator("#attempt-2 .step-completed").first).to_be_attached()
    expect(page.locator("#attempts")).to_contain_text("retry")
    page.get_by_role("link", name="beside attempt 1").click()
    expect(page.locator(".differs").first).to_be_visible()
    check_page(page)


def test_a_person_settles_what_nobody_else_can_tell(dashboard: DashboardDaemon, page: Page) -> None:
    row = uncertain(dashboard)
    page.goto(f"{dashboard.url}/tasks/{row.id}")
    expect(page.get_by_role("heading", name="Only a person can tell")).to_be_visible()
    check_page(page)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="It happened").click()
    expect(page.locator("#task-state .state").first).to_have_text("completed")
    assert len(asked) == 1 and "Is it there" in asked[0]
    expect(page.locator("#attempts")).to_contain_text("resolve")
    record = record_of(dashboard, row)
    assert record.row.state is TaskState.COMPLETED and "says that it happened" in record.row.reason


def uncertain(dashboard: DashboardDaemon) -> TaskRow:
    """A task of which nobody can tell what became of it."""
    folder = dashboard.daemons.campaigns
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "puzzle.yaml").write_text(PUZZLE, encoding="utf-8")
    entry: dict[str, Any] = {"script": "puzzle", "devices": ["VIRTUAL02"], "config": {}}
    dashboard.run_soon(**entry)
    dashboard.until(lambda: len(dashboard.tasks(TaskState.UNCERTAIN)) == 1)
    (row,) = dashboard.tasks(TaskState.UNCERTAIN)
    return row
