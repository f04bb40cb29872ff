"""A plan, or how two plans differ, as JSON for programs: one object, with a line for each item, written as the plan is
made."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from runner.planning.difference import Difference, TaskChange
from runner.planning.notes import Note
from runner.planning.plan import Plan
from runner.planning.source import Clocks
from runner.reports.content import content_data
from runner.targets import DEFAULT_APP
from runner.tasks import Occurrence, Task


def render(plan: Plan, notes: Iterable[Note]) -> Iterator[str]:
    """The plan, line by line; instants are ISO 8601, in UTC and on the clocks of the campaign or the group. `forecast`
    says that the task could still get another file."""
    clocks = Clocks(plan.campaigns)
    yield "{"
    folders = {campaign.name: str(Path(campaign.path).parent.absolute()) for campaign in plan.campaigns}
    tasks = (
        {**_task(task, clocks), **_content(task, folders), "forecast": plan.material.is_forecast(task)}
        for task in plan.tasks()
    )
    yield from _array("tasks", tasks, ",")
    yield from _array("occurrences", (_occurrence(it, clocks) for it in plan.occurrences()), ",")
    yield from _array("notes", map(_note, notes), "")
    yield "}"


def render_differences(before: Plan, after: Plan, found: Sequence[Difference]) -> Iterator[str]:
    """How two plans differ: each task as it is now, or was; if it moved or changed, also when it was due, and its
    settings before and after."""
    clocks = Clocks([*before.campaigns, *after.campaigns])
    yield "{"
    for number, change in enumerate(TaskChange):
        items = (
            _difference(one, clocks)
            if change in (TaskChange.MOVED, TaskChange.CHANGED)
            else _task(one.task, clocks)
            for one in found
            if one.change is change
        )
        yield from _array(change, items, "," if number < len(TaskChange) - 1 else "")
    yield "}"


def _array(name: str, items: Iterable[Mapping[str, object]], end: str) -> Iterator[str]:
    yield f'"{name}": ['
    line = None
    for item in items:
        if line is not None:
            yield f"  {line},"
        line = json.dumps(item, ensure_ascii=False, default=str)
    if line is not None:
        yield f"  {line}"
    yield f"]{end}"


def _task(task: Task, clocks: Clocks) -> dict[str, object]:
    return {
        "key": task.key,
        "campaign": task.campaign,
        "entry": task.entry,
        "script": task.script,
        "backend": task.backend,
        "device": task.device,
        "username": task.username,
        "target": task.target,
        "nominal": task.nominal,
        "due_utc": _utc(task.due_utc),
        "due_local": clocks.local(task).isoformat(),
        "timezone": clocks.zone_of(task).key,
        "commit": task.commit,
        **({"app": task.options.app} if task.options.app != DEFAULT_APP else {}),
    }


def _content(task: Task, folders: Mapping[str, str]) -> dict[str, object]:
    """What the task posts and writes; paths are relative to the campaign file where they can be."""
    return content_data(task, folders.get(task.campaign))


def _difference(one: Difference, clocks: Clocks) -> dict[str, object]:
    assert one.before is not None
    return {
        **_task(one.task, clocks),
        "was_due_utc": _utc(one.before.due_utc),
        "was_key": one.before.key,
        "settings": list(one.settings),
        "values": {name: {"before": was, "after": now} for name, was, now in one.values()},
    }


def _occurrence(occurrence: Occurrence, clocks: Clocks) -> dict[str, object]:
    zone = clocks.zone_of(occurrence)
    return {
        "campaign": occurrence.campaign,
        "entry": occurrence.entry,
        "nominal": occurrence.nominal,
        "rule": occurrence.rule,
        "instant_utc": _utc(occurrence.instant_utc),
        "instant_local": occurrence.instant_utc.astimezone(zone).isoformat(),
        "timezone": zone.key,
    }


def _note(note: Note) -> dict[str, object]:
    return {
        "code": note.code,
        "message": note.message,
        "campaign": note.campaign,
        "entry": note.entry,
        "nominal": note.nominal,
        "until_utc": {key: until and _utc(until) for key, until in note.until_utc.items()},
    }


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
