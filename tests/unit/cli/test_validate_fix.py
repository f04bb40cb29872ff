"""`runner validate --fix`, as it is typed."""

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from runner.cli.validate import validate

ERR = Path(__file__).parents[2] / "campaigns" / "err"
RUNNER = [sys.executable, "-m", "runner", "validate", "--fix"]

WRONG = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: "1"     # the format
name:    slips
timezon: Europe/Stokholm

devices:
  studio: [ 123456 ,   R58M456DEF ]   # numbers are serials here

configs:
  greeting: {"target_username":"@a",   acces_method: direkt}  # one user

scripst:         # what is done

  greet:
    script: folow
    config: greting
    devices: stduio
    start_times: ["09:00",
                  moning]
start_times: {morning: "10:00"}
"""
RIGHT = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: 1     # the format
name:    slips
timezone: Europe/Stockholm

devices:
  studio: [ "123456" ,   R58M456DEF ]   # numbers are serials here

configs:
  greeting: {"target_user":"@a",   access_method: direct}  # one user

scripts:         # what is done

  greet:
    script: follow
    config: greeting
    devices: studio
    start_times: ["09:00",
                  morning]
start_times: {morning: "10:00"}
"""


def run(
    *arguments: str | Path, cwd: Path, text: str | bytes = b"", command: list[str] = RUNNER
) -> subprocess.CompletedProcess[bytes]:
    given = text.encode() if isinstance(text, str) else text
    return subprocess.run([*command, *arguments], cwd=cwd, input=given, capture_output=True, check=False)


