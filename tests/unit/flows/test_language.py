"""Flow files: what they become, and what is wrong with them."""

import pytest

from runner.backend_registry import DEVICE
from runner.errors import FlowError, Unsupported
from runner.flows.language import read_flow
from runner.flows.loading import load_flow
from runner.flows.profile import load_profile, read_profile
from runner.flows.reading import raise_for
from runner.flows.steps import ACTIONS
from runner.scripts import SCRIPTS

HEADER = "version: 1\nname: follow\napp: small\n"


def problems(text, profile):
    flow, diagnostics = read_flow(
        HEADER + text, "f.yaml", {"wait": {"type": "integer"}}, ACTIONS, lambda app: profile
    )
    assert flow is None and diagnostics
    return [f"{d.span.line}:{d.span.column}: {d.message} [{d.code}]" for d in diagnostics]


def test_steps_remember_where_they_stand(flow_of):
    flow = flow_of("  - launch:\n  - when: followed\n    then:\n      - finish: done\n  - tap: name\n")
    steps = [step for top in flow.steps for step in top.walk()]
    assert [(step.action.kind, step.source) for step in steps] == [
        ("launch", "small.yaml:5"),
        ("when", "small.yaml:6"),
        ("finish", "small.yaml:8"),
        ("tap", "small.yaml:9"),
    ]
    assert flow.length == 4


def test_a_value_alone_stands_for_the_one_key_of_a_step(flow_of):
    short, long = flow_of("  - tap: name\n  - tap: {element: name}\n").steps
    assert short.action == long.action


MISTAKES = [
    ("tpa: name", "5:5: unknown step 'tpa' [unknown-step]"),
    ("tap: nam", "5:10: the app profile has no element 'nam' [unknown-element]"),
    ("tap: {element: name, tiemout: 3s}", "5:26: unknown key 'tiemout' [unknown-key]"),
    ("tap: {timeout: 3s}", "5:10: the key 'element' is missing [missing-key]"),
    ("tap: {element: name, timeout: soon}", "5:35: 'soon' is no duration [bad-duration]"),
    ("tap: {element: 7}", "5:20: this should be a text; put it into quotes [invalid-value]"),
    ("open_link: usr", "5:16: the app profile has no link 'usr' [unknown-link]"),
    ('type: {into: field, text: "${capton}"}', "5:31: unknown variable 'capton' [unknown-variable]"),
    ('finish: "${target"', "5:13: a variable is written ${name} [unknown-variable]"),
    ("wait_for: {any: [name, nobody]}", "5:28: the app profile has no element 'nobody' [unknown-element]"),
    ("wait_for: {any: []}", "5:21: this should have at least one item [invalid-value]"),
    ("wait_for: {element: name, gone: name}", "5:15: a condition says exactly one of"),
    ("when: {value: x}", "5:11: `value` is held against exactly one of"),
    ("tap: name\n    else: [launch: ]", "6:5: a step is one key; 'else' does not belong to 'tap'"),
    ("just words", "5:5: a step is one key, the kind of step, with what it needs"),
    ("launch:\nverify: yes", "6:9: `verify` is a mapping"),
    ("commit: {effect: post, tap: name, evidence: {}}", "5:5: a flow with a commit step needs a `verify`"),
    ("press: f12", "5:12: this should be 'back'"),
    ("remember: {name: seen, words: name, unknown: true}", "5:15: `remember` needs exactly one of: words"),
    ("remember: {name: seen, words: name, page: name}", "5:15: `page` says when `otherwise` is kept"),
    ("go_back: {gone: name, times: 99}", "5:34: this should be less than or equal to 20"),
]


@pytest.mark.parametrize(("step", "expected"), MISTAKES)
def test_each_mistake_is_told_with_its_place(step, expected, profile):
    (problem,) = problems(f"steps:\n  - {step}\n", profile)
    assert problem.startswith(expected)


def test_a_flow_needs_steps(profile):
    assert problems("steps: []\n", profile) == ["4:8: steps are a list of at least one step [invalid-value]"]
    assert problems("step: []\n", profile) == ["4:1: unknown key 'step' [unknown-key]"]


def test_all_mistakes_are_told_at_once(profile):
    text = 'steps:\n  - tpa: name\n  - tap: nam\n  - finish: "${x}"\n'
    assert len(problems(text, profile)) == 3


