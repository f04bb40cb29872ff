"""`runner flow check`: all mistakes of a flow at once, with their places."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.flow import flow

WRONG = """\
version: 1
name: visit
app: tiktok
parameters:
  many: {type: integer, default: many}
steps:
  - lunch:
  - tap: no_such_tab
  - open_link: usr
  - tap: {txt: Save}
  - finish: "${config.most} ${nothing}"
  - use: greet
  - commit: {effect: like, tap: profile_tab, proof: liked}
"""
RIGHT = "version: 1\nname: visit\napp: org.example.notes\neffects: none\nsteps:\n  - launch:\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(flow, ["check", *map(str, words)])


def test_all_mistakes_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(WRONG)
    result = run(path)
    assert result.exit_code == 1
    told = [line.removeprefix(f"{path}:") for line in result.stdout.splitlines() if ": error: " in line]
    assert [line.partition(": error: ")[2] for line in told] == [
        "unknown key `lunch` [unknown-key]",
        "the app profile has no element 'no_such_tab' [unknown-element]",
        "the app profile has no link 'usr' [unknown-link]",
        "unknown key `txt` [unknown-key]",
        "unknown variable 'config.most' [unknown-variable]",
        "there is no flow 'greet' beside this one, and none comes with the runner [unknown-flow]",
        "there is no proof 'liked' [unknown-proof]",
    ]
    assert [line.split(":")[0] for line in told] == ["7", "8", "9", "10", "11", "12", "13"]


def test_a_flow_whose_structure_is_right_has_its_mistakes_told_in_the_words_of_the_language(
    tmp_path: Path,
) -> None:
    path = tmp_path / "visit.yaml"
    text = WRONG.replace("default: many", "default: 3").replace("  - lunch:\n", "").replace("txt:", "text:")
    path.write_text(text)
    result = run(path)
    told = [line.removeprefix(f"{path}:") for line in result.stdout.splitlines() if ": error: " in line]
    assert [line.partition(": error: ")[2] for line in told] == [
        "the app profile has no element 'no_such_tab' [unknown-element]",
        "the app profile has no link 'usr' [unknown-link]",
        "unknown variable 'config.most' [unknown-variable]",
        "there is no flow 'greet' beside this one, and none comes with the runner [unknown-flow]",
        "there is no proof 'liked' [unknown-proof]",
    ]
    assert [line.split(":")[0] for line in told] == ["7", "8", "10", "11", "12"]


def test_a_right_flow_ends_with_0_and_so_does_a_folder_of_them(tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(RIGHT)
    (tmp_path / "greet.yaml").write_text(RIGHT.replace("visit", "greet").replace("launch:", "use: visit"))
    result = run(tmp_path)
    assert (result.exit_code, result.stdout) == (0, "no problems in 2 files\n")


def test_as_json(tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(RIGHT.replace("launch:", "tap: {text: 7}"))
    result = run(path, "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1 and found["files"] == 1 and found["errors"] == 1
    assert found["diagnostics"][0]["path"] == str(path)


@pytest.mark.parametrize(("name", "said"), [("no.yaml", "no file or folder"), ("", "no flows in")])
def test_what_is_not_there_is_a_mistake_of_the_command(tmp_path: Path, name: str, said: str) -> None:
    result = run(tmp_path / name)
    assert said in str(result.exception) and "name a flow file" in str(getattr(result.exception, "hint", ""))


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").mkdir()
    (tmp_path / "visit.yaml" / "inner.yaml").write_bytes(b"\xff\xfe\x00bad")
    assert run(tmp_path / "visit.yaml").exit_code == 1
