"""Turns rows of the tables into the types that the rest of the runner knows; the conditions that indexes serve."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, select

from runner.errors import LedgerRefusal
from runner.store import schema
from runner.store.connector import unsearched
from runner.store.rows import AttemptRow, OccurrenceState, StepRow, TaskRecord, TaskRow
from runner.store.task_options import options_of
from runner.tasks import Effect, EffectState, RetryRule, Task, TaskState

AnyRow = Row[Any]
TASK, OCCURRENCE = schema.tasks.c, schema.occurrences.c
ATTEMPT, STEP, EFFECT = schema.attempts.c, schema.steps.c, schema.effects.c

_OPEN_STATES = [TaskState.PENDING, TaskState.RUNNING]
_DOUBTFUL = [state for state in EffectState if state.is_in_doubt]

# A partial index serves a query only if its condition stands in the query word for word.
IS_OPEN = TASK.state.in_(bindparam("open_states", _OPEN_STATES, expanding=True, literal_execute=True))
IS_LISTED = TASK.deleted_utc.is_(None)
IS_PENDING = and_(unsearched(TASK.state) == TaskState.PENDING, unsearched(TASK.deleted_utc).is_(None))
"""Of tasks that are asked for by their keys: thousands of others may be pending."""
IS_UNPRUNED = and_(TASK.deleted_utc.is_not(None), TASK.pruned_utc.is_(None))
IS_IN_DOUBT = EFFECT.state.in_(bindparam("doubtful", _DOUBTFUL, expanding=True, literal_execute=True))
IS_MISSED = OCCURRENCE.state == bindparam("missed", OccurrenceState.MISSED, literal_execute=True)
MAY_HAVE_HAPPENED: ColumnElement[bool] = EFFECT.state != EffectState.REFUTED


def task_query() -> Select[Any]:
    """The columns that `task_row` needs, of all tasks."""
    return select(schema.tasks, OCCURRENCE.nominal).join_from(schema.tasks, schema.occurrences)


def task_rows(connection: Connection, query: Select[Any], **values: object) -> list[TaskRow]:
    """The tasks that a query finds; `values` are its parameters."""
    return [_task_row(row) for row in connection.execute(query, values)]


def records(
    connection: Connection, rows: Iterable[TaskRow], condition: ColumnElement[bool]
) -> list[TaskRecord]:
    """Each task with its attempts, their steps, and its effects; `condition` is the one that these tasks meet."""
    attempts = _attempts(connection, condition)
    effects: dict[int, list[Effect]] = defaultdict(list)
    for row in connection.execute(effect_query().where(condition)):
        effects[row.task_id].append(effect(row))
    return [TaskRecord(row, tuple(attempts[row.id]), tuple(effects[row.id])) for row in rows]


def effect_query() -> Select[Any]:
    """The columns that `effect` needs, of all effects; those of each task in the order in which they were begun."""
    return (
        select(schema.effects, TASK.key)
        .join_from(schema.effects, schema.tasks)
        .order_by(EFFECT.task_id, EFFECT.ordinal)
    )


def effect(row: AnyRow) -> Effect:
    return Effect(
        row.id, row.key, row.ordinal, row.kind, row.target, row.state, row.evidence, row.account, row.app
    )


def _attempts(connection: Connection, condition: ColumnElement[bool]) -> dict[int, list[AttemptRow]]:
    """By task id."""
    steps: dict[int, list[StepRow]] = defaultdict(list)
    joined = schema.steps.join(schema.attempts).join(schema.tasks)
    step_query = select(schema.steps).select_from(joined).where(condition)
    for attempt_id, *step in connection.execute(step_query.order_by(STEP.attempt_id, STEP.ordinal)):
        steps[attempt_id].append(StepRow(*step))
    attempt_query = select(schema.attempts).join_from(schema.attempts, schema.tasks).where(condition)
    found: dict[int, list[AttemptRow]] = defaultdict(list)
    for row in connection.execute(attempt_query.order_by(ATTEMPT.id)):
        found[row.task_id].append(attempt_row(row, steps[row.id]))
    return found


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
        options=options_of(row.options),
        retry=RetryRule(row.retry_max, row.retry_delay_s),
        grace_s=row.grace_s,
        source=row.source,
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
        tries=row.tries,
        reason_kind=row.reason_kind,
        trouble_utc=row.trouble_utc,
    )


def attempt_row(row: AnyRow, steps: Iterable[StepRow]) -> AttemptRow:
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
        host=row.host,
    )


def not_pending(connection: Connection, action: str, key: str) -> LedgerRefusal:
    """Why a task cannot be taken up."""
    state = connection.scalar(select(TASK.state).where(TASK.key == key, IS_LISTED))
    came_back = f"it is {state}, not pending" if state else "the ledger does not hold it"
    return LedgerRefusal(f"cannot {action}: {came_back}")
