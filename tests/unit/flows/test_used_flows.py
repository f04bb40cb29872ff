"""Flows that use other flows: their parameters, their variables, their effects, and circles."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load
from runner.campaign.resolve import resolve_campaign
from runner.cli.validate import validate
from runner.errors import ConnectionLost
from runner.flows.language import read_flow
from runner.flows.loading import load_own_flow
from runner.flows.profile import Profiles
from runner.flows.steps import ACTIONS
from runner.flows.used_flows import OtherFlow
from runner.tasks import AttemptOutcome, EffectState

HEAD = "version: 1\nname: {name}\napp: small\n"
GREET = (
    HEAD.format(name="greet")
    + "parameters:\n  word: {type: string}\n  times: {type: integer, default: 2, maximum: 5}\n"
    + "effects: none\nsteps:\n"
    + "  - repeat: ${config.times}\n    do:\n      - swipe: up\n"
    + "  - set: {name: said, value: 'inner ${config.word}'}\n"
    + "  - remember: {name: account, words: name}\n"
    + "  - finish: 'said ${config.word} to ${user}'\n"
)
LIKE = (
    HEAD.format(name="like_it")
    + "parameters: {button: {type: string}}\n"
    + "steps:\n  - commit: {effect: like, tap: {text: '${config.button}'}, evidence: {}}\n"
    + "verify:\n  steps: [{open_link: user}]\n  happened: {text: 'un${config.button}'}\n"
    + "  not_happened: {text: '${config.button}'}\n"
)


@pytest.fixture
def read(profile):
    def make(text, head="effects: {like: 3}\n", **others):
        def other(app, name):
            if name not in others:
                return None
            file = read_flow_file(others[name], f"flows/{name}.yaml")
            rules = file.config_rules
            return OtherFlow(others[name], f"flows/{name}.yaml", rules, file.diagnostics)

        full = HEAD.format(name="follow") + head + text
        return read_flow(
            full, "flows/follow.yaml", {"wait": {"type": "integer"}}, ACTIONS, lambda app: profile, other
        )

    return make


def told(problems):
    return [f"{d.span.line}: {d.message} [{d.code}]" for d in problems]


def test_the_other_flow_knows_what_it_is_given_and_leaves_nothing_but_the_account(world, read):
    steps = (
        "steps:\n  - set: {name: said, value: outer}\n"
        "  - use: {flow: greet, with: {word: '${said}!'}}\n"
        "  - use: {flow: greet, with: {word: x, times: 1}}\n"
        "  - finish: '${said} ${account}'\n"
    )
    world.flow, problems = read(steps, "effects: none\n", greet=GREET)
    assert problems == []
    outcome = world.run()
    assert (outcome.outcome, outcome.message) == (AttemptOutcome.COMPLETED, "outer @demo")
    assert len(world.phone.done("swipe")) == 3
    uses = [record for record in world.records if record.kind == "use"]
    assert [record.message for record in uses] == ["said outer! to demo", "said x to demo"]
    swipe = next(record for record in world.records if record.kind == "swipe")
    assert swipe.source == "flows/greet.yaml:11"


def test_what_was_not_read_is_not_given(world, read):
    steps = (
        "steps:\n  - remember: {name: seen, unknown: true}\n  - use: {flow: greet, with: {word: '${seen}'}}\n"
    )
    world.flow, problems = read(steps, "effects: none\n", greet=GREET)
    assert problems == []
    assert world.run().message == ""
    assert [record.message for record in world.records if record.kind == "set"] == ["not read"]


def test_effects_of_the_other_flow_are_proved_and_not_repeated(world, read):
    world.flow, problems = read(
        "steps:\n  - use: {flow: like_it, with: {button: Like}}\n  - press: back\n", like_it=LIKE
    )
    assert problems == []
    shown = ["Like"]
    world.phone.show = lambda: list(shown)
    world.phone.on_tap = lambda text: shown.__setitem__(0, "unLike") if text == "Like" else None
    world.phone.fail("press", ConnectionLost("FAKE1: the cable went"))
    assert world.run().outcome is AttemptOutcome.COMPLETED  # as for any flow with one effect
    assert world.rows[0].evidence == {"proof": "like_it/", "config.button": "Like"}
    assert world.states == ["committed"] and world.taps == 1


def test_an_effect_of_the_other_flow_in_doubt_is_looked_up_with_what_it_was_given(world, read):
    world.flow, _ = read("steps:\n  - use: {flow: like_it, with: {button: Like}}\n", like_it=LIKE)
    world.earlier(EffectState.MADE)
    world.rows[0] = replace(world.rows[0], evidence={"proof": "like_it/", "config.button": "Star"})
    world.phone.show = lambda: ["unStar"]
    assert world.run().outcome is AttemptOutcome.COMPLETED
    assert world.states == ["committed"] and world.taps == 0


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (
            "use: gret",
            "6: there is no flow 'gret' beside this one, and none comes with the runner [unknown-flow]",
        ),
        ("use: {flow: greet}", "6: the flow needs 'word' [bad-parameter]"),
        ("use: {flow: greet, with: {wrd: x}}", "6: the flow has no parameter 'wrd' [bad-parameter]"),
        (
            "use: {flow: greet, with: {word: 7}}",
            "6: 7 is no legal value of the parameter 'word' [bad-parameter]",
        ),
        ("use: {flow: greet, with: {word: x, times: 9}}", "6: 9 is no legal value of the parameter 'times'"),
        ("use: {flow: greet, with: {word: '${seen}'}}", "6: unknown variable 'seen' [unknown-variable]"),
        (
            "use: {flow: greet, with: {word: {a: 1}}}",
            "6: this should be a text, a number, true or false, or a list",
        ),
        ("use: follow", "6: the flow 'follow' uses itself: follow -> follow [flow-cycle]"),
        (
            "use: circle",
            "6: the flow 'follow' cannot use it: flows/circle.yaml:5: the flow 'follow' uses itself: ",
        ),
        (
            "use: wrong",
            "6: the flow 'follow' cannot use it: flows/wrong.yaml:5: the app profile has no element",
        ),
        ("use: {flow: greet, with: {word: x}}\n  - finish: ${said}", "7: unknown variable 'said'"),
    ],
)
def test_each_mistake_about_another_flow_is_told(read, step, expected):
    circle = HEAD.format(name="circle") + "steps:\n  - use: follow\n"
    wrong = HEAD.format(name="wrong") + "steps:\n  - tap: nobody\n"
    _, problems = read(f"steps:\n  - {step}\n", greet=GREET, circle=circle, wrong=wrong)
    assert any(problem.startswith(expected) for problem in told(problems)), told(problems)


def test_effects_of_another_flow_have_to_be_declared(read):
    _, problems = read("steps:\n  - use: {flow: like_it, with: {button: x}}\n", "", like_it=LIKE)
    (problem,) = told(problems)
    assert "a flow that it uses makes effects, and `effects` does not say how many" in problem


def test_flows_that_use_each_other_many_times_are_no_bomb(read):
    others = {"f0": HEAD.format(name="f0") + "steps:\n" + "  - launch:\n" * 50}
    for number in range(1, 6):
        steps = f"  - use: f{number - 1}\n" * 50
        others[f"f{number}"] = HEAD.format(name=f"f{number}") + f"steps:\n{steps}"
    _, problems = read("steps:\n  - use: f2\n", **others)
    assert "more than 5000 steps" in told(problems)[0]


# beside campaigns

OWN = """\
version: 1
name: {name}
app: tiktok
effects: none
steps:
  - {step}
