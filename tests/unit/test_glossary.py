"""`docs/glossary.md` names types and tables that are there, and each word once."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.store import schema

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TYPED = re.compile(r"((?:`\w+`(?:, | and ))*`\w+`) \(`([\w/]+\.py)`\)")
"""`Name` (`file.py`), or several names before a file."""


def named() -> Iterator[tuple[str, str]]:
    for names, file in TYPED.findall(GLOSSARY):
        yield from ((file, name) for name in re.findall(r"\w+", names.replace(" and ", " ")))


@pytest.mark.parametrize(("file", "name"), sorted(set(named())))
def test_a_name_of_the_glossary_stands_in_its_file(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "runner" / file).read_text(encoding="utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert name in defined | assigned


def test_every_file_of_the_glossary_is_there() -> None:
    files = set(re.findall(r"`([\w/]+\.py)`", GLOSSARY))
    assert files and not [file for file in files if not (ROOT / "runner" / file).is_file()]


def test_every_table_of_the_ledger_has_its_word_and_no_other() -> None:
    tables = set(re.findall(r"table `(\w+)`", GLOSSARY))
    assert tables == set(schema.metadata.tables)


def test_each_word_is_told_once() -> None:
    rows = re.findall(r"^\| ([a-z][\w ,]*) \|", GLOSSARY, flags=re.MULTILINE)
    words = [word for row in rows if row != "word" for word in row.split(", ") if word != "step"]
    assert words and sorted(words) == sorted(set(words))
