"""What is said of hosts wherever they are named, in the same words."""

from collections.abc import Callable
from datetime import datetime, timedelta

from runner.store.host_rows import HostRow, HostTable, LaneRow

Time = Callable[[datetime], str]
"""How the reader wants instants to be written."""

SILENT = timedelta(milliseconds=2500)
"""A host is heard of every second; after this long somebody may wonder."""


SKEW = timedelta(seconds=1)
"""A clock that differs from the database's by more is told: work would begin that much too early or too late."""


def skew_words(whose: str, skew: timedelta) -> str:
    """How a clock differs from the database's, without a full stop."""
    way = "ahead of" if skew > timedelta() else "behind"
    return f"the clock of {whose} is {abs(skew).total_seconds():.1f} s {way} that of the database"


def ended_utc(host: HostRow) -> datetime:
    """When a host stopped, or was heard of for the last time."""
    return host.stopped_utc or host.seen_utc


def how_gone(host: HostRow, time: Time) -> str:
    """When and how a host ended that does not live: `died at 09:15:02 (its lease ended at 09:15:07)`."""
    if host.stopped_utc is not None:
        why = f" ({host.stop_reason})" if host.stop_reason else ""
        return f"stopped at {time(host.stopped_utc)}{why} and has not come back"
    return f"died at {time(host.seen_utc)} (its lease ended at {time(host.until_utc)})"


def no_leader(table: HostTable, time: Time) -> str:
    """Since when no daemon leads, without a full stop."""
    one = table.leader
    if one is None:
        return "no daemon has led yet"
    since = f"no daemon leads since {time(one.until_utc)}"
    led = table.hosts.get(one.host or "")
    if led is None:
        return since
    if led.is_alive:
        return f"{since} (host {led.name} led until then)"
    ended = "stopped" if led.stopped_utc else "died"
    return f"{since} (host {led.name}, which led, {ended} at {time(ended_utc(led))})"


def wanted(lane: LaneRow, time: Time) -> str:
    """That another host sees the phone of a lane, without a full stop; for a lane that is wanted."""
    since = f" since {time(lane.wanted_utc)}" if lane.wanted_utc else ""
    return f"host {lane.wanted_by} sees {lane.name} too{since}, while host {lane.host} holds it"


def some(names: list[str], most: int = 6) -> str:
    """Names for people: of many only the first."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