"""
CAMPAIGN = "version: 1\nname: wave\nscripts:\n  one: {script: outer, devices: [A1]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "wave.yaml").write_text(CAMPAIGN)
    for name, step in {"outer": "use: middle", "middle": "use: inner", "inner": "swipe: up"}.items():
        (tmp_path / "flows" / f"{name}.yaml").write_text(OWN.format(name=name, step=step))
    return tmp_path


def test_a_campaign_takes_the_flows_along_that_its_flows_use(folder):
    loaded = load(folder / "wave.yaml")
    assert not loaded.has_errors and loaded.flows.keys() == {"outer", "middle", "inner"}
    own = resolve_campaign(loaded).flows["wave", "outer"]
    assert [flow.name for flow in own.used] == ["middle", "inner"]
    assert load_own_flow(own, Profiles()).length == 3


def test_a_mistake_in_a_flow_that_is_used_is_told_where_it_stands_and_where_it_is_used(folder):
    (folder / "flows" / "inner.yaml").write_text(OWN.format(name="inner", step="tap: nobody"))
    result = CliRunner().invoke(validate, [str(folder / "wave.yaml")])
    lines = [line for line in result.stdout.splitlines() if ": error: " in line]
    assert [line.partition("flows/")[2] for line in lines] == [
        "inner.yaml:6:10: error: the app profile has no element 'nobody' [bad-flow]",
        *[line.partition("flows/")[2] for line in lines if "cannot use it" in line],
    ]
    assert len(lines) == 3


def test_flows_that_use_each_other_are_told(folder):
    (folder / "flows" / "inner.yaml").write_text(OWN.format(name="inner", step="use: outer"))
    result = CliRunner().invoke(validate, [str(folder / "wave.yaml")])
    assert "the flow 'inner' uses itself: inner -> outer -> middle -> inner" in result.stdout
