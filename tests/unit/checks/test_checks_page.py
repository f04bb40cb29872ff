"""docs/checks.md shows every code with an input and its real output."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import runner.campaign
import runner.checks
from runner.cli.validate import validate

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"
FILES = ("campaign.yaml", "another.yaml")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
CODE = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')


def sections() -> dict[str, str]:
    parts = re.split(r"^(?=###? )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.split("`")[1]: part for part in parts if part.startswith("### `")}


def test_every_code_has_a_section() -> None:
    folder = Path(runner.campaign.__file__).parent
    structural = [folder / f"{name}.py" for name in ("reader", "structure", "wording", "loader")]
    checks = Path(runner.checks.__file__).parent.glob("*.py")
    sources = "".join(path.read_text(encoding="utf-8") for path in [*structural, *checks])
    assert set(CODE.findall(sources)) == set(sections())


@pytest.mark.parametrize("code", sections())
def test_the_output_is_real(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "launch.mp4").touch()
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
    real = f"{introduction}{given}\n```text\n{output}```\n"
    rest = section[[match.end() for match in BLOCK.finditer(section)][-1] :]
    golden(PAGE, PAGE.read_text(encoding="utf-8").replace(section, real + rest))
