"""docs/flows.md and docs/app-profiles.md name everything that the language and the profiles know."""

from pathlib import Path

import pytest

from runner.flows.conditions import Condition
from runner.flows.language import read_flow
from runner.flows.profile import load_profile, read_profile
from runner.flows.selectors import Selector
from runner.flows.steps import ACTIONS
from runner.flows.variables import VARIABLES
from runner.scripts import SCRIPTS

DOCS = Path(__file__).parents[3] / "docs"
FLOWS = (DOCS / "flows.md").read_text(encoding="utf-8")
PROFILES = (DOCS / "app-profiles.md").read_text(encoding="utf-8")


def keys(model):
    return [info.alias or name for name, info in model.model_fields.items()]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_every_step_and_its_keys_are_documented(action):
    (row,) = [line for line in FLOWS.splitlines() if line.startswith(f"| `{action.kind}` ")]
    for key in keys(action):
        assert key in keys(Condition) or f"`{key}`" in row or f"`{key}:" in row, f"{key} of {action.kind}"


@pytest.mark.parametrize("key", keys(Condition))
def test_every_condition_is_documented(key):
    assert f"`{key}`" in FLOWS or f"`{key}: " in FLOWS


@pytest.mark.parametrize("name", sorted(VARIABLES - {"account"}))
def test_every_variable_is_documented(name):
    assert f"`${{{name}}}`" in FLOWS


@pytest.mark.parametrize("key", keys(Selector))
def test_every_key_of_a_selector_is_documented(key):
    assert f"`{key}`" in PROFILES


def example(document, number=0):
    return document.split("```yaml\n")[number + 1].split("```")[0]


@pytest.mark.parametrize("number", range(FLOWS.count("```yaml\nversion:")))
def test_each_flow_in_the_docs_is_one(number):
    keys_of_config = SCRIPTS["follow"].config_schema()["properties"]
    text = example(FLOWS, number)
    flow, diagnostics = read_flow(text, "docs/flows.md", keys_of_config, ACTIONS, load_profile)
    assert diagnostics == [] and flow is not None


def test_the_first_flow_in_the_docs_has_ten_lines():
    assert len(example(FLOWS).splitlines()) == 10


def test_the_profile_in_the_docs_is_one():
    profile, diagnostics = read_profile(example(PROFILES), "docs/app-profiles.md")
    assert diagnostics == [] and profile is not None
