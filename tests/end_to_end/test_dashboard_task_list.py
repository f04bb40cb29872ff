"""The list of tasks and the screen viewer in a browser, over a ledger without phones."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import pytest
from axe import check_page
from browsers import needs_chromium, quiet_page
from dashboard_desk import DashboardDesk, Step
from playwright.sync_api import Browser, Page, expect

from runner.tasks import StepOutcome, TaskState

pytestmark = needs_chromium

HOSTILE = "\"><img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
APP = "com.zhiliaoapp.musically"
MANY = 1500


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardDesk]:
    desk = DashboardDesk(tmp_path_factory.mktemp("tasks"))
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def url(desk: DashboardDesk) -> Iterator[str]:
    with desk.served() as url:
        yield url


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with quiet_page(chrome) as page:
        yield page


def row_of(page: Page, task_id: int):
    return page.locator("table.tasks tbody tr", has=page.locator(f'a[href="/tasks/{task_id}"]'))


def test_several_tasks_are_chosen_and_tried_again_together(desk: DashboardDesk, url: str, page: Page) -> None:
    failed = [desk.task("L1", f"@u{number}", state=TaskState.FAILED, reason="no") for number in range(3)]
    waiting = desk.task("L1", "@later")
    page.goto(f"{url}/tasks?device=L1")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    retry, stop = page.locator('[data-act="retry"]'), page.locator('[data-act="stop"]')
    expect(retry).to_be_disabled()
    page.get_by_label("All on this page").check()
    expect(page.locator("#chosen")).to_have_text("4 chosen")
    expect(retry).to_have_text("Retry 3")
    expect(stop).to_have_text("Stop 1")
    page.get_by_label(f"Choose task {failed[0].id}", exact=True).uncheck()
    expect(retry).to_have_text("Retry 2")
    page.once("dialog", lambda dialog: dialog.accept())
    retry.click()
    expect(page.locator("#answer")).to_contain_text("2 tasks: pending again.")
    # The list follows: those are pending, and nothing is chosen any more.
    expect(row_of(page, failed[1].id).locator(".state")).to_have_text("pending")
    expect(page.locator("#chosen")).to_have_text("none chosen")
    assert desk.row(failed[0].id).state is TaskState.FAILED
    assert desk.row(waiting.id).state is TaskState.PENDING
    check_page(page)


def test_tasks_are_stopped_only_after_a_question(desk: DashboardDesk, url: str, page: Page) -> None:
    waiting = desk.task("L2", "@later")
    page.goto(f"{url}/tasks?device=L2")
    page.get_by_label(f"Choose task {waiting.id}", exact=True).check()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator('[data-act="stop"]').click()
    page.once("dialog", lambda dialog: dialog.accept())
    assert desk.row(waiting.id).state is TaskState.PENDING
    page.locator('[data-act="stop"]').click()
    expect(row_of(page, waiting.id).locator(".state")).to_have_text("cancelled")


def test_the_list_follows_what_happens(desk: DashboardDesk, url: str, page: Page) -> None:
    first = desk.task("L3", "@first")
    page.goto(f"{url}/tasks?device=L3")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(row_of(page, first.id)).to_have_count(1)
    second = desk.task("L3", "@second")
    desk.desk.changes.tell()
    expect(row_of(page, second.id)).to_have_count(1)
    # While somebody chooses, nothing moves under his hand.
    page.get_by_label(f"Choose task {first.id}", exact=True).check()
    desk.task("L3", "@third")
    desk.desk.changes.tell()
    expect(page.locator("table.tasks tbody tr")).to_have_count(2)
    expect(page.locator("#chosen")).to_have_text("1 chosen")


def test_a_list_is_chosen_by_typing(desk: DashboardDesk, url: str, page: Page) -> None:
    wanted = desk.task("L4", "@needle", state=TaskState.MISSED)
    page.goto(f"{url}/tasks")
    page.get_by_label("Text").fill("needle")
    page.keyboard.press("Enter")
    expect(row_of(page, wanted.id)).to_have_count(1)
    page.locator(".chip", has_text="missed").click()
    assert "state=missed" in page.url and "text=needle" in page.url
    page.get_by_role("link", name="follow @needle").click()
    expect(page.locator("h1")).to_have_text("follow @needle")


def screen(*words: str) -> str:
    nodes = "".join(
        f'<node package="{APP}" class="android.widget.TextView" text={quoteattr(text)} '
        f'bounds="[0,{10 * number}][1080,{10 * number + 10}]"/>'
        for number, text in enumerate(words)
    )
    return f'<hierarchy><node package="{APP}" class="F" bounds="[0,0][1080,2340]">{nodes}</node></hierarchy>'


def failed_at(desk: DashboardDesk, tree: str) -> str:
    """The address of the screen of a step that failed there."""
    step = Step("tap it", StepOutcome.FAILED, "gone", hierarchy=tree)
    return f"/tasks/{desk.task('V1', state=TaskState.FAILED, steps=[step]).id}/screen/1/1"


def test_what_elements_say_runs_nothing(desk: DashboardDesk, url: str, page: Page) -> None:
    page.goto(url + failed_at(desk, screen(HOSTILE, "plain")))
    page.locator("#element-1").click()
    expect(page.locator("#viewer-element h2")).to_have_text("Element 1")
    expect(page.locator("#viewer-element .facts")).to_contain_text("<script>document.title")
    expect(page.locator("#element-1")).to_contain_text("<img src=x")
    assert page.title() != "broken" and page.locator("#viewer img[src=x]").count() == 0


def test_a_huge_screen_can_be_walked_through(desk: DashboardDesk, url: str, page: Page) -> None:
    page.goto(url + failed_at(desk, screen(*(f"row {number}" for number in range(MANY)))))
    expect(page.locator("#viewer-count")).to_have_text(f"{MANY + 1} elements")
    page.get_by_label("Find").fill(f"row {MANY - 1}")
    expect(page.locator("#viewer-count")).to_have_text(f"1 of {MANY + 1} elements")
    page.get_by_role("tree").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#viewer-element .way").first).to_have_text(f"{{text: row {MANY - 1}}}")
    check_page(page)


def test_a_selector_is_copied(desk: DashboardDesk, url: str, chrome: Browser) -> None:
    with quiet_page(chrome, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(url + failed_at(desk, screen("Follow")))
        page.locator("#element-1").click()
        page.get_by_role("button", name="Copy").first.click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "{text: Follow}"


def test_a_click_again_chooses_what_lies_around(desk: DashboardDesk, url: str, page: Page) -> None:
    page.goto(url + failed_at(desk, screen("one", "two")))
    expect(page.locator("#viewer-count")).to_have_text("3 elements")
    picture = page.locator("#viewer-picture")
    for chosen in ("element-1", "element-0", "element-1"):
        picture.click(position={"x": 100, "y": 2})
        expect(page.locator(".node[aria-selected]")).to_have_attribute("id", chosen)


def test_a_link_to_a_step_of_an_attempt_that_is_not_shown_shows_it(
    desk: DashboardDesk, url: str, page: Page
) -> None:
    steps = [Step(f"step {number}", color=None) for number in range(150)]
    row = desk.task("V2", state=TaskState.FAILED, steps=steps)
    desk.ledger.tasks.retry(row.task.key)
    desk.attempt(row.task.key, steps)
    page.goto(f"{url}/tasks/{row.id}#attempt-1-step-140")
    expect(page.locator("#attempt-1-step-140")).to_be_in_viewport()
    assert "attempt=1" in page.url
