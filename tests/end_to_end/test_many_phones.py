"""More phones than one adb server carries have further processes and adb servers; here a server has two."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import adbutils
import psutil
import pytest

from runner.daemon import rehearsal
from runner.phone.fleets import Fleets
from runner.settings import Settings
from runner.virtual.process import PhonesProcess
from runner.virtual.testing import VirtualPhone

pytestmark = pytest.mark.phones

SERIALS = ["MANY01", "MANY02", "MANY03", "MANY04", "MANY05"]
NOTES = "org.example.notes"


@pytest.fixture
def many(tmp_path: Path) -> Iterator[PhonesProcess]:
    with PhonesProcess(SERIALS, tmp_path / "shelf", most=2) as process:
        yield process


def listed(port: int) -> list[str]:
    return [device.getprop("ro.serialno") for device in adbutils.AdbClient("127.0.0.1", port).device_list()]


def test_each_adb_server_has_some_of_them(many: PhonesProcess) -> None:
    assert [phone.serial for phone in many.phones] == SERIALS
    assert [sorted(listed(port)) for port in many.adb_server_ports] == [
        ["MANY01", "MANY02"],
        ["MANY03", "MANY04"],
        ["MANY05"],
    ]


def test_all_of_them_are_controlled_and_remember(many: PhonesProcess) -> None:
    for place in many.phones:
        phone = VirtualPhone(place)
        phone.app(NOTES, "add_note", title=place.serial)
        assert phone.device.shell("getprop ro.serialno") == place.serial
    before, ports = many.phones, many.adb_server_ports
    many.kill()
    many.start_again()
    assert many.adb_server_ports == ports
    assert [phone.serial for phone in many.phones] == [phone.serial for phone in before]
    for place in many.phones:
        (note,) = VirtualPhone(place).memory(NOTES)["notes"]
        assert note["title"] == place.serial


def test_a_rehearsal_finds_them_on_all_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "PhonesProcess", partial(PhonesProcess, most=2))
    settings = Settings(tmp_path, "", 1, ZoneInfo("UTC"))
    with rehearsal.Rehearsal(SERIALS, tmp_path / "shelf", lambda: None) as phones:
        fleets = Fleets(phones.replace_phones(settings).every_adb_server)
        assert sorted(device.serial for device in fleets.listed()) == SERIALS
        assert fleets.check(SERIALS) == []


def test_one_more_goes_where_there_is_room(many: PhonesProcess) -> None:
    servers = len(many.adb_server_ports)
    many.have("MANY06")
    assert len(many.adb_server_ports) == servers
    many.have("MANY07")
    assert len(many.adb_server_ports) == servers + 1
    (last,) = listed(many.adb_server_ports[-1])
    assert last == "MANY07" and VirtualPhone(many.phones[-1]).state()["serial"] == "MANY07"


def test_all_processes_end_together(many: PhonesProcess) -> None:
    started = psutil.Process(many.pid).children(recursive=True)
    assert len(started) == 5  # two further hosts, and three adb servers
    many.kill()
    gone, alive = psutil.wait_procs(started, timeout=20)
    assert (len(gone), alive) == (5, [])


def test_the_command_names_the_further_servers(tmp_path: Path) -> None:
    words = ["--until-eof", "--most", "1", "--serial", "A1", "--serial", "A2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "runner.virtual.host", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    told = json.loads(process.stdout.readline())
    process.communicate()
    first, second = told["phones"]
    assert "adb_server_port" not in first
    assert second["adb_server_port"] not in (told["adb_server_port"], None)
