"""Files of faults: their times as instants of a rehearsal, and what is said of their mistakes."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runner.campaign.loader import discover
from runner.daemon.faults_file import FaultKind, FaultsRead, read_faults

START = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)  # a Monday, 09:30 in Stockholm
ZONE = ZoneInfo("Europe/Stockholm")


def read(folder: Path, *faults: str) -> FaultsRead:
    path = folder / "faults.yaml"
    path.write_text("version: 1\nfaults:\n" + "".join(f"  - {{{fault}}}\n" for fault in faults))
    return read_faults(path, START, ZONE, ["A1", "A2"])


@pytest.mark.parametrize(
    ("from_", "until", "begins", "ends"),
    [
        ("tue 14:00", "16:00", "2026-12-01T13:00", "2026-12-01T15:00"),
        ("mon 09:00", "09:00", "2026-12-07T08:00", "2026-12-08T08:00"),
        ("mon 10:00", "mon 09:00", "2026-11-30T09:00", "2026-12-07T08:00"),
        ("day 3 09:00", "day 5 00:30", "2026-12-02T08:00", "2026-12-03T23:30"),
        ("2026-12-24 18:00", "2027-01-02 08:00", "2026-12-24T17:00", "2027-01-02T07:00"),
        ("fri 22:00", "07:30", "2026-12-04T21:00", "2026-12-05T06:30"),
        ("day 1 08:00", "day 1 10:00", "2026-11-30T07:00", "2026-11-30T09:00"),
    ],
)
def test_times(tmp_path: Path, from_: str, until: str, begins: str, ends: str) -> None:
    found = read(tmp_path, f'fault: machine-down, from: "{from_}", until: "{until}"')
    assert found.diagnostics == ()
    (fault,) = found.faults
    said = [f"{instant:%Y-%m-%dT%H:%M}" for instant in (fault.from_utc, fault.until_utc)]
    assert said == [begins, ends]


def test_what_faults_say(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'fault: login-screen, phone: A1, app: instagram, from: "09:00", until: "10:00"',
        'fault: slow-uploads, phone: A1, from: "09:00", until: "10:00", upload_time: 2m',
        'fault: phone-away, phone: A1, from: "09:00", until: "10:00"',
    )
    assert [(fault.kind, fault.phone, fault.app, fault.upload_s) for fault in found.faults] == [
        (FaultKind.LOGIN_SCREEN, "A1", "instagram", 0.0),
        (FaultKind.SLOW_UPLOADS, "A1", "tiktok", 120.0),
        (FaultKind.PHONE_AWAY, "A1", "tiktok", 0.0),
    ]


@pytest.mark.parametrize(
    ("fault", "place", "message"),
    [
        ('fault: phone-gone, phone: A1, from: "09:00", until: "10:00"', "phone-gone", "phone-gone"),
        (
            'fault: phone-away, phone: A3, from: "09:00", until: "10:00"',
            "A3",
            "no campaign of this rehearsal works on the phone A3",
        ),
        ('fault: phone-away, from: "09:00", until: "10:00"', "{", "needs `phone`"),
        ('fault: slow-uploads, phone: A1, from: "09:00", until: "10:00"', "{", "needs `upload_time`"),
        ('fault: machine-down, phone: A1, from: "09:00", until: "10:00"', "A1", "`phone` says nothing of"),
        ('fault: machine-down, from: noon, until: "10:00"', "noon", "`from` cannot be `noon`"),
        ('fault: machine-down, from: 2026-02-30 09:00, until: "10:00"', "2026-02-30", "no such day"),
        ("fault: machine-down, from: day 3 09:00, until: day 2 10:00", "day 2", "over before it begins"),
        (
            "fault: machine-down, from: 2026-11-02 09:00, until: 2026-11-02 10:00",
            "2026-11-02 10:00",
            "before the rehearsal",
        ),
        ('fault: machine-down, from: "09:00", until: "10:00", every: 2d', "every", "every"),
    ],
)
def test_mistakes(tmp_path: Path, fault: str, place: str, message: str) -> None:
    found = read(tmp_path, fault)
    assert found.faults == ()
    (problem,) = found.diagnostics
    assert message in problem.message
    assert problem.span.line == 3
    assert found.document.text.splitlines()[2][problem.span.column - 1 :].startswith(place)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    for path, said in (
        (tmp_path / "absent.yaml", "cannot be read"),
        (tmp_path / "empty.yaml", "the file is empty"),
    ):
        (problem,) = read_faults(path, START, ZONE, ["A1", "A2"]).diagnostics
        assert said in problem.message


def test_the_example_beside_the_campaigns_is_one_and_no_campaign() -> None:
    folder = Path(__file__).parents[3] / "campaigns"
    serials = [f"VIRTUAL0{number}" for number in range(1, 5)]
    found = read_faults(folder / "faults.yaml", START, ZONE, serials)
    assert found.diagnostics == ()
    assert {fault.kind for fault in found.faults} == set(FaultKind)
    assert "faults.yaml" not in [path.name for path in discover([folder])]
