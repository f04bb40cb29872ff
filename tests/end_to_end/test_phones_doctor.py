"""`runner phones doctor` on a desk of virtual phones with a dozen things wrong, and on one where all is well."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from adb_relay import relayed
from runner_command import RunnerCommand

from runner.clock import SystemClock
from runner.scheduling.folder import CampaignFolder
from runner.store.ledger import Ledger
from runner.virtual.adbserver import find_adb
from runner.virtual.process import PhonesProcess

pytestmark = pytest.mark.phones

HERE = ("LOCKED", "FULL", "TYPES", "WEAK", "ASLEEP", "STRANGE", "TWIN", "WELL", "HELD")
NO_PERMISSIONS = (
    "no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com]"
)


CLOSED_PORT = 1
"""Nobody but root may listen there, and nobody does."""

CAMPAIGN = """\
version: 1
name: demo
timezone: UTC
devices: {shelf: [WELL, AWAY]}
scripts:
  greet: {script: follow, devices: shelf, config: {target_users: ["@north"]}, start_times: ["09:00"]}
"""


@contextmanager
def second_server(folder: Path) -> Iterator[int]:
    """An adb server that wants the phones on USB; its process."""
    environment = {
        **os.environ,
        "ADB_MDNS": "0",
        "ADB_EMU": "0",
        "HOME": str(folder),
        "ANDROID_USER_HOME": str(folder),
    }
    environment.pop("ADB_USB", None)
    command = [find_adb(), "-L", f"localfilesystem:{folder}/adb.socket", "server", "nodaemon"]
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def desk(phones: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], int]]:
    """The environment of a desk where much is wrong, and the process of its second adb server."""
    folder = tmp_path_factory.mktemp("desk")
    shelf = phones(*HERE)
    shelf["LOCKED"].post("lock", on=True, secure=True)
    shelf["FULL"].post("storage", free_mb=120)
    shelf["WEAK"].post("battery", level=31, charger_ma=100)
    shelf["ASLEEP"].post("screen", on=False)
    shelf.wait_for_states("STRANGE", "unauthorized", action=lambda: shelf["STRANGE"].post("unauthorized"))
    gone = (
        "-s",
        shelf["TYPES"].address,
        "shell",
        "settings",
        "put",
        "secure",
        "default_input_method",
        "gone/.Gone",
    )
    assert shelf.adb(*gone).returncode == 0
    old = folder / "old" / "adb"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'Android Debug Bridge version 1.0.32'\n", encoding="utf-8")
    old.chmod(0o755)
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", SystemClock()) as ledger:
        ledger.holds.place("HELD", "a login screen is in the way")
        (folder / "demo.yaml").write_text(CAMPAIGN, encoding="utf-8")
        CampaignFolder([folder / "demo.yaml"], ledger, SystemClock()).load()
    with (
        PhonesProcess(["TWIN"]) as elsewhere,
        second_server(folder) as second,
        relayed(shelf.adb_port, {}, [("R58M9", NO_PERMISSIONS, "usb:1-2")]) as port,
    ):
        assert "connected" in shelf.adb("connect", elsewhere.phones[0].address).stdout
        yield (
            {
                "ANDROID_ADB_SERVER_PORT": str(port),
                "RUNNER_STATE_DIR": str(folder),
                "RUNNER_ADB_SERVERS": f"127.0.0.1:{CLOSED_PORT}",
                "PATH": f"{old.parent}{os.pathsep}{os.environ['PATH']}",
            },
            second,
        )


def test_each_thing_that_is_wrong_is_found_with_what_to_do(
    desk: tuple[dict[str, str], int], tmp_path: Path
) -> None:
    environment, second = desk
    said = run_command("phones", "doctor", "--format", "json", cwd=tmp_path, environment=environment)
    assert said.returncode == 1, said.stderr
    told = json.loads(said.stdout)
    found = {(one["kind"], one["where"]): one for one in told["findings"]}
    # This machine may have further adb programs and servers.
    wrong = {key for key, one in found.items() if one["is_wrong"] and not key[0].startswith("adb-")}
    assert wrong == {
        ("unauthorized", wrong_name(told, "unauthorized")),
        ("no-permissions", "R58M9"),
        ("same-serial", "TWIN"),
        ("locked", "LOCKED"),
        ("low-space", "FULL"),
        ("input-method", "TYPES"),
        ("weak-charger", "WEAK"),
        ("on-hold", "HELD"),
        ("not-listed", "AWAY"),
    }
    assert "`demo` would work on it" in found["not-listed", "AWAY"]["said"]
    assert f"adb -P {CLOSED_PORT} start-server" in found["adb-away", f"127.0.0.1:{CLOSED_PORT}"]["advice"]
    assert not found["asleep", "ASLEEP"]["is_wrong"]
    assert ("adb-servers", f"process {second}") in found
    old = str(Path(environment["PATH"].partition(os.pathsep)[0]) / "adb")
    assert "version 1.0.32" in found["adb-versions", old]["said"]
    assert not told["well"] and all(one["said"] and one["advice"] for one in told["findings"])


def run_command(*words: str, cwd: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return RunnerCommand(lambda: {**os.environ, **environment}, cwd)(*words)


def wrong_name(told: Any, kind: str) -> str:
    """A phone that cannot be asked goes by adb's name for it."""
    return next(one["where"] for one in told["findings"] if one["kind"] == kind)


