"""Times, links and preferences: in the reader's zone, in his theme, safe whatever a name holds."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from dashboard_desk import NOW, DashboardDesk, Step, TestBrowser

from runner.server.dashboard.assets import Assets
from runner.server.dashboard.pages.page import own_address
from runner.server.dashboard.pages.preferences import zones
from runner.server.dashboard.templating import Templates, lasts
from runner.tasks import TaskState


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.85, "850 ms"),
        (4.24, "4.2 s"),
        (5, "5 s"),
        (9.99, "10 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (86400 * 12 + 3 * 3600 + 5, "12 d 3 h"),
        (None, ""),
    ],
)
def test_a_length_of_time_has_two_units(seconds: float | None, words: str) -> None:
    assert lasts(seconds) == words
    assert seconds is None or lasts(timedelta(seconds=seconds)) == words


def shown_by(template: str, **context: object) -> str:
    templates = Templates(Assets.load())
    made = templates.environment.from_string(template)
    base = {"zone": ZoneInfo("Asia/Tokyo"), "now": NOW, "csrf": "c", "may_write": True}
    macros = templates.environment.get_template("macros.html.j2").make_module(base)
    return made.render(base | {"ui": macros} | context).strip()


def test_times_are_on_the_readers_clocks() -> None:
    assert shown_by("{{ at | local }}", at=NOW) == "02:00"
    assert shown_by("{{ at | local }}", at=NOW + timedelta(seconds=5)) == "02:00:05"
    assert shown_by("{{ at | local }}", at=NOW - timedelta(hours=3)) == "2026-11-21 23:00"
    assert shown_by("{{ ui.time(at) }}", at=NOW) == (
        '<time datetime="2026-11-21T17:00:00Z" title="2026-11-22 02:00:00 JST">02:00</time>'
    )
    assert ">3 min 20 s ago<" in shown_by("{{ ui.ago(at) }}", at=NOW - timedelta(seconds=200))
    assert ">in 3 min 20 s<" in shown_by("{{ ui.in_(at) }}", at=NOW + timedelta(seconds=200))
    assert shown_by("{{ ui.time(None) }}{{ ui.ago(None) }}") == ""


def test_links_lead_where_their_names_say() -> None:
    assert shown_by("{{ ui.phone_link('a/b <c>') }}") == (
        '<a class="serial" href="/phones/a%2Fb%20%3Cc%3E">a/b &lt;c&gt;</a>'
    )
    assert 'href="/campaigns/..%2Fx"' in shown_by("{{ ui.campaign_link('../x') }}")
    assert "\\u202e" in shown_by("{{ ui.task_link(1, name) }}", name="a\u202eb")


def test_a_button_is_a_form_for_those_who_may() -> None:
    made = "{{ ui.button('/actions/x', 'Go', {'a': '\"1'}, ask='Sure?') }}"
    html = shown_by(made)
    assert 'name="csrf" value="c"' in html and 'hx-confirm="Sure?"' in html and 'value="&#34;1"' in html
    assert (
        shown_by(
            made,
            ui=Templates(Assets.load())
            .environment.get_template("macros.html.j2")
            .make_module({"may_write": False, "csrf": "c"}),
        )
        == ""
    )


def test_pages_of_a_list() -> None:
    html = shown_by("{{ ui.pagination('/tasks?state=failed&page=', 2, 3, 1234, 'tasks') }}")
    assert 'href="/tasks?state=failed&amp;page=1"' in html and "1,234 tasks" in html
    assert shown_by("{{ ui.pagination('/tasks?page=', 1, 1, 5) }}") == ""


@pytest.mark.parametrize("address", ["/", "/tasks", "/tasks?a=b&c=%2F", "/campaigns/a%20b"])
def test_an_address_of_the_dashboard_is_taken(address: str) -> None:
    assert own_address(address) == address


def test_a_reader_chooses_zone_and_theme(shown: DashboardDesk, browser: TestBrowser) -> None:
    assert 'data-zone="Europe/Stockholm"' in browser.page("/preferences")
    answer = browser.act("/actions/preferences", zone="Asia/Tokyo", theme="dark", to="/phones")
    assert answer.headers["location"] == "/phones"
    html = browser.page("/preferences")
    assert 'data-zone="Asia/Tokyo"' in html and 'data-theme="dark"' in html
    browser.act("/actions/preferences", zone="fleet")
    assert 'data-zone="Europe/Stockholm"' in browser.page("/preferences")
    for fields in ({"zone": "Mars/Base"}, {"zone": "../etc/passwd"}, {"theme": "pink"}):
        browser.act("/actions/preferences", 400, **fields)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "/etc/passwd", "x" * 5000])
def test_a_zone_that_is_none_is_the_fleets(browser: TestBrowser, zone: str) -> None:
    browser.cookies.set("zone", zone)
    assert 'data-zone="Europe/Stockholm"' in browser.page("/preferences")


def test_zones_are_places() -> None:
    assert {"UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires"} <= set(zones())
    assert not {"EST5EDT", "Etc/GMT+1", "localtime"} & set(zones())


def test_the_header_tells_how_much_needs_a_person(shown: DashboardDesk, browser: TestBrowser) -> None:
    assert "a person" not in browser.fragment("/header")
    shown.task(state=TaskState.UNCERTAIN, reason="who knows", steps=[Step()])
    assert "<b>1</b> needs a person" in browser.fragment("/header")
    shown.ledger.holds.place("S1", "a login screen")
    assert "<b>2</b> need a person" in browser.page("/preferences")


def test_htmx_is_sent_on_by_a_header(browser: TestBrowser) -> None:
    fields = {"csrf": browser.csrf, "zone": "UTC", "to": "/phones"}
    answer = browser.submit("/actions/preferences", fields, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/phones")
    assert "zone=UTC" in answer.headers["set-cookie"]


def test_a_block_that_is_not_there_is_told(browser: TestBrowser) -> None:
    assert browser.fragment("/preferences?block=main").startswith("<h1>Preferences")
    assert "no block" in browser.fragment("/preferences?block=nothing", 404)
    assert "<html" in browser.page("/preferences?block=main"), "only for htmx"
