"""`runner validate`, as it is typed."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
RUNNER = [sys.executable, "-m", "runner", "validate"]


def run(*arguments: str | Path, cwd: Path = CAMPAIGNS, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUNNER, *arguments], cwd=cwd, input=given, capture_output=True, text=True, check=False
    )


def test_five_mistakes_are_five_diagnostics_with_their_places() -> None:
    result = run("err/five-mistakes.yaml", "--format", "json")
    report = json.loads(result.stdout)
    assert [(it["line"], it["column"], it["end_column"], it["code"]) for it in report["diagnostics"]] == [
        (3, 11, 27, "bad-time-zone"),
        (4, 1, 7, "unknown-key"),
        (7, 24, 28, "wrong-type"),
        (12, 21, 36, "missing-file"),
        (22, 19, 25, "unknown-reference"),
    ]
    assert (report["files"], report["errors"], report["warnings"]) == (1, 5, 0)
    assert (result.returncode, result.stderr) == (1, "")


def test_right_campaigns_end_with_0() -> None:
    result = run("ok", "--now", "2026-11-21T13:00+01:00")
    assert (result.stdout, result.stderr, result.returncode) == ("no problems in 8 files\n", "", 0)


def test_the_default_is_the_folder_campaigns(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.yaml").write_text("version: 1\n", encoding="utf-8")
    result = run(cwd=tmp_path)
    assert result.stdout.startswith("campaigns/a.yaml:1:1: error: `name` is missing [missing-key]\n")
    assert result.returncode == 1


@pytest.mark.parametrize(("strict", "code"), [([], 0), (["--strict"], 1)])
def test_warnings_fail_only_where_that_is_asked(strict: list[str], code: int) -> None:
    result = run("err/in-the-past.yaml", "--now", "2026-11-21T13:00+01:00", *strict)
    assert result.stdout.endswith("2 warnings in 1 file\n")
    assert result.returncode == code


@pytest.mark.parametrize("arguments", [["nowhere.yaml"], ["err/media"], ["--now", "soon", "ok"], ["--frmt"]])
def test_what_cannot_be_done_as_typed_ends_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.stdout, result.returncode) == ("", 2)
    assert "Traceback" not in result.stderr
    assert arguments[0] in result.stderr or "soon" in result.stderr


@pytest.mark.parametrize(
    ("path", "what_to_do"),
    [
        ("nowhere.yaml", "name a campaign file, or a folder of them"),
        ("err/in-the-pst.yaml", "did you mean err/in-the-past.yaml?"),
        ("no-folder/a.yaml", "name a campaign file, or a folder of them"),
    ],
)
def test_a_missing_file_is_named_and_what_to_name_in_its_place(path: str, what_to_do: str) -> None:
    assert run(path).stderr == f"runner: there is no file or folder {path}\n  {what_to_do}\n"


def test_standard_input_is_a_file_in_the_current_folder() -> None:
    text = (CAMPAIGNS / "err" / "missing-file.yaml").read_text(encoding="utf-8")
    result = run("-", "--now", "2026-11-21T13:00+01:00", cwd=CAMPAIGNS / "err", given=text)
    golden = (CAMPAIGNS / "err" / "missing-file.out").read_text(encoding="utf-8")
    assert result.stdout == golden.replace("missing-file.yaml", "<stdin>")
    assert result.returncode == 1


def test_standard_input_beside_files_and_twice() -> None:
    result = run("-", "err/empty.yaml", "-")
    assert [line for line in result.stdout.splitlines() if ": error: " in line] == [
        "<stdin>:1:1: error: the file is empty [missing-key]",
        "err/empty.yaml:1:1: error: the file is empty [missing-key]",
    ]


def test_annotations_on_github() -> None:
    result = run("err/five-mistakes.yaml", "--format", "github")
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("::error file=err/five-mistakes.yaml,line=3,col=11,endLine=3,endColumn=27,title=")
    assert last == "5 errors in 1 file"
    assert (result.returncode, result.stderr) == (1, "")


def test_sarif_for_code_scanning() -> None:
    result = run("err/five-mistakes.yaml", "--format", "sarif")
    (scan,) = json.loads(result.stdout)["runs"]
    assert [found["ruleId"] for found in scan["results"]] == [
        "bad-time-zone",
        "unknown-key",
        "wrong-type",
        "missing-file",
        "unknown-reference",
    ]
    place = scan["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "err/five-mistakes.yaml"
    assert result.returncode == 1


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_the_exit_code_is_the_same_in_every_format(form: str) -> None:
    assert run("err/empty.yaml", "--format", form).returncode == 1
    assert run("ok", "--now", "2026-11-21T13:00+01:00", "--format", form).returncode == 0


@pytest.mark.parametrize(("variable", "painted"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_color_only_on_a_terminal_that_wants_it(variable: dict[str, str], painted: bool) -> None:
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variable
    with subprocess.Popen(
        [*RUNNER, "err/empty.yaml"], cwd=CAMPAIGNS, stdout=theirs, env=environment
    ) as process:
        process.wait()
    os.close(theirs)
    output = os.read(ours, 100_000)
    os.close(ours)
    assert b"missing-key" in output
    assert (b"\x1b[" in output) is painted
    assert b"\x1b[" not in run("err/empty.yaml").stdout.encode()


def test_slow_libraries_stay_out() -> None:
    probe = (
        "import sys; from click.testing import CliRunner; from runner.cli.validate import validate; "
        "assert CliRunner().invoke(validate, ['ok/full.yaml', 'ok/local-api.yaml']).exit_code == 0; print(*sys.modules)"
    )
    modules = subprocess.run(
        [sys.executable, "-c", probe], cwd=CAMPAIGNS, capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "pydantic",
        "jsonschema",
        "rich",
        "sqlalchemy",
        "ruamel.yaml",
        "jinja2",
        "adbutils",
        "runner.scripts.config_model",
    }
    assert not heavy.intersection(modules)
    assert "jsonschema_rs" in modules
