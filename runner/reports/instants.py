"""Instants as reports write them for people, on the fleet's clocks."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.reports.terminal import Terminal


def zone_line(zone: tzinfo) -> str:
    """The sentence that an answer with `local` times has once."""
    return f"Times are those of {zone} where they name no other zone."


def print_zone(zone: tzinfo, out: "Terminal") -> None:
    """The same line, dim."""
    out.say((zone_line(zone), "dim"))


def local(instant: datetime, zone: tzinfo) -> str:
    """`2026-11-21 09:15:02`."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"
