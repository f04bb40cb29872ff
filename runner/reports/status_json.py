"""What goes on now, at a glance, as JSON for programs."""

from typing import TYPE_CHECKING, Any

from runner.clock import utc
from runner.queries.notifications import NotificationTrouble
from runner.queries.overview import CampaignLine, Overview, Surroundings
from runner.reports.hosts_json import hosts_data
from runner.store.campaign_rows import InvalidFile
from runner.store.request_rows import PauseRow
from runner.store.rows import TaskRow

if TYPE_CHECKING:
    from runner.queries.hosts import HostLine


def status_data(view: Overview, around: Surroundings) -> dict[str, Any]:
    """The same as JSON: `{"now_utc", "ledger", "rehearsal", "outdated", "daemon", "campaigns", "running", "waiting",
    "next", "attention", "troubles", "untold", "paused", "devices", "adb_problem", "last_24_hours",
    "hosts"}`; instants are ISO 8601, UTC."""
    return {
        "now_utc": utc(view.now_utc),
        "ledger": around.ledger,
        "rehearsal": around.is_rehearsal,
        "outdated": around.outdated,
        "daemon": _daemon_data(view, around),
        "campaigns": [_campaign_data(line) for line in view.campaigns],
        "running": [
            {**_task_data(line.row), "step": line.step, "step_title": line.step_title}
            for line in view.running
        ],
        "waiting": [
            {
                "verdict": line.verdict,
                "count": line.count,
                "first": _task_data(line.first),
                "host": line.host or None,
            }
            for line in view.waiting
        ],
        "next": [
            {
                "campaign": line.occurrence.campaign,
                "entry": line.occurrence.entry,
                "nominal": line.occurrence.nominal,
                "instant_utc": utc(line.occurrence.instant_utc),
                "tasks": line.tasks,
            }
            for line in view.coming
        ],
        "attention": {
            "holds": [
                {
                    "device": hold.device,
                    "reason": hold.reason,
                    "since_utc": utc(hold.placed_utc),
                    "until_utc": utc(hold.until_utc),
                }
                for hold in view.holds
            ],
            "uncertain": [_task_data(row) for row in view.uncertain],
            "invalid_files": [_invalid_data(file) for file in view.invalid],
        },
        "troubles": [{**_task_data(row), "at_utc": utc(row.trouble_utc)} for row in view.troubles],
        "untold": _untold_data(view.untold),
        "paused": list(map(pause_data, view.pauses)),
        "devices": [{"serial": line.serial, "state": line.state} for line in around.devices],
        "adb_problem": around.adb_problem,
        "last_24_hours": dict(view.counts),
        "hosts": hosts_data(view.hosts),
    }


def _untold_data(untold: NotificationTrouble | None) -> dict[str, Any] | None:
    if untold is None:
        return None
    return {"count": untold.count, "recipients": list(untold.recipients), "problem": untold.problem}


def pause_data(pause: PauseRow) -> dict[str, Any]:
    """A pause as JSON; `subject` is None if everything is paused."""
    return {
        "scope": pause.scope.value,
        "subject": pause.subject,
        "by": pause.by,
        "since_utc": utc(pause.since_utc),
    }


def _daemon_data(view: Overview, around: Surroundings) -> dict[str, Any]:
    if view.hosts is not None:
        return _leader_data(view.hosts.leads)
    span = view.span
    return {
        "running": view.daemon_runs,
        "pid": around.pid,
        "url": around.url,
        "version": span and span.version,
        "started_utc": span and utc(span.started_utc),
        "seen_utc": span and utc(span.seen_utc),
        "stopped_utc": utc(span.stopped_utc) if span else None,
        "stop_reason": span and span.stop_reason,
    }


def _leader_data(leads: "HostLine | None") -> dict[str, Any]:
    """The daemon that leads, where several hosts share the ledger: its process is one of another machine."""
    row = leads.row if leads else None
    return {
        "running": row is not None,
        "pid": None,
        "url": row and row.url,
        "version": row and row.version,
        "started_utc": row and utc(row.started_utc),
        "seen_utc": row and utc(row.seen_utc),
        "stopped_utc": None,
        "stop_reason": None,
    }


def _campaign_data(line: CampaignLine) -> dict[str, Any]:
    row = line.row
    return {
        "name": row.name,
        "path": row.path,
        "commit": row.commit,
        "since_utc": utc(row.since_utc),
        "entries": line.entries,
    }


def _invalid_data(file: InvalidFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "campaign": file.campaign,
        "problem": file.problem,
        "commit": file.commit,
        "since_utc": utc(file.since_utc),
    }


def _task_data(row: TaskRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "key": row.task.key,
        "title": row.task.title,
        "lane": row.task.lane,
        "state": row.state.value,
        "reason": row.reason,
        "started_utc": utc(row.started_utc),
        "due_utc": utc(row.task.due_utc),
        "not_before_utc": utc(row.not_before),
    }
