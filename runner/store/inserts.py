"""Many rows at once: a plan's occurrences and their tasks, without those that the ledger has already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, insert, select, tuple_

from runner.store import schema
from runner.store.schema import OccurrenceState
from runner.tasks import Occurrence, Task, TaskState

T = TypeVar("T")

Identity = tuple[str, str, str]
"""An occurrence's campaign, entry and nominal time."""

CHUNK = 300
"""Identities in one query: SQLite takes 999 variables at least."""


def occurrences(
    connection: Connection, version_id: int, given: Sequence[Occurrence], run_id: str | None, now: datetime
) -> dict[Identity, int]:
    """Insert those that are new; returns the ids of all that were given."""
    commit = connection.scalar(select(schema.campaign_versions.c.git_commit).filter_by(id=version_id))
    identities = [(one.campaign, one.entry, one.nominal) for one in given]
    known = _ids(connection, identities)
    rows = [
        {
            "campaign": one.campaign,
            "entry": one.entry,
            "nominal": one.nominal,
            "rule": one.rule,
            "instant_utc": one.instant_utc,
            "run_id": run_id,
            "campaign_version_id": version_id,
            "git_commit": commit,
            "state": OccurrenceState.STARTED,
            "reason": "",
            "created_utc": now,
        }
        for one, identity in zip(given, identities, strict=True)
        if identity not in known
    ]
    if rows:
        connection.execute(insert(schema.occurrences), rows)
    return _ids(connection, identities)


def tasks(
    connection: Connection,
    occurrence_ids: Mapping[Identity, int],
    given: Sequence[Task],
    run_id: str | None,
    now: datetime,
) -> int:
    """Insert those whose key is new, pending; returns how many."""
    known = _keys(connection, list(occurrence_ids.values()))
    rows = [
        {
            "key": task.key,
            "occurrence_id": occurrence_ids[task.campaign, task.entry, task.nominal],
            "ordinal": task.ordinal,
            "run_id": run_id,
            "script": task.script,
            "backend": task.backend,
            "lane": task.lane,
            "device": task.device,
            "username": task.username,
            "target": task.target,
            "due_utc": task.due_utc,
            "timeout_s": task.timeout_s,
            "git_commit": task.commit,
            "state": TaskState.PENDING,
            "reason": "",
            "attempts": 0,
            "created_utc": now,
            "options": asdict(task.options),
            "config": task.config,
        }
        for task in given
        if task.key not in known
    ]
    if rows:
        connection.execute(insert(schema.tasks), rows)
    return len(rows)


def _ids(connection: Connection, identities: Sequence[Identity]) -> dict[Identity, int]:
    table = schema.occurrences.c
    identity = tuple_(table.campaign, table.entry, table.nominal)
    found: dict[Identity, int] = {}
    for chunk in _chunks(identities):
        for row in connection.execute(
            select(table.id, table.campaign, table.entry, table.nominal).where(identity.in_(chunk))
        ):
            found[row.campaign, row.entry, row.nominal] = row.id
    return found


def _keys(connection: Connection, occurrence_ids: Sequence[int]) -> set[str]:
    table = schema.tasks.c
    found: set[str] = set()
    for chunk in _chunks(occurrence_ids):
        found.update(connection.scalars(select(table.key).where(table.occurrence_id.in_(chunk))))
    return found


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
