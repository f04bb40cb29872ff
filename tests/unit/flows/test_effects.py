"""Whatever goes wrong around the commit point: nothing is made twice, nothing claimed that is not known."""

import pytest

from runner.errors import ConnectionLost, DeviceOffline, LeaseLost, NeedsPerson, PhoneTimeout
from runner.tasks import Again, AttemptOutcome, EffectState

LOST = ConnectionLost("FAKE1: the cable went")

COMMITS_AT_ITS_END = """
version: 1
name: follow
app: small
steps:
  - launch:
  - remember: {name: button, words: follow_button}
  - commit: {effect: follow, tap: follow_button, evidence: {button: "${button}"}}
verify:
  steps:
    - wait_for: name
    - open_link: user
  happened: followed
  not_happened: follow_button
"""


def test_a_tap_that_was_never_sent_is_refuted(world):
    world.phone.fail("tap_once", DeviceOffline("FAKE1: offline", sent=False))
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.message == "FAKE1: offline"
    assert world.states == ["refuted"] and world.state == "Follow"
    assert world.phone.done("reconnect") == []


@pytest.mark.parametrize("error", [LOST, PhoneTimeout("FAKE1: no answer")])
def test_a_tap_whose_answer_was_lost_is_looked_up(world, error):
    world.phone.fail("tap_once", error, after=True)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert outcome.message.startswith(
        "the follow of @demo was made, as the app shows; the rest was skipped: "
    )
    assert world.states == ["committed"] and world.taps == 1
    assert len(world.phone.done("reconnect")) == 1


def test_a_tap_that_was_lost_on_its_way_is_refuted_by_what_the_app_shows(world):
    world.phone.fail("tap_once", LOST)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "did not happen, as the app shows" in outcome.message
    assert world.states == ["refuted"] and world.state == "Follow"


def test_an_answer_that_was_lost_is_looked_up_when_the_phone_is_back(world):
    world.phone.fail("tap_once", LOST, after=True)
    world.phone.fail("reconnect", LOST, times=1000)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.again is Again.WHEN_BACK
    assert "not verified" in outcome.message
    assert world.states == ["committing"] and world.taps == 1


def test_a_screen_that_shows_neither_is_uncertain(world):
    world.phone.on_tap = lambda text: setattr(world, "state", "Message")
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.UNCERTAIN and world.states == ["uncertain"]


def test_a_tap_that_did_nothing_is_refuted_by_the_flow_itself(world):
    world.phone.on_tap = lambda text: None
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "the follow did not happen" in outcome.message
    assert world.states == ["refuted"] and world.taps == 1


def test_that_nothing_happened_must_be_seen_twice(world):
    """An app that is slow to show an effect is not taken at its first word."""
    world.phone.on_tap = lambda text: None
    opened = world.phone.open_link

    def open_link(uri, package):
        opened(uri, package)
        if len(world.phone.done("open_link")) == 2:
            world.state = "Requested"

    world.phone.open_link = open_link
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"] and world.taps == 1


def test_a_phone_that_goes_after_the_tap_and_comes_back(world):
    world.phone.fail("open_link", LOST)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and "the rest was skipped" in outcome.message
    assert world.states == ["committed"] and world.taps == 1


def test_a_phone_that_goes_after_the_tap_for_good(world):
    world.phone.fail("open_link", LOST)
    world.phone.fail("reconnect", DeviceOffline("FAKE1: offline"), times=1000)
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert "is not verified" in outcome.message
    assert world.states == ["made"] and world.taps == 1


def test_a_stop_while_the_phone_is_away_does_not_wait_for_it(world):
    world.phone.fail("tap_once", LOST, after=True)
    world.phone.fail("reconnect", LOST, times=1000)
    world.phone.on_tap = lambda text: (world.tapped(text), world.stop.set())
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.STOPPED and "verifies it first" in outcome.message
    assert world.states == ["committing"] and world.clock.monotonic() < 5


def test_a_failure_after_the_proof_does_not_take_it_back(world):
    world.phone.fail("press", LOST)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and "the cable went" in outcome.message
    assert world.states == ["committed"] and len(world.phone.done("open_link")) == 1


def test_a_person_is_asked_for_after_the_tap(world):
    world.phone.on_tap = lambda text: setattr(world, "above", ["Log in"])
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert "is not verified" in outcome.message and world.states == ["made"]


def test_the_timeout_of_the_task_leaves_time_for_the_proof(world):
    world.deadline = 1.0
    tap = world.phone.tap_once

    def slow_tap(x, y, be_sure):
        tap(x, y, be_sure)
        world.clock.advance(30)
        raise PhoneTimeout("FAKE1: no answer")

    world.phone.tap_once = slow_tap
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"]


def test_nothing_is_tapped_or_written_once_another_host_may_have_the_phone(world):
    world.lost = LeaseLost("the host north has lost the lane FAKE1")
    with pytest.raises(LeaseLost):
        world.run()
    assert world.states == ["committing"] and world.taps == 0
    assert world.phone.events[-1] == ("committing", "follow")


