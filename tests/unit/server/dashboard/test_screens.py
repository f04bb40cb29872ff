"""The newest screen of each phone."""

from dashboard_desk import NOW, DashboardDesk, Step, TestBrowser

from runner.events import StepFinished
from runner.tasks import StepOutcome, TaskState


def ended(lane: str, screenshot: str | None) -> StepFinished:
    return StepFinished("k", lane, 1, "Tap Follow", StepOutcome.COMPLETED, "", 0.1, screenshot)


def test_a_phone_that_nobody_has_seen_has_a_drawing(browser: TestBrowser) -> None:
    answer = browser.get("/screens/S1.jpg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


def test_a_screen_from_before_this_life_comes_from_the_ledger(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.task("S1", state=TaskState.COMPLETED, steps=[Step(color="#ff0000"), Step(color=None)])
    answer = browser.get("/screens/S1.jpg")
    assert answer.headers["content-type"] == "image/jpeg" and answer.content.startswith(b"\xff\xd8")
    again = browser.get("/screens/S1.jpg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_step_that_ends_brings_a_newer_one(shown: DashboardDesk, browser: TestBrowser) -> None:
    shown.task("S1", state=TaskState.RUNNING, steps=[Step(color="#ff0000")])
    before = browser.get("/screens/S1.jpg")
    path = shown.artifacts.save_screenshot("k", 1, 1, b"newer")
    shown.desk.changes.tell_event(ended("S1", path))
    shown.desk.changes.tell_event(ended("S1", None))  # a step without a picture changes nothing
    after = browser.get("/screens/S1.jpg", headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.content) == (200, b"newer")
    assert shown.desk.screens.newest(["S1"])["S1"].at_utc == NOW


def test_a_screen_that_was_removed_after_its_time_is_a_drawing_again(
    shown: DashboardDesk, browser: TestBrowser
) -> None:
    shown.desk.changes.tell_event(ended("S1", "aa/bb/1-001.jpg"))
    assert browser.get("/screens/S1.jpg").headers["content-type"] == "image/svg+xml"


def test_serials_may_be_addresses_and_anything_else(shown: DashboardDesk, browser: TestBrowser) -> None:
    for lane, address in (("192.0.2.7:5555", "192.0.2.7%3A5555"), ("../a b", "..%2Fa%20b")):
        shown.desk.changes.tell_event(ended(lane, shown.artifacts.save_screenshot(lane, 1, 1, b"one")))
        assert browser.get(f"/screens/{address}.jpg").content == b"one"
