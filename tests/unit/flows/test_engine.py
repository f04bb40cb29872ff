"""Attempts that succeed, fail, stop, and meet screens that they did not expect."""

from datetime import UTC, datetime

import pytest
from fake_phone import APP

from runner.errors import AutomationFailed, ConnectionLost, HeldBack, LedgerError
from runner.tasks import Again, AttemptOutcome, Outcome, StepOutcome


def test_a_flow_is_carried_out_step_by_step(world):
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and outcome.message == ""
    assert [record.kind for record in world.records] == [
        "launch",
        "remember",
        "commit",
        "open_link",
        "verify",
        "press",
    ]
    assert {record.outcome for record in world.records} == {StepOutcome.COMPLETED}
    assert all(record.screenshot == b"jpeg" and record.hierarchy is None for record in world.records)
    assert sorted(record.ordinal for record in world.records) == list(range(1, 7))
    assert world.records[0].source == "small.yaml:6"


def test_the_ledger_is_told_before_and_after_the_one_tap(world):
    world.run()
    told = [event for event in world.phone.events if event[0] in ("committing", "tap_once", "settle")]
    assert told == [
        ("committing", "follow"),
        ("tap_once", "Follow"),
        ("settle", "made"),
        ("settle", "committed"),
    ]
    assert world.rows[0].evidence == {"button": "Follow"} and world.rows[0].target == "@demo"


def test_a_limit_holds_the_effect_back(world):
    until = datetime(2026, 11, 22, tzinfo=UTC)
    world.held_back = HeldBack("20 follows today", not_before=until)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.HELD_BACK and outcome.not_before == until
    assert world.taps == 0 and world.states == []
    assert world.records[-1].outcome is StepOutcome.SKIPPED


def test_a_ledger_that_cannot_be_written_stops_everything_before_the_tap(world, monkeypatch):
    def refuse(*args):
        raise LedgerError("disk full")

    monkeypatch.setattr(world, "committing", refuse)
    with pytest.raises(LedgerError):
        world.run()
    assert world.taps == 0


def test_a_stop_is_noticed_between_two_steps(world):
    world.stop.set()
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.STOPPED
    assert world.phone.events == []


def test_a_stop_after_the_proof_skips_the_rest_and_says_so(world):
    opened = world.phone.open_link
    world.phone.open_link = lambda uri, package: (opened(uri, package), world.stop.set())
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert outcome.message == "the follow of @demo was made; then stopped on request, the rest was skipped"
    assert world.states == ["committed"]


def test_an_element_that_never_appears_keeps_the_screen(world):
    world.state = "Something else"
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and not outcome.needs_person
    assert "waited 15 s for follow button" in outcome.message and "'Something else'" in outcome.message
    record = world.records[-1]
    assert record.outcome is StepOutcome.FAILED and record.screenshot == b"jpeg"
    assert record.hierarchy is not None and "Something else" in record.hierarchy


def test_an_app_that_is_not_in_front_is_named(world):
    world.phone.package, world.state = "com.android.launcher", "Clock"
    assert "the screen of com.android.launcher shows" in world.run().message


def test_a_failed_screenshot_fails_no_step(world):
    world.phone.fail("screenshot", AutomationFailed("protected"), times=100)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.records[0].screenshot is None


def test_a_stop_screen_needs_a_person(world):
    world.above = ["Log in"]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert "the app asks for a login" in outcome.message
    assert world.phone.done("tap") == [] and world.taps == 0
    assert "Log in" in (world.records[-1].hierarchy or "")


def test_a_screen_that_cannot_be_read_needs_a_person(world):
    world.phone.show = lambda: ["", ""]
    outcome = world.run()
    assert outcome.needs_person and "cannot be read" in outcome.message
    assert world.phone.done("press") == [("press", "back")] and world.clock.monotonic() < 14


def test_a_card_without_words_that_the_back_key_closes_needs_nobody(world):
    shown, cards = world.phone.show, ["back"]
    world.phone.show = lambda: [""] if cards else shown()
    world.phone.on_tap = lambda text: cards.remove(text) if text in cards else world.tapped(text)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert cards == []


def test_an_app_that_has_no_window_yet_is_waited_for(world):
    shown = world.phone.show
    world.phone.package = "com.android.systemui"

    def launching():
        if world.clock.monotonic() > 12:
            world.phone.package = "com.example.app"
            return shown()
        return ["12:00", "72 %"]

    world.phone.show = launching
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.phone.events.index(("screen",)) < 5 and ("press", "back") not in world.phone.events[:50]


def test_a_splash_screen_is_waited_for(world):
    shown = world.phone.show
    world.phone.show = lambda: shown() if world.clock.monotonic() > 4 else [""]
    assert world.run().outcome is AttemptOutcome.COMPLETED


def test_dialogs_that_may_be_declined_are_declined(world):
    world.above = ["Not now"]
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("tap") == [("tap", "Not now")]


def test_a_dialog_without_a_way_to_decline_gets_the_back_key(world):
    world.above = ["A sheet"]
    world.phone.on_tap = lambda text: world.above.clear() if text == "back" else world.tapped(text)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("press")[0] == ("press", "back")


