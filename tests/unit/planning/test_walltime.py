from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from runner.planning.walltime import Fit, resolve


@pytest.mark.parametrize(
    ("zone", "wall", "instant", "fit"),
    [
        ("Europe/Stockholm", "2026-06-01T09:00", "2026-06-01T07:00", Fit.EXACT),
        ("Europe/Stockholm", "2026-03-29T02:00", "2026-03-29T01:00", Fit.SKIPPED),
        ("Europe/Stockholm", "2026-03-29T02:59", "2026-03-29T01:00", Fit.SKIPPED),
        ("Europe/Stockholm", "2026-03-29T03:00", "2026-03-29T01:00", Fit.EXACT),
        ("Europe/Stockholm", "2026-10-25T02:30", "2026-10-25T00:30", Fit.REPEATED),
        ("Europe/Stockholm", "2026-10-25T03:00", "2026-10-25T02:00", Fit.EXACT),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", Fit.SKIPPED),
        ("Africa/Cairo", "2026-04-24T00:30", "2026-04-23T22:00", Fit.SKIPPED),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", Fit.SKIPPED),
    ],
)
def test_a_wall_clock_time_comes_at_its_first_instant(zone: str, wall: str, instant: str, fit: Fit) -> None:
    resolved = resolve(datetime.fromisoformat(wall), ZoneInfo(zone))

    assert resolved == (datetime.fromisoformat(instant).replace(tzinfo=UTC), fit)
