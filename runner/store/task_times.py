"""When many tasks were, as plain numbers: what a picture of fifty thousand needs, without a `TaskRow` for each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Label,
    Select,
    String,
    case,
    func,
    literal_column,
    null,
    select,
    text,
    type_coerce,
)

from runner.store import schema
from runner.store.conditions import LATE, LATE_AFTER
from runner.store.connector import json_member
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN
from runner.store.rows import TaskTimes, TaskTotal
from runner.tasks import TaskState

TASK = schema.tasks.c
IS_LATE = text(LATE)


def _number(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, BigInteger)  # as the database keeps it: nothing is done for each of the rows


STATE: ColumnElement[str] = type_coerce(TASK.state, String)
APP = json_member(TASK.options, literal_column("'app'"))
COLUMNS = (
    TASK.id,
    type_coerce(TASK.lane, String),
    type_coerce(TASK.device, String),
    type_coerce(TASK.username, String),
    type_coerce(APP, String),
    type_coerce(TASK.campaign, String),
    type_coerce(TASK.entry, String),
    type_coerce(TASK.script, String),
    type_coerce(TASK.target, String),
    STATE,
    _number(TASK.due_utc),
    _number(TASK.started_utc),
    _number(TASK.finished_utc),
    _number(TASK.not_before_utc),
    case((TASK.state == TaskState.COMPLETED, ""), else_=type_coerce(TASK.reason, String)),
)


class TaskTimeTable(Part):
    """Reads never return deleted tasks."""

    def between(
        self,
        from_utc: datetime,
        until_utc: datetime,
        now: datetime,
        limit: int,
        since_utc: datetime | None = None,
    ) -> list[TaskTimes]:
        """The tasks that were, or will be, at some instant from `from_utc` until `until_utc`: that ran, waited, or were
        due then and did not run. In no order; at most `limit` + 1, so that the caller sees if there are more.

        With `since_utc` it leaves out those that were over before: what changes from then on is among the others.
        """
        begins = from_utc if since_utc is None else max(from_utc, since_utc)
        by_due = _due(begins - LATE_AFTER, until_utc)
        # Those in `by_due` that ended long after they were due are in no other part: these begin where it ends.
        earlier = TASK.due_utc < begins - LATE_AFTER
        late = _times().where(IS_LATE, TASK.finished_utc >= begins, TASK.started_utc < until_utc, earlier)
        still_open = _times().where(IS_OPEN, IS_LISTED, earlier)

        def work(connection: Connection) -> list[TaskTimes]:
            found: list[TaskTimes] = []
            for query in (by_due, late, still_open):
                found += map(TaskTimes._make, connection.execute(query.limit(limit + 1 - len(found))).all())
                if len(found) > limit:
                    break
            return found

        first, last, at = (micros(instant) for instant in (begins, until_utc, now))
        rows = self._read("read the times of tasks", work)
        # Not in the query: of its conditions only that on the due instant narrows anything down.
        return rows if len(rows) > limit else [row for row in rows if _is_in(row, first, last, at)]

    def is_beyond(self, from_utc: datetime, until_utc: datetime, limit: int) -> bool:
        """Whether more than `limit` tasks are due from an instant until one; it counts no further."""
        some: Select[Any] = (
            select(literal_column("1")).select_from(schema.tasks).where(*_is_due(from_utc, until_utc))
        )
        query = select(func.count()).select_from(some.limit(limit + 1).subquery())
        return self._read("count the tasks of a time", lambda it: it.scalar(query) or 0) > limit

    def totals(
        self, from_utc: datetime, until_utc: datetime, stretch_s: int, names: Sequence[str], limit: int
    ) -> list[TaskTotal]:
        """How many tasks are due in each stretch of so many seconds, by state and by the columns in `names`, those of
        `TaskTotal`; at most `limit` rows, by due instant."""
        width, first = stretch_s * 1_000_000, micros(from_utc)
        number = ((_number(TASK.due_utc) - first) // width).label("stretch")
        groups = [_named(name) for name in names]
        columns: list[Label[Any]] = [
            (_named(name) if name in names else null()).label(name) for name in TaskTotal._fields[:6]
        ]
        query = (
            select(*columns, STATE, number, func.count())
            .where(*_is_due(from_utc, until_utc))
            .group_by(*groups, STATE, text(number.name))
            .order_by(number)
            .limit(limit)
        )

        def work(connection: Connection) -> list[TaskTotal]:
            return [TaskTotal(*row[:7], first + row[7] * width, row[8]) for row in connection.execute(query)]

        return self._read("count tasks by time", work)


def micros(instant: datetime) -> int:
    """An instant as the ledger keeps it."""
    return (instant - EPOCH) // MICROSECOND


def _named(name: str) -> ColumnElement[Any]:
    return type_coerce(APP if name == "app" else TASK[name], String)


def _times() -> Select[Any]:
    return select(*COLUMNS)


def _due(from_utc: datetime, until_utc: datetime) -> Select[Any]:
    return _times().where(*_is_due(from_utc, until_utc))


def _is_due(from_utc: datetime, until_utc: datetime) -> tuple[ColumnElement[bool], ...]:
    return IS_LISTED, TASK.due_utc >= from_utc, TASK.due_utc < until_utc


def _is_in(row: TaskTimes, first: int, last: int, now: int) -> bool:
    """Whether a task was, or will be, at some instant from `first` until `last`."""
    begins = row.started if row.started is not None and row.state != TaskState.PENDING else row.due
    if row.state == TaskState.RUNNING:
        ends = now
    elif row.state == TaskState.PENDING:
        ends = max(row.due, row.not_before or 0, now)
    else:
        ends = row.finished if row.finished is not None and row.started is not None else row.due
    return begins < last and ends >= first
