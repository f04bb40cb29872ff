"""Imports go only downwards through the rooms of docs/architecture.md, and in no circles within a room."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_rooms_import_only_downwards() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


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
