"""A task that names its account: nothing is made before somebody has seen that the app shows it."""

from datetime import UTC, datetime

import pytest

from runner.errors import HeldBack
from runner.flows import account
from runner.flows.loading import AccountFlows, account_flows
from runner.tasks import Again, AttemptOutcome

READS = """
  - launch:
  - remember: {name: account, words: name}
  - remember: {name: button, words: follow_button}
  - commit: {effect: follow, tap: follow_button, evidence: {button: "${button}"}}
  - verify:
verify:
  steps:
    - open_link: user
  happened: followed
  not_happened: follow_button
"""
LOOK = """
  - launch:
  - remember: {name: shown_account, words: name}
"""
SWITCH = """
  - tap: row
"""


@pytest.fixture
def named(world, flow_of):
    """The flow reads the account, which is @demo on the phone."""
    world.flow = flow_of(f"version: 1\nname: follow\napp: small\nsteps:{READS}")
    return world


@pytest.fixture
def known(monkeypatch, flow_of):
    """Somebody has written how to look at the account of the small app, and how to switch."""
    flows = AccountFlows(flow_of(LOOK.strip("\n")), flow_of(SWITCH.strip("\n")))
    monkeypatch.setattr(account, "account_flows", lambda app: flows)


def test_a_flow_that_reads_the_right_account_goes_on(named):
    named.as_account = "@demo"
    assert named.run().outcome is AttemptOutcome.COMPLETED


def test_a_flow_that_reads_another_account_stops_before_the_tap(named):
    named.as_account = "@other"
    outcome = named.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.again is Again.NEVER
    assert "shows the account @demo" in outcome.message and "for @other" in outcome.message
    assert named.taps == 0 and named.rows == []


def test_a_flow_that_reads_no_account_makes_nothing_as_one(world):
    world.as_account = "@demo"
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "does not read which account" in outcome.message
    assert world.taps == 0 and world.rows == []


def test_a_task_without_an_account_is_done_as_whoever_is_shown(world):
    assert world.run().outcome is AttemptOutcome.COMPLETED


def test_the_look_comes_before_the_steps_of_a_flow_that_reads_no_account(world, known):
    world.as_account = "@demo"
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert [record.kind for record in world.records][:3] == ["launch", "remember", "launch"]
    assert ("works_as", "small", "@demo") in world.phone.events


def test_the_look_is_no_effect_of_a_flow_that_does_not_say_what_it_changes(world, known, flow_of):
    world.flow = flow_of("  - tap: row")
    world.as_account = "@other"
    world.above = ["@someone"]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and world.rows == []


def test_an_account_that_another_phone_works_as_is_not_even_looked_for(world, known):
    world.as_account = "@demo"
    world.busy = HeldBack("account @demo is busy", not_before=datetime(2026, 11, 22, tzinfo=UTC))
    assert world.run().outcome is AttemptOutcome.HELD_BACK
    assert world.records == []


def test_the_app_switches_and_the_account_is_verified_by_name(world, known):
    world.as_account = "@second"
    world.above = ["@first", "row @second"]

    def switch(text: str) -> None:
        if text == "row @second":
            world.above[:] = ["@second"]
        tapped(text)

    tapped = world.phone.on_tap
    world.phone.on_tap = switch
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert [record.kind for record in world.records][:6] == [
        "launch",
        "remember",
        "tap",
        "launch",
        "remember",
        "launch",
    ]


def test_a_switch_that_leads_to_another_account_is_no_switch(world, known):
    world.as_account = "@second"
    world.above = ["@first", "row @second"]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.again is Again.NEVER
    assert "@first" in outcome.message and "it was not switched" in outcome.message
    assert world.rows == []


def test_tiktok_has_a_look_and_a_switch_that_nobody_has_recorded():
    flows = account_flows("tiktok")
    assert flows is not None and flows.switch is not None
    assert account_flows("no-such-app") is None
