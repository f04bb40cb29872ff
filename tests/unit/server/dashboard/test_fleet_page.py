"""The fleet, for the wall of an office."""

import math
import re

import pytest
from dashboard_desk import DashboardDesk, TestBrowser

from runner.server.dashboard.pages.fleet import SHAPE, SPACE, columns
from runner.tasks import EffectState, TaskState


@pytest.mark.parametrize("tiles", [0, 1, 2, 3, 7, 20, 60, 100, 250])
def test_all_phones_fit_and_are_as_large_as_can_be(tiles: int) -> None:
    across = columns(tiles)

    def size(across: int) -> float:
        return min(SPACE / across / SHAPE, 1 / math.ceil(max(tiles, 1) / across))

    assert size(across) == max(map(size, range(1, max(tiles, 1) + 1)))


def test_it_tells_counts_the_phones_and_what_needs_a_person(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.campaign(devices=["S1", "S2"], at="20:00")
    shown.task("S1", state=TaskState.COMPLETED, effect=EffectState.COMMITTED)
    shown.ledger.holds.place("S2", "the app asks to log in")
    html = browser.page("/fleet")
    assert "S2 waits for you: the app asks to log in" in html
    assert re.search(r"<b>1</b> done", html) and "next: greet" in html
    assert len(re.findall('class="fleet-tile is-(idle|hold)"', html)) == 2


def test_there_is_nothing_to_press(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign()
    shown.ledger.holds.place("S1", "the app asks to log in")
    html = browser.page("/fleet")
    assert html.count("<form") == 1 and '<form method="dialog">' in html  # the help on the keyboard
    assert "<nav" not in html


def test_a_daemon_of_another_version_is_another_life(
    shown: DashboardDesk, browser: TestBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def life() -> str:
        found = re.search(r'data-life="(\w+)"', browser.fragment("/fleet/live"))
        assert found is not None
        return found[1]

    before = life()
    assert life() == before
    monkeypatch.setattr("runner.server.dashboard.pages.fleet.__version__", "another")
    assert life() != before


def test_names_that_must_be_cut_are_told_apart(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.campaign(devices=[f"SAMEBEGIN{number:03}SAMEEND" for number in range(250)])
    names = re.findall(r'<span class="fleet-name"[^>]*>([^<]+)</span>', browser.page("/fleet"))
    assert len(names) == len(set(names)) == 250
