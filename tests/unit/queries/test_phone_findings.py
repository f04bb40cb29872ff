"""What is found wrong with phones and adb, from what they have said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from host_shelf import HostShelf

from runner.clock import ManualClock
from runner.errors import PhoneTimeout
from runner.phone.adb_programs import AdbProgram, AdbServerProcess
from runner.phone.choosing import Device
from runner.phone.condition import Condition
from runner.queries.advice import StartHost
from runner.queries.phone_doctor import KeptBack
from runner.queries.phone_findings import FindingKind, of_adb, of_condition, of_devices, of_ledger
from runner.store.ledger import Ledger

WELL = Condition(
    battery=80,
    temperature_c=28.0,
    is_plugged_in=True,
    gains=True,
    charger_ma=500,
    free_mb=20_000,
    is_awake=True,
    keyboard="latin/.Latin",
    keyboards=("latin/.Latin", "other/.Other"),
)


@pytest.mark.parametrize(
    ("changes", "kind", "words", "is_wrong"),
    [
        ({"is_locked": True, "lock_wants_code": True}, FindingKind.LOCKED, "only a person", True),
        ({"is_locked": True}, FindingKind.LOCKED, "only a person", True),
        ({"is_locked": True, "lock_wants_code": False}, FindingKind.LOCKED, "a swipe opens it", False),
        ({"is_awake": False}, FindingKind.ASLEEP, "screen is off", False),
        ({"free_mb": 999}, FindingKind.LOW_SPACE, "999 MB are free", True),
        ({"keyboard": ""}, FindingKind.INPUT_METHOD, "no input method is chosen", True),
        ({"keyboard": "gone/.Gone"}, FindingKind.INPUT_METHOD, "gone/.Gone is not there", True),
        ({"keyboards": ()}, FindingKind.INPUT_METHOD, "latin/.Latin is not there", True),
        ({"charger_ma": 100}, FindingKind.WEAK_CHARGER, "100 mA at most", True),
        ({"gains": False, "charger_ma": None}, FindingKind.WEAK_CHARGER, "gains nothing", True),
        ({"battery": 9}, FindingKind.LOW_BATTERY, "at 9 %", True),
        ({"battery": 9, "is_plugged_in": False}, FindingKind.LOW_BATTERY, "no charger", True),
        ({"temperature_c": 46.0}, FindingKind.HOT, "46 °C", True),
    ],
)
def test_each_thing_wrong_with_a_phone_is_found(changes, kind, words, is_wrong) -> None:
    (found,) = of_condition("A", replace(WELL, **changes))
    assert (found.kind, found.where, found.is_wrong) == (kind, "A", is_wrong)
    assert words in found.said and found.advice


@pytest.mark.parametrize("told", [WELL, Condition(), replace(WELL, is_plugged_in=False, gains=False)])
def test_nothing_is_wrong_with_a_phone_that_is_well_or_does_not_tell(told: Condition) -> None:
    assert list(of_condition("A", told)) == []


@pytest.mark.parametrize(
    ("devices", "kind"),
    [
        ([Device(None, "R58", "unauthorized")], FindingKind.UNAUTHORIZED),
        ([Device(None, "R58", "authorizing")], FindingKind.UNAUTHORIZED),
        ([Device(None, "R58", "no permissions", "user in plugdev group")], FindingKind.NO_PERMISSIONS),
        ([Device("R58", "R58", "offline")], FindingKind.OFFLINE),
        ([Device(None, "R58", "recovery")], FindingKind.NOT_CONNECTED),
        (
            [Device("R58", "R58", "device", trouble=PhoneTimeout("R58: it answers nothing", sent=False))],
            FindingKind.SILENT,
        ),
        ([Device("R58", "R58", "device"), Device("R58", "R58", "device")], FindingKind.SAME_SERIAL),
        (
            [
                Device("R58", "10.0.0.5:5555", "device", boot="a"),
                Device("R58", "10.0.0.6:5555", "device", boot="b"),
            ],
            FindingKind.SAME_SERIAL,
        ),
    ],
)
def test_each_thing_wrong_with_the_way_to_a_phone_is_found(devices, kind) -> None:
    (found,) = of_devices([*devices, Device("WELL", "WELL", "device", boot="w")])
    assert (found.kind, found.where, found.is_wrong) == (kind, "R58", True)
    assert found.said and found.advice


def test_a_phone_with_one_way_that_works_is_well() -> None:
    ways = [Device("R58", "R58", "device", boot="a"), Device("R58", "10.0.0.5:5555", "offline")]
    assert list(of_devices(ways)) == []


def test_another_version_of_adb_and_another_server_are_found() -> None:
    programs = [
        AdbProgram(Path("/a/adb"), 41),
        AdbProgram(Path("/b/adb"), 39),
        AdbProgram(Path("/c/adb"), None),
    ]
    servers = [
        AdbServerProcess(1, 5037, "adb"),
        AdbServerProcess(2, 5038, "adb -P 5038"),
        AdbServerProcess(3, None, "adb -L x"),
    ]
    versions, *others = of_adb(5037, 41, programs, servers)
    assert (versions.kind, versions.where) == (FindingKind.ADB_VERSIONS, "/b/adb")
    assert "version 1.0.39" in versions.said and "version 1.0.41" in versions.said
    assert [(one.kind, one.where) for one in others] == [
        (FindingKind.ADB_SERVERS, "process 2"),
        (FindingKind.ADB_SERVERS, "process 3"),
    ]
    assert "adb -P 5038 kill-server" in others[0].advice and "kill 3" in others[1].advice


def test_what_the_ledger_keeps_back_is_told() -> None:
    held, paused = of_ledger("A", "a login", "anna")
    assert (held.kind, held.is_wrong, paused.kind, paused.is_wrong) == (
        FindingKind.ON_HOLD,
        True,
        FindingKind.PAUSED,
        False,
    )
    assert list(of_ledger("A", None, None)) == []


def test_a_phone_of_another_host_is_told(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        assert list(KeptBack.of(ledger).findings("A")) == []
        shelf = HostShelf(ledger, clock)
        shelf.host("south", "A")
        (note,) = KeptBack.of(ledger).findings("A")
        assert (note.kind, note.is_wrong) == (FindingKind.HOST, False)
        assert note.said == "host south carries out what is to be done on it"
        assert list(KeptBack.of(ledger).findings("B")) == []
        shelf.dies("south", ago=timedelta(minutes=1))
        (gone,) = KeptBack.of(ledger).findings("A")
        assert gone.is_wrong and gone.advice == StartHost("south", is_daemon=False)
        assert "host south, which has it, died at 2026-11-21 08:59:00+00:00" in gone.said
