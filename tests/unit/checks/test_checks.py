"""What the golden files do not show of the checks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import runner.checks
from runner.campaign.loader import load_text
from runner.checks import CHECKS, check_campaigns, check_files
from runner.checks.unknown_reference import is_serial
from runner.diagnostics import Diagnostic

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = Path(runner.checks.__file__).parent
ERR = Path(__file__).parents[2] / "campaigns" / "err"

HEAD = "version: 1\nname: a\ndevices: {studio: [A1]}\n"
GREET = (
    HEAD
    + "scripts:\n  greet: {script: follow, config: {target_users: [x]}, devices: studio, start_times: [%s]}\n"
)


def check(text: str) -> list[Diagnostic]:
    return list(check_campaigns([load_text(text, "x.yaml")], NOW).diagnostics)


def test_every_check_is_a_file_with_the_code_of_its_name() -> None:
    modules = {check.__module__.rpartition(".")[2] for check in CHECKS} | {"duplicate_name"}
    assert modules == {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "view"}
    for name in modules:
        assert name.replace("_", "-") == getattr(runner.checks, name).CODE


@pytest.mark.parametrize("check", [*CHECKS, runner.checks.duplicate_name.check])
def test_every_check_has_a_golden_file(check: object) -> None:
    code = check.__module__.rpartition(".")[2].replace("_", "-")
    assert f"[{code}]" in (ERR / f"{code}.out").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "data", ["[]", "text", "{}", "scripts: 1", "scripts: {a: 1}", "scripts: {a: {script: [post]}}"]
)
def test_checks_bear_any_structure(data: str) -> None:
    assert {diagnostic.code for diagnostic in check(data)} <= {"wrong-type", "missing-key"}


@pytest.mark.parametrize(
    "mistake",
    [
        "timezone: 5",
        "backend: phone",
        "configs: {c: {target_users: 1}}",
        "start_times: {t: 9:00}",
        "devices: [A1]",
        "configs: {c: {target_user: [a, A]}}",
    ],
)
def test_a_wrong_value_is_reported_once(mistake: str) -> None:
    lines = GREET % "t, 2026-12-01T18:00+01:00" + "start_times: {t: 2026-12-01T18:00+01:00}\n"
    key = mistake.partition(":")[0]
    kept = "".join(line for line in lines.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    text = kept.replace("config: {target_users: [x]}", "config: c") if key == "configs" else kept
    found = [
        diagnostic for diagnostic in check(text + mistake + "\n") if diagnostic.code != "unknown-reference"
    ]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R58M123ABC", True),
        ("emulator-5554", True),
        ("10.0.0.5:5555", True),
        ("studio", False),
        ("studio1", False),
    ],
)
def test_what_is_meant_as_a_serial(text: str, expected: bool) -> None:
    assert is_serial(text, ["studio-1", "emulator"]) is expected


def test_a_time_zone_is_asked_for_once() -> None:
    (found,) = check(GREET % "09:00, 10:00, 2026-12-01T18:00")
    assert (found.code, found.span.line) == ("bad-time-zone", 5)


def test_instants_need_no_time_zone() -> None:
    assert check(GREET % "2026-12-01T18:00Z") == []


@pytest.mark.parametrize(
    "zone", ["Europe", "../etc/passwd", "/etc/localtime", "Europe/", "", "UTC\\0", "Ü/B"]
)
def test_odd_time_zones(zone: str) -> None:
    assert [found.code for found in check(GREET % "" + f'timezone: "{zone}"\n')] == ["bad-time-zone"]


@pytest.mark.parametrize(
    "config",
    ["{material_list: [%s]}", "{material_source: localFolder, material_path: %s}"],
)
def test_a_path_that_cannot_be_looked_at_is_missing(config: str) -> None:
    entry = f"scripts: {{p: {{script: post, devices: A1, config: {config % ('x' * 300)}}}}}"
    (found,) = check(f"version: 1\nname: a\n{entry}")
    assert (found.code, found.message[-18:]) == ("missing-file", "File name too long")


def test_the_past_is_a_matter_of_the_zone() -> None:
    text = GREET % "2026-11-21T12:30" + "timezone: %s\n"
    assert [found.code for found in check(text % "Asia/Tokyo")] == ["in-the-past"]
    assert check(text % "America/New_York") == []


def test_a_name_belongs_to_the_first_file_that_has_it() -> None:
    texts = [load_text(GREET % "", name) for name in ("a.yaml", "b.yaml", "c.yaml")]
    report = check_campaigns(texts, NOW)
    assert [(found.path, found.related[0].path) for found in report.diagnostics] == [
        ("b.yaml", "a.yaml"),
        ("c.yaml", "a.yaml"),
    ]
    assert (report.files, report.errors, report.warnings) == (3, 2, 0)


def test_diagnostics_of_several_files_are_sorted(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text(HEAD, encoding="utf-8")
    report = check_files([tmp_path / "b.yaml", tmp_path / "a.yaml"], NOW)
    assert [Path(found.path).name for found in report.diagnostics] == ["a.yaml", "a.yaml", "b.yaml"]
