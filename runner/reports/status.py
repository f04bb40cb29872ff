"""What goes on, at a glance: as types, and as JSON. `status_text` prints it for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runner.reports.instants import utc
from runner.store.rows import CampaignRow, Hold, InvalidFile, PauseRow, SpanRow, TaskRow
from runner.tasks import Occurrence


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in force."""

    row: CampaignRow
    entries: int


@dataclass(frozen=True, slots=True)
class RunningLine:
    """A running task and the last step of it that has ended; 0 before the first."""

    row: TaskRow
    step: int
    step_title: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Tasks that are due and held by the same thing; `first` is the one that is due for longest."""

    verdict: str
    count: int
    first: TaskRow


@dataclass(frozen=True, slots=True)
class ComingLine:
    """An occurrence that comes, how many tasks it makes and on how many phones or accounts."""

    occurrence: Occurrence
    tasks: int
    lanes: int


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A phone: `state` is adb's word, `not found` if adb does not list it, `unknown` if adb was not asked.

    A way to a phone that adb lists and whose serial nobody knows, such as an address that is offline, is one too.
    """

    serial: str
    state: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What `status` shows. `counts` are the tasks that fell due in the last 24 hours, by state; `phones` those
    that campaigns in force work on."""

    now_utc: datetime
    span: SpanRow | None
    daemon_runs: bool
    is_carried_out: bool
    campaigns: tuple[CampaignLine, ...]
    invalid: tuple[InvalidFile, ...]
    running: tuple[RunningLine, ...]
    waiting: tuple[WaitingLine, ...]
    coming: tuple[ComingLine, ...]
    holds: tuple[Hold, ...]
    uncertain: tuple[TaskRow, ...]
    uncertain_count: int
    pauses: tuple[PauseRow, ...]
    counts: Mapping[str, int]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What was asked: the ledger's file, whether it is a rehearsal's, the process that carries tasks out, where
    it serves if it is a daemon, and the phones as adb sees them; `adb_problem` says why it could not be asked.
    `option` is what a command needs to ask this ledger, with a space in front; `rehearsed_run` is the run whose
    rehearsal it is, if it is one's; `outdated` says why nothing is done with it until a person decides."""

    ledger: str
    is_rehearsal: bool
    pid: int | None
    url: str | None
    devices: Sequence[DeviceLine]
    adb_problem: str | None
    option: str = ""
    rehearsed_run: str | None = None
    outdated: str | None = None


def status_data(view: Overview, place: Place) -> dict[str, Any]:
    """The same as JSON: `{"now_utc", "ledger", "rehearsal", "outdated", "daemon", "campaigns", "running", "waiting",
    "next", "attention", "paused", "devices", "adb_problem", "last_24_hours"}`; instants are ISO 8601, UTC."""
    return {
        "now_utc": utc(view.now_utc),
        "ledger": place.ledger,
        "rehearsal": place.is_rehearsal,
        "outdated": place.outdated,
        "daemon": _daemon_data(view, place),
        "campaigns": [_campaign_data(line) for line in view.campaigns],
        "running": [
            {**_task_data(line.row), "step": line.step, "step_title": line.step_title}
            for line in view.running
        ],
        "waiting": [
            {"verdict": line.verdict, "count": line.count, "first": _task_data(line.first)}
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
                {"device": hold.device, "reason": hold.reason, "since_utc": utc(hold.placed_utc)}
                for hold in view.holds
            ],
            "uncertain": [_task_data(row) for row in view.uncertain],
            "invalid_files": [_invalid_data(file) for file in view.invalid],
        },
        "paused": list(map(pause_data, view.pauses)),
        "devices": [{"serial": line.serial, "state": line.state} for line in place.devices],
        "adb_problem": place.adb_problem,
        "last_24_hours": dict(view.counts),
    }


def pause_data(pause: PauseRow) -> dict[str, Any]:
    """A pause as JSON; `subject` is None where everything is paused."""
    return {
        "scope": pause.scope.value,
        "subject": pause.subject,
        "by": pause.by,
        "since_utc": utc(pause.since_utc),
    }


def _daemon_data(view: Overview, place: Place) -> dict[str, Any]:
    span = view.span
    return {
        "running": view.daemon_runs,
        "pid": place.pid,
        "url": place.url,
        "version": span and span.version,
        "started_utc": span and utc(span.started_utc),
        "seen_utc": span and utc(span.seen_utc),
        "stopped_utc": utc(span.stopped_utc) if span else None,
        "stop_reason": span and span.stop_reason,
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
