"""A week summed up, for programs: one JSON object."""

from collections.abc import Iterable
from typing import Any

from runner.clock import utc
from runner.queries.week import StateTally, Week
from runner.reports.status_json import pause_data
from runner.reports.task_list import task_data
from runner.reports.week_html import last_screen, lateness_rows
from runner.store.artifacts import Artifacts


def week_data(week: Week, artifacts: Artifacts) -> dict[str, Any]:
    """`{"report", "total", "counts", "days", "phones", "scripts", "campaigns", "lateness", "failures",
    "failures_left_out", "not_run", "limits", "down_times", "pauses", "holds"}`; instants are ISO 8601, UTC, lengths
    seconds."""
    window, late = week.scope.window, week.lateness
    return {
        "report": {
            "kind": week.scope.kind.value,
            "title": week.scope.title,
            "made_utc": utc(week.made_utc),
            "from_utc": window and utc(window.from_utc),
            "until_utc": window and utc(window.until_utc),
            "campaign": week.scope.chosen.campaign,
            "entry": week.scope.chosen.entry,
        },
        "total": week.total,
        "counts": {state.value: count for state, count in week.counts.items()},
        **{name: _tallies(getattr(week, name)) for name in ("days", "phones", "scripts", "campaigns")},
        "lateness": {
            "tasks": late.tasks,
            "median_s": late.median_s,
            "p95_s": late.p95_s,
            "max_s": late.max_s,
            "groups": [{"group": name, "tasks": parts[0][1]} for name, parts in lateness_rows(late)],
        },
        "failures": [
            {
                "state": failure.state.value,
                "reason": failure.reason,
                "count": failure.count,
                "newest": failure.example and task_data(failure.example.row),
                "screenshot": artifacts.where(step.screenshot)
                if (step := last_screen(failure)) and step.screenshot
                else None,
            }
            for failure in week.failures
        ],
        "failures_left_out": week.failures_left_out,
        "not_run": [
            {"state": one.state.value, "reason": one.reason, "count": one.count} for one in week.not_run
        ],
        "limits": [
            {
                "scope": use.scope,
                "name": use.name,
                "effect": use.kind,
                "most_on_a_day": use.made,
                "day": use.day.isoformat(),
                "cap": use.at_most,
                "limit": use.cap_key or None,
                "built_in": use.is_built_in,
            }
            for use in week.limits
        ],
        "down_times": [
            {"from_utc": utc(one.from_utc), "until_utc": utc(one.until_utc), "reason": one.reason}
            for one in week.down_times
        ],
        "pauses": [{**pause_data(one), "ended_utc": utc(one.ended_utc)} for one in week.pauses],
        "holds": [
            {
                "device": one.device,
                "reason": one.reason,
                "placed_utc": utc(one.placed_utc),
                "released_utc": utc(one.released_utc),
            }
            for one in week.holds
        ],
    }


def _tallies(rows: Iterable[StateTally]) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "total": row.total,
            "counts": {state.value: count for state, count in row.counts.items()},
        }
        for row in rows
    ]
