"""The pages of phones: their list, one phone with its history, holds; and what the live screen asks and refuses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dashboard_desk import NOW, DashboardDesk, Step, TestBrowser

from runner.errors import PhoneInUse, PhoneTimeout, UsageError
from runner.execution.live_screen import Input, ScreenFrame, TapInput, TextInput
from runner.execution.loans import Loan
from runner.phone.hands import PictureShows, ScreenPicture
from runner.store.phone_rows import AWAY, PhoneCondition, PhoneFacts
from runner.store.phones import PhoneSeen
from runner.tasks import TaskState

HOSTILE = "<img src=x onerror=alert(1)>"
FIELDS = {"kind": "tap", "x": "0.5", "y": "0.25", "loan": "mine"}


class FakeScreens:
    """Screens without phones: `error` is raised instead of a picture, `touched` has what was done."""

    def __init__(self) -> None:
        self.shown, self.error = PictureShows.SCREEN, None
        self.lent_to: Loan | None = None
        self.touched: list[tuple[str, str, Input]] = []
        self.refusal: Exception | None = None

    def frame(self, serial: str) -> ScreenFrame:
        if self.error:
            raise self.error
        return ScreenFrame(ScreenPicture(b"\xff\xd8jpeg", (720, 1600), self.shown), "abc", 0.0)

    def borrow(self, serial: str, by: str, loan_id: str | None = None) -> Loan:
        if self.refusal:
            raise self.refusal
        self.lent_to = Loan(loan_id or "mine", serial, by, 60.0)
        return self.lent_to

    def touch(self, serial: str, loan_id: str, made: Input) -> None:
        if self.refusal:
            raise self.refusal
        self.touched.append((serial, loan_id, made))

    def give_back(self, serial: str, loan_id: str | None = None) -> None:
        if self.lent_to and loan_id in (None, self.lent_to.id):
            self.lent_to = None

    def lent(self, serial: str) -> Loan | None:
        return self.lent_to


@pytest.fixture
def screens(shown: DashboardDesk) -> FakeScreens:
    """The screens of the dashboard's phones; there are S1 and S2."""
    fake = FakeScreens()
    object.__setattr__(shown.desk, "live", fake)
    shown.campaign()
    return fake


def seen(shown: DashboardDesk, serial: str = "S1", state: str = "device", **more: Any) -> None:
    shown.ledger.phones.note([PhoneSeen(serial, state, **more)])


def test_a_list_without_phones_says_so(browser: TestBrowser) -> None:
    assert "No phone is known yet" in browser.page("/phones")


