"""Which elements a flow needs, with what is known before it runs."""

import pytest

from runner.flows.elements_used import elements_of
from runner.flows.loading import load_flow

STEPS = """
  - tap: follow_button
  - when: {value: "${config.wait}", is: "3"}
    then:
      - tap: field
    else:
      - tap: {text: Other}
      - wait_for: {any: [name, {gone: row}]}
  - when: followed
    then:
      - remember: {name: seen, words: name}
"""


def test_the_elements_of_all_steps_with_their_lines(flow_of):
    assert elements_of(flow_of(STEPS)) == {
        "follow_button": 6,
        "field": 9,
        "name": 12,
        "row": 12,
        "followed": 13,
    }


@pytest.mark.parametrize(
    ("wait", "left_out"), [("3", {"row"}), ("4", {"field"})], ids=["else is ruled out", "then is ruled out"]
)
def test_branches_that_the_config_rules_out_need_nothing(flow_of, wait, left_out):
    flow = flow_of(STEPS)
    assert set(elements_of(flow)) - set(elements_of(flow, {"config.wait": wait})) == left_out


def test_a_variable_that_the_flow_remembers_rules_nothing_out(flow_of):
    flow = flow_of(
        "\n  - remember: {name: caption, words: name}"
        '\n  - when: {value: "${caption}", is: ""}\n    then:\n      - tap: field\n'
    )
    assert "field" in elements_of(flow, {"caption": "a caption"})


def test_a_proof_counts_with_the_commit_step_that_uses_it():
    assert {"followed", "user_missing"} <= set(elements_of(load_flow("tiktok", "follow")))
