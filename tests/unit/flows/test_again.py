"""What an attempt says of the next one, the account that it works as, and stops in the middle of a wait."""

from datetime import UTC, datetime, timedelta

import pytest

from runner.errors import AppMissing, AutomationFailed, ConnectionLost, DeviceOffline, HeldBack
from runner.tasks import Again, AttemptOutcome, EffectState, StepOutcome

UNDECLARED = """
  - launch:
  - tap: follow_button
  - wait_for: followed
"""
READS_ACCOUNT = """
version: 1
name: follow
app: small
effects: none
steps:
  - remember: {name: account, words: name}
  - tap: follow_button
"""
LATER = datetime(2026, 11, 21, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "error", "again"),
    [
        ("launch", DeviceOffline("FAKE1: offline"), Again.WHEN_BACK),
        ("launch", AutomationFailed("FAKE1: it does not start"), Again.RETRY),
        ("launch", AppMissing("FAKE1: no such app"), Again.NEVER),
        ("tap_once", DeviceOffline("FAKE1: offline", sent=False), Again.RETRY),
    ],
)
def test_a_failure_says_whether_another_attempt_may_help(world, step, error, again):
    world.phone.fail(step, error)
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, again)


def test_an_open_effect_that_cannot_be_looked_up_waits_for_the_phone(world):
    world.earlier(EffectState.COMMITTING)
    world.phone.fail("open_link", ConnectionLost("FAKE1: the cable went"))
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert world.states == ["committing"]


# flows that do not say what they change


def test_a_flow_that_does_not_say_what_it_changes_is_written_down_before_its_first_input(world, flow_of):
    world.flow = flow_of(UNDECLARED)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    kinds = [
        event[0] for event in world.phone.events if event[0] in ("launch", "committing", "tap", "settle")
    ]
    assert kinds == ["launch", "committing", "tap", "settle"] and world.states == ["committed"]


def test_a_flow_that_does_not_say_what_it_changes_is_not_repeated_after_its_first_input(world, flow_of):
    world.flow, world.phone.on_tap = flow_of(UNDECLARED), lambda text: None
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "It is not repeated" in outcome.message and world.states == ["uncertain"]


def test_before_its_first_input_it_may_be_repeated(world, flow_of):
    world.flow = flow_of(UNDECLARED)
    world.phone.fail("launch", AutomationFailed("FAKE1: it does not start"))
    assert world.run().again is Again.RETRY and world.states == []


def test_one_that_was_cut_off_after_its_first_input_is_uncertain(world, flow_of):
    world.flow = flow_of(UNDECLARED)
    world.earlier(EffectState.COMMITTING)
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.UNCERTAIN and world.states == ["uncertain"]
    assert world.phone.events == [("settle", "uncertain")]


def test_one_that_is_stopped_after_its_first_input_does_not_begin_again(world, flow_of):
    world.flow = flow_of(UNDECLARED)
    world.phone.on_tap = lambda text: world.stop.set()
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "stopped on request" in outcome.message and world.states == ["uncertain"]


def test_a_flow_without_effects_may_always_be_repeated(world, flow_of):
    world.flow, world.state = flow_of(READS_ACCOUNT), "Something else"
    assert world.run().again is Again.RETRY and world.states == []


# accounts


def test_the_account_that_the_app_shows_is_claimed_before_anything_else_is_done(world, flow_of):
    world.flow = flow_of(READS_ACCOUNT)
    assert world.run().outcome is AttemptOutcome.COMPLETED
    told = [event for event in world.phone.events if event[0] in ("works_as", "tap")]
    assert told == [("works_as", "small", "@demo"), ("tap", "Follow")]


def test_an_account_that_works_on_another_phone_holds_the_attempt_back(world, flow_of):
    world.flow = flow_of(READS_ACCOUNT)
    world.busy = HeldBack("account @demo is busy on FAKE2", not_before=LATER)
    outcome = world.run()
    assert (outcome.outcome, outcome.not_before) == (AttemptOutcome.HELD_BACK, LATER)
    assert not world.phone.done("tap")
    assert world.records[-1].outcome is StepOutcome.SKIPPED


# stops


def test_a_wait_ends_at_once_when_a_stop_is_asked_for(world, flow_of):
    world.flow = flow_of("  - launch:\n  - wait_for: {element: followed, timeout: 60s}")
    world.phone.show = lambda: world.stop.set() or ["Follow"]
    started = world.clock.now()
    assert world.run().outcome is AttemptOutcome.STOPPED
    assert world.clock.now() - started < timedelta(seconds=1)
