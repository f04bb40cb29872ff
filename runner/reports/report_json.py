"""A report for programs: one JSON object."""

from typing import Any

from runner.clock import utc
from runner.queries.report import Report
from runner.reports.task_list import task_data
from runner.reports.task_log import log_data
from runner.store.artifacts import Artifacts
from runner.store.rows import OccurrenceRow


def report_data(report: Report, artifacts: Artifacts) -> dict[str, Any]:
    """`{"report": {...}, "total", "counts", "listed", "occurrences": [...], "tasks": [...], "details": [...]}`.

    `tasks` are as `runner tasks show` gives them (without effects), `details` as `runner logs`; both are bounded, and
    `counts` counts all tasks. Instants are ISO 8601, UTC.
    """
    return {
        "report": _scope_data(report),
        "total": report.total,
        "counts": {state.value: count for state, count in report.counts.items()},
        "listed": len(report.rows),
        "occurrences": list(map(occurrence_data, report.occurrences)),
        "tasks": list(map(task_data, report.rows)),
        "details": [log_data(record, record.attempts, artifacts) for record in report.records],
    }


def occurrence_data(row: OccurrenceRow) -> dict[str, Any]:
    one = row.occurrence
    return {
        "id": row.id,
        "campaign": one.campaign,
        "entry": one.entry,
        "nominal": one.nominal,
        "rule": one.rule,
        "instant_utc": utc(one.instant_utc),
        "state": row.state.value,
        "reason": row.reason,
        "run": row.run_id,
        "commit": row.commit,
    }


def _scope_data(report: Report) -> dict[str, Any]:
    scope = report.scope
    window, run = scope.window, scope.run
    return {
        "kind": scope.kind.value,
        "title": scope.title,
        "made_utc": utc(report.made_utc),
        "from_utc": window and utc(window.from_utc),
        "until_utc": window and utc(window.until_utc),
        "run": run and run.run_id,
        "campaign": run.campaign if run else scope.chosen.campaign,
        "entry": scope.chosen.entry,
        "path": run and run.path,
        "commit": run and run.commit,
    }
