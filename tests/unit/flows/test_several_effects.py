"""A flow with several effects: each is proved by itself, none is repeated, and some may stay open."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from runner.errors import ConnectionLost, DeviceOffline, HeldBack
from runner.reasons import ReasonKind
from runner.tasks import Again, AttemptOutcome, Effect, EffectState, StepOutcome

FEED = """
version: 1
name: warm
app: small
proofs:
  liked:
    happened: {all: [{text: Liked}, {value: "${evidence.card}", is_not: ""}]}
    not_happened: {text: Like}
steps:
  - remember: {name: card, words: name}
  - commit:
      effect: like
      tap: {text: Like}
      target: ${card}
      evidence: {card: "${card}"}
      leave_open: true
      proof: liked
  - commit:
      effect: follow
      tap: follow_button
      proof:
        steps:
          - open_link: user
        happened: followed
        not_happened: follow_button
  - press: back
"""


class Feed:
    """A card that can be liked, above the button to follow."""

    def __init__(self, world):
        self.world, self.like, self.card = world, "Like", "@card"
        world.phone.show = lambda: [self.card, self.like, world.state]
        world.phone.on_tap = self.tapped
        self.ignores = False

    def tapped(self, text):
        if text == "Like" and not self.ignores:
            self.like = "Liked"
        self.world.tapped(text)


@pytest.fixture
def feed(world, flow_of):
    world.flow = flow_of(FEED)
    return Feed(world)


def test_each_effect_is_written_down_tapped_and_proved_before_the_next(world, feed):
    assert world.run().outcome is AttemptOutcome.COMPLETED
    told = [
        event for event in world.phone.events if event[0] in ("committing", "tap_once", "settle", "open_link")
    ]
    assert [event[1] for event in told] == [
        *("like", "Like", "made", "committed"),
        *("follow", "Follow", "made", "https://example.com/@demo", "committed"),
    ]
    assert [(row.kind, row.target) for row in world.rows] == [("like", "@card"), ("follow", "@demo")]
    assert world.rows[0].evidence == {"card": "@card", "proof": "liked", "leave_open": "yes"}
    assert world.rows[1].evidence == {"proof": "follow 1"}


def test_a_like_that_did_nothing_is_refuted_and_the_flow_goes_on(world, feed):
    feed.ignores = True
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and world.states == ["refuted", "committed"]
    like = next(record for record in world.records if record.title.startswith("like"))
    assert like.outcome is StepOutcome.SKIPPED and "did not happen" in like.message


def test_a_like_that_cannot_be_told_stays_open_and_the_flow_goes_on(world, feed):
    shown = world.phone.show
    world.phone.show = lambda: ["gone on" if text == "Liked" else text for text in shown()]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and world.states == ["uncertain", "committed"]
    assert world.rows[0].is_left_open and not world.rows[0].asks_somebody


def test_a_follow_that_cannot_be_told_asks_a_person(world, feed):
    world.phone.on_tap = lambda text: (
        setattr(world, "state", "Message") if text == "Follow" else feed.tapped(text)
    )
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.UNCERTAIN and world.states == ["committed", "uncertain"]


# what an interruption leaves


@pytest.mark.parametrize("method", ["press", "open_link"])
def test_what_was_made_is_not_made_again_after_an_interruption(world, feed, method):
    world.phone.fail(method, ConnectionLost("FAKE1: the cable went"))
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert world.states == ["committed", "committed"]
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed", "committed"] and world.taps == 2
    skipped = [record.message for record in world.records if record.kind == "commit"][2:]
    assert skipped == ["this task has made it already"] * 2


def test_another_card_is_liked_after_an_interruption(world, feed):
    world.phone.fail("press", ConnectionLost("FAKE1: the cable went"))
    world.run()
    feed.card, feed.like = "@another", "Like"
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert [(row.kind, row.target) for row in world.rows] == [
        ("like", "@card"),
        ("follow", "@demo"),
        ("like", "@another"),
    ]


def test_a_stop_after_some_effects_leaves_the_rest_to_the_next_attempt(world, feed):
    world.phone.on_tap = lambda text: (feed.tapped(text), world.stop.set())
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.STOPPED and "the like of @card" in outcome.message
    world.stop.clear()
    world.phone.on_tap = feed.tapped
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed", "committed"] and world.taps == 2


def test_a_like_in_doubt_stays_open_since_its_card_is_gone_and_the_task_goes_on_in_its_turn(world, feed):
    evidence = {"card": "@card", "proof": "liked", "leave_open": "yes"}
    world.rows.append(Effect(0, "key", 0, "like", "@card", EffectState.MADE, evidence))
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
    assert world.states == ["uncertain"] and world.taps == 0 and world.phone.done("screen") == []
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["uncertain", "committed"] and world.phone.done("tap_once") == [
        ("tap_once", "Follow")
    ]


def test_a_follow_in_doubt_is_looked_up_by_its_own_proof(world, feed):
    world.rows.append(Effect(0, "key", 0, "follow", "@demo", EffectState.COMMITTING, {"proof": "follow 1"}))
    world.state = "Following"
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
    assert world.states == ["committed"] and world.phone.done("open_link") and world.taps == 0
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed", "committed"] and world.phone.done("tap_once") == [
        ("tap_once", "Like")
    ]


def test_a_follow_that_nobody_can_look_up_yet_keeps_the_task_from_going_on(world, feed):
    world.rows.append(Effect(0, "key", 0, "follow", "@demo", EffectState.MADE, {"proof": "follow 1"}))
    world.phone.fail("open_link", DeviceOffline("FAKE1: offline", sent=False))
    outcome = world.run()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert world.states == ["made"] and world.taps == 0


def test_an_effect_whose_proof_the_flow_has_no_more_is_for_a_person(world, feed):
    world.rows.append(Effect(0, "key", 0, "follow", "@demo", EffectState.MADE, {"proof": "another"}))
    assert world.run().outcome is AttemptOutcome.UNCERTAIN
    assert world.states == ["uncertain"] and world.taps == 0


def test_an_uncertain_follow_of_an_earlier_attempt_waits_for_a_person(world, feed):
    world.rows.append(Effect(0, "key", 0, "follow", "@demo", EffectState.UNCERTAIN, {"proof": "follow 1"}))
    assert world.run().outcome is AttemptOutcome.UNCERTAIN and world.taps == 0


def test_effects_without_a_target_of_their_own_are_counted_over_the_attempts(world, flow_of):
    """Two of them are two effects; after an interruption the first of them are those that were made."""
    proof = "proof: {happened: name, not_happened: field}"
    commit = f"  - commit: {{effect: save, tap: name, {proof}}}\n"
    world.flow = flow_of(f"{commit}{commit}  - press: back\n{commit}")
    world.phone.fail("press", ConnectionLost("FAKE1: the cable went"))
    world.run()
    assert world.states == ["committed"] * 2
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"] * 3 and world.taps == 3


# limits


def test_a_limit_is_waited_for_or_the_effect_is_left_out(world, feed, flow_of):
    until = datetime(2026, 11, 22, tzinfo=UTC)
    world.held_back = HeldBack("20 likes today", not_before=until)
    assert world.run().outcome is AttemptOutcome.HELD_BACK
    world.flow = flow_of(
        FEED.replace("leave_open: true", "at_limit: skip").replace(
            "tap: follow_button", "tap: follow_button\n      at_limit: skip"
        )
    )
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and world.states == [] and world.taps == 0
    assert world.records[-2].message == "20 likes today"
    world.held_back = HeldBack("in doubt: another", not_before=until, kind=ReasonKind.IN_DOUBT)
    assert world.run().outcome is AttemptOutcome.HELD_BACK


def test_a_gap_between_two_effects_is_waited_for_on_the_spot(world, feed):
    begin, asked = world.committing, []

    def committing(kind, target, account, evidence):
        asked.append((kind, world.clock.monotonic()))
        if kind == "follow" and len(asked) < 4:
            soon = world.clock.now() + timedelta(seconds=30)
            raise HeldBack("30 s between two effects", not_before=soon)
        return begin(kind, target, account, evidence)

    world.committing = committing
    assert world.run().outcome is AttemptOutcome.COMPLETED and world.states == ["committed"] * 2
    times = [at for kind, at in asked if kind == "follow"]
    assert [round(later - earlier) for earlier, later in pairwise(times)] == [30, 30]


def test_an_effect_is_left_out_if_the_feed_has_gone_on_while_a_limit_was_waited_for(world, feed, flow_of):
    world.flow = flow_of(FEED.replace("      leave_open: true", "      only_if: {text: '${card}'}"))
    begin, refused = world.committing, []

    def committing(kind, target, account, evidence):
        if not refused:
            refused.append(kind)
            feed.card = "@another"
            raise HeldBack("30 s between two effects", not_before=world.clock.now() + timedelta(seconds=30))
        return begin(kind, target, account, evidence)

    world.committing = committing
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert [row.kind for row in world.rows] == ["follow"] and feed.like == "Like"
    assert "not shown: '@card'" in [record.message for record in world.records]


# how it is read

COMMIT = "commit: {effect: like, tap: name, "
PROOF = "{happened: name, not_happened: field}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"steps:\n  - {COMMIT}proof: likd}}\nproofs: {{liked: {PROOF}}}", "5:46: there is no proof 'likd'"),
        (f"steps:\n  - {COMMIT}proof: 7}}", "5:46: a proof is a mapping with steps and conditions"),
        (f"steps:\n  - {COMMIT}proof: {{happened: name}}}}", "5:46: the key 'not_happened' is missing"),
        (
            f"steps:\n  - {COMMIT}proof: {{happened: nam, not_happened: field}}}}",
            "5:57: the app profile has no",
        ),
        (
            f"steps:\n  - {COMMIT}proof: {{steps: [], happened: name, not_happened: field}}}}",
            "5:54: steps are a list",
        ),
        (
            f"steps:\n  - {COMMIT}evidence: {{proof: x}}, proof: {PROOF}}}",
            "5:57: 'proof' is kept by the runner",
        ),
        (f"steps:\n  - launch:\nproofs: {{liked: {PROOF}}}", "6:10: no commit step uses the proof 'liked'"),
        ("steps:\n  - launch:\nproofs: liked", "6:9: `proofs` is a mapping of proofs by name"),
        (f"steps:\n  - {COMMIT}target: '${{card}}', proof: {PROOF}}}", "5:47: unknown variable 'card'"),
        (f"steps:\n  - {COMMIT}at_limit: never, proof: {PROOF}}}", "5:49: this should be 'wait' or 'skip'"),
    ],
)
def test_each_mistake_about_proofs_is_told_with_its_place(text, expected, problems):
    assert any(problem.startswith(expected) for problem in problems(text)), problems(text)


def test_a_proof_that_several_steps_use_knows_the_evidence_that_all_of_them_keep(problems):
    text = (
        "steps:\n"
        "  - commit: {effect: a, tap: name, evidence: {x: '1', y: '2'}, proof: both}\n"
        "  - commit: {effect: b, tap: name, evidence: {x: '1'}, proof: both}\n"
        "proofs:\n"
        "  both: {happened: {value: '${evidence.x}', is: '1'}, not_happened: {value: '${evidence.y}', is: '2'}}\n"
    )
    (problem,) = problems(text)
    assert "unknown variable 'evidence.y'" in problem


def test_a_proof_follows_the_tap_at_once_unless_a_verify_step_does(flow_of):
    commit = f"  - {COMMIT}proof: {PROOF}}}\n"
    flow = flow_of(f"{commit}  - press: back\n  - verify:\n{commit}")
    assert [step.proves_itself for step in flow.steps] == [False, False, False, True]


# one effect that may stay open

ONE = """
  - commit: {effect: like, tap: {text: Like}, leave_open: true, proof: {happened: {text: Liked}, not_happened: row}}
  - press: back
"""


def test_the_one_effect_of_a_flow_may_stay_open_too(world, flow_of):
    world.flow, world.state = flow_of(ONE), "Like"
    assert world.run().outcome is AttemptOutcome.COMPLETED and world.states == ["uncertain"]
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert "the like of @demo may have been made by an attempt that was interrupted" in outcome.message
    assert world.taps == 1


def test_what_was_cut_off_stays_open_and_asks_nobody(world, flow_of):
    world.flow = flow_of(ONE)
    evidence = {"proof": "like 1", "leave_open": "yes"}
    world.rows.append(Effect(0, "key", 0, "like", "@demo", EffectState.MADE, evidence))
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED and "which stays open" in outcome.message
    assert world.states == ["uncertain"] and world.taps == 0


def test_a_failure_after_it_asks_nobody_either(world, flow_of):
    world.flow, world.state = flow_of(ONE), "Like"
    world.phone.fail("press", ConnectionLost("FAKE1: the cable went"))
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert (
        outcome.message == "the like of @demo may have been made; the rest was skipped: FAKE1: the cable went"
    )
