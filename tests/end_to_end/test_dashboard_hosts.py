"""The page Hosts in a browser: on a telephone too, and live while hosts come and go."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe import check_page
from browsers import TELEPHONE, chromium, needs_chromium, quiet_page
from dashboard_desk import DashboardDesk
from host_shelf import HostShelf
from playwright.sync_api import Browser, expect

from runner.clock import SystemClock
from runner.store.phones import PhoneSeen

pytestmark = [needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DashboardDesk]:
    desk = DashboardDesk(tmp_path, clock=SystemClock())
    desk.campaign(devices=("S1", "S2", "S3"))
    desk.ledger.phones.note([PhoneSeen(serial, "device", 80) for serial in ("S1", "S2", "S3")])
    yield desk
    desk.close()


@pytest.fixture
def shelf(desk: DashboardDesk) -> HostShelf:
    made = HostShelf(desk.ledger, desk.clock)
    made.host("north", "S1", is_daemon=True, url="http://north.example:50809")
    made.host("south", "S2")
    made.leads("north")
    return made


def test_a_host_that_dies_is_seen_without_loading_the_page_anew(
    desk: DashboardDesk, shelf: HostShelf, browser: Browser
) -> None:
    desk.task("S2")
    with desk.served() as url, quiet_page(browser) as page:
        page.goto(f"{url}/hosts")
        expect(page.locator("#host-south")).to_contain_text("works")
        expect(page.locator("header.top")).to_contain_text("north leads")
        shelf.dies("south", ago=timedelta(minutes=1))
        expect(page.locator("#host-south")).to_contain_text("died")
        expect(page.locator("#hosts")).to_contain_text("Host south died at")
        check_page(page)
        page.keyboard.press("g")
        page.keyboard.press("n")
        expect(page.locator("#needs-person")).to_contain_text("Host south died at")


def test_hosts_fit_on_a_telephone(desk: DashboardDesk, shelf: HostShelf, browser: Browser) -> None:
    shelf.host("west", *[f"R58M{number:03}ABC" for number in range(40)])
    with desk.served() as url, quiet_page(browser, viewport=TELEPHONE) as page:
        page.goto(f"{url}/hosts")
        expect(page.locator("#host-west")).to_contain_text("28 more")
        assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
        check_page(page)
