"""The page Now: its tiles, which of them it shows, and what needs a person."""

import re
from datetime import timedelta

import pytest
from dashboard_desk import GROUPS, NOW, DashboardDesk, Step, TestBrowser

from runner.execution.state import ExecutorState, Running
from runner.store.request_rows import PauseScope
from runner.store.rows import TaskRow
from runner.tasks import EffectState, TaskState

HOSTILE = '"><script>alert(1)</script>'


def runs(shown: DashboardDesk, row: TaskRow, step: str = "Tap Follow") -> None:
    """The executor says that a task is at its third step of eight."""
    running = Running(row.task.key, row.task.lane, row.task.title, 1, 3, 8, step, NOW, None)
    shown.running = ExecutorState((running,), {}, ())


def tiles(html: str) -> list[str]:
    """The lanes of a page's tiles, in their order."""
    return re.findall(r'data-topic="phone:([^"]*)"', html)


@pytest.mark.parametrize("size", ["s", "m", "l"])
def test_a_tile_tells_what_its_phone_does(shown: DashboardDesk, browser: TestBrowser, size: str) -> None:
    shown.campaign(text=GROUPS)
    runs(shown, shown.task("S1", state=TaskState.RUNNING, steps=[Step("Open the link")]))
    html = browser.page(f"/?size={size}")
    assert tiles(html) == ["S1", "S2", "S3"]
    assert 'class="tile-body is-running"' in html and 'class="tile-body is-idle"' in html
    assert ("3 of 8: Tap Follow" in html) is (size != "s")
    assert ("Open the link" in html) is (size == "l")
    assert ('href="/?size=l&amp;tag=shelf"' in html) is (size == "l")


