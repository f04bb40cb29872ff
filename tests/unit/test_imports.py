"""Imports go only downwards through the rooms of docs/architecture.md, and in no circles within a room."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Set
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


def test_no_two_files_import_each_other() -> None:
    """Nor do they where a checker of types alone, or a function when it is called, imports."""
    files = {_module(path): path for path in (ROOT / "runner").rglob("*.py")}
    imported = {module: {*_imported(path, files.keys())} - {module} for module, path in files.items()}
    pairs = [
        (one, other)
        for one in imported
        for other in imported[one]
        if one < other and one in imported.get(other, ())
    ]
    assert not pairs


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, modules: Set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in modules else node.module
