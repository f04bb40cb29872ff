"""A plan as JSON for programs: one object, a line for each of its items."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo

from runner.planning.plan import Plan
from runner.tasks import Occurrence, Task


def render(plan: Plan) -> Iterator[str]:
    """The plan, line by line; instants are ISO 8601, in UTC and in the campaign's zone."""
    zones: Mapping[str, tzinfo] = {source.campaign.name: source.zone for source in plan.sources}
    yield "{"
    yield from _array("tasks", (_task(task, zones[task.campaign]) for task in plan.tasks), ",")
    yield from _array("occurrences", (_occurrence(it, zones[it.campaign]) for it in plan.occurrences), ",")
    yield from _array("notes", map(asdict, plan.notes), "")
    yield "}"


def _array(name: str, items: Iterable[Mapping[str, object]], end: str) -> Iterator[str]:
    yield f'"{name}": ['
    line = None
    for item in items:
        if line is not None:
            yield f"  {line},"
        line = json.dumps(item, ensure_ascii=False)
    if line is not None:
        yield f"  {line}"
    yield f"]{end}"


def _task(task: Task, zone: tzinfo) -> dict[str, object]:
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
        "due_local": task.due_utc.astimezone(zone).isoformat(),
        "commit": task.commit,
    }


def _occurrence(occurrence: Occurrence, zone: tzinfo) -> dict[str, object]:
    return {
        "campaign": occurrence.campaign,
        "entry": occurrence.entry,
        "nominal": occurrence.nominal,
        "rule": occurrence.rule,
        "instant_utc": _utc(occurrence.instant_utc),
        "instant_local": occurrence.instant_utc.astimezone(zone).isoformat(),
    }


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