# what earlier attempts left behind


def test_refuted_effects_let_the_flow_begin_again(world):
    world.earlier(EffectState.REFUTED)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["refuted", "committed"] and world.taps == 1


def test_a_committed_effect_is_never_repeated(world):
    world.earlier(EffectState.COMMITTED)
    outcome = world.run()
    assert (
        outcome.outcome is AttemptOutcome.COMPLETED and "interrupted; the rest was skipped" in outcome.message
    )
    assert world.phone.events == []


def test_an_uncertain_effect_waits_for_a_person(world):
    world.earlier(EffectState.UNCERTAIN)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.UNCERTAIN and world.phone.events == []


@pytest.mark.parametrize("last", ["", "  - finish: that is all\n"], ids=["", "finish"])
def test_a_flow_without_a_verify_step_is_proved_at_its_end(world, flow_of, last):
    """That the phone has confirmed the tap says nothing about what the app made of it."""
    world.flow = flow_of(COMMITS_AT_ITS_END.replace("verify:\n", f"{last}verify:\n"))
    world.phone.on_tap = lambda text: None
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "did not happen" in outcome.message
    assert world.states == ["refuted"] and world.taps == 1 and world.phone.done("open_link")


def test_the_end_of_the_process_after_the_tap_leaves_the_proof_to_the_next_attempt(world):
    world.phone.on_tap = lambda text: (world.tapped(text), world.stop.set())
    assert world.run().outcome is AttemptOutcome.STOPPED
    assert world.states == ["made"] and world.taps == 1
    world.stop.clear()
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"] and world.taps == 1


@pytest.mark.parametrize("state", [EffectState.COMMITTING, EffectState.MADE])
def test_an_effect_cut_off_in_the_tap_that_happened(world, state):
    world.earlier(state)
    world.state = "Following"
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and "as the app shows" in outcome.message
    assert world.states == ["committed"] and world.taps == 0


@pytest.mark.parametrize("state", [EffectState.COMMITTING, EffectState.MADE])
def test_an_effect_that_did_not_happen_is_made_when_it_is_the_tasks_turn_again(world, state):
    """The look comes before its turn, whatever is paused: it does nothing but look."""
    world.earlier(state)
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
    assert world.states == ["refuted"] and world.taps == 0
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["refuted", "committed"] and world.taps == 1


def test_an_effect_cut_off_that_cannot_be_told(world):
    world.earlier(EffectState.COMMITTING)
    world.state = "Message"
    assert world.run().outcome is AttemptOutcome.UNCERTAIN
    assert world.states == ["uncertain"] and world.taps == 0


def test_an_effect_cut_off_stays_open_while_the_phone_is_away(world):
    world.earlier(EffectState.COMMITTING)
    world.phone.fail("open_link", DeviceOffline("FAKE1: offline", sent=False))
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "is not verified" in outcome.message
    assert world.states == ["committing"] and world.taps == 0


def test_a_stop_during_the_look_leaves_it_to_the_next_attempt(world):
    world.earlier(EffectState.COMMITTING)
    world.stop.set()
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.STOPPED and "verifies it first" in outcome.message
    assert world.states == ["committing"]


def test_a_look_that_needs_a_person_is_left_until_that_person_was_there(world):
    world.earlier(EffectState.COMMITTING)
    world.phone.fail("open_link", NeedsPerson("FAKE1: the app asks for a login"))
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert "is not verified" in outcome.message
    assert world.states == ["committing"] and world.taps == 0


LOOKS_FOR_ITS_PAGE = """
version: 1
name: follow
app: small
steps:
  - commit: {effect: follow, tap: follow_button, evidence: {button: "Follow"}}
  - verify:
verify:
  steps:
    - open_link: user
    - wait_for: {element: name, timeout: 1s}
  happened: followed
  not_happened: follow_button
"""


def test_a_proof_that_did_not_find_its_page_has_not_looked_yet(world, flow_of):
    """What it would be easy to take for `cannot tell` says nothing: the next attempt looks again."""
    world.flow = flow_of(LOOKS_FOR_ITS_PAGE)
    world.earlier(EffectState.COMMITTING)
    world.phone.show = lambda: ["somebody else's page"]
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.TO_PROVE)
    assert "is not verified" in outcome.message and world.states == ["committing"]
    world.phone.show = lambda: ["@demo", "Following"]
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"] and world.taps == 0


def test_a_look_after_a_failure_that_shows_neither_is_uncertain_too(world):
    """A tap that the phone confirmed, a step that failed, and an app that shows neither."""
    shown = iter([["@demo", "Follow"]] * 3)
    world.phone.show = lambda: next(shown, ["@demo", "Message"])
    world.phone.fail("open_link", LOST)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.UNCERTAIN and world.states == ["uncertain"]
