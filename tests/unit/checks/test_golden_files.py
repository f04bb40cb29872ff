"""Campaign files through the real command: right ones, and wrong ones with their golden answers.

A case in `err/` is a file, a folder of files that are wrong together, or a shell script that makes what git
does not keep.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from all_codes import codes
from click.testing import CliRunner

from runner.cli.validate import validate

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
NOW = "2026-11-21T13:00+01:00"


def cases(folder: str) -> list[Path]:
    return sorted(
        path
        for path in (CAMPAIGNS / folder).iterdir()
        if path.suffix in (".yaml", ".sh") or (path.is_dir() and path.name not in ("media", "flows"))
    )


def test_every_code_has_a_golden_file() -> None:
    named = {path.stem for path in cases("err")}
    assert codes() - named == set()
    for code in codes():
        answer = (CAMPAIGNS / "err" / f"{code}.out").read_text(encoding="utf-8")
        assert re.search(rf" \[{code}\]$", answer, re.MULTILINE)


def test_every_answer_has_its_case() -> None:
    answers = {path.stem for path in (CAMPAIGNS / "err").glob("*.out")}
    assert answers == {path.stem for path in cases("err")}


@pytest.mark.parametrize("path", cases("ok"), ids=lambda path: path.name)
def test_a_right_campaign_has_no_problems(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CAMPAIGNS / "ok")
    result = CliRunner().invoke(validate, [path.name, "--now", NOW, "--strict"])
    assert re.fullmatch(r"no problems in \d files?\n", result.output), result.output
    assert result.exit_code == 0


@pytest.mark.parametrize("path", cases("err"), ids=lambda path: path.name)
def test_a_wrong_campaign_gets_its_answer(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    monkeypatch.chdir(CAMPAIGNS / "err")
    target = path.name
    if path.suffix == ".sh":
        shutil.copytree(CAMPAIGNS / "err" / "media", tmp_path / "media")
        subprocess.run(["sh", "-eu", path], cwd=tmp_path, check=True)
        monkeypatch.chdir(tmp_path)
        target = "."
    result = CliRunner().invoke(validate, [target, "--now", NOW, "--strict"], catch_exceptions=False)
    golden(path.with_suffix(".out"), result.output)
    assert result.exit_code == 1
