"""All output goes through one place, so that no text from outside can reach a terminal by another way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

RUNNER = Path(__file__).parents[3] / "runner"
SEAM = {"cli/output.py"}
USES_RICH = {"reports/rich_console.py", "reports/progress.py"}
WRITES = re.compile(r"print|click\.(echo|secho|prompt|confirm)|sys\.std(out|err)\.(buffer\.)?write(lines)?")
FILES = [
    path for path in sorted(RUNNER.rglob("*.py")) if not {"virtual", "schemas"} & set(path.parts)
]  # virtual phones have no part in the runner


def writes(tree: ast.AST) -> Iterator[str]:
    """What is called that writes on a standard stream."""
    called = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    yield from (name for name in called if WRITES.fullmatch(name))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RUNNER)))
def test_only_the_seam_writes(path: Path) -> None:
    name, tree = str(path.relative_to(RUNNER)), ast.parse(path.read_text(encoding="utf-8"))
    if name not in SEAM:
        assert list(writes(tree)) == []
    if name not in USES_RICH:
        assert [module for module in imports(tree) if module.split(".")[0] == "rich"] == []
