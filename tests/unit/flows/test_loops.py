"""Loops, choices by chance, and variables: `repeat`, `for_each`, `chance`, `pick`, `set`, `pause`."""

import pytest

from runner.errors import ConnectionLost, DeviceOffline
from runner.flows.draws import Draws
from runner.tasks import AttemptOutcome, StepOutcome

COUNT = "  - set: {name: n, value: 0}\n"
ADD = "      - set: {name: n, value: '${n + 1}'}\n"
SAY = "  - finish: '${n} rounds'\n"


@pytest.mark.parametrize(
    ("loop", "rounds"),
    [
        ("repeat: 3", 3),
        ("repeat: {times: 3}", 3),
        ("repeat: 0", 0),
        ("repeat: '${config.wait}'", 5),
        ("repeat: {while: '${n < 4}'}", 4),
        ("repeat: {until: '${n == 2}'}", 2),
        ("repeat: {until: {expr: '${n == 2}'}, times: 9}", 2),
        ("repeat: {until: '${n == 9}', times: 4}", 4),
        ("repeat: {until: followed}", 0),
        ("repeat: {while: {text: Nobody}}", 0),
        ("for_each: {in: [a, b, '${caption}']}", 3),
        ('for_each: {in: "x\\n\\n y \\n"}', 2),
        ("for_each: [a, b]", 2),
    ],
)
def test_a_loop_goes_round_until_the_first_of_its_limits(world, flow_of, loop, rounds):
    world.state = "Following"
    world.flow = flow_of(f"{COUNT}  - {loop}\n    do:\n{ADD}{SAY}")
    assert world.run().message == f"{rounds} rounds"


def test_a_loop_for_a_duration_ends_with_the_round_in_which_it_is_over(world, flow_of):
    world.flow = flow_of(f"{COUNT}  - repeat: {{for: 10s}}\n    do:\n      - pause: 3s\n{ADD}{SAY}")
    started = world.clock.monotonic()
    assert world.run().message == "4 rounds"
    assert world.clock.monotonic() - started == pytest.approx(12)


TWO_LOOPS = (
    f"{COUNT}  - repeat: {{for: 10s}}\n    do:\n      - pause: 2s\n{ADD}"
    f"  - repeat: {{for: 10s}}\n    do:\n      - pause: 5s\n{ADD}{SAY}"
)


@pytest.mark.parametrize(("worked", "rounds"), [(0, 7), (4, 5), (10, 2), (15, 1), (100, 0)])
def test_an_interrupted_loop_goes_on_for_the_rest_of_its_time(world, flow_of, worked, rounds):
    """What earlier attempts have worked is spent on the first loop first."""
    world.flow, world.worked = flow_of(TWO_LOOPS), worked
    assert world.run().message == f"{rounds} rounds"


def test_a_loop_that_does_not_end_by_itself_is_ended(world, flow_of):
    world.flow, world.deadline = flow_of(f"{COUNT}  - repeat: {{while: '${{n >= 0}}'}}\n    do:\n{ADD}"), 1e9
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED
    assert "the loop has not ended after 1000 rounds" in outcome.message


@pytest.mark.parametrize("loop", ["repeat: {while: '${n >= 0}'}", "for_each: [a, b, c]"])
def test_finish_ends_the_flow_out_of_a_loop(world, flow_of, loop):
    world.flow = flow_of(f"{COUNT}  - {loop}\n    do:\n{ADD}      - finish: out of it\n  - fail: never\n")
    assert world.run().message == "out of it"


def test_a_stop_and_the_end_of_the_time_end_a_loop_and_a_pause(world, flow_of):
    world.flow = flow_of(
        "effects: none\nversion: 1\nname: follow\napp: small\nsteps:\n  - repeat: 9\n    do:\n      - pause: 1h\n"
    )
    world.deadline = world.clock.monotonic() + 5
    assert "did not end within its timeout" in world.run().message
    world.deadline = world.clock.monotonic() + 1e6
    pauses = []
    waited = world.clock.wait

    def wait(event, timeout_s):
        pauses.append(timeout_s)
        world.stop.set()
        return waited(event, timeout_s)

    world.clock.wait = wait
    assert world.run().outcome is AttemptOutcome.STOPPED and len(pauses) == 1


