"""A page that stays open while a daemon works on virtual phones, is paused by a command, stops and comes back."""

import time

import pytest
from browsers import needs_chromium, quiet_page
from dashboard_daemon import DashboardDaemon
from playwright.sync_api import Browser, expect

from runner.tasks import TaskState

pytestmark = [needs_chromium, pytest.mark.phones]


def test_a_page_follows_a_campaign_a_pause_and_a_restart(chrome: Browser, dashboard: DashboardDaemon) -> None:
    with quiet_page(chrome) as page:
        page.allowed = ("ERR_",)  # type: ignore[attr-defined]
        page.goto(f"{dashboard.url}/preferences")
        live, header = page.locator("#live"), page.locator("#header-state")
        expect(live).to_have_text("live")
        expect(header).to_contain_text("0 running")

        dashboard.run_soon()
        expect(header).to_contain_text("2 running")
        expect(header).to_contain_text("0 running")
        assert {row.state for row in dashboard.tasks()} == {TaskState.COMPLETED}

        assert dashboard.command("pause", "--virtual").returncode == 0
        expect(header).to_contain_text("everything is paused")
        assert dashboard.command("resume", "--virtual").returncode == 0
        expect(header).not_to_contain_text("paused")

        began = time.monotonic()
        dashboard.stop()
        assert time.monotonic() - began < 10, "an open page does not hold up the end"
        expect(live).to_have_text("connection lost")
        dashboard.start()
        expect(live).to_have_text("live")
        assert dashboard.command("pause", "--virtual").returncode == 0
        expect(header).to_contain_text("everything is paused")
