"""Campaign files through the real command: right ones, and wrong ones with their golden answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.cli.validate import validate

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
NOW = "2026-11-21T13:00+01:00"


def names(folder: str) -> list[str]:
    paths = (CAMPAIGNS / folder).iterdir()
    return sorted(path.name for path in paths if path.suffix == ".yaml" or path.name == "duplicate-name")


@pytest.mark.parametrize("name", names("ok"))
def test_a_right_campaign_has_no_problems(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CAMPAIGNS / "ok")
    result = CliRunner().invoke(validate, [name, "--now", NOW, "--strict"])
    assert result.output == "no problems in 1 file\n"
    assert result.exit_code == 0


@pytest.mark.parametrize("name", names("err"))
def test_a_wrong_campaign_gets_its_answer(
    name: str, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    monkeypatch.chdir(CAMPAIGNS / "err")
    result = CliRunner().invoke(validate, [name, "--now", NOW, "--strict"], catch_exceptions=False)
    golden(CAMPAIGNS / "err" / f"{Path(name).stem}.out", result.output)
    assert result.exit_code == 1
