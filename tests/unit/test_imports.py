"""Imports go only downwards through the rooms of docs/architecture.md."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


def rooms() -> Iterator[str]:
    """The folders and the plain modules of the runner."""
    for path in sorted((ROOT / "runner").iterdir()):
        if path.suffix == ".py" and not path.name.startswith("__"):
            yield f"runner.{path.stem}"
        elif (path / "__init__.py").exists():
            yield f"runner.{path.name}"


@pytest.mark.parametrize("room", [room for room in rooms() if room != "runner.virtual"])
def test_every_room_has_its_place_in_every_contract(room: str) -> None:
    layers, of_virtual_phones, of_others = CONTRACTS
    assert room in {name.strip(" ()") for layer in layers["layers"] for name in layer.split(":")}
    assert room in of_virtual_phones["forbidden_modules"]
    if room not in ("runner.cli", "runner.daemon"):
        assert room in of_others["source_modules"]