def test_a_failure_in_a_loop_is_the_failure_of_the_flow_and_says_where(world, flow_of):
    world.flow = flow_of(
        "  - for_each: {in: [Nobody], as: who}\n    do:\n      - tap: {text: '${who}', timeout: 1s}\n"
    )
    assert "waited 1 s for 'Nobody'" in world.run().message
    assert [(record.kind, record.source, record.outcome) for record in world.records] == [
        ("tap", "small.yaml:7", StepOutcome.FAILED),
        ("for_each", "small.yaml:5", StepOutcome.FAILED),
    ]


def test_loops_within_loops_know_the_variables_of_both(world, flow_of):
    world.flow = flow_of(
        "  - set: {name: seen, value: ''}\n"
        "  - for_each: {in: [a, b], as: outer}\n"
        "    do:\n"
        "      - for_each: {in: [x, y], as: inner}\n"
        "        do:\n"
        "          - set: {name: seen, value: '${seen}${outer}${inner} '}\n"
        "  - finish: ${seen}\n"
    )
    assert world.run().message == "ax ay bx by "


def test_the_report_tells_the_rounds_and_keeps_no_picture_of_them(world, flow_of):
    world.flow = flow_of(f"{COUNT}  - repeat: 2\n    do:\n{ADD}")
    world.run()
    assert [(record.kind, record.message, record.screenshot) for record in world.records] == [
        ("set", "0", None),
        ("set", "1", None),
        ("set", "2", None),
        ("repeat", "2 rounds", None),
    ]


# draws


def drawn(world, flow_of, key, ordinal=0, percent=50):
    world.draws = Draws(key, ordinal)
    world.flow = flow_of(
        "  - set: {name: seen, value: ''}\n"
        "  - repeat: 40\n"
        "    do:\n"
        f"      - chance: {percent}\n"
        "        then:\n          - set: {name: seen, value: '${seen}x'}\n"
        "        else:\n          - set: {name: seen, value: '${seen}-'}\n"
        "  - finish: ${seen}\n"
    )
    return world.run().message


def test_a_chance_is_drawn_from_the_key_and_anew_in_each_round(world, flow_of):
    one, again, other = (drawn(world, flow_of, key) for key in ("a/b/c", "a/b/c", "a/b/d"))
    assert one == again != other and 5 < one.count("x") < 35
    assert drawn(world, flow_of, "k", percent=0) == "-" * 40
    assert drawn(world, flow_of, "k", percent=100) == "x" * 40
    assert 0 < drawn(world, flow_of, "k", percent="'${7.5 + 5}'").count("x") < 20


def picked(world, flow_of, order, ordinal, items="[a, b, c]"):
    world.draws = Draws(f"key{ordinal}", ordinal)
    world.flow = flow_of(f"  - pick: {{from: {items}, as: word, order: {order}}}\n  - finish: ${{word}}\n")
    return world.run().message


def test_pick_takes_one_by_chance_or_in_sequence(world, flow_of):
    assert [picked(world, flow_of, "sequence", n) for n in range(4)] == ["a", "b", "c", "a"]
    by_chance = [picked(world, flow_of, "random", n) for n in range(20)]
    assert by_chance == [picked(world, flow_of, "random", n) for n in range(20)]
    assert set(by_chance) == {"a", "b", "c"}
    assert picked(world, flow_of, "sequence", 0, '"  x \\n\\ny"') == "x"


def test_pick_from_nothing_fails(world, flow_of):
    outcome_message = picked(world, flow_of, "random", 0, '" \\n"')
    assert "`pick` of word has nothing to choose from" in outcome_message


def test_a_pause_of_some_length_is_drawn_too(world, flow_of):
    world.flow = flow_of("  - pause: {for: 2s, to: 8s}\n")
    took = []
    for key in ("a", "a", "b"):
        world.draws = Draws(key, 0)
        started = world.clock.monotonic()
        assert world.run().outcome is AttemptOutcome.COMPLETED
        took.append(world.clock.monotonic() - started)
    assert took[0] == pytest.approx(took[1]) and took[0] != pytest.approx(took[2])
    assert all(2 <= seconds <= 8 for seconds in took)


# variables


def test_a_value_that_was_not_read_makes_a_variable_unknown(world, flow_of):
    world.flow = flow_of(
        "  - remember: {name: seen, unknown: true}\n"
        "  - set: {name: next, value: '${seen}!'}\n"
        "  - when: {value: '${next}', is_not: x}\n"
        "    then:\n      - finish: known\n"
        "  - finish: ${next}\n"
    )
    assert world.run().message == "(not read)"
    assert [record.message for record in world.records if record.kind == "set"] == ["not read"]


