"""What came of a rehearsal of days ahead: for people, and as JSON."""

from collections import Counter
from datetime import datetime, tzinfo
from typing import Any

from runner.clock import utc
from runner.queries.rehearsed import RehearsalResult, RehearsedTask, UseByDay
from runner.reports.instants import local
from runner.reports.progress import STYLES
from runner.reports.rows import Column, Rows
from runner.reports.run_summary import counted
from runner.reports.terminal import Terminal
from runner.tasks import TaskState

OTHERS = (TaskState.FAILED, TaskState.MISSED, TaskState.UNCERTAIN)
"""States that have a column of their own; the rest is open."""


def print_result(result: RehearsalResult, zone: tzinfo, out: Terminal) -> None:
    """The days, then what did not go smoothly and why, then the limits."""
    window = result.window
    out.say(
        f"rehearsed {_day_and_time(window.from_utc, zone)} to {_day_and_time(window.until_utc, zone)}, "
        f"on the clocks of {zone}"
    )
    _section(out, "", _days(result))
    _section(out, "what waited, failed or was missed:", _rough(result, zone))
    _section(out, "start times without tasks:", _not_started(result))
    _section(out, "limits used, day by day:", _limits(result))
    _section(out, "no daemon was there:", _down_times(result, zone))
    out.say()
    out.say(counted(result.counts))


def _section(out: Terminal, title: str, table: Rows) -> None:
    if len(table):
        out.say()
        if title:
            out.say(title)
        out.print(table)


def _days(result: RehearsalResult) -> Rows:
    numbers = ("TASKS", "ON TIME", "LATER", "FAILED", "MISSED", "UNCERTAIN", "OPEN")
    table = Rows("DAY", *(Column(name, is_number=True) for name in numbers))
    for day in result.days:
        others = [day.others.get(state, 0) for state in OTHERS]
        counts = [day.total, day.on_time, day.later, *others, sum(day.others.values()) - sum(others)]
        table.add(f"{day.day:%a} {day.day}", *(str(count) if count else "" for count in counts))
    return table


def _rough(result: RehearsalResult, zone: tzinfo) -> Rows:
    table = Rows(
        "DUE",
        "ENTRY",
        "PHONE",
        Column("TARGET", is_minor=True),
        "STATE",
        "BEGAN",
        Column("WHY", is_text=True),
    )
    for task in result.tasks:
        if not task.is_smooth:
            row = task.row
            began = local(row.started_utc, zone) if row.started_utc else ""
            table.add(
                local(row.task.due_utc, zone),
                f"{row.task.campaign}/{row.task.entry}",
                row.task.place,
                row.task.target or "",
                (row.state, STYLES.get(row.state, "")),
                began,
                _why(task),
            )
    return table


def _why(task: RehearsedTask) -> str:
    # No hints: what they say to type would be about a ledger that is thrown away.
    return "; ".join(dict.fromkeys(filter(None, [*task.waits, task.row.reason]))) or "its turn came later"


def _not_started(result: RehearsalResult) -> Rows:
    table = Rows("ENTRY", "TIME", "STATE", Column("WHY", is_text=True))
    for row in result.not_started:
        one = row.occurrence
        table.add(f"{one.campaign}/{one.entry}", one.nominal, row.state, row.reason)
    return table


def _limits(result: RehearsalResult) -> Rows:
    table = Rows(
        "WHO",
        "EFFECT",
        Column("CAP", is_number=True),
        Column("MOST", is_number=True),
        Column("BY DAY", is_text=True),
    )
    for used in result.limits:
        use = used.use
        cap = "" if use.at_most is None else str(use.at_most)
        by_day = " ".join(str(used.by_day.get(day.day, 0) or "·") for day in result.days)
        table.add(use.name, use.kind, cap, str(use.made), by_day)
    return table


def _down_times(result: RehearsalResult, zone: tzinfo) -> Rows:
    table = Rows("FROM", "TO", Column("WHY", is_text=True))
    for down in result.down_times:
        table.add(local(down.from_utc, zone), local(down.until_utc, zone), down.reason)
    return table


def _day_and_time(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M}"


def result_data(result: RehearsalResult, zone: tzinfo) -> dict[str, Any]:
    """`{"from_utc", "until_utc", "zone", "counts": {state: n}, "days": [{"day", "tasks", "on_time", "later", "others":
    {state: n}}], "tasks": [..], "not_started": [..], "limits": [..], "down": [..]}`."""
    return {
        "from_utc": utc(result.window.from_utc),
        "until_utc": utc(result.window.until_utc),
        "zone": str(zone),
        "counts": {state.value: count for state, count in result.counts.items()},
        "days": [
            {
                "day": str(day.day),
                "tasks": day.total,
                "on_time": day.on_time,
                "later": day.later,
                "others": {state.value: count for state, count in day.others.items()},
            }
            for day in result.days
        ],
        "tasks": [_task_data(task) for task in result.tasks],
        "not_started": [
            {
                "campaign": row.occurrence.campaign,
                "entry": row.occurrence.entry,
                "nominal": row.occurrence.nominal,
                "state": row.state.value,
                "reason": row.reason,
            }
            for row in result.not_started
        ],
        "limits": [_limit_data(used) for used in result.limits],
        "down": [
            {"from_utc": utc(down.from_utc), "until_utc": utc(down.until_utc), "reason": down.reason}
            for down in result.down_times
        ],
    }


def _task_data(task: RehearsedTask) -> dict[str, Any]:
    row = task.row
    return {
        "key": row.task.key,
        "campaign": row.task.campaign,
        "entry": row.task.entry,
        "device": row.task.device,
        "account": row.task.username,
        "target": row.task.target,
        "due_utc": utc(row.task.due_utc),
        "started_utc": utc(row.started_utc),
        "finished_utc": utc(row.finished_utc),
        "state": row.state.value,
        "on_time": task.is_on_time,
        "waits": list(task.waits),
        "reason": row.reason,
        "attempts": row.attempts,
    }


def _limit_data(used: UseByDay) -> dict[str, Any]:
    use = used.use
    return {
        "scope": use.scope,
        "name": use.name,
        "kind": use.kind,
        "at_most_a_day": use.at_most,
        "limit": use.cap_key,
        "built_in": use.is_built_in,
        "by_day": {str(day): count for day, count in sorted(Counter(used.by_day).items())},
    }
