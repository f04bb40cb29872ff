"""docs/checks.md shows every code with an input and its real output."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from all_codes import codes
from click.testing import CliRunner

from runner.cli.validate import validate

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"
FILES = ("campaign.yaml", "another.yaml")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
LONGEST, SHORT = 100, 10
VIDEO = b"\0\0\0\x18ftypmp42"


def shortened(output: str) -> str:
    """The end is enough of what nobody reads."""
    lines = output.splitlines(keepends=True)
    return output if len(lines) <= LONGEST else "".join(["...\n", *lines[-SHORT:]])


def sections() -> dict[str, str]:
    parts = re.split(r"^(?=###? )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.split("`")[1]: part for part in parts if part.startswith("### `")}


def test_every_code_has_a_section() -> None:
    assert codes() == set(sections())


@pytest.mark.parametrize("code", sections())
def test_the_output_is_real(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "launch.mp4").write_bytes(VIDEO)
    section = sections()[code]
    blocks = BLOCK.findall(section)
    inputs = [text for kind, text in blocks if kind == "yaml"]
    for name, text in zip(FILES, inputs, strict=False):
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in (text for kind, text in blocks if kind == "sh"):
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    output = CliRunner().invoke(validate, [".", "--now", "2026-11-21T13:00+01:00"]).output
    assert f"[{code}]\n" in output
    given = "".join(f"```{kind}\n{text}```\n" for kind, text in blocks if kind != "text")
    introduction = section[: BLOCK.search(section).start()]  # type: ignore[union-attr]
    real = f"{introduction}{given}\n```text\n{shortened(output)}```\n"
    rest = section[[match.end() for match in BLOCK.finditer(section)][-1] :]
    golden(PAGE, PAGE.read_text(encoding="utf-8").replace(section, real + rest))


@pytest.mark.parametrize("code", sections())
def test_what_is_called_a_warning_is_one(code: str) -> None:
    section = sections()[code]
    severities = set(re.findall(rf": (error|warning): .*\[{code}\]$", section, re.MULTILINE))
    assert severities == ({"warning"} if section.split("\n\n")[1].startswith("A warning:") else {"error"})
