"""docs/virtual-phones.md tells of everything that can be asked of a virtual phone."""

from dataclasses import fields
from pathlib import Path

import pytest

from runner.virtual.commands import COMMANDS
from runner.virtual.control import ACTIONS
from runner.virtual.faults import KINDS, Fault

PAGE = (Path(__file__).parents[3] / "docs" / "virtual-phones.md").read_text(encoding="utf-8")
UNSAID = {"[", "true", "false"}


@pytest.mark.parametrize("name", [*ACTIONS, *KINDS, *(field.name for field in fields(Fault))])
def test_control_actions_and_faults_are_documented(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_commands_are_documented() -> None:
    assert [name for name in COMMANDS if name not in UNSAID and f"`{name}`" not in PAGE] == []