def test_set_takes_numbers_and_switches(flow_of):
    number, switch = flow_of("  - set: {name: a, value: 1.5}\n  - set: {name: b, value: true}\n").steps
    assert (number.action.value, switch.action.value) == ("1.5", "true")


MISTAKES = [
    ("repeat: 3", "5:5: beside 'repeat' the key 'do' is missing"),
    ("repeat: {}\n    do: [{launch: }]", "5:13: `repeat` needs at least one of: times, while, until, for"),
    ("repeat: 1001\n    do: [{launch: }]", "5:13: this should be less than or equal to 1000"),
    ("repeat: {for: ever}\n    do: [{launch: }]", "5:19: 'ever' is no duration"),
    ("repeat: {while: nobody}\n    do: [{launch: }]", "5:21: the app profile has no element 'nobody'"),
    ("repeat: 3\n    do: []", "6:9: steps are a list of at least one step"),
    (
        "repeat: 3\n    then: [{launch: }]\n    do: [{launch: }]",
        "6:5: a step is one key; 'then' does not belong",
    ),
    ("for_each: {as: x}\n    do: [{launch: }]", "5:15: the key 'in' is missing"),
    ("for_each: []\n    do: [{launch: }]", "5:15: this should have at least one item"),
    ("for_each: {in: [a], as: target}\n    do: [{launch: }]", "5:29: 'target' is a name that every flow has"),
    ("for_each: {in: [a], as: A}\n    do: [{launch: }]", "5:29: String should match pattern"),
    ("for_each: [a]\n    do: [{launch: }]\n  - finish: ${item}", "7:13: unknown variable 'item'"),
    ("repeat: 3\n    do: [{set: {name: n, value: 1}}]\n  - finish: ${n}", "7:13: unknown variable 'n'"),
    ("chance: 120", "5:13: this should be less than or equal to 100"),
    ("chance: often", "5:13: this should be a valid number"),
    ("pick: {from: [a]}", "5:11: the key 'as' is missing"),
    ("pick: {from: [a], as: x, order: next}", "5:37: this should be 'random' or 'sequence'"),
    ("set: {name: config, value: 1}", "5:17: 'config' is a name that every flow has"),
    ("set: {name: n, value: '${m}'}", "5:27: unknown variable 'm'"),
    ("pause: {}", "5:12: the key 'for' is missing"),
]


@pytest.mark.parametrize(("step", "expected"), MISTAKES, ids=[step for step, _ in MISTAKES])
def test_each_mistake_in_a_loop_is_told_with_its_place(step, expected, problems):
    assert any(problem.startswith(expected) for problem in problems(f"steps:\n  - {step}\n")), problems(
        f"steps:\n  - {step}\n"
    )


# effects in loops

CARDS = """
version: 1
name: follow
app: small
effects: {like: 9}
steps:
  - repeat: {times: 3}
    do:
      - remember: {name: card, words: name}
      - commit:
          effect: like
          tap: {text: Like}
          target: ${card}
          proof: {happened: {text: Liked}, not_happened: {text: Like}}
      - swipe: up
"""


class Cards:
    """Cards below each other, of which one is shown; a swipe shows the next one."""

    def __init__(self, world, names):
        self.names, self.liked = list(names), []
        world.phone.show = lambda: [self.names[0], "Liked" if self.names[0] in self.liked else "Like"]
        world.phone.on_tap = self.tapped

    def tapped(self, text):
        if text == "Like":
            self.liked.append(self.names[0])
        if text == "swipe" and len(self.names) > 1:
            del self.names[0]


def test_an_effect_in_a_loop_is_made_once_for_each_target(world, flow_of):
    world.flow = flow_of(CARDS)
    cards = Cards(world, ["@a", "@b", "@a"])
    cards.liked = []
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert cards.liked == ["@a", "@b"] and [row.target for row in world.rows] == ["@a", "@b"]


@pytest.mark.parametrize("error", [ConnectionLost("FAKE1: away"), DeviceOffline("FAKE1: offline")])
def test_an_interrupted_loop_likes_no_card_twice(world, flow_of, error):
    world.flow = flow_of(CARDS)
    cards = Cards(world, ["@a", "@b", "@c"])
    world.phone.fail("swipe", error)
    assert world.run().outcome is AttemptOutcome.FAILED and cards.liked == ["@a"]
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert cards.liked == ["@a", "@b", "@c"] and world.states == ["committed"] * 3
