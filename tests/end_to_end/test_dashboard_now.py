"""The pages Now and Fleet in a real browser: they follow what phones do, and people pause and go on."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe import check_page
from browsers import TELEPHONE, needs_chromium, quiet_page
from dashboard_daemon import DashboardDaemon
from dashboard_desk import GROUPS, NOW, DashboardDesk, Step, picture
from playwright.sync_api import Browser, Locator, Page, expect

from runner.events import StepFinished, TaskFinished
from runner.execution.state import ExecutorState, Running
from runner.tasks import AttemptOutcome, Outcome, StepOutcome, TaskState

pytestmark = needs_chromium

MANY = [f"R58M{number:03}ABC" for number in range(250)]
LONG = 90_000.0
"""How many milliseconds a campaign may take on virtual phones, on a machine that is busy."""

USERS = [f"@user_{number}" for number in range(6)]


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[DashboardDesk]:
    desk = DashboardDesk(tmp_path)
    desk.campaign(text=GROUPS)
    yield desk
    desk.close()


def tile(page: Page, lane: str) -> Locator:
    return page.locator(f'[data-topic="phone:{lane}"]')


def open_live(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def run_step(desk: DashboardDesk, lane: str, ordinal: int, color: str) -> None:
    """What an executor does and tells when a step has left a picture."""
    key = desk.running.running[0].key
    path = desk.artifacts.save_screenshot(key, 1, ordinal, picture(color))
    desk.desk.changes.tell_event(
        StepFinished(key, lane, ordinal, "Tap Follow", StepOutcome.COMPLETED, "", 0.1, path)
    )


def begin(desk: DashboardDesk, lane: str) -> str:
    row = desk.task(lane, state=TaskState.RUNNING)
    running = Running(row.task.key, lane, row.task.title, 1, 2, 4, "Tap Follow", NOW, None)
    desk.running = ExecutorState((running,), {}, ())
    desk.desk.changes.tell("now", f"phone:{lane}")
    return row.task.key


def finish(desk: DashboardDesk, key: str, lane: str) -> None:
    (attempt,) = desk.ledger.tasks.record_of(key).attempts  # type: ignore[union-attr]
    assert attempt.number == 1
    outcome = Outcome(AttemptOutcome.COMPLETED)
    desk.ledger.attempts.finish(1, outcome, TaskState.COMPLETED)
    desk.running = ExecutorState((), {}, ())
    desk.desk.changes.tell_event(TaskFinished(key, lane, TaskState.COMPLETED, outcome, 1.0))


def test_a_campaign_on_virtual_phones_is_followed_to_its_end(
    chrome: Browser, dashboard: DashboardDaemon
) -> None:
    with quiet_page(chrome) as page:
        open_live(page, f"{dashboard.url}/")
        first = tile(page, "VIRTUAL01")
        expect(first.locator(".tile-body")).to_have_class(re.compile("is-idle"))
        assert first.locator("img").count() == 0
        dashboard.run_soon(config={"target_users": USERS})
        expect(first.locator(".tile-body")).to_have_class(re.compile("is-running"), timeout=LONG)
        expect(first.locator("progress")).to_be_visible()
        expect(first.locator("img")).to_have_js_property("complete", True, timeout=LONG)
        expect(first.locator(".tile-counts .state-completed")).to_contain_text(str(len(USERS)), timeout=LONG)
        expect(first.locator(".tile-body")).to_have_class(re.compile("is-idle"), timeout=LONG)
        assert first.locator("img").evaluate("(img) => img.naturalWidth") > 100


def test_pausing_holds_phones_up_until_everything_goes_on(
    chrome: Browser, dashboard: DashboardDaemon
) -> None:
    with quiet_page(chrome) as page:
        open_live(page, f"{dashboard.url}/")
        page.get_by_role("button", name="Pause all").click()
        expect(page.get_by_text("everything is paused").first).to_be_visible()
        dashboard.run_soon(config={"target_users": ["@paused"]})
        first = tile(page, "VIRTUAL01")
        expect(first.locator(".tile-why")).to_contain_text("everything is paused", timeout=LONG)
        expect(first.locator(".tile-task")).to_contain_text("follow @paused")
        page.locator(".totals").get_by_role("button", name="Resume").click()
        expect(first.locator(".tile-why")).to_have_count(0, timeout=LONG)
        expect(first.locator(".tile-body")).to_have_class(re.compile("is-idle"), timeout=LONG)
        expect(page.locator(".totals").get_by_role("button", name="Pause all")).to_be_visible()


def test_only_what_has_changed_is_drawn_anew(chrome: Browser, desk: DashboardDesk) -> None:
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/")
        page.evaluate("document.querySelectorAll('.tile-body').forEach((body) => { body.marked = true; })")
        marked = "(body) => body.marked === true"
        key = begin(desk, "S1")
        expect(tile(page, "S1").locator(".tile-body")).to_have_class(re.compile("is-running"))
        assert not tile(page, "S1").locator(".tile-body").evaluate(marked)
        assert tile(page, "S2").locator(".tile-body").evaluate(marked)
        run_step(desk, "S1", 1, "#ff0000")
        picture = tile(page, "S1").locator("img")
        expect(picture).to_have_attribute("src", re.compile("1-001"))
        run_step(desk, "S1", 2, "#00ff00")
        expect(picture).to_have_attribute("src", re.compile("1-002"))
        finish(desk, key, "S1")
        expect(tile(page, "S1").locator(".tile-body")).to_have_class(re.compile("is-idle"))
        expect(page.locator(".totals")).to_contain_text("1 done today")


def test_a_new_picture_moves_nothing_and_never_leaves_a_gap(chrome: Browser, desk: DashboardDesk) -> None:
    begin(desk, "S1")
    run_step(desk, "S1", 1, "#ff0000")
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/")
        page.evaluate(
            """() => {
              window.shifts = 0; window.gaps = 0;
              new PerformanceObserver((list) => list.getEntries().forEach(() => { window.shifts += 1; }))
                .observe({ type: "layout-shift" });
              const place = document.querySelector('[data-topic="phone:S1"] .tile-screen');
              new MutationObserver(() => { if (!place.querySelector("img")?.complete) window.gaps += 1; })
                .observe(place, { childList: true });
            }"""
        )
        for ordinal in range(2, 6):
            run_step(desk, "S1", ordinal, f"#00{ordinal}000")
            expect(tile(page, "S1").locator("img")).to_have_attribute("src", re.compile(f"1-00{ordinal}"))
        assert page.evaluate("[window.shifts, window.gaps]") == [0, 0]


def test_a_tile_moves_to_the_group_of_its_new_state(chrome: Browser, desk: DashboardDesk) -> None:
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/?group=state")
        expect(page.locator(".wall-section h2")).to_have_text(["idle 3"])
        begin(desk, "S2")
        expect(page.locator(".wall-section h2")).to_have_text(["running 1", "idle 2"])


def test_the_wall_is_chosen_by_keyboard_and_the_choice_is_in_the_address(
    chrome: Browser, desk: DashboardDesk
) -> None:
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/")
        page.get_by_role("searchbox", name="Search").focus()
        page.keyboard.type("s3")
        expect(page.locator(".tile")).to_have_count(1)
        expect(page).to_have_url(f"{url}/?q=s3")
        assert page.evaluate("document.activeElement.id") == "wall-q"
        page.get_by_role("radio", name="Large").check()
        expect(page).to_have_url(f"{url}/?size=l&q=s3")
        page.reload()
        expect(page.locator(".wall-l .tile")).to_have_count(1)
        page.get_by_role("link", name="show all").click()
        expect(page.locator(".tile")).to_have_count(3)


def test_it_works_without_scripts(chrome: Browser, desk: DashboardDesk) -> None:
    with desk.served() as url, quiet_page(chrome, java_script_enabled=False) as page:
        page.goto(f"{url}/")
        page.get_by_label("Tag").select_option("studio")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".tile")).to_have_count(1)
        page.get_by_role("button", name="Pause all").click()
        expect(page.get_by_role("button", name="Resume").first).to_be_visible()


def test_a_phone_that_joins_a_campaign_appears(chrome: Browser, desk: DashboardDesk) -> None:
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/")
        desk.campaign(text=GROUPS.replace("[S3]", "[S3, S4]"))
        desk.desk.changes.tell()
        expect(tile(page, "S4")).to_be_visible()


@pytest.mark.parametrize("query", ["", "?size=l", "?size=s&group=tag"])
def test_everybody_can_use_the_wall(chrome: Browser, desk: DashboardDesk, query: str) -> None:
    begin(desk, "S1")
    run_step(desk, "S1", 1, "#ff0000")
    desk.task("S2", state=TaskState.FAILED, reason="no button", steps=[Step()])
    desk.ledger.holds.place("S2", "the app asks to log in")
    desk.phones |= {"S1": "device", "S2": "device", "S3": "offline"}
    with desk.served() as url:
        with quiet_page(chrome) as page:
            open_live(page, f"{url}/{query}")
            check_page(page)
        with quiet_page(chrome, viewport=TELEPHONE, has_touch=True) as page:
            open_live(page, f"{url}/{query}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            tile(page, "S1").scroll_into_view_if_needed()
            expect(tile(page, "S1")).to_be_visible()
            check_page(page)


def fill(desk: DashboardDesk) -> None:
    """250 phones, some of which run, with pictures."""
    desk.campaign(text=GROUPS.replace("S3", ", ".join(MANY)))
    running = []
    for lane in MANY[::5]:
        row = desk.task(lane, state=TaskState.RUNNING, steps=[Step()])
        running.append(Running(row.task.key, lane, row.task.title, 1, 2, 4, "Tap Follow", NOW, None))
    desk.running = ExecutorState(tuple(running), {}, ())


def test_250_phones_load_only_the_pictures_that_are_near(chrome: Browser, desk: DashboardDesk) -> None:
    fill(desk)
    with desk.served() as url, quiet_page(chrome) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        open_live(page, f"{url}/?size=l")
        page.wait_for_load_state("load")
        expect(page.locator(".tile")).to_have_count(252)
        assert 0 < len([one for one in asked if "/screens/" in one]) < 50
        desk.desk.changes.tell(f"phone:{MANY[0]}")
        with page.expect_request(lambda request: f"lane={MANY[0]}" in request.url) as told:
            pass
        assert told.value.url.count("lane=") == 1


@pytest.mark.parametrize("phones", [3, 250])
def test_the_fleet_fits_the_screen_of_an_office(chrome: Browser, desk: DashboardDesk, phones: int) -> None:
    if phones > 3:
        fill(desk)
    else:
        begin(desk, "S1")
        run_step(desk, "S1", 1, "#ff0000")
    desk.ledger.holds.place("S2", "the app asks to log in")
    with desk.served() as url, quiet_page(chrome, viewport={"width": 1920, "height": 1080}) as page:
        open_live(page, f"{url}/fleet")
        assert page.evaluate(
            """() => {
              const wall = document.getElementById("fleet-wall").getBoundingClientRect();
              const last = [...document.querySelectorAll(".fleet-tile")].at(-1).getBoundingClientRect();
              return document.documentElement.scrollHeight <= innerHeight && last.bottom <= wall.bottom + 1
                && last.right <= wall.right + 1 && wall.bottom <= innerHeight;
            }"""
        )
        expect(page.locator(".fleet-needs")).to_contain_text("S2 waits for you")
        desk.ledger.holds.release("S2")
        desk.desk.changes.tell()
        expect(page.locator(".fleet-needs")).to_have_count(0)
        # After a swap too: many phones have no room for words, and few letters that tell them apart.
        assert page.locator(".fleet-state").first.is_visible() is (phones <= 3)
        names = page.locator(".fleet-name")
        assert len(set(names.all_inner_texts())) == names.count()
        assert names.evaluate_all("(all) => all.every((it) => it.scrollWidth <= it.clientWidth)")
        check_page(page)


def test_the_fleet_follows_and_does_not_grow(chrome: Browser, desk: DashboardDesk) -> None:
    begin(desk, "S1")
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/fleet")
        counts = []
        for ordinal in range(1, 6):
            run_step(desk, "S1", ordinal, f"#00{ordinal}000")
            expect(page.locator("#fleet-wall img")).to_have_attribute("src", re.compile(f"1-00{ordinal}"))
            counts.append(page.evaluate("document.querySelectorAll('*').length"))
        assert len(set(counts[1:])) == 1


def test_the_fleet_loads_itself_anew_once_the_daemon_is_another(
    chrome: Browser, desk: DashboardDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.served() as url, quiet_page(chrome) as page:
        open_live(page, f"{url}/fleet")
        monkeypatch.setattr("runner.server.dashboard.pages.fleet.__version__", "another")
        with page.expect_event("load"):
            desk.desk.changes.tell()
        expect(page.locator("#fleet-wall")).to_be_visible()
