"""The machine's zone, in every form in which machines have it: understood, or refused, and never taken for UTC."""

import os
import pickle
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from click.testing import CliRunner

from runner.cli.main import cli
from runner.errors import UsageError
from runner.machine_zone import UnnamedZone, machine_zone
from runner.settings import Settings

SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def offsets(zone: ZoneInfo) -> tuple[float, float]:
    """Hours east of UTC, in summer and in winter."""
    found = [at.astimezone(zone).utcoffset() or timedelta() for at in (SUMMER, WINTER)]
    return found[0] / timedelta(hours=1), found[1] / timedelta(hours=1)


@pytest.fixture(scope="module")
def database() -> Path:
    folder = next((Path(folder) for folder in TZPATH if Path(folder, "Asia/Tokyo").is_file()), None)
    if folder is None:
        assert not os.environ.get("CI"), "the package tzdata is missing: continuous integration installs it"
        pytest.skip("this machine has no tz database of its own")
    return folder


@pytest.mark.parametrize(
    ("written", "name", "hours"),
    [
        ("Europe/Stockholm", "Europe/Stockholm", (2, 1)),
        (":Asia/Tokyo", "Asia/Tokyo", (9, 9)),
        ("", "UTC", (0, 0)),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "TZ=CET-1CEST,M3.5.0,M10.5.0/3", (2, 1)),
        ("<+0530>-5:30", "TZ=<+0530>-5:30", (5.5, 5.5)),
        ("UTC+7", "TZ=UTC+7", (-7, -7)),
    ],
)
def test_tz_is_understood(written: str, name: str, hours: tuple[float, float]) -> None:
    zone = machine_zone({"TZ": written})
    assert (str(zone), offsets(zone)) == (name, hours)
    assert offsets(pickle.loads(pickle.dumps(zone))) == hours


def test_a_path_in_tz_is_understood(database: Path, tmp_path: Path) -> None:
    assert str(machine_zone({"TZ": f"{database}/Asia/Tokyo"})) == "Asia/Tokyo"
    shutil.copy(database / "Asia/Tokyo", tmp_path / "clock")
    assert offsets(machine_zone({"TZ": f":{tmp_path}/clock"})) == (9, 9)


@pytest.mark.parametrize("form", ["link", "copy", "link to a copy"])
def test_localtime_is_understood_in_each_form(form: str, database: Path, tmp_path: Path) -> None:
    localtime, elsewhere = tmp_path / "localtime", tmp_path / "etc" / "clock"
    elsewhere.parent.mkdir()
    if form == "link":
        localtime.symlink_to(database / "America/New_York")
    else:
        copy = localtime if form == "copy" else elsewhere
        shutil.copy(database / "America/New_York", copy)
        if form == "link to a copy":
            localtime.symlink_to(elsewhere)
    zone = machine_zone({}, localtime, tmp_path / "none")
    assert offsets(zone) == (-4, -5)
    assert "/" in str(zone)
    assert not isinstance(zone, UnnamedZone)


def test_of_several_names_of_a_copy_the_machine_says_which_is_meant(database: Path, tmp_path: Path) -> None:
    for name in ("localtime", "other"):
        shutil.copy(database / "Asia/Kolkata", tmp_path / name)
    (tmp_path / "timezone").write_text("Asia/Calcutta\n")
    assert str(machine_zone({}, tmp_path / "localtime", tmp_path / "timezone")) == "Asia/Calcutta"
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert offsets(machine_zone({}, tmp_path / "localtime", tmp_path / "timezone")) == (5.5, 5.5)


def test_a_copy_that_the_database_does_not_know_is_used_as_it_is(database: Path, tmp_path: Path) -> None:
    data = (database / "America/New_York").read_bytes()
    (tmp_path / "localtime").write_bytes(data.replace(b"EST5EDT,M3.2.0", b"EST5EDT,M3.3.0"))
    zone = machine_zone({}, tmp_path / "localtime", tmp_path / "none")
    assert (str(zone), offsets(zone)) == (str(tmp_path / "localtime"), (-4, -5))


def test_without_any_of_it_the_machine_is_in_utc(tmp_path: Path) -> None:
    assert str(machine_zone({}, tmp_path / "none", tmp_path / "none")) == "UTC"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("CET-1CEST", "does not say when summer time begins"),
        ("Mars/Base", "is no time zone"),
        ("/nowhere/at/all", "cannot be read"),
        (__file__, "is no time zone file"),
        ("CET-1CEST,M13.5.0,M10.5.0", "is no time zone"),
    ],
)
def test_what_cannot_be_understood_is_refused(written: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        machine_zone({"TZ": written})
    assert "set RUNNER_TIMEZONE" in (error.value.hint or "")


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="cannot be read"):
        machine_zone({}, tmp_path / "localtime", tmp_path / "none")


def test_what_is_named_goes_before_the_machine() -> None:
    environment = {"RUNNER_STATE_DIR": "/tmp/state", "RUNNER_TIMEZONE": "Asia/Tokyo", "TZ": "CET-1CEST"}
    assert str(Settings.from_environment(environment).zone) == "Asia/Tokyo"


@pytest.mark.parametrize("command", [["validate"], ["daemon", "--port", "0"], ["plan"]])
def test_commands_say_so_and_end(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.yaml").write_text(
        "version: 1\nname: a\nscripts: {g: {script: follow, devices: A1, config: {target_users: [x]}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RUNNER_TIMEZONE", raising=False)
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "CET-1CEST")
    with pytest.raises(UsageError, match="TZ is 'CET-1CEST'"):
        CliRunner().invoke(cli, command, catch_exceptions=False)
