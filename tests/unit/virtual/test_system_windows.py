"""Status bar, navigation bar and keyboard, as windows of other packages than the app's."""

import asyncio
from types import SimpleNamespace

import pytest
from lxml import etree
from small_apps import Notes

from runner.virtual.control import ACTIONS
from runner.virtual.phone import Phone
from runner.virtual.render import draw
from runner.virtual.system_windows import KEYBOARD, SYSTEM_UI

FIELD = (50, 250)


@pytest.fixture
def phone(phone: Phone, notes: Notes) -> Phone:
    phone.has_system_windows = True
    phone.changed()
    return phone


def packages(phone):
    return [root.get("package") for root in etree.fromstring(phone.dump().encode())]


def words(phone, package):
    nodes = etree.fromstring(phone.dump().encode()).iter("node")
    return [
        said
        for node in nodes
        if node.get("package") == package
        for said in (node.get("text"), node.get("content-desc"))
        if said
    ]


def test_a_phone_without_them_shows_the_app_alone(phone):
    phone.has_system_windows = False
    phone.changed()

    assert packages(phone) == [Notes.package]


def test_a_rehearsal_switches_them_on_and_off(phone):
    def wish(shown):
        asyncio.run(ACTIONS["system-windows"](None, SimpleNamespace(phone=phone), {"shown": shown}))
        return packages(phone)

    assert wish(False) == [Notes.package]
    assert wish(True) == [SYSTEM_UI, SYSTEM_UI, Notes.package]
    with pytest.raises(ValueError, match="shown"):
        wish("yes")


def test_each_bar_is_a_root_with_words_of_its_own(phone):
    assert packages(phone) == [SYSTEM_UI, SYSTEM_UI, Notes.package]
    said = words(phone, SYSTEM_UI)
    assert {"Back", "Home", f"{phone.now():%H:%M}", "72\u00a0%"} <= set(said)


def test_the_bars_speak_the_language_of_the_phone(phone):
    phone.properties["persist.sys.locale"] = "fr-FR"
    phone.changed()

    assert {"Retour", "Accueil"} <= set(words(phone, SYSTEM_UI))


def test_a_field_with_the_focus_brings_the_keyboard(phone):
    phone.tap(*FIELD)
    assert packages(phone) == [KEYBOARD, SYSTEM_UI, SYSTEM_UI, Notes.package]
    phone.go_back()

    assert KEYBOARD not in packages(phone)


def test_the_keys_type_and_what_is_behind_them_is_out_of_reach(phone, notes):
    phone.tap(*FIELD)
    for key in ("h", "Space", "i", "i", "Delete"):
        (view,) = [view for view in phone.drawn_windows[0].root.walk() if key in (view.text, view.desc)]
        left, top, right, bottom = view.bounds
        phone.tap((left + right) / 2, (top + bottom) / 2)

    assert notes.text == "h i"
    assert phone.view_at(50, 1570) is None or phone.view_at(50, 1570).desc != "Row 0"


def test_selectors_do_not_reach_the_systems_windows(phone):
    assert phone.find({"mask": 0x40, "description": "Home"}) is None
    assert phone.find({"mask": 0x1, "text": "Save"}) is not None


def test_the_navigation_bar_leads_home(phone):
    home = next(view for window in phone.drawn_windows for view in window.root.walk() if view.desc == "Home")
    left, top, right, bottom = home.bounds
    phone.tap((left + right) / 2, (top + bottom) / 2)

    assert phone.component[0] == phone.packages.home


def test_the_bars_and_the_keyboard_can_be_drawn(phone):
    phone.tap(*FIELD)

    assert draw(phone.drawn_windows, 720, 1600).size == (720, 1600)


def test_an_app_that_is_still_launching_has_the_focus_but_no_window():
    phone = Phone("UNIT01")
    phone.has_system_windows = True
    app = phone.packages.app("com.zhiliaoapp.musically")
    app.control("set_launch_seconds", {"seconds": 3600})
    phone.call_later = lambda seconds, action: None
    phone.start_app(app.package)

    assert set(packages(phone)) == {SYSTEM_UI}
    assert phone.component == (app.package, app.activities[0])
    assert not app.back()
