"""Flows beside campaigns: scripts with the parameters that they declare."""

from pathlib import Path

import pytest

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load
from runner.campaign.resolve import resolve_campaign
from runner.flows.loading import load_own_flow
from runner.flows.profile import Profiles
from runner.scripts import complete, defaults
from runner.scripts.script import FlowText

HEAD = """\
version: 1
name: visit
app: tiktok
"""
STEPS = """\
steps:
  - launch: {fresh: true}
  - tap: profile_tab
"""
PARAMETERS = """\
description: Look at the pages of users.
parameters:
  users: {type: list, description: Whose pages.}
  times: {type: integer, minimum: 1, maximum: 5, default: 2}
  share: {type: number, required: false, maximum: 1}
  mood: {type: string, choices: [kind, wild], default: kind}
  note: {type: string, required: false}
  loud: {type: boolean, required: false}
  tags: {type: list, choices: [a, b], required: false}
target: users
expected: 90s
"""
CAMPAIGN = """\
version: 1
name: visits
devices: {shelf: [A1]}
configs:
  some: {users: [a], times: 9, tags: [c]}
scripts:
  inline: {script: visit, devices: shelf, config: {users: [a, b], tims: 3}}
  named: {script: visit, devices: shelf, config: some}
  bare: {script: visit, devices: shelf}
"""
COMMITS = """\
steps:
  - when: followed
    then:
      - finish: done
    else:
      - commit: {effect: follow, tap: follow_button, evidence: {}}
verify:
  steps: [{launch: }]
  happened: followed
  not_happened: follow_button
"""


def write(folder: Path, flow: str, campaign: str = CAMPAIGN) -> Path:
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "visit.yaml").write_text(flow)
    path = folder / "visits.yaml"
    path.write_text(campaign)
    return path


def problems(text: str, path: str = "flows/visit.yaml") -> list[str]:
    file = read_flow_file(text, path)
    assert (file.script is None) == bool(file.diagnostics)
    return [f"{d.span.line}:{d.span.column}: {d.message} [{d.code}]" for d in file.diagnostics]


def test_a_flow_is_a_script_with_the_config_that_it_declares() -> None:
    script = read_flow_file(HEAD + PARAMETERS + STEPS, "flows/visit.yaml").script
    assert script is not None
    own = FlowText("flows/visit.yaml", HEAD + PARAMETERS + STEPS)
    assert (script.name, script.flow) == ("visit", own)
    assert defaults(script) == {"times": 2, "share": 0, "mood": "kind", "note": "", "loud": False, "tags": []}
    assert script.config_schema()["required"] == ["users"]
    config = complete(script, {"users": ["@a", "@b"]})
    assert script.targets(config) == ("@a", "@b")
    assert script.expected_s(config) == 90.0


def test_a_flow_without_a_target_has_one_task_a_device() -> None:
    script = read_flow_file(HEAD + STEPS, "flows/visit.yaml").script
    assert script is not None
    assert script.targets({}) == (None,)
    assert script.expected_s({}) == 300.0


def test_targets_in_a_text_are_separated_as_the_local_api_has_it() -> None:
    head = HEAD + "parameters: {who: {type: string}}\ntarget: who\n"
    script = read_flow_file(head + STEPS, "flows/visit.yaml").script
    assert script is not None
    assert script.targets({"who": "a, b\nc"}) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        (HEAD + STEPS, {}),
        (HEAD + COMMITS, {"follow": 1}),
        (HEAD + "effects: none\n" + COMMITS, {}),
        (HEAD + "effects: {like: 3}\n" + STEPS, {"like": 3}),
    ],
)
def test_effects_are_declared_or_those_of_the_commit_step(text: str, effects: dict[str, int]) -> None:
    script = read_flow_file(text, "flows/visit.yaml").script
    assert script is not None
    assert script.effects({}) == effects


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty [missing-key]"),
        ("- a\n", "1:1: a flow must be a mapping, not a list [wrong-type]"),
        (HEAD, "1:1: `steps` is missing [missing-key]"),
        (HEAD.replace("visit", "vist") + STEPS, "2:7: the flow in visit.yaml is called `vist` [bad-value]"),
        (HEAD + "target: users\n" + STEPS, "4:9: there is no parameter `users` of type list or string"),
        (HEAD + "parameters: {a: {type: text}}\n" + STEPS, "4:24: `type` cannot be `text` [bad-value]"),
        (HEAD + "parameters: {a: {}}\n" + STEPS, "4:14: `type` is missing in `a` [missing-key]"),
        (
            HEAD + "parameters: {a: {type: integer, default: x}}\n" + STEPS,
            "4:42: the default of `a` is none of its legal values [bad-value]",
        ),
        (
            HEAD + "parameters: {a: {type: string, choices: [x, 1]}}\n" + STEPS,
            "4:45: the choice `1` of `a` is not of the type string [bad-value]",
        ),
        (HEAD + "effects: some\n" + STEPS, "4:10: `effects` cannot be `some` [bad-value]"),
        (HEAD + "expected: soon\n" + STEPS, "4:11: `expected` cannot be `soon` [bad-value]"),
        (HEAD + "steps:\n  - tapp: x\n", "5:5: unknown key `tapp` [unknown-key]"),
        (HEAD + "steps:\n  - tap: x\n    then: [{launch: }]\n", "5:5: item 1 of `steps` has the keys"),
        (HEAD + "steps:\n  - swipe: upp\n", "5:12: `swipe` cannot be `upp` [bad-value]"),
        (HEAD + "steps:\n  - launch: yes\n", "5:13: `launch` must be nothing or a mapping, not text"),
        (HEAD + "steps:\n  - tap:\n", "5:5: `tap` has no value [wrong-type]"),
    ],
)
def test_mistakes_in_flows_are_told_with_their_place(text: str, problem: str) -> None:
    (found,) = problems(text)
    assert found.startswith(problem)


