"""The header of each page says what could not be told to people outside."""

from dashboard_desk import DashboardDesk, TestBrowser

from runner.clock import SystemClock
from runner.store.notification_rows import NewNotification

HOSTILE = '"><script>alert(1)</script>\u202e'


def test_what_could_not_be_told_stands_in_the_header(shown: DashboardDesk, browser: TestBrowser) -> None:
    assert "not sent" not in browser.page("/")
    notifications = shown.ledger.notifications
    now = SystemClock().now()
    notifications.note([NewNotification("k", "failed", "S1", HOSTILE, {"what": HOSTILE}, now)])
    notifications.begin([1])
    notifications.failed([1], HOSTILE, now)
    html = browser.page("/")
    assert "<b>1</b> notification not sent" in html
    assert "<script>alert" not in html and "\u202e" not in html
    notifications.sent([1])
    assert "not sent" not in browser.page("/")
