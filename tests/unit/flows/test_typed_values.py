"""Keys of steps that are numbers, choices or switches take variables of their type."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.campaign.reader import read
from runner.campaign.structure import check_flow
from runner.cli.validate import validate
from runner.errors import Unsupported
from runner.flows.language import read_flow
from runner.flows.steps import ACTIONS
from runner.flows.typed_values import _keys as keys
from runner.flows.typed_values import filled
from runner.tasks import AttemptOutcome

HEADER = "version: 1\nname: scroll\napp: small\neffects: none\nsteps:\n"
CONFIG = {"n": {"type": "integer"}, "way": {"type": "string"}, "afresh": {"type": "boolean"}}


def actions(text, profile):
    flow, problems = read_flow(HEADER + text, "f.yaml", CONFIG, ACTIONS, lambda app: profile)
    assert not problems, problems
    return [step.action for step in flow.steps]


def test_a_variable_stands_for_a_number_a_choice_and_a_switch(profile):
    swipe, press, launch = actions(
        '  - swipe: {direction: "${config.way}", times: "${config.n}"}\n'
        "  - press: ${config.way}\n"
        "  - launch:\n      fresh: ${config.afresh}\n",
        profile,
    )
    variables = {"config.n": "3", "config.way": "left", "config.afresh": "True"}
    assert filled(swipe, variables).title() == "swipe left 3 times"
    assert filled(press, {"config.way": "back"}).key == "back"
    assert filled(launch, variables).fresh is True
    assert filled(launch, {"config.afresh": "False"}).fresh is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'swipe: {direction: up, times: "${config.way}"}',
            "this must be a whole number, and ${config.way} is",
        ),
        ('swipe: {direction: "${config.n}"}', "this must be a text, and ${config.n} is declared as"),
        ('launch: {fresh: "${config.n}"}', "this must be true or false, and ${config.n} is declared as"),
        ('swipe: {direction: up, times: "${config.m}"}', "unknown variable 'config.m'"),
        ('swipe: {direction: up, times: "${config.n} times"}', "this should be a valid integer"),
        ("swipe: {direction: up, times: 21}", "this should be less than or equal to 20"),
    ],
)
def test_what_cannot_be_is_told_when_the_flow_is_read(text, message, profile):
    _, (problem,) = read_flow(HEADER + f"  - {text}\n", "f.yaml", CONFIG, ACTIONS, lambda app: profile)
    assert problem.message.startswith(message)


def test_a_value_that_does_not_fit_fails_the_step_before_anything_is_done(profile):
    (swipe,) = actions('  - swipe: {direction: up, times: "${config.n}"}\n', profile)
    with pytest.raises(Unsupported) as refusal:
        filled(swipe, {"config.n": "50"})
    assert "the step's 'times' cannot be '50', the value of ${config.n}" in refusal.value.message
    assert "less than or equal to 20" in refusal.value.message


def test_the_step_that_does_not_fit_is_in_the_report(world, flow_of):
    world.flow = flow_of(
        'version: 1\nname: follow\napp: small\neffects: none\nsteps:\n  - launch: {fresh: "${caption}"}\n'
    )
    outcome = world.run()
    assert "the step's 'fresh' cannot be 'Hi'" in outcome.message
    assert [(record.kind, record.outcome.value) for record in world.records] == [("launch", "failed")]
    assert world.phone.done("stop") == world.phone.done("launch") == []


FLOW = """\
version: 1
name: scroll
app: tiktok
effects: none
parameters:
  n: {type: integer, required: true}
steps:
  - launch:
  - swipe: {direction: up, times: "${config.n}"}
"""
CAMPAIGN = """\
version: 1
name: wave
backend: device
scripts:
  down: {script: scroll, config: {n: 3}, devices: [A1]}