def test_a_dialog_that_comes_back_each_time_ends_the_attempt(world):
    world.phone.show = lambda: ["Not now", "Follow"]
    world.phone.on_tap = lambda text: None
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "'not_now' comes back" in outcome.message


def test_the_deadline_of_the_attempt_cuts_a_wait_short(world):
    world.state, world.deadline = "Something else", 5.0
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and world.clock.monotonic() < 6


def test_no_step_begins_after_the_deadline(world):
    world.deadline = 0.0
    assert "did not end within its timeout" in world.run().message
    assert world.phone.events == []


def test_a_phone_that_fails_before_anything_was_made(world):
    world.phone.fail("launch", ConnectionLost("FAKE1: cable gone", hint="plug it in"))
    outcome = world.run()
    assert (outcome.outcome, outcome.message) == (AttemptOutcome.FAILED, "FAKE1: cable gone")
    assert (outcome.hint, outcome.again) == ("plug it in", Again.WHEN_BACK)
    assert world.states == [] and world.records[-1].screenshot is None


# what could not be read

UNKNOWN = """
  - remember: {name: newest, words: followed, otherwise: "", page: name, timeout: 1s}
  - when: {value: "${newest}", is: ""}
    then:
      - finish: "nothing there"
  - when: {value: "${newest}", is_not: "anything"}
    then:
      - finish: "something there"
  - finish: "nobody knows of ${newest}"
"""


@pytest.mark.parametrize(
    ("shown", "end"),
    [
        (["@demo"], "nothing there"),
        (["@demo", "Following"], "something there"),
        (["a page that does not come"], "nobody knows of (not read)"),
    ],
)
def test_what_could_not_be_read_is_not_compared_as_if_it_were_empty(world, flow_of, shown, end):
    world.flow, world.phone.show = flow_of(UNKNOWN), lambda: shown
    assert world.run() == Outcome(AttemptOutcome.COMPLETED, end)


def test_what_could_not_be_read_is_no_evidence_and_is_not_typed(world, flow_of):
    steps = """
version: 1
name: follow
app: small
steps:
  - remember: {name: newest, unknown: true}
  - commit: {effect: follow, tap: follow_button, evidence: {button: "Follow", newest: "${newest}"}}
  - type: {into: name, text: "${newest}"}
verify:
  steps:
    - launch:
  happened: {all: [followed, {value: "${evidence.newest}", is: ""}]}
  not_happened: {value: "${evidence.newest}", is_not: "x"}
"""
    world.flow = flow_of(steps)
    world.phone.focused = "@demo"
    assert world.run().outcome is AttemptOutcome.UNCERTAIN
    assert world.rows[0].evidence == {"button": "Follow"} and world.phone.done("type") == []


def test_an_account_that_cannot_be_read_ends_the_attempt(world, flow_of):
    world.flow = flow_of(
        "  - remember: {name: account, words: followed, otherwise: '', page: row, timeout: 1s}"
    )
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "account could not be read" in outcome.message


def test_a_list_that_stays_empty_is_believed_when_its_time_is_over(world, flow_of):
    world.flow = flow_of(
        "  - remember: {name: rows, list: row, settle: 1s, timeout: 10s}\n  - finish: '${rows}'"
    )
    late = [5.0]
    world.phone.show = lambda: ["row 1"] if world.clock.monotonic() > late[0] else ["@demo"]
    assert world.run().message == "row 1 | (room)"
    late[0] = 1000.0
    assert world.run().message == "(room)"


# the way back


@pytest.mark.parametrize("leaves", [False, True])
def test_the_way_back_is_found_from_pages_above_and_from_another_app(world, flow_of, leaves):
    pages = [["a sheet"], ["a video"], ["@demo"]]
    world.flow, world.phone.show = flow_of("  - go_back: name"), lambda: pages[0]

    def tapped(key):
        pages.pop(0)
        world.phone.package = "com.example.home" if leaves and len(pages) == 1 else APP

    world.phone.on_tap = tapped
    launch = world.phone.launch

    def launched(package, activity):
        launch(package, activity)
        world.phone.package = package

    world.phone.launch = launched
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert len(world.phone.done("press")) == 2 and len(world.phone.done("launch")) == leaves
    assert world.phone.done("stop") == []


def test_the_way_back_ends_after_so_many_presses(world, flow_of):
    world.flow, world.phone.show = flow_of("  - go_back: {element: name, times: 3}"), lambda: ["a wall"]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "waited" in outcome.message
    assert len(world.phone.done("press")) == 3


def test_the_way_back_presses_one_key_on_a_screen_that_cannot_be_read(world, flow_of):
    world.flow, world.phone.show = flow_of("  - go_back: name"), lambda: [""]
    outcome = world.run()
    assert outcome.needs_person and world.phone.done("press") == [("press", "back")]


def test_a_wait_may_ask_that_it_stays_true(world, flow_of):
    world.flow = flow_of("  - wait_for: {gone: row, settle: 3s, timeout: 20s}")
    world.phone.show = lambda: ["row"] if 1 < world.clock.monotonic() - started < 5 else ["@demo"]
    started = world.clock.monotonic()
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert 8 <= world.clock.monotonic() - started < 9
