"""Imports go only downwards through the rooms of docs/architecture.md."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


def test_rooms_import_only_downwards() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_room_stands_in_the_layers() -> None:
    """The contract asks for it too, but sees only what can be imported."""
    assert rooms() - layers() == set()


def rooms() -> set[str]:
    """The folders of `runner/` that hold code, and its files."""
    runner = ROOT / "runner"
    folders = {path.parent.name for path in runner.glob("*/*.py")}
    return folders | {path.stem for path in runner.glob("*.py")} - {"__init__", "__main__"}


def layers() -> set[str]:
    """Whatever stands in the contract's layers; `(name)` is one that need not be there."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return {
        name
        for contract in contracts
        for layer in contract.get("layers", ())
        for name in re.findall(r"\w+", layer)
    }
