"""Looks whether a ledger holds what its parts count on: what no transaction of the runner leaves otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Select,
    Table,
    UniqueConstraint,
    func,
    literal_column,
    or_,
    select,
)

from runner import backend_registry
from runner.store import schema
from runner.store.database import Database
from runner.store.reading import IS_IN_DOUBT
from runner.tasks import TaskState

TASK, ATTEMPT, EFFECT, OCCURRENCE = schema.tasks.c, schema.attempts.c, schema.effects.c, schema.occurrences.c
HOST, LANE, LEADER = schema.hosts.c, schema.lanes.c, schema.leader.c

EXAMPLES = 5
"""How many rows are named of those that have the same flaw."""

IS_OPEN = ATTEMPT.outcome.is_(None)
HAS_OPEN = select(ATTEMPT.id).where(ATTEMPT.task_id == TASK.id, IS_OPEN).exists()
OVER = (TaskState.COMPLETED, TaskState.MISSED, TaskState.SKIPPED)
"""The states in which no effect of a task is in doubt."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with a ledger: in how many places, and some of them."""

    said: str
    count: int = 1
    examples: tuple[str, ...] = ()


def flaws(database: Database) -> list[Flaw]:
    """All that is wrong with a ledger of this version's schema, as it is at one moment."""
    with database.read("check it") as connection:
        found = [Flaw(said) for said in database.connector.damage(connection)]
        for said, query in _questions():
            if (flaw := _ask(connection, said, query)) is not None:
                found.append(flaw)
        return found


def _ask(connection: Connection, said: str, query: Select[Any]) -> Flaw | None:
    """`query` finds the rows that have a flaw, by whatever names them to people."""
    count = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    if not count:
        return None
    named = connection.scalars(query.limit(EXAMPLES))
    return Flaw(said, count, tuple(str(name) for name in named))


def _questions() -> Iterator[tuple[str, Select[Any]]]:
    yield from _RULES
    yield "a phone has several tasks that run", _crowded()
    for table in schema.metadata.sorted_tables:
        for key in _keys(table):
            names = ", ".join(column.name for column in key)
            twice = select(key[0]).group_by(*key).having(func.count() > 1)
            yield f"rows of {table.name} have the same {names}", twice
        for reference in sorted(table.foreign_keys, key=lambda one: one.parent.name):
            yield f"{table.name}.{reference.parent.name} names a row that is not there", _dangling(reference)


def _keys(table: Table) -> Iterator[tuple[ColumnElement[Any], ...]]:
    yield tuple(table.primary_key.columns)
    for column in table.c:
        if column.unique:
            yield (column,)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) > 1:
            yield tuple(constraint.columns)


def _dangling(reference: ForeignKey) -> Select[Any]:
    wanted = reference.column.table.alias("wanted")
    is_there: Select[Any] = select(literal_column("1")).where(
        wanted.c[reference.column.name] == reference.parent
    )
    return select(reference.parent).where(reference.parent.is_not(None), ~is_there.exists())


def _crowded() -> Select[Any]:
    """Phones at which more than one task runs, of backends that take one task at a time."""
    single = [name for name in backend_registry.names() if not _takes_batches(name)]
    running = (TASK.state == TaskState.RUNNING, TASK.device.is_not(None), TASK.backend.in_(single))
    return select(TASK.device).where(*running).group_by(TASK.device).having(func.count() > 1)


def _takes_batches(name: str) -> bool:
    declared = backend_registry.find(name)
    return declared is not None and declared.takes_batches


def _unknown(column: ColumnElement[str | None]) -> tuple[ColumnElement[bool], ...]:
    return (column.is_not(None), column.not_in(select(HOST.name)))


_RULES: tuple[tuple[str, Select[Any]], ...] = (
    (
        "a task has several attempts that go on",
        select(ATTEMPT.task_id).where(IS_OPEN).group_by(ATTEMPT.task_id).having(func.count() > 1),
    ),
    ("a task runs without an attempt", select(TASK.id).where(TASK.state == TaskState.RUNNING, ~HAS_OPEN)),
    ("a task has an attempt that goes on, and does not run",
     select(TASK.id).where(TASK.state != TaskState.RUNNING, HAS_OPEN)),
    ("an attempt has an end without an outcome, or an outcome without an end",
     select(ATTEMPT.id).where(ATTEMPT.outcome.is_(None) != ATTEMPT.finished_utc.is_(None))),
    ("an attempt has a higher number than its task has had attempts",
     select(ATTEMPT.id).join_from(schema.attempts, schema.tasks).where(ATTEMPT.number > TASK.attempts)),
    ("an effect belongs to an attempt at another task",
     select(EFFECT.id).join_from(schema.effects, schema.attempts).where(ATTEMPT.task_id != EFFECT.task_id)),
    ("an effect is in doubt, though its task is over",
     select(EFFECT.id).join_from(schema.effects, schema.tasks).where(IS_IN_DOUBT, TASK.state.in_(OVER))),
    ("a task has another campaign or entry than its occurrence",
     select(TASK.id).join_from(schema.tasks, schema.occurrences)
     .where(or_(TASK.campaign != OCCURRENCE.campaign, TASK.entry != OCCURRENCE.entry))),
    ("a lane belongs to a host that the ledger does not know", select(LANE.name).where(*_unknown(LANE.host))),
    ("the leader is a host that the ledger does not know", select(LEADER.host).where(*_unknown(LEADER.host))),
    ("an attempt goes on at a host that the ledger does not know",
     select(ATTEMPT.id).where(IS_OPEN, *_unknown(ATTEMPT.host))),
    ("there are several leaders", select(LEADER.id).where(LEADER.id != 1)),
)  # fmt: skip