def test_the_nearest_name_is_the_hint(profile):
    _, (problem,) = read_flow(HEADER + "steps:\n  - tap: followd\n", "f", {}, ACTIONS, lambda app: profile)
    assert problem.hint == "did you mean 'followed'?"


def test_a_second_commit_is_refused(profile):
    commit = "  - commit: {effect: post, tap: name, evidence: {}}\n"
    verify = "verify:\n  steps:\n    - launch:\n  happened: name\n  not_happened: field\n"
    assert any("one commit step at most" in p for p in problems(f"steps:\n{commit}{commit}{verify}", profile))


def test_what_is_remembered_is_known_afterwards_and_not_before(profile, flow_of):
    flow_of('  - remember: {name: seen, words: name}\n  - finish: "${seen}"\n')
    backwards = 'steps:\n  - finish: "${seen}"\n  - remember: {name: seen, words: name}\n'
    assert problems(backwards, profile) == ["5:13: unknown variable 'seen' [unknown-variable]"]


def test_what_only_one_branch_remembers_is_not_known_after_it(profile, flow_of):
    one = "  - when: name\n    then:\n      - remember: {name: seen, words: name}\n"
    other = "    else:\n      - finish: nothing\n"
    use = '  - finish: "${seen}"\n'
    flow_of(one + other + use)
    assert problems(f"steps:\n{one}{use}", profile) == ["8:13: unknown variable 'seen' [unknown-variable]"]


def test_the_verification_knows_the_evidence_and_not_what_was_remembered(profile):
    text = (
        "steps:\n  - remember: {name: seen, words: name}\n"
        '  - commit: {effect: post, tap: name, evidence: {before: "${seen}"}}\n'
        "verify:\n  steps:\n    - launch:\n"
        '  happened: {value: "${evidence.before}", is: "${seen}"}\n  not_happened: name\n'
    )
    assert problems(text, profile) == ["10:47: unknown variable 'seen' [unknown-variable]"]


def test_mistakes_of_a_profile_are_told_with_their_place():
    text = (
        "version: 1\napp: small\nlanguage: en\npackages: [a]\nbottom_bar: [hom]\nelements:\n"
        "  home: {txt: Home}\n  name: [{text_matches: '('}]\n"
    )
    profile, diagnostics = read_profile(text, "p.yaml")
    assert profile is None
    assert [(d.span.line, d.span.column, d.code) for d in diagnostics] == [
        (5, 14, "unknown-element"),
        (7, 10, "unknown-key"),
        (8, 25, "bad-pattern"),
    ]


def test_a_profile_refers_only_to_its_own_elements():
    text = (
        "version: 1\napp: a\nlanguage: en\npackages: [a]\nbottom_bar: [hom]\nelements: {home: {text: Home}}\n"
    )
    profile, (problem,) = read_profile(text, "p.yaml")
    assert (
        profile is None and problem.message == "the profile has no element 'hom'" and problem.span.line == 5
    )


def test_a_wrong_file_is_an_error_that_shows_every_problem(profile):
    _, diagnostics = read_flow(
        HEADER + "steps:\n  - tap: nam\n  - tap: nam\n", "f.yaml", {}, ACTIONS, lambda a: profile
    )
    with pytest.raises(FlowError) as caught:
        raise_for(diagnostics)
    assert caught.value.message.count("f.yaml:") == 2


@pytest.mark.parametrize(
    ("app", "script"), [(app, script) for app in DEVICE.apps for script in DEVICE.apps[app].scripts]
)
def test_every_script_of_the_device_backend_has_a_flow_in_each_of_its_apps(app, script):
    flow = load_flow(app, script)
    assert (flow.name, flow.app) == (script, app) and load_profile(app).app == app
    assert flow.proofs or script in DEVICE.apps[app].unrecorded  # which changes nothing


@pytest.mark.parametrize("app", DEVICE.apps)
@pytest.mark.parametrize("script", ["super_marketing", *SCRIPTS])
def test_a_script_without_a_flow_is_not_supported(app, script):
    if script not in DEVICE.apps[app].scripts:
        with pytest.raises(Unsupported):
            load_flow(app, script)


@pytest.mark.parametrize("app", ["notes", "../library/tiktok", ""])
def test_an_app_without_a_profile_has_no_flow(app):
    with pytest.raises(Unsupported):
        load_flow(app, "post")