"""


@pytest.mark.parametrize("times", ["three", "${config.n} times", "0"])
def test_validate_refuses_another_text(times: str, tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    flow = FLOW.replace("${config.n}", times) + '  - swipe: "${config.way}"\n  - press: f12\n'
    (tmp_path / "flows" / "scroll.yaml").write_text(flow, encoding="utf-8")
    (tmp_path / "wave.yaml").write_text(CAMPAIGN, encoding="utf-8")
    result = CliRunner().invoke(validate, [str(tmp_path / "wave.yaml")])
    assert "scroll.yaml:9:35: error: " in result.stdout
    assert "a text stands here only as one variable" in result.stdout
    assert "scroll.yaml:11:12: error: " in result.stdout


def test_validate_takes_a_declared_number_and_refuses_a_text(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "scroll.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "wave.yaml").write_text(CAMPAIGN, encoding="utf-8")
    result = CliRunner().invoke(validate, [str(tmp_path / "wave.yaml")])
    assert (result.exit_code, result.stdout) == (0, "no problems in 2 files\n")
    wrong = FLOW.replace("type: integer", "type: string")
    (tmp_path / "flows" / "scroll.yaml").write_text(wrong, encoding="utf-8")
    (tmp_path / "wave.yaml").write_text(CAMPAIGN.replace("n: 3", 'n: "3"'), encoding="utf-8")
    result = CliRunner().invoke(validate, [str(tmp_path / "wave.yaml")])
    assert "this must be a whole number, and ${config.n} is declared as `type: string`" in result.stdout


TYPED = [
    ("swipe", "direction", "way", ""),
    ("swipe", "times", "n", "direction: up"),
    ("tap_first", "times", "n", "element: name"),
    ("scroll_to", "direction", "way", "element: name"),
    ("scroll_to", "times", "n", "element: name"),
    ("go_back", "times", "n", "element: name"),
    ("tap_first", "times", "n", "element: name"),
    ("launch", "fresh", "afresh", ""),
    ("tap", "still", "afresh", "element: name"),
    ("press", "key", "way", ""),
    ("chance", "percent", "n", ""),
    ("chance", "percent", "x", ""),
    ("repeat", "times", "n", ""),
    ("pick", "order", "way", "from: [a], as: b"),
    ("commit", "leave_open", "afresh", "effect: a, tap: name, proof: {happened: name, not_happened: name}"),
    ("commit", "at_limit", "way", "effect: a, tap: name, proof: {happened: name, not_happened: name}"),
]


@pytest.mark.parametrize(
    ("step", "key", "name", "others"), TYPED, ids=[f"{row[0]}.{row[1]}" for row in TYPED]
)
def test_every_typed_key_takes_a_parameter_of_its_type_and_no_other(step, key, name, others, profile):
    config = CONFIG | {"x": {"type": "number"}, "l": {"type": "array"}}
    more = "".join(f"\n      {part}" for part in others.split(", ", 2) if ": {" not in part)
    more += "".join(f"\n      proof: {part}" for part in others.split("proof: ")[1:])
    beside = "\n    do: [{launch: }]" if step == "repeat" else ""
    for value, is_right in ((f"${{config.{name}}}", True), ("${config.l}", False), ("${config.m}", False)):
        text = f"{HEADER}  - {step}:\n      {key}: {value}{more}{beside}\n"
        _, problems = read_flow(text, "f.yaml", config, ACTIONS, lambda app: profile)
        assert (problems == []) is is_right, (text, problems)
        if is_right:
            assert check_flow(read(text, "f.yaml")) == []


def test_that_list_has_every_typed_key():
    known = {
        (action.kind, action.model_fields[name].alias or name) for action in ACTIONS for name in keys(action)
    }
    assert known == {(step, key) for step, key, _, _ in TYPED}


TIMES = {"n": {"type": "integer"}, "wait": {"type": "string"}, "on": {"type": "boolean"}}


@pytest.mark.parametrize("wait", ["${config.n}s", "${config.wait}", "2m", "1h"])
def test_a_duration_takes_a_number_before_its_unit_or_a_text_that_is_one(wait, profile):
    text = f"{HEADER}  - tap: {{element: name, timeout: {wait!r}}}\n"
    assert read_flow(text, "f.yaml", TIMES, ACTIONS, lambda app: profile)[1] == []


@pytest.mark.parametrize(
    ("wait", "message"),
    [
        ("${config.n}", "this must be a duration, and ${config.n} is declared as `type: integer`"),
        (
            "${config.wait}s",
            "before `s` this must be a number, and ${config.wait} is declared as `type: string`",
        ),
        (
            "${config.on}s",
            "before `s` this must be a number, and ${config.on} is declared as `type: boolean`",
        ),
        ("2 minutes", "'2 minutes' is no duration"),
    ],
)
def test_a_duration_of_another_type_is_told_when_the_flow_is_read(wait, message, profile):
    text = f"{HEADER}  - tap: {{element: name, timeout: {wait!r}}}\n"
    _, (problem,) = read_flow(text, "f.yaml", TIMES, ACTIONS, lambda app: profile)
    assert problem.message == message


@pytest.mark.parametrize("value", ["soon", "-3s", "8000h"])
def test_a_duration_that_is_none_ends_the_step_and_is_no_bug(world, flow_of, value):
    world.flow = flow_of(
        f"  - remember: {{name: wait, value: '{value}'}}\n  - tap: {{element: name, timeout: '${{wait}}'}}\n"
    )
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED
    assert f"{value!r} is no duration of at most seven days" in outcome.message


def test_a_value_that_could_not_be_read_ends_the_step_before_it_does_anything(world, flow_of):
    world.flow = flow_of(
        "  - remember: {name: often, unknown: true}\n  - swipe: {direction: up, times: '${often}'}"
    )
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED and "could not be read" in outcome.message
    assert world.phone.done("swipe") == []