def test_people_read_what_to_press(desk: tuple[dict[str, str], int], tmp_path: Path) -> None:
    said = run_command("phones", "doctor", cwd=tmp_path, environment=desk[0])
    assert said.returncode == 1 and said.stderr == ""
    for words in (
        "press Allow",
        "udev rules",
        "LOCKED: the phone is locked, and only a person can open it",
        "FULL: 120 MB are free",
        "TYPES: the chosen input method gone/.Gone is not there: no text can be typed [input-method]",
        "  choose one: `adb shell ime set com.android.inputmethod.latin/.LatinIME`, or `adb shell ime reset`",
        "WEAK: the charger gives too little: it gives 100 mA at most",
        "ASLEEP: note: the screen is off [asleep]",
        "TWIN: more than one phone has this serial",
        "HELD: it is on hold: a login screen is in the way [on-hold]",
        " things are wrong: 10 phones, the adb server on port",
    ):
        assert words in said.stdout
    assert "WELL" not in said.stdout


def test_the_list_of_phones_says_what_would_hold_each_back(
    desk: tuple[dict[str, str], int], tmp_path: Path
) -> None:
    said = run_command("phones", cwd=tmp_path, environment=desk[0])
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert "WELL  " in said.stdout
    assert any(line.startswith("WEAK") and "battery 31 %, charging" in line for line in lines)
    assert "  on-hold: it is on hold: a login screen is in the way" in lines
    assert any(line.startswith("  weak-charger: ") for line in lines)
    told = json.loads(run_command("phones", "--format", "json", cwd=tmp_path, environment=desk[0]).stdout)
    by_serial = {one["serial"]: one for one in told["phones"]}
    assert [one["kind"] for one in by_serial["LOCKED"]["obstacles"]] == ["locked"]
    assert by_serial["WELL"]["obstacles"] == [] and by_serial["WELL"]["battery"] == 87


def test_a_desk_where_all_is_well(phones: Any, tmp_path: Path) -> None:
    shelf = phones("FINE01", "FINE02")
    environment = {"ANDROID_ADB_SERVER_PORT": str(shelf.adb_port), "RUNNER_STATE_DIR": str(tmp_path / "none")}
    said = run_command("phones", "doctor", "--format", "json", cwd=tmp_path, environment=environment)
    told = json.loads(said.stdout)
    assert told["phones"] == ["FINE01", "FINE02"]
    assert [one for one in told["findings"] if not one["kind"].startswith("adb-")] == []
    assert not (tmp_path / "none").exists()
