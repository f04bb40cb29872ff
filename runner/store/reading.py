"""What statements about tasks and effects have in common: their columns, and the conditions that indexes serve."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, TextClause, and_, bindparam, select, text

from runner.errors import LedgerRefusal
from runner.store import schema
from runner.store.asked.decoding import task_row
from runner.store.asked.questions import kept
from runner.store.asked.tasks import conditions as asked_conditions
from runner.store.rows import OccurrenceState, TaskFilter, TaskRow
from runner.tasks import EffectState, TaskState

AnyRow = Row[Any]
TASK, OCCURRENCE = schema.tasks.c, schema.occurrences.c
EFFECT = schema.effects.c

_OPEN_STATES = [TaskState.PENDING, TaskState.RUNNING]
_DOUBTFUL = [state for state in EffectState if state.is_in_doubt]

# A partial index serves a query only if its condition stands in the query word for word.
IS_OPEN = TASK.state.in_(bindparam("open_states", _OPEN_STATES, expanding=True, literal_execute=True))
IS_LISTED = TASK.deleted_utc.is_(None)
IS_UNPRUNED = and_(TASK.deleted_utc.is_not(None), TASK.pruned_utc.is_(None))
IS_IN_DOUBT = EFFECT.state.in_(bindparam("doubtful", _DOUBTFUL, expanding=True, literal_execute=True))
IS_MISSED = OCCURRENCE.state == bindparam("missed", OccurrenceState.MISSED, literal_execute=True)
MAY_HAVE_HAPPENED: ColumnElement[bool] = EFFECT.state != EffectState.REFUTED


def task_query() -> Select[Any]:
    """The columns that `task_row` needs, of all tasks."""
    return select(schema.tasks, OCCURRENCE.nominal).join_from(schema.tasks, schema.occurrences)


def task_rows(connection: Connection, query: Select[Any], **values: object) -> list[TaskRow]:
    """The tasks that a query finds; `values` are its parameters."""
    return [task_row(row) for row in connection.execute(query, values)]


def effect_query() -> Select[Any]:
    """The columns that `effect` needs, of all effects; those of each task in the order in which they were begun."""
    return (
        select(schema.effects, TASK.key)
        .join_from(schema.effects, schema.tasks)
        .order_by(EFFECT.task_id, EFFECT.ordinal)
    )


def conditions(chosen: TaskFilter) -> list[TextClause]:
    """What a filter asks of tasks, for questions about many of them."""
    where, values = asked_conditions(chosen)
    return [text(" AND ".join(where)).bindparams(**kept(values))] if where else []


def not_pending(connection: Connection, action: str, key: str) -> LedgerRefusal:
    """Why a task cannot be taken up."""
    state = connection.scalar(select(TASK.state).where(TASK.key == key, IS_LISTED))
    came_back = f"it is {state}, not pending" if state else "the ledger does not hold it"
    return LedgerRefusal(f"cannot {action}: {came_back}")
