"""Who may look and who may change something: strangers, viewers, pages of other sites."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from dashboard_desk import NOW, DashboardDesk, TestBrowser
from starlette.routing import Route

from runner.clock import ManualClock
from runner.server.dashboard.sessions import LIFE, Role, Sessions
from runner.store.actions import ActionKind

TOKEN, VIEWER = "w" * 32, "v" * 32
FOR_VIEWERS = {"/actions/log-out", "/actions/preferences"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[DashboardDesk]:
    """The dashboard with both tokens."""
    desk = DashboardDesk(tmp_path, token=TOKEN, viewer_token=VIEWER)
    yield desk
    desk.close()


def changing(desk: DashboardDesk) -> list[str]:
    """The address of everything that takes more than GET, with names in it."""
    found = []
    for route in desk.app.routes:
        assert isinstance(route, Route), f"what is behind {route} is not looked at here"
        if (route.methods or set()) - {"GET", "HEAD"}:
            found.append(re.sub(r"\{\w+(:\w+)?\}", "1", route.path))
    return found


# Without a token


def test_a_name_that_others_may_choose_is_not_answered(browser: TestBrowser) -> None:
    for host, status in (("127.0.0.1:1", 200), ("localhost", 200), ("[::1]:9", 200), ("evil.example", 403)):
        for path in ("/preferences", "/stream?since=x", "/static/style.css", "/header"):
            answer = browser.head(path, headers={"Host": host})
            assert answer.status_code == status, (host, path)


def test_without_a_token_the_visitor_is_the_user_of_the_machine(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    assert browser.get("/login").headers["location"] == "/"
    html = browser.page("/preferences")
    assert "Log out" not in html
    assert browser.csrf == browser.csrf, "the session lasts"
    browser.act("/actions/log-out", 409)


def test_changes_are_refused_to_pages_of_others(shown: DashboardDesk, browser: TestBrowser) -> None:
    own = {"csrf": browser.csrf}
    for path in changing(shown):
        for headers in (
            {"origin": "http://evil.example"},
            {"origin": "null"},
            {"origin": ""},
            {"origin": browser.url.replace("http", "ftp")},
            {"origin": f"{browser.url}.evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"host": "evil.example", "origin": "http://evil.example"},
        ):
            assert browser.submit(path, own, **headers).status_code == 403, (path, headers)
    for path in set(changing(shown)) - {"/login"}:
        for shown_token in ("", "0" * 64, "ä" * 64):
            assert browser.submit(path, {"csrf": shown_token}).status_code == 403, path
        with TestBrowser(browser.url) as other:
            answer = other.submit(path, own)
            assert answer.status_code == 403, "without the session's cookie"
    assert shown.ledger.actions.newest() == []


def test_a_form_is_bounded_and_is_one(browser: TestBrowser) -> None:
    csrf = browser.csrf
    path = "/actions/preferences"
    assert browser.submit(path, {"csrf": csrf, "zone": "x" * 100_000}).status_code == 413
    own = {"origin": browser.url, "x-csrf-token": csrf}
    assert browser.post(path, json={"zone": "UTC"}, headers=own).status_code == 415
    many = "&".join(["zone=UTC"] * 2000)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(path, content=many, headers=own | kind).status_code == 400
    assert browser.submit(path, {"zone": "UTC"}, **{"x-csrf-token": csrf}).status_code == 303


# With tokens


def test_strangers_are_led_to_the_log_in(guarded: DashboardDesk) -> None:
    with guarded.browser() as browser:
        answer = browser.get("/tasks?state=failed&page=2")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?to=%2Ftasks%3Fstate%3Dfailed%26page%3D2"
        assert browser.get("/header", headers={"HX-Request": "true"}).status_code == 401
        assert browser.get("/stream", headers={"accept": "text/event-stream"}).status_code == 401
        assert browser.get("/artifacts/ab/cd/1-001.jpg", headers={"accept": "image/*"}).status_code == 401
        assert browser.get("/static/style.css").status_code == 200
        for path in set(changing(guarded)) - {"/login"}:
            assert browser.submit(path, {}).status_code == 401, path


def test_log_in_and_out(guarded: DashboardDesk) -> None:
    with guarded.browser() as browser:
        assert "Log in" in browser.page("/login?to=/tasks")
        answer = browser.submit("/login", {"name": " anna  b ", "token": TOKEN, "to": "/tasks"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
        assert "You are anna b, writer" in browser.page("/preferences")
        (noted,) = guarded.ledger.actions.newest()
        assert (noted.by, noted.kind) == ("anna b", ActionKind.LOG_IN)
        assert TOKEN not in noted.detail
        kept = dict(browser.cookies)
        browser.act("/actions/log-out")
        assert browser.get("/preferences").status_code == 303
        with httpx.Client(base_url=browser.url, cookies=kept, headers={"accept": "text/html"}) as thief:
            assert thief.get("/preferences").status_code == 303, "a copy of the cookie counts no more"
    with guarded.browser() as restarted:
        restarted.cookies.update(kept)
        assert restarted.get("/preferences").status_code == 303, "nor does it after a restart"
        assert guarded.ledger.actions.newest()[0].kind == ActionKind.LOG_OUT


def test_a_token_against_forgery_belongs_to_one_session(guarded: DashboardDesk) -> None:
    with guarded.browser() as anna, TestBrowser(anna.url) as ben:
        anna.log_in(TOKEN, "anna")
        ben.log_in(TOKEN, "ben")
        assert ben.submit("/actions/preferences", {"csrf": anna.csrf, "zone": "UTC"}).status_code == 403


def test_a_page_behind_https_keeps_its_cookie_there(guarded: DashboardDesk) -> None:
    with guarded.browser(**{"x-forwarded-proto": "https"}) as browser:
        assert "; Secure" in browser.log_in(TOKEN).headers["set-cookie"]


def test_a_viewer_looks_and_changes_nothing(guarded: DashboardDesk) -> None:
    with guarded.browser() as browser:
        browser.log_in(VIEWER, "ben")
        assert "You are ben, viewer" in browser.page("/preferences")
        for path in set(changing(guarded)) - FOR_VIEWERS - {"/login"}:
            answer = browser.submit(path, {"csrf": browser.csrf})
            assert answer.status_code == 403 and "may look" in answer.text, path
        browser.act("/actions/preferences", zone="UTC")


def test_a_program_may_look_with_its_token(guarded: DashboardDesk) -> None:
    with guarded.browser(authorization=f"Bearer {TOKEN}") as browser:
        assert "<h1" in browser.page("/preferences")
        assert browser.submit("/actions/preferences", {"zone": "UTC"}).status_code == 403
    with guarded.browser(authorization=f"Bearer {VIEWER}x", accept="text/html") as browser:
        assert browser.get("/preferences").status_code == 303


def test_guessing_becomes_slow(guarded: DashboardDesk) -> None:
    assert isinstance(guarded.clock, ManualClock)
    with guarded.browser() as browser:
        wrong = [browser.log_in("x" * 32) for _ in range(6)]
        assert [answer.status_code for answer in wrong] == [403] * 5 + [429]
        assert browser.log_in(TOKEN).status_code == 429, "whatever is shown"
        guarded.clock.advance(2)
        assert browser.log_in("x" * 32).status_code == 403
        assert int(browser.log_in("x" * 32).headers["retry-after"]) > 1
        guarded.clock.advance(60)
        assert browser.log_in(TOKEN).status_code == 303
        assert browser.log_in("x" * 32).status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "an\u202ena"])
def test_a_name_is_one_that_can_be_shown(guarded: DashboardDesk, name: str) -> None:
    with guarded.browser() as browser:
        assert browser.log_in(TOKEN, name).status_code == 400


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nX: y", "/ü", ""]
)
def test_the_log_in_leads_nowhere_else(guarded: DashboardDesk, to: str) -> None:
    with guarded.browser() as browser:
        answer = browser.submit("/login", {"name": "anna", "token": TOKEN, "to": to})
        assert answer.headers["location"] == "/"


# Sessions


def sessions(
    token: str | None = TOKEN, viewer: str | None = VIEWER, clock: ManualClock | None = None
) -> Sessions:
    return Sessions("ledger", token, viewer, "anna@shelf", clock or ManualClock(NOW))


def test_a_session_outlives_a_restart_and_not_its_token() -> None:
    begun = sessions().log_in("anna", TOKEN)
    assert begun is not None and begun.cookie is not None
    shown = {sessions().cookie_name: begun.cookie}
    again = sessions().visitor(shown)
    assert again is not None
    assert (again.name, again.role, again.csrf) == ("anna", Role.WRITER, begun.csrf)
    assert sessions(token="n" * 32).visitor(shown) is None
    looking = sessions().log_in("ben", VIEWER)
    assert looking is not None and looking.cookie is not None
    assert sessions(viewer=None).visitor({sessions().cookie_name: looking.cookie}) is None
    assert sessions(viewer="n" * 32).visitor({sessions().cookie_name: looking.cookie}) is None


def test_a_session_without_a_token_is_none_with_one() -> None:
    begun = sessions(None, None).visitor({})
    assert begun is not None and begun.cookie is not None
    assert sessions().visitor({sessions().cookie_name: begun.cookie}) is None


def test_a_session_ends_by_itself() -> None:
    clock = ManualClock(NOW)
    begun = sessions(clock=clock).log_in("anna", TOKEN)
    assert begun is not None and begun.cookie is not None
    shown = {sessions().cookie_name: begun.cookie}
    clock.advance(LIFE.total_seconds() - 1)
    assert sessions(clock=clock).visitor(shown) is not None
    clock.advance(2)
    assert sessions(clock=clock).visitor(shown) is None


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "é.é", f"{'[' * 50_000}.0", "eyJhIjoxfQ.0"])
def test_what_is_no_session_is_nobody(cookie: str) -> None:
    assert sessions().visitor({sessions().cookie_name: cookie}) is None


def test_a_changed_cookie_is_nobody() -> None:
    begun = sessions().log_in("ben", VIEWER)
    assert begun is not None and begun.cookie is not None
    payload, _, signature = begun.cookie.partition(".")
    for at in range(len(payload)):
        other = "A" if payload[at] != "A" else "B"
        changed = f"{payload[:at]}{other}{payload[at + 1 :]}.{signature}"
        assert sessions().visitor({sessions().cookie_name: changed}) is None
