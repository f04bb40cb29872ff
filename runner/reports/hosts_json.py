"""The hosts that share a ledger, as JSON for programs."""

from typing import TYPE_CHECKING, Any

from runner.clock import utc

if TYPE_CHECKING:
    from runner.queries.hosts import HostLine, Hosts, HostTrouble


def hosts_data(view: "Hosts | None") -> dict[str, Any]:
    """`{"now_utc", "shared", "leader", "hosts", "unseen", "troubles", "clock_ahead_s"}`; instants are ISO 8601, UTC, of
    the database's clock. A ledger that belongs to one host is not `shared`, and names none."""
    if view is None:
        return {
            "now_utc": None,
            "shared": False,
            "leader": None,
            "hosts": [],
            "unseen": [],
            "troubles": [],
            "clock_ahead_s": None,
        }
    return {
        "now_utc": utc(view.now_utc),
        "shared": True,
        "leader": view.leads.name if view.leads else None,
        "hosts": list(map(_host_data, view.lines)),
        "unseen": list(view.unseen),
        "troubles": list(map(_trouble_data, view.troubles)),
        "clock_ahead_s": view.skew.total_seconds(),
    }


def _host_data(line: "HostLine") -> dict[str, Any]:
    row = line.row
    return {
        "name": row.name,
        "state": line.state.value,
        "since_utc": utc(line.since_utc),
        "how_ended": line.how_ended,
        "version": row.version,
        "is_daemon": row.is_daemon,
        "epoch": row.epoch,
        "url": row.url,
        "artifacts": row.artifacts,
        "started_utc": utc(row.started_utc),
        "seen_utc": utc(row.seen_utc),
        "until_utc": utc(row.until_utc),
        "stopped_utc": utc(row.stopped_utc),
        "stop_reason": row.stop_reason,
        "clock_ahead_s": row.skew.total_seconds(),
        "lanes": [
            {
                "name": lane.name,
                "since_utc": utc(lane.since_utc),
                "wanted_by": lane.wanted_by,
                "wanted_utc": utc(lane.wanted_utc),
            }
            for lane in line.lanes
        ],
        "phones": [
            {"serial": one.serial, "state": one.state, "battery": one.battery, "problem": one.problem}
            for one in line.phones
        ],
        "running": [
            {"id": task.id, "key": task.task.key, "title": task.task.title, "lane": task.task.lane}
            for task in line.running
        ],
        "waiting": line.waiting,
    }


def _trouble_data(one: "HostTrouble") -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "said": one.said,
        "stops_tasks": one.kind.stops_tasks,
    }