def test_a_list_tells_how_each_phone_is(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    seen(shown, "S1", battery=12)
    seen(shown, "S9", AWAY, problem="adb does not list it")
    shown.ledger.phones.learn("S1", PhoneFacts("Pixel 7", "14", "sv-SE", (1080, 2400), {"tiktok": "39.1"}))
    assert shown.ledger.phones.learn_condition("S1", PhoneCondition(47, 400, "locked", "0.4.1"))
    row = shown.task("S1", state=TaskState.FAILED, reason="no button", steps=[Step()])
    shown.ledger.holds.place("S2", "the app asks for a login")
    one = browser.page("/phones/S1")
    for words in ("47 °C", "400 MB", "locked", "0.4.1", "400 MB are free"):
        assert words in one
    html = browser.page("/phones")
    for words in (
        "Pixel 7",
        "12 %",
        "the battery has 47 °C",
        "the battery is at 12 %",
        "tiktok 39.1",
        "adb does not list it",
    ):
        assert words in html
    assert f'href="/tasks/{row.id}"' in html and "the app asks for a login" in html
    assert re.findall(r'href="/phones/(S\d)"', html) == ["S1", "S2", "S9"]


@pytest.mark.parametrize(
    ("query", "serials"),
    [
        ("", ["S1", "S2", "S9"]),
        ("words=pixel", ["S1"]),
        ("words=LOGIN", ["S2"]),
        ("state=hold", ["S2"]),
        ("tag=shelf", ["S1", "S2"]),
        ("campaign=trial&words=s2", ["S2"]),
        ("words=nothing", []),
    ],
)
def test_a_list_is_filtered(
    shown: DashboardDesk, browser: TestBrowser, query: str, serials: list[str]
) -> None:
    shown.campaign()
    seen(shown, "S9")
    shown.ledger.phones.learn("S1", PhoneFacts("Pixel 7"))
    shown.ledger.holds.place("S2", "the app asks for a login")
    html = browser.fragment(f"/phones?block=table&{query}")
    assert re.findall(r'href="/phones/(S\d)"', html) == serials


def test_a_phone_that_waits_for_a_person_shows_why_and_what_stopped_it(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign()
    row = shown.task(
        "S1", state=TaskState.FAILED, reason="a login", steps=[Step("open the app"), Step("tap Profile")]
    )
    shown.ledger.holds.place("S1", "the app asks for a login", row.task.key)
    html = browser.page("/phones/S1")
    assert "This phone waits for a person" in html and "the app asks for a login" in html
    assert "tap Profile" in html and f'href="/tasks/{row.id}"' in html
    picture = re.search(r'src="(/artifacts/[^"]+)"', html)
    assert picture is not None and browser.get(picture[1]).status_code == 200
    assert 'id="live-screen"' not in html  # this process drives no phones


def test_a_phone_tells_its_day_and_what_comes(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(at="20:00")
    shown.task("S1", "@early", state=TaskState.COMPLETED, due=NOW - timedelta(hours=3))
    shown.task("S1", "@yesterday", state=TaskState.COMPLETED, due=NOW - timedelta(days=1))
    shown.task("S2", "@other", state=TaskState.COMPLETED)
    today = browser.fragment("/phones/S1?block=today")
    assert "@early" in today and "@yesterday" not in today and "@other" not in today
    assert today.count('class="state state-planned"') == 7  # each evening of a week


def test_a_history_has_states_and_batteries(shown: DashboardDesk, browser: TestBrowser) -> None:
    seen(shown, battery=80)
    shown.clock.advance(3600)  # type: ignore[attr-defined]
    seen(shown, state=AWAY, problem="adb does not list it")
    shown.clock.advance(1800)  # type: ignore[attr-defined]
    html = browser.page("/phones/S1?days=7")
    assert "adb does not list it" in html and ">1 h<" in html and ">30 min<" in html
    told = browser.get("/phones/S1/health?days=7").json()
    start = NOW.timestamp()
    assert told["times"] == [start, start + 3600] and told["battery"] == [80, 80]
    spells = [(one["state"], one["from"] - start, one["until"] - start) for one in told["spells"]]
    assert spells == [("device", 0, 3600), (AWAY, 3600, 5400)]
    assert told["until"] - told["from"] == 7 * 86400


def test_nobody_knows_such_a_phone(browser: TestBrowser, screens: FakeScreens) -> None:
    browser.page("/phones/S7", status=404)
    assert browser.get("/phones/S7/screen").status_code == 404


def test_a_person_holds_a_phone_and_releases_it(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    browser.act("/actions/phones/S1/hold", reason=f"new glass\n{HOSTILE}")
    (hold,) = shown.ledger.holds.current()
    assert hold.reason == f"new glass {HOSTILE} (anna@shelf)" and shown.refreshed == 1
    html = browser.page("/phones/S1")
    assert HOSTILE not in html and "&lt;img src=x" in html
    browser.act("/actions/phones/S1/hold", status=409)
    answer = browser.act("/actions/phones/S1/release", to="/")
    assert answer.headers["location"] == "/" and shown.ledger.holds.current() == []
    browser.act("/actions/phones/S1/release", status=409)
    done = [(one.by, one.kind, one.subject) for one in shown.ledger.actions.newest()]
    assert done == [("anna@shelf", "release", "S1"), ("anna@shelf", "hold", "S1")]


def test_a_release_ends_what_a_person_does_there(
    shown: DashboardDesk, browser: TestBrowser, screens: FakeScreens
) -> None:
    shown.ledger.holds.place("S1", "a login")
    assert browser.act("/actions/phones/S1/borrow", status=200).json() == {"loan": "mine"}
    assert "in the hands of anna@shelf" in browser.page("/phones/S1")
    browser.act("/actions/phones/S1/release")
    assert screens.lent_to is None


def test_a_screen_is_a_picture_that_browsers_know_again(browser: TestBrowser, screens: FakeScreens) -> None:
    answer = browser.get("/phones/S1/screen")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert (answer.headers["x-shown"], answer.headers["x-size"]) == ("screen", "720x1600")
    tag = answer.headers["etag"]
    assert browser.get("/phones/S1/screen", headers={"if-none-match": tag}).status_code == 304
    screens.shown = PictureShows.PROTECTED
    assert browser.get("/phones/S1/screen").headers["x-shown"] == "protected"


def test_a_screen_says_why_there_is_no_picture(browser: TestBrowser, screens: FakeScreens) -> None:
    screens.error = PhoneInUse("follow @north has S1 now")
    assert browser.get("/phones/S1/screen").json() == {"shows": "task", "says": "follow @north has S1 now"}
    screens.error = PhoneTimeout("S1: it answers nothing", hint="wake it")
    told = browser.get("/phones/S1/screen").json()
    assert told == {"shows": "nothing", "says": "S1: it answers nothing; wake it"}


def test_a_page_hears_in_whose_hands_the_phone_is(browser: TestBrowser, screens: FakeScreens) -> None:
    def whose(loan: str = "") -> str:
        return str(browser.get("/phones/S1/screen", headers={"X-Loan": loan}).headers["x-lent"])

    assert whose() == "none"
    loan = browser.act("/actions/phones/S1/borrow", status=200).json()["loan"]
    assert (whose(loan), whose("another")) == ("own", "other")
    browser.act("/actions/phones/S1/return", status=204, loan="another")
    assert whose(loan) == "own"
    browser.act("/actions/phones/S1/return", status=204, loan=loan)
    assert whose(loan) == "none"
    browser.act("/actions/phones/S1/borrow", status=200, loan="thought of by the page")
    assert whose("thought of by the page") == "own"


def test_what_a_person_does_arrives(browser: TestBrowser, screens: FakeScreens) -> None:
    browser.act("/actions/phones/S1/input", status=204, **FIELDS)
    browser.act("/actions/phones/S1/input", status=204, kind="text", text="pä ss", loan="mine")
    assert screens.touched == [("S1", "mine", TapInput((0.5, 0.25))), ("S1", "mine", TextInput("pä ss"))]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "tap", "x": "a", "y": "0"},
        {"kind": "tap", "x": "nan", "y": "0"},
        {"kind": "key", "key": "power"},
        {},
    ],
)
def test_what_is_no_input_is_refused(
    browser: TestBrowser, screens: FakeScreens, fields: dict[str, str]
) -> None:
    browser.act("/actions/phones/S1/input", status=409, **fields)
    assert screens.touched == []


@pytest.mark.parametrize("refusal", [UsageError("S1 is not on hold"), PhoneInUse("S1 is not in your hands")])
def test_a_refusal_is_told(browser: TestBrowser, screens: FakeScreens, refusal: Exception) -> None:
    screens.refusal = refusal
    assert str(refusal) in browser.act("/actions/phones/S1/input", status=409, **FIELDS).text
    browser.act("/actions/phones/S1/borrow", status=409)


@contextmanager
def looks_only(folder: Path) -> Iterator[tuple[FakeScreens, TestBrowser, str]]:
    """A viewer of a dashboard, and the session's token of somebody else."""
    desk, fake = DashboardDesk(folder, token="t" * 20, viewer_token="v" * 20), FakeScreens()
    object.__setattr__(desk.desk, "live", fake)
    desk.campaign()
    desk.ledger.holds.place("S1", "a login")
    with desk.browser() as browser:
        browser.log_in("v" * 20)
        yield fake, browser, browser.csrf
    desk.close()


def test_who_may_only_look_touches_nothing(tmp_path: Path) -> None:
    with looks_only(tmp_path) as (screens, browser, csrf):
        for name in ("hold", "release", "borrow", "return", "input"):
            answer = browser.submit(f"/actions/phones/S1/{name}", {"csrf": csrf, **FIELDS})
            assert answer.status_code == 403, name
        html = browser.page("/phones/S1")
        assert 'id="watch"' in html and 'id="borrow"' not in html and 'id="typing"' not in html
        assert screens.touched == [] and browser.get("/phones/S1/screen").status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_other_sites_touch_nothing(
    browser: TestBrowser, screens: FakeScreens, headers: dict[str, str]
) -> None:
    fields = {"csrf": browser.csrf, **FIELDS}
    assert browser.submit("/actions/phones/S1/input", fields, **headers).status_code == 403
    assert browser.submit("/actions/phones/S1/input", FIELDS).status_code == 403
    assert screens.touched == []


def test_hostile_words_of_phones_are_no_markup(shown: DashboardDesk, browser: TestBrowser) -> None:
    seen(shown, HOSTILE, HOSTILE, problem=HOSTILE)
    shown.ledger.phones.learn(HOSTILE, PhoneFacts(HOSTILE, HOSTILE, HOSTILE, None, {HOSTILE: HOSTILE}))
    address = re.search(r'href="(/phones/%3C[^"]*)"', browser.page("/phones"))
    assert address is not None
    for html in (browser.page("/phones"), browser.page(address[1])):
        assert "<img src=x" not in html
