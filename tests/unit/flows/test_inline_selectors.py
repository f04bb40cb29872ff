"""Elements described where they are used, and flows for apps that have no profile."""

import pytest

from runner.flows.language import read_flow
from runner.flows.profile import load_profile
from runner.flows.steps import ACTIONS
from runner.tasks import AttemptOutcome


def test_a_selector_stands_among_the_keys_of_its_step_or_under_its_key(flow_of):
    beside, under, listed, short = flow_of(
        "  - tap: {text: Save, timeout: 3s}\n"
        "  - tap: {element: {text: Save}, timeout: 3s}\n"
        "  - tap: {element: [{text: Save}], timeout: 3s}\n"
        "  - tap: [{text: Save}]\n"
    ).steps
    assert beside.action == under.action == listed.action and short.action.element == listed.action.element
    assert beside.action.title() == "tap 'Save'"


def test_what_is_described_is_tapped_typed_into_waited_for_and_remembered(world, flow_of):
    world.flow = flow_of(
        "  - wait_for: {text_starts: Fol}\n"
        "  - when: {all: [{text: '@demo'}, {gone: {text: nobody}}]}\n"
        "    then:\n"
        "      - remember: {name: who, words: {text_starts: '@'}}\n"
        "  - type: {into: {text: '@demo'}, text: hello}\n"
        "  - tap: {text: '${caption}'}\n"
        "  - go_back: {text: Following}\n"
        "  - finish: done\n"
    )
    world.above, world.phone.focused = ["Hi"], "@demo"
    world.phone.on_tap = lambda text: setattr(world, "state", "Following")
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("tap") == [("tap", "@demo"), ("tap", "Hi")]


def test_candidates_are_tried_in_order(world, flow_of):
    world.flow = flow_of("  - tap: {element: [{text: Nobody}, {text: Follow}]}")
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("tap") == [("tap", "Follow")]


def test_a_described_element_that_does_not_come_is_named_by_what_is_said_of_it(world, flow_of):
    world.flow = flow_of("  - tap: {text: '${caption}', timeout: 1s}")
    assert "waited 1 s for 'Hi'; the screen shows '@demo'" in world.run().message
    world.flow = flow_of("  - tap: {id: save_button, timeout: 1s}")
    world.rows.clear()
    assert "for id 'save_button'" in world.run().message
    world.flow = flow_of("  - tap: {focused: true, timeout: 1s}")
    world.rows.clear()
    assert "for an element that is described" in world.run().message


UNREAD = "  - remember: {name: seen, unknown: true}\n"


@pytest.mark.parametrize("condition", ["{text: '${seen}'}", "{gone: {lacks: {text: '${seen}'}}}"])
def test_nothing_is_shown_or_gone_that_an_unread_value_describes(world, flow_of, condition):
    world.flow = flow_of(
        f"{UNREAD}  - when: {condition}\n    then:\n      - finish: so\n  - finish: not so\n"
    )
    assert world.run().message == "not so"


def test_nothing_is_tapped_that_an_unread_value_describes(world, flow_of):
    world.flow = flow_of(f"{UNREAD}  - tap: {{within: {{text: '${{seen}}'}}}}")
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "could not be read: ${seen}" not in outcome.message
    assert "could not be read: (not read)" in outcome.message and world.phone.done("tap") == []


MISTAKES = [
    ("tap: {txt: Save}", "5:11: unknown key 'txt' [unknown-key]"),
    ("tap: {text: Save, element: name}", "5:10: the element is named by `element`, and described by `text`"),
    ("tap: {text: 7}", "5:17: this should be a text; put it into quotes [invalid-value]"),
    ("tap: {text_matches: '('}", "5:25: no regular expression"),
    ("tap: {has: {txt: Save}}", "5:17: unknown key 'txt' [unknown-key]"),
    ("tap: {text: '${seen}'}", "5:17: unknown variable 'seen' [unknown-variable]"),
    ("tap: {element: {text: Save, txt: x}}", "5:33: unknown key 'txt' [unknown-key]"),
    ("tap: {element: []}", "5:20: this should have at least one item"),
    ("type: {text: Save}", "5:11: the key 'into' is missing"),
    ("wait_for: {text: Save, gone: name}", "5:15: a condition says exactly one of"),
    ("wait_for: {any: [{text: Save}, {desk: Save}]}", "5:37: unknown key 'desk'"),
    ("when: {text: Save, is: x}", "5:11: `value` is held against exactly one of"),
    (
        "commit: {effect: post, tap: {txt: Post}, proof: {happened: name, not_happened: field}}",
        "5:34: unknown key",
    ),
]


@pytest.mark.parametrize(("step", "expected"), MISTAKES, ids=[step for step, _ in MISTAKES])
def test_each_mistake_in_a_selector_is_told_with_its_place(step, expected, problems):
    (problem,) = problems(f"steps:\n  - {step}\n")
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ("tap: {txt: Save}", "did you mean 'text'?"),
        ("tap: {tiemout: 3s, text: x}", "did you mean 'timeout'?"),
    ],
)
def test_the_nearest_key_of_the_step_or_of_a_selector_is_the_hint(step, hint, profile):
    text = f"version: 1\nname: follow\napp: small\nsteps:\n  - {step}\n"
    _, (problem,) = read_flow(text, "f.yaml", {}, ACTIONS, lambda app: profile)
    assert problem.hint == hint


# apps without a profile

BARE = """
version: 1
name: note
app: org.example.notes
steps:
  - launch: {fresh: true}
  - tap: {desc: New note}
"""


def test_the_name_of_a_package_stands_for_a_profile_without_elements():
    flow, problems = read_flow(BARE, "note.yaml", {}, ACTIONS, load_profile)
    assert problems == [] and flow is not None and flow.app == "org.example.notes"
    profile = load_profile("org.example.notes")
    assert (
        profile.packages == ("org.example.notes",)
        and profile.elements == {}
        and profile.launch_activity is None
    )


@pytest.mark.parametrize("app", ["nosuchapp", "org..notes", "org.example.notes/.Main", "1.2"])
def test_an_app_that_nobody_knows_is_told(app):
    _, (problem,) = read_flow(
        BARE.replace("org.example.notes", f"'{app}'"), "note.yaml", {}, ACTIONS, load_profile
    )
    assert (problem.code, problem.span.line) == ("unknown-app", 4)


def test_a_flow_without_a_profile_cannot_name_elements():
    text = BARE.replace("{desc: New note}", "new_note")
    _, (problem,) = read_flow(text, "note.yaml", {}, ACTIONS, load_profile)
    assert (
        problem.message == "the app profile has no element 'new_note'"
        and problem.hint == "none is known here"
    )