def test_a_page_tells_what_comes_and_counts_today(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    for state in (TaskState.COMPLETED, TaskState.COMPLETED, TaskState.FAILED, TaskState.MISSED):
        shown.task("S1", f"@{len(shown.ledger.tasks.all())}", state=state, effect=EffectState.COMMITTED)
    html = browser.page("/")
    assert re.findall(r'<p class="figure"><b>(\d+)</b>', html) == ["0", "0", "2", "1", "1", "0"]
    assert re.search(r"next start: <a [^>]*>trial</a> / greet", html)
    assert html.count("follow @north") == 3 and ">20:00</time>" in html
    assert re.search(r"follow 3/40\s*</span>", html)  # what has not been made counts no limit


@pytest.mark.parametrize(
    ("query", "lanes"),
    [
        ("tag=shelf", ["S1", "S2"]),
        ("tag=studio", ["S3"]),
        ("campaign=trial", ["S1", "S2", "S3"]),
        ("campaign=other", []),
        ("state=running", ["S1"]),
        ("state=idle", ["S2", "S3"]),
        ("q=s2", ["S2"]),
        ("q=STUDIO", ["S3"]),
        ("q=%40north&state=running", ["S1"]),
        ("host=elsewhere", []),
        ("size=huge&group=moon&state=asleep", ["S1", "S2", "S3"]),
    ],
)
def test_a_page_shows_the_phones_that_its_address_asks_for(
    shown: DashboardDesk, browser: TestBrowser, query: str, lanes: list[str]
) -> None:
    shown.campaign(text=GROUPS)
    runs(shown, shown.task("S1", state=TaskState.RUNNING))
    html = browser.page(f"/?{query}")
    assert tiles(html) == lanes
    assert f"{len(lanes)} of 3 phones" in html


@pytest.mark.parametrize(
    ("group", "headings"),
    [
        ("tag", ["shelf 2", "studio 1"]),
        ("campaign", ["trial 3"]),
        ("state", ["running 1", "idle 2"]),
    ],
)
def test_tiles_stand_in_groups(
    shown: DashboardDesk, browser: TestBrowser, group: str, headings: list[str]
) -> None:
    shown.campaign(text=GROUPS)
    runs(shown, shown.task("S3", state=TaskState.RUNNING))
    html = browser.page(f"/?group={group}")
    found = re.findall(r'<h2>([^<]+) <span class="soft">(\d+)</span></h2>', html)
    assert [f"{name} {count}" for name, count in found] == headings


def test_the_form_asks_for_tiles_alone_and_keeps_them_in_the_address(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign(text=GROUPS)
    headers = {"HX-Request": "true", "HX-Trigger": "wall-tools"}
    answer = browser.get("/?block=wall&size=l&group=none&tag=studio&q=", headers=headers)
    assert answer.headers["HX-Push-Url"] == "/?size=l&tag=studio"
    assert tiles(answer.text) == ["S3"] and "<html" not in answer.text


def test_changed_tiles_are_asked_for_together(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    runs(shown, shown.task("S1", state=TaskState.RUNNING))
    html = browser.fragment("/now/tiles?lane=S1&lane=S3")
    assert html.count('hx-swap-oob="outerHTML"') == 2
    assert "3 of 8: Tap Follow" in html and ">S2<" not in html


def test_what_stands_above_the_wall_is_sent_again_only_if_it_has_changed(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign(text=GROUPS)
    address = re.search(r'hx-get="(/now/above[^"]*)"', browser.page("/"))
    assert address is not None
    same = address[1].replace("&amp;", "&")
    assert browser.get(same, headers={"HX-Request": "true"}).status_code == 204
    shown.ledger.holds.place("S1", "the app asks to log in")
    assert "the app asks to log in" in browser.fragment(same)


def test_what_needs_a_person_stands_first_with_what_to_do(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    shown.ledger.holds.place("S1", "the app asks to log in")
    row = shown.task(
        "S2", state=TaskState.UNCERTAIN, reason="the answer was lost", effect=EffectState.UNCERTAIN
    )
    (shown.campaigns / "broken.yaml").write_text("name: [", encoding="utf-8")
    shown.reload()
    shown.phones |= {"S1": "device", "S3": "unauthorized"}
    html = browser.page("/")
    assert html.index('id="needs-person"') < html.index('id="wall"')
    assert "4 things need a person" in html
    assert 'action="/actions/phones/S1/release"' in html and "the app asks to log in" in html
    assert f'href="/tasks/{row.id}">Look, and say what happened' in html
    assert "broken.yaml</strong> is invalid" in html and "nothing of it is in force" in html
    assert "adb says unauthorized" in html and "Accept the question on its screen." in html


def test_everything_is_paused_and_goes_on(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    answer = browser.act("/actions/pause", to="/?size=l")
    assert answer.headers["location"] == "/?size=l"
    html = browser.page("/")
    assert html.count('class="tile-body is-paused"') == 3 and "everything is paused" in html
    (pause,) = shown.ledger.pauses.current()
    assert (pause.scope, pause.subject) == (PauseScope.ALL, None) and shown.refreshed == 1
    browser.act("/actions/resume")
    assert shown.ledger.pauses.current() == [] and "is-paused" not in browser.page("/")
    noted = [(action.kind, action.subject, action.by) for action in shown.ledger.actions.newest()]
    assert noted == [("resume", None, pause.by), ("pause", None, pause.by)]


def test_a_campaign_or_a_phone_is_paused_alone(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    browser.act("/actions/pause", scope="device", subject="S1")
    browser.act("/actions/pause", scope="campaign", subject="trial")
    assert [pause.subject for pause in shown.ledger.pauses.current()] == ["S1", "trial"]
    browser.act("/actions/resume", scope="device", subject="S1")
    assert [pause.subject for pause in shown.ledger.pauses.current()] == ["trial"]
    browser.act("/actions/pause", status=400, scope="device")
    browser.act("/actions/pause", status=400, scope="moon", subject="S1")


def test_the_picture_of_a_tile_is_its_newest_screen(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(text=GROUPS)
    shown.task("S1", state=TaskState.COMPLETED, steps=[Step(color="#ff0000")])
    html = browser.page("/")
    (picture,) = re.findall(r'<img[^>]* src="(/screens/S1\.jpg\?v=[^"]+)"', html)
    assert browser.get(picture).headers["content-type"] == "image/jpeg"
    assert browser.page("/?size=s").count("<img") == 0


def test_names_of_others_stay_text(shown: DashboardDesk, browser: TestBrowser) -> None:
    row = shown.task(
        HOSTILE, HOSTILE, campaign=HOSTILE, entry=HOSTILE, state=TaskState.RUNNING, steps=[Step(HOSTILE)]
    )
    runs(shown, row, step=HOSTILE)
    shown.ledger.holds.place(HOSTILE, HOSTILE)
    shown.phones[HOSTILE] = HOSTILE
    for address in ("/", "/?size=l&group=state", f"/?q={'%22%3E%3Cscript'}", "/fleet"):
        html = browser.page(address)
        assert HOSTILE not in html and "&lt;script&gt;alert(1)" in html


def test_a_wall_of_250_phones_is_small(shown: DashboardDesk, browser: TestBrowser) -> None:
    names = [f"R58M{number:03}ABC" for number in range(250)]
    shown.campaign(text=GROUPS.replace("S3", ", ".join(names)))
    running = []
    for name in names[::2]:
        shown.task(name, "@south", state=TaskState.COMPLETED, due=NOW - timedelta(hours=1), steps=[Step()])
        row = shown.task(name, state=TaskState.RUNNING, steps=[Step(f"Step {one}") for one in range(6)])
        running.append(Running(row.task.key, name, row.task.title, 1, 7, 9, "Tap Follow", NOW, None))
    shown.running = ExecutorState(tuple(running), {}, ())
    for size in ("s", "m", "l"):
        html = browser.page(f"/?size={size}")
        assert len(tiles(html)) == 252
        assert len(html.encode()) < 500_000
    assert len(browser.page("/fleet").encode()) < 500_000


def test_an_empty_wall_says_what_to_do(browser: TestBrowser) -> None:
    assert "No campaign in force names a phone." in browser.page("/")
    assert "nothing comes" in browser.page("/fleet")
