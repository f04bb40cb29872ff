"""Changes of tasks from outside of an attempt: by a person, or because their time is over; see `Tasks`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Update, and_, bindparam, literal_column, or_, select, update

from runner.errors import LedgerRefusal, Remedy
from runner.journals import Settlement
from runner.planning.rotation import Order
from runner.reasons import ReasonKind
from runner.store import schema
from runner.store.asked.decoding import effect
from runner.store.bulk import ask, instant, text
from runner.store.connector import json_member
from runner.store.effects import settle
from runner.store.file_uses import taken_since
from runner.store.reading import (
    IS_LISTED,
    IS_OPEN,
    effect_query,
    task_query,
    task_rows,
)
from runner.store.rows import TaskRow
from runner.tasks import LEAVE_OPEN, Effect, EffectState, TaskSource, TaskState

EFFECT, TASK = schema.effects.c, schema.tasks.c

RETRIED = (TaskState.FAILED, TaskState.MISSED, TaskState.SKIPPED, TaskState.CANCELLED, TaskState.UNCERTAIN)

MAY_HAVE_HAPPENED = "stopped on request; what it had begun may have happened"
"""The reason of a task that is stopped while one of its effects is not settled."""

END = (
    update(schema.tasks)
    .where(TASK.state == TaskState.PENDING, IS_LISTED)
    .values(
        state=bindparam("as_state"),
        reason=bindparam("because"),
        reason_kind=bindparam("kind"),
        hint=None,
        not_before_utc=None,
        trouble_utc=bindparam("trouble"),
    )
    .returning(TASK.key)
)
IS_UNSETTLED = or_(*(EFFECT.state == state for state in EffectState if state.is_unsettled))
ASKS_SOMEBODY = and_(IS_UNSETTLED, json_member(EFFECT.evidence, literal_column(f"'{LEAVE_OPEN}'")).is_(None))
END_IN_DOUBT = END.where(select(EFFECT.id).where(EFFECT.task_id == TASK.id, ASKS_SOMEBODY).exists())


class FoundTask(NamedTuple):
    id: int
    state: TaskState


def cancel_unstarted(connection: Connection, campaign: str, entry: str | None, reason: str) -> list[str]:
    has_effects = select(EFFECT.id).where(EFFECT.task_id == TASK.id).exists()
    unstarted = (
        update(schema.tasks)
        .where(TASK.state == TaskState.PENDING, IS_LISTED, IS_OPEN)
        .where(
            TASK.campaign == campaign, TASK.source == TaskSource.CAMPAIGN, TASK.attempts == 0, ~has_effects
        )
        .values(
            state=TaskState.CANCELLED,
            reason=reason,
            reason_kind=ReasonKind.REMOVED,
            hint=None,
            not_before_utc=None,
        )
        .returning(TASK.key)
    )
    if entry is not None:
        unstarted = unstarted.where(TASK.entry == entry)
    return list(connection.scalars(unstarted))


def retry(connection: Connection, key: str, now: datetime) -> TaskRow:
    task = _task(connection, f"retry the task {key}", key)
    _refuse_retry(key, task, _effects(connection, key))
    _refuse_second_use(connection, key, task)
    values = {"state": TaskState.PENDING, "due_utc": now, "tries": 0, "reason": "", "hint": None}
    anew = dict.fromkeys(["reason_kind", "not_before_utc", "started_utc", "finished_utc", "trouble_utc"])
    connection.execute(_of(task).values(**values, **anew))
    return _row(connection, key)


def resolve(connection: Connection, key: str, happened: bool, by: str, now: datetime) -> TaskRow:
    task = _task(connection, f"resolve the task {key}", key)
    unsettled = [one for one in _effects(connection, key) if one.asks_somebody]
    _refuse_resolve(key, task, unsettled)
    state = EffectState.COMMITTED if happened else EffectState.REFUTED
    settle(connection, [Settlement(one.id, state, {"resolved_by": by}) for one in unsettled], now)
    ended, said, kind = (
        (TaskState.COMPLETED, f"{by} says that it happened", None)
        if happened
        else (TaskState.FAILED, f"{by} says that it did not happen", ReasonKind.DID_NOT_HAPPEN)
    )
    connection.execute(
        _of(task).values(
            state=ended,
            reason=said,
            reason_kind=kind,
            hint=None,
            not_before_utc=None,
            trouble_utc=None,  # whoever says so knows it
        )
    )
    return _row(connection, key)


def delete(connection: Connection, key: str, now: datetime) -> None:
    task = _task(connection, f"delete the task {key}", key)
    if task.state is TaskState.RUNNING:
        raise LedgerRefusal(
            f"cannot delete the task {key}: it is running",
            remedy=Remedy.STOP_FIRST,
            task_key=key,
        )
    cancel(connection, [key], "deleted", ReasonKind.DELETED, now)
    connection.execute(_of(task).values(deleted_utc=now))


def cancel(
    connection: Connection, keys: Sequence[str], reason: str, kind: ReasonKind | None, now: datetime
) -> int:
    doubt = {"as_state": TaskState.UNCERTAIN, "because": MAY_HAVE_HAPPENED, "trouble": instant(now)}
    # Those in doubt first: they are not pending any more when the others are cancelled.
    in_doubt = ask(connection, END_IN_DOUBT, TASK.key, keys, **doubt, kind=kind)
    return len(in_doubt) + len(end(connection, keys, TaskState.CANCELLED, reason, kind, now))


def end(
    connection: Connection,
    keys: Sequence[str],
    state: TaskState,
    reason: str,
    kind: ReasonKind | None,
    now: datetime,
) -> set[str]:
    how = {"as_state": state, "because": text(reason), "trouble": instant(now) if state.is_trouble else None}
    ended = ask(connection, END, TASK.key, keys, **how, kind=kind)
    return {key for (key,) in ended}


def _of(task: FoundTask) -> Update:
    return update(schema.tasks).where(TASK.id == task.id)


def _task(connection: Connection, action: str, key: str) -> FoundTask:
    row = connection.execute(select(TASK.id, TASK.state).where(TASK.key == key, IS_LISTED)).one_or_none()
    if row is None:
        raise LedgerRefusal(f"cannot {action}: the ledger does not hold it", remedy=Remedy.LIST_TASKS)
    return FoundTask(*row)


def _row(connection: Connection, key: str) -> TaskRow:
    (row,) = task_rows(connection, task_query().where(TASK.key == key))
    return row


def _effects(connection: Connection, key: str) -> list[Effect]:
    return [effect(row) for row in connection.execute(effect_query().where(TASK.key == key))]


def _refuse_retry(key: str, task: FoundTask, effects: Collection[Effect]) -> None:
    refused = f"cannot retry the task {key}: "
    if task.state not in RETRIED:
        if task.state is TaskState.COMPLETED:
            raise LedgerRefusal(f"{refused}it is {task.state}", remedy=Remedy.RUN_ANEW)
        raise LedgerRefusal(
            f"{refused}it is {task.state}", hint="it is tried, or tried again, without being asked"
        )
    made = [one for one in effects if one.state is not EffectState.REFUTED]
    if not made:
        return
    unsettled = next((one for one in made if one.state.is_unsettled), None)
    if unsettled is None:
        raise LedgerRefusal(
            f"{refused}its {_named(made[0])} has happened, and would happen twice",
            hint="make a new task of what is left to do",
        )
    raise LedgerRefusal(
        f"{refused}its {_named(unsettled)} may have happened",
        remedy=Remedy.RESOLVE_FIRST,
        task_key=key,
    )


def _refuse_second_use(connection: Connection, key: str, task: FoundTask) -> None:
    """Refuse a retry of a post whose file has gone to another task since it was given back."""
    options = connection.scalar(select(TASK.options).where(TASK.id == task.id)) or {}
    if options.get("order") != Order.NEXT:
        return
    if (taken := taken_since(connection, task.id)) is not None:
        path, other = taken
        whom = f"the task {other}" if other else "another task"
        raise LedgerRefusal(
            f"cannot retry the task {key}: its file {path} has gone to {whom} since, and would be posted twice",
            hint="the next occurrence posts the next file",
        )


def _refuse_resolve(key: str, task: FoundTask, unsettled: Collection[Effect]) -> None:
    if task.state is TaskState.RUNNING:
        raise LedgerRefusal(
            f"cannot resolve the task {key}: it is running, and may find out by itself",
            remedy=Remedy.WAIT_OR_STOP,
            task_key=key,
        )
    if (
        not unsettled and task.state is not TaskState.UNCERTAIN
    ):  # a ledger that was put back knows of no effects
        raise LedgerRefusal(
            f"cannot resolve the task {key}: it is {task.state}, and has no effect that may or may not have happened",
            remedy=Remedy.SHOW_TASK,
            task_key=key,
        )


def _named(effect: Effect) -> str:
    return f"{effect.kind} {effect.target}" if effect.target else effect.kind