def written(folder: Path, text: str | bytes, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_slips_of_the_pen_are_rewritten_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    result = run("a.yaml", cwd=tmp_path)
    assert path.read_text(encoding="utf-8") == RIGHT
    assert result.stdout.decode().endswith("\nno problems in 1 file\n")
    assert (result.stderr, result.returncode) == (b"", 0)


def test_it_shows_the_difference_and_says_what_is_fixed(tmp_path: Path) -> None:
    written(tmp_path, WRONG)
    lines = run("a.yaml", cwd=tmp_path).stdout.decode().splitlines()
    assert lines[:2] == ["--- a.yaml", "+++ a.yaml"]
    assert {"-timezon: Europe/Stokholm", "+timezone: Europe/Stockholm"} <= set(lines)
    assert "a.yaml:4:1: fixed: unknown key `timezon` [unknown-key]" in lines
    assert sum(": fixed: " in line for line in lines) == 12


def test_an_independent_reader_sees_the_data_that_are_meant(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    run("a.yaml", cwd=tmp_path)
    data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    assert data["version"] == 1
    assert data["devices"] == {"studio": ["123456", "R58M456DEF"]}
    assert data["scripts"]["greet"]["start_times"] == ["09:00", "morning"]


def test_twice_is_as_good_as_once(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    run("a.yaml", cwd=tmp_path)
    before = path.stat()
    assert run("a.yaml", cwd=tmp_path).stdout == b"no problems in 1 file\n"
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("name", sorted(path.name for path in ERR.glob("*.yaml")))
def test_of_every_wrong_campaign_at_most_lines_change_and_a_second_time_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ERR, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / name).read_bytes()
    first = CliRunner().invoke(validate, ["--fix", name], catch_exceptions=False).output
    after = (tmp_path / name).read_bytes()
    second = CliRunner().invoke(validate, ["--fix", name], catch_exceptions=False).output
    assert (tmp_path / name).read_bytes() == after
    assert ": fixed: " not in second
    assert (after != before) is (": fixed: " in first)
    old, new = before.splitlines(), after.splitlines()
    assert len(old) == len(new)
    if name != "altered-text.yaml":  # there comments are meant as text
        assert [line.partition(b"#")[2] for line in old] == [line.partition(b"#")[2] for line in new]


def test_what_is_left_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG.replace("09:00", "25:00") + "color: red\n")
    result = run("a.yaml", cwd=tmp_path)
    assert path.read_text(encoding="utf-8") == RIGHT.replace("09:00", "25:00") + "color: red\n"
    assert b"unknown key `color`" in result.stdout.split(b": fixed: ")[-1]
    assert result.stdout.endswith(b"2 errors in 1 file\n")
    assert result.returncode == 1


def test_several_files_and_those_without_a_fix(tmp_path: Path) -> None:
    first, second = written(tmp_path, WRONG), written(tmp_path, WRONG.replace("slips", "more"), "b.yaml")
    right = written(tmp_path, RIGHT.replace("slips", "right"), "c.yaml")
    broken = written(tmp_path, "a: [\n", "d.yaml")
    latin = written(tmp_path, b"name: caf\xe9\n", "e.yaml")
    result = run(".", cwd=tmp_path)
    assert first.read_text(encoding="utf-8") == RIGHT
    assert second.read_text(encoding="utf-8") == RIGHT.replace("slips", "more")
    assert right.read_text(encoding="utf-8") == RIGHT.replace("slips", "right")
    assert (broken.read_bytes(), latin.read_bytes()) == (b"a: [\n", b"name: caf\xe9\n")
    left = result.stdout.rpartition(b": fixed: ")[2]
    assert (left.count(b" error: "), b"d.yaml:2:1: error" in left, b"e.yaml:1:10: error" in left) == (
        2,
        True,
        True,
    )


def test_a_flow_is_fixed_with_the_campaign_that_uses_it(tmp_path: Path) -> None:
    campaign = """\
version: 1
name: own
timezone: UTC
scripts: {greet: {script: wave, config: {words: Hi}, devices: R58M123ABC, start_times: "09:00"}}
"""
    flow = """\
version: 1
name: wave
app: tiktok
paramters:                               # what a config may say
  words: {type: string, required: "yes"}
steps: [launch]
"""
    (tmp_path / "flows").mkdir()
    written(tmp_path, campaign)
    path = written(tmp_path / "flows", flow, "wave.yaml")
    result = run(".", cwd=tmp_path)
    assert path.read_text(encoding="utf-8") == flow.replace("paramters", "parameters").replace(
        '"yes"', "true"
    )
    assert b"flows/wave.yaml:4:1: fixed: unknown key `paramters`" in result.stdout
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == campaign


def test_mode_mark_and_line_breaks_stay(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    run("a.yaml", cwd=tmp_path)
    assert path.read_bytes() == b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]


def test_a_file_that_cannot_be_written_is_named_and_the_others_are_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = written(tmp_path, WRONG), written(tmp_path, WRONG.replace("slips", "more"), "b.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.access", lambda file, mode: Path(file).name != "a.yaml")
    result = CliRunner().invoke(validate, ["--fix", "."])
    assert result.stderr == "runner: a.yaml cannot be rewritten: it is not writable\n"
    assert "+++ b.yaml" in result.stdout
    assert "+++ a.yaml" not in result.stdout
    assert "a.yaml:4:1: error: unknown key `timezon`" in result.stdout
    assert path.read_text(encoding="utf-8") == WRONG
    assert other.read_text(encoding="utf-8") == RIGHT.replace("slips", "more")
    assert result.exit_code == 1


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    (tmp_path / "link.yaml").symlink_to(path)
    run("link.yaml", cwd=tmp_path)
    assert (tmp_path / "link.yaml").is_symlink()
    assert path.read_text(encoding="utf-8") == RIGHT


@pytest.mark.parametrize("text", [WRONG, RIGHT])
def test_standard_input_is_printed_as_it_should_be(tmp_path: Path, text: str) -> None:
    result = run("-", cwd=tmp_path, text=text.replace("\n", "\r\n"))
    assert result.stdout.decode() == RIGHT.replace("\n", "\r\n")
    assert result.stderr.endswith(b"no problems in 1 file\n")
    assert (b"+++ <stdin>" in result.stderr) is (text == WRONG)
    assert result.returncode == 0


def test_standard_input_that_cannot_be_read_is_not_printed(tmp_path: Path) -> None:
    result = run("-", cwd=tmp_path, text=b"name: caf\xe9\n")
    assert (result.stdout, result.returncode) == (b"", 1)
    assert b"[not-text]" in result.stderr


def test_a_report_for_programs_has_standard_output_for_itself(tmp_path: Path) -> None:
    written(tmp_path, WRONG)
    result = run("a.yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(result.stdout)["errors"] == 0
    assert b"+++ a.yaml" in result.stderr


def test_without_it_the_file_is_left_alone_and_the_possibility_told(tmp_path: Path) -> None:
    path = written(tmp_path, WRONG)
    result = run("a.yaml", cwd=tmp_path, command=RUNNER[:-1])
    assert path.read_text(encoding="utf-8") == WRONG
    assert result.stdout.splitlines()[-1].startswith(b"`runner validate --fix` rewrites ")
