"""`runner fmt`, as it is typed."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.cli.fmt import fmt

ROOT = Path(__file__).parents[3]
MESSY = "version:   1\nname:  a   # why\nscripts:\n    greet: {script: follow,  devices: [A1]}\n"
TIDY = "version: 1\nname: a  # why\n\nscripts:\n  greet: {script: follow, devices: [A1]}\n"


@pytest.fixture
def campaigns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder campaigns/ in the current folder, with one messy file and one tidy one."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (folder / "messy.yaml").write_text(MESSY, encoding="utf-8")
    (folder / "tidy.yaml").write_text(TIDY, encoding="utf-8")
    return folder


def test_it_lays_out_what_has_another_layout_and_keeps_the_mode(campaigns: Path) -> None:
    (campaigns / "messy.yaml").chmod(0o640)
    result = CliRunner().invoke(fmt)
    assert result.exit_code == 0
    assert result.stdout == "campaigns/messy.yaml\n1 file laid out, 1 had the layout already\n"
    assert (campaigns / "messy.yaml").read_text(encoding="utf-8") == TIDY
    assert stat.S_IMODE((campaigns / "messy.yaml").stat().st_mode) == 0o640
    again = CliRunner().invoke(fmt)
    assert again.stdout == "0 files laid out, 2 had the layout already\n"


def test_check_writes_nothing_and_exits_with_1(campaigns: Path) -> None:
    result = CliRunner().invoke(fmt, ["--check", "--diff"])
    assert result.exit_code == 1
    assert "-name:  a   # why\n" in result.stdout
    assert "+name: a  # why\n" in result.stdout
    assert result.stdout.endswith("1 file would be laid out anew, 1 had the layout already\n")
    assert (campaigns / "messy.yaml").read_text(encoding="utf-8") == MESSY
    assert CliRunner().invoke(fmt, ["--check", "campaigns/tidy.yaml"]).exit_code == 0


def test_the_flows_that_a_campaign_uses_are_laid_out_too(campaigns: Path) -> None:
    flows = campaigns / "flows"
    flows.mkdir()
    (flows / "wave.yaml").write_text("version:  1\nname: wave\nsteps: [launch: ]\n", encoding="utf-8")
    (campaigns / "tidy.yaml").write_text(TIDY.replace("follow", "wave"), encoding="utf-8")
    assert "campaigns/flows/wave.yaml" in CliRunner().invoke(fmt).stdout
    assert (flows / "wave.yaml").read_text(encoding="utf-8").startswith("version: 1\n")


def test_a_file_that_is_no_yaml_is_told_of_and_the_others_are_laid_out(campaigns: Path) -> None:
    (campaigns / "broken.yaml").write_text("a: [\n", encoding="utf-8")
    result = CliRunner().invoke(fmt)
    assert result.exit_code == 1
    assert "campaigns/broken.yaml:" in result.stderr
    assert "1 file laid out, 1 had the layout already, 1 could not be laid out" in result.stdout
    assert (campaigns / "broken.yaml").read_text(encoding="utf-8") == "a: [\n"


def test_a_comment_that_would_be_lost_keeps_its_file_as_it_is(campaigns: Path) -> None:
    text = "a: [x,  # why\n  y]\n"
    (campaigns / "messy.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(fmt)
    assert result.exit_code == 1
    assert "campaigns/messy.yaml:1:9: error: this comment would be lost" in result.stderr
    assert (campaigns / "messy.yaml").read_text(encoding="utf-8") == text


def test_a_file_that_cannot_be_written_is_told_of(campaigns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited_meanwhile(document: object) -> str:
        (campaigns / "messy.yaml").write_text("version: 1\n", encoding="utf-8")
        return TIDY

    monkeypatch.setattr("runner.cli.fmt.lay_out", edited_meanwhile)
    result = CliRunner().invoke(fmt, ["campaigns/messy.yaml"])
    assert result.exit_code == 1
    assert "campaigns/messy.yaml was changed while it was read" in result.stderr
    assert (campaigns / "messy.yaml").read_text(encoding="utf-8") == "version: 1\n"


def test_standard_input_is_printed(campaigns: Path) -> None:
    run = [sys.executable, "-m", "runner", "fmt", "-"]
    result = subprocess.run(run, input=MESSY, capture_output=True, text=True, check=True)
    assert result.stdout == TIDY
    assert CliRunner().invoke(fmt, ["-", "--check"]).exit_code == 2


def test_the_campaigns_of_this_repository_have_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(fmt, ["--check", "--diff", "campaigns"])
    assert result.exit_code == 0, result.stdout


def test_a_misspelt_key_is_laid_out_as_it_is(campaigns: Path) -> None:
    (campaigns / "messy.yaml").write_text(MESSY.replace("version", "verson"), encoding="utf-8")
    assert CliRunner().invoke(fmt).exit_code == 0
    assert (campaigns / "messy.yaml").read_text(encoding="utf-8") == TIDY.replace("version", "verson")