def test_a_flow_cannot_have_the_name_of_a_built_in_script() -> None:
    text = (HEAD + STEPS).replace("visit", "post")
    assert problems(text, "flows/post.yaml") == ["2:7: `post` is a built-in script [bad-value]"]


def test_configs_are_held_against_the_parameters(tmp_path: Path) -> None:
    found = load(write(tmp_path, HEAD + PARAMETERS + STEPS)).diagnostics
    assert [(d.span.line, d.message) for d in found] == [
        (5, "`times` is 9; it must be from 1 to 5"),
        (5, "item 1 of `tags` cannot be `c`"),
        (7, "unknown key `tims`"),
        (9, "`users` is missing in `config`"),
    ]
    assert [related.message for related in found[0].related] == ["entry `named` uses this config"]


def test_mistakes_in_a_flow_stand_in_its_own_file_and_hide_no_others(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, HEAD + "stepps: []\n", CAMPAIGN + "extra: 1\n"))
    assert {(Path(d.path).name, d.code) for d in loaded.diagnostics} == {
        ("visit.yaml", "unknown-key"),
        ("visits.yaml", "unknown-key"),
    }
    assert loaded.flows["visit"].document.text.startswith(HEAD)
    assert "visit" not in loaded.scripts


def test_a_sound_campaign_finds_its_flow(tmp_path: Path) -> None:
    campaign = CAMPAIGN[: CAMPAIGN.index("configs")] + "scripts:\n  go: {script: visit, devices: shelf}\n"
    flow = HEAD + "parameters: {times: {type: integer, default: 2}}\n" + STEPS
    loaded = load(write(tmp_path, flow, campaign))
    assert loaded.diagnostics == ()
    resolved = resolve_campaign(loaded)
    assert resolved.flows == {("visits", "visit"): FlowText(str(tmp_path / "flows" / "visit.yaml"), flow)}
    assert resolved.entries[0].config == {"times": 2}
    assert load_own_flow(resolved.flows["visits", "visit"], Profiles()).length == 2


def test_a_flow_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + PARAMETERS + STEPS)
    before = len(load(path).diagnostics)
    write(tmp_path, HEAD + PARAMETERS + STEPS + "extra: 1\n")
    assert len(load(path).diagnostics) != before


@pytest.mark.parametrize("name", ["../evil", "a/b", "gone", "post"])
def test_nothing_but_a_plain_name_is_looked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "evil.yaml").write_text("x")
    path = write(tmp_path, "x", f"version: 1\nname: a\nscripts: {{x: {{script: {name}, devices: A1}}}}\n")
    assert load(path).flows == {}


def test_a_proof_without_its_steps_is_told_as_any_other_missing_key() -> None:
    text = """\
version: 1
name: look
app: tiktok
steps:
  - commit: {effect: look, tap: {desc: Profile}}
verify:
  happened: {text: Yes}
  not_happened: {text: No}
"""
    (problem,) = read_flow_file(text, "flows/look.yaml").diagnostics
    assert (problem.code, problem.message, problem.span.line) == (
        "missing-key",
        "`steps` is missing in `verify`",
        6,
    )
