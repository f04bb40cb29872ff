"""Many tasks in few rows: counted by phone, script and reason, how late they were, and what was made in a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, select, text, type_coerce

from runner.reasons import ReasonKind
from runner.store import schema
from runner.store.bulk import chunks
from runner.store.part import Part
from runner.store.reading import IS_LISTED, MAY_HAVE_HAPPENED, conditions
from runner.store.rows import TaskFilter
from runner.tasks import TaskState

TASK, ATTEMPT, EFFECT = schema.tasks.c, schema.attempts.c, schema.effects.c

SECOND = 1_000_000
"""In the microseconds of `columns.Instant`."""


class TaskGroup(NamedTuple):
    """How many tasks of a lane, a script, a campaign and a username are in a state."""

    lane: str
    script: str
    campaign: str
    username: str | None
    state: TaskState
    tasks: int


class ReasonCount(NamedTuple):
    """How many tasks are in a state for the same reason, and the newest of them."""

    state: TaskState
    reason: str
    kind: ReasonKind | None
    tasks: int
    newest_id: int


class EffectTotal(NamedTuple):
    """How many effects of a kind were made on a device, by an account of an app, each of which may be unknown."""

    device: str | None
    account: str | None
    app: str | None
    kind: str
    effects: int


class Summaries(Part):
    """Each question reads the tasks that a filter lets through, and returns few rows."""

    def groups(self, chosen: TaskFilter) -> list[TaskGroup]:
        """The tasks in groups: one look at each task, for whatever is to be counted of them."""
        columns = (TASK.lane, TASK.script, TASK.campaign, TASK.username, TASK.state)
        query = select(*columns, func.count()).where(IS_LISTED, *conditions(chosen)).group_by(*columns)

        def work(connection: Connection) -> list[TaskGroup]:
            return [TaskGroup(*row) for row in connection.execute(query)]

        return self._read("count tasks in groups", work)

    def lateness(self, chosen: TaskFilter) -> list[tuple[int, int]]:
        """How many tasks began so many whole seconds after they were due, by the seconds."""
        late = type_coerce(ATTEMPT.started_utc, BigInteger) - type_coerce(TASK.due_utc, BigInteger)
        seconds = (late // SECOND).label("seconds")
        query = (
            select(seconds, func.count())
            .join_from(schema.tasks, schema.attempts)
            .where(IS_LISTED, ATTEMPT.number == 1, *conditions(chosen))
            .group_by(text(seconds.name))
            .order_by(seconds)
        )

        def work(connection: Connection) -> list[tuple[int, int]]:
            return [(row[0], row[1]) for row in connection.execute(query)]

        return self._read("read how late tasks began", work)

    def reasons(self, chosen: TaskFilter, limit: int) -> list[ReasonCount]:
        """The most frequent reasons for the states of tasks, the most frequent first."""
        query = (
            select(TASK.state, TASK.reason, TASK.reason_kind, func.count(), func.max(TASK.id))
            .where(IS_LISTED, *conditions(chosen))
            .group_by(TASK.state, TASK.reason, TASK.reason_kind)
            .order_by(func.count().desc(), func.max(TASK.id).desc())
            .limit(limit)
        )

        def work(connection: Connection) -> list[ReasonCount]:
            return [ReasonCount(*row) for row in connection.execute(query)]

        return self._read("read the reasons of tasks", work)

    def made(
        self, devices: Sequence[str], accounts: Sequence[str], from_utc: datetime, until_utc: datetime
    ) -> list[EffectTotal]:
        """What was made on these devices, and elsewhere by these accounts, in a time."""
        on_devices = [EFFECT.device.in_(chunk) for chunk in chunks(devices)]
        elsewhere = [
            EFFECT.account.in_(chunk) & (EFFECT.device.is_(None) | EFFECT.device.not_in(devices))
            for chunk in chunks(accounts)
        ]

        def work(connection: Connection) -> list[EffectTotal]:
            return [
                made
                for where in (*on_devices, *elsewhere)
                for made in _made(connection, _within(from_utc, until_utc), where)
            ]

        return self._read("read what was made", work)


def _within(from_utc: datetime, until_utc: datetime) -> Select[Any]:
    columns = (EFFECT.device, EFFECT.account, EFFECT.app, EFFECT.kind)
    in_time = (EFFECT.begun_utc >= from_utc, EFFECT.begun_utc < until_utc)
    return select(*columns, func.count()).where(MAY_HAVE_HAPPENED, *in_time).group_by(*columns)


def _made(connection: Connection, query: Select[Any], where: ColumnElement[bool]) -> Iterator[EffectTotal]:
    return (EffectTotal(*row) for row in connection.execute(query.where(where)))
