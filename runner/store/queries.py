"""Reading the ledger: one function a question, each inside a transaction that the caller has begun."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from runner.planning.limits import LOOK_BACK, Usage
from runner.store import schema
from runner.store.rows import (
    Attempt,
    AttemptRow,
    CampaignVersion,
    Hold,
    RunRecord,
    RunRow,
    StepRow,
    TaskRecord,
    TaskRow,
)
from runner.tasks import Effect, EffectState, Task, TaskOptions, TaskState

AnyRow = Row[Any]
TASK, OCCURRENCE, ATTEMPT = schema.tasks.c, schema.occurrences.c, schema.attempts.c
STEP, EFFECT, HOLD, VERSION = schema.steps.c, schema.effects.c, schema.holds.c, schema.campaign_versions.c

MAY_HAVE_HAPPENED = EFFECT.state != EffectState.REFUTED


def tasks(
    connection: Connection,
    *,
    key: str | None = None,
    run_id: str | None = None,
    states: Collection[TaskState] | None = None,
) -> list[TaskRow]:
    """Tasks that have not been deleted, in the order in which they fall due."""
    query = (
        select(schema.tasks, OCCURRENCE.campaign, OCCURRENCE.entry, OCCURRENCE.nominal)
        .join(schema.occurrences)
        .where(TASK.deleted_utc.is_(None))
        .order_by(TASK.due_utc, TASK.id)
    )
    if key is not None:
        query = query.where(TASK.key == key)
    if run_id is not None:
        query = query.where(TASK.run_id == run_id)
    if states is not None:
        query = query.where(TASK.state.in_(states))
    return [_task_row(row) for row in connection.execute(query)]


def runs(connection: Connection, *, run_id: str | None = None, limit: int | None = None) -> list[RunRow]:
    """Runs by their first occurrence, newest first."""
    first = select(func.min(OCCURRENCE.id)).where(OCCURRENCE.run_id.is_not(None)).group_by(OCCURRENCE.run_id)
    if run_id is not None:
        first = first.where(OCCURRENCE.run_id == run_id)
    query = (
        select(
            OCCURRENCE.run_id,
            OCCURRENCE.campaign,
            OCCURRENCE.git_commit,
            OCCURRENCE.created_utc,
            VERSION.path,
        )
        .join(schema.campaign_versions)
        .where(OCCURRENCE.id.in_(first))
        .order_by(OCCURRENCE.id.desc())
        .limit(limit)
    )
    found = connection.execute(query).all()
    counts = _counts(connection, [row.run_id for row in found])
    return [
        RunRow(row.run_id, row.campaign, row.path, row.git_commit, row.created_utc, counts[row.run_id])
        for row in found
    ]


def campaign_of(connection: Connection, run_id: str) -> CampaignVersion | None:
    """The version of the run's first occurrence."""
    query = (
        select(VERSION.id, VERSION.name, VERSION.path, VERSION.text, VERSION.git_commit)
        .join(schema.occurrences)
        .where(OCCURRENCE.run_id == run_id)
        .order_by(OCCURRENCE.id)
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    return None if found is None else CampaignVersion(*found)


def report(connection: Connection, run_id: str) -> RunRecord | None:
    """A run with its tasks, their attempts with steps, and their effects."""
    run = next(iter(runs(connection, run_id=run_id)), None)
    if run is None:
        return None
    rows = tasks(connection, run_id=run_id)
    attempts = _attempts(connection, run_id)
    effects = _by_task(connection.execute(_effects().where(TASK.run_id == run_id)))
    records = (
        TaskRecord(row, tuple(attempts[row.task.key]), tuple(map(_effect, effects[row.task.key])))
        for row in rows
    )
    return RunRecord(run, tuple(records))


def unfinished(connection: Connection, *, not_by: str) -> list[Attempt]:
    """Attempts without an outcome at running tasks, started by other executors; oldest first."""
    query = (
        select(ATTEMPT.id, TASK.key, ATTEMPT.number, ATTEMPT.executor, ATTEMPT.started_utc)
        .join_from(schema.tasks, schema.attempts)
        .where(TASK.state == TaskState.RUNNING, ATTEMPT.outcome.is_(None), ATTEMPT.executor != not_by)
        .order_by(ATTEMPT.id)
    )
    return [Attempt(*row) for row in connection.execute(query)]


def effects_of(connection: Connection, key: str) -> list[Effect]:
    return [_effect(row) for row in connection.execute(_effects().where(TASK.key == key))]


def usage(connection: Connection, device: str | None, account: str | None, now: datetime) -> Usage:
    """What may have been done on a device and by an account, on whatever device, as limits count it."""
    since = now - LOOK_BACK
    latest = select(func.max(EFFECT.begun_utc)).where(EFFECT.device == device, MAY_HAVE_HAPPENED)
    since_on_device = min(since, connection.scalar(latest) or since)
    return Usage(
        device=_instants(connection, EFFECT.device, device, since_on_device),
        account=_instants(connection, EFFECT.account, account, since),
    )


def holds(connection: Connection) -> list[Hold]:
    query = (
        select(HOLD.id, HOLD.device, HOLD.reason, TASK.key, HOLD.placed_utc)
        .outerjoin_from(schema.holds, schema.tasks)
        .where(HOLD.released_utc.is_(None))
        .order_by(HOLD.id)
    )
    return [Hold(*row) for row in connection.execute(query)]


def _counts(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[TaskState, int]]:
    query = (
        select(TASK.run_id, TASK.state, func.count())
        .where(TASK.run_id.in_(run_ids), TASK.deleted_utc.is_(None))
        .group_by(TASK.run_id, TASK.state)
    )
    counts: dict[str, dict[TaskState, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, count in connection.execute(query):
        counts[run_id][state] = count
    return counts


def _attempts(connection: Connection, run_id: str) -> dict[str, list[AttemptRow]]:
    """A run's attempts with their steps, by task key."""
    of_run = (
        select(schema.attempts, TASK.key)
        .join_from(schema.attempts, schema.tasks)
        .where(TASK.run_id == run_id)
    )
    step_query = (
        select(schema.steps)
        .select_from(schema.steps.join(schema.attempts).join(schema.tasks))
        .where(TASK.run_id == run_id)
        .order_by(STEP.attempt_id, STEP.ordinal)
    )
    steps: dict[int, list[StepRow]] = defaultdict(list)
    for attempt_id, *step in connection.execute(step_query):
        steps[attempt_id].append(StepRow(*step))
    found: dict[str, list[AttemptRow]] = defaultdict(list)
    for row in connection.execute(of_run.order_by(ATTEMPT.id)):
        found[row.key].append(_attempt_row(row, steps[row.id]))
    return found


def _effects() -> Select[Any]:
    return (
        select(schema.effects, TASK.key)
        .join_from(schema.effects, schema.tasks)
        .order_by(EFFECT.task_id, EFFECT.ordinal)
    )


def _by_task(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return found


def _instants(
    connection: Connection, column: ColumnElement[Any], name: str | None, since: datetime
) -> dict[str, tuple[datetime, ...]]:
    """When effects were begun, by kind, where `column` is `name`; nothing where no name is known."""
    if name is None:
        return {}
    query = select(EFFECT.kind, EFFECT.begun_utc).where(
        column == name, EFFECT.begun_utc >= since, MAY_HAVE_HAPPENED
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for kind, instant in connection.execute(query.order_by(EFFECT.begun_utc)):
        found[kind].append(instant)
    return {kind: tuple(instants) for kind, instants in found.items()}


def _task_row(row: AnyRow) -> TaskRow:
    task = Task(
        key=row.key,
        campaign=row.campaign,
        entry=row.entry,
        script=row.script,
        backend=row.backend,
        device=row.device,
        username=row.username,
        target=row.target,
        nominal=row.nominal,
        ordinal=row.ordinal,
        due_utc=row.due_utc,
        timeout_s=row.timeout_s,
        config=row.config,
        commit=row.git_commit,
        options=TaskOptions(**row.options),
    )
    return TaskRow(
        id=row.id,
        task=task,
        state=row.state,
        reason=row.reason,
        hint=row.hint,
        not_before=row.not_before_utc,
        run_id=row.run_id,
        attempts=row.attempts,
        created_utc=row.created_utc,
        started_utc=row.started_utc,
        finished_utc=row.finished_utc,
    )


def _attempt_row(row: AnyRow, steps: Iterable[StepRow]) -> AttemptRow:
    return AttemptRow(
        number=row.number,
        executor=row.executor,
        started_utc=row.started_utc,
        finished_utc=row.finished_utc,
        outcome=row.outcome,
        message=row.message,
        hint=row.hint,
        needs_person=row.needs_person,
        steps=tuple(steps),
    )


def _effect(row: AnyRow) -> Effect:
    return Effect(row.id, row.key, row.ordinal, row.kind, row.target, row.state, row.evidence)
