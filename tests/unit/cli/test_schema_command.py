"""`runner schema`: the files in schemas/ are fresh, and can be printed and written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.cli.schema import render, schema
from runner.schema_file import NAMES, schema_path


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_fresh(name: str) -> None:
    assert schema_path(name).read_text(encoding="utf-8") == render(name), "run `make schemas`"


def test_one_is_printed() -> None:
    result = CliRunner().invoke(schema, ["flow"])
    assert result.exit_code == 0
    assert result.output == schema_path("flow").read_text(encoding="utf-8")


def test_all_of_them_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result = CliRunner().invoke(schema, ["--write", str(folder)])
    assert result.exit_code == 0
    assert result.output.split() == [str(folder / f"{name}.schema.json") for name in NAMES]
    assert {path.name for path in folder.iterdir()} == {f"{name}.schema.json" for name in NAMES}


def test_one_is_written(tmp_path: Path) -> None:
    assert CliRunner().invoke(schema, ["campaign", "--write", str(tmp_path)]).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["campaign.schema.json"]


def test_something_has_to_be_asked_for(tmp_path: Path) -> None:
    result = CliRunner().invoke(schema, [])
    assert result.exit_code == 2
    assert "campaign, accounts, devices, flow, app-profile, faults" in result.output
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(schema, ["--write", str(tmp_path / "file")])
    assert refused.exit_code != 0
    assert "cannot be written to" in str(refused.exception)
