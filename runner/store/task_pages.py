"""Tasks as people leaf through them: newest first, by whatever they look for, in time that a ledger of a million tasks
does not lengthen; and one task piece by piece.

Each question about tasks reads at most `LOOKS` of them. What may lie further back is told, so that people can go on
from there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select

from runner.store import schema
from runner.store.asked.decoding import attempt_row, effect
from runner.store.asked.hosts import HOST_OF_TASK
from runner.store.asked.tasks import is_id
from runner.store.part import Part
from runner.store.reading import IS_LISTED, effect_query, task_query, task_rows
from runner.store.rows import AttemptRow, StepRow, TaskFilter, TaskRow
from runner.tasks import Effect, TaskState

TASK, ATTEMPT, STEP, EFFECT = schema.tasks.c, schema.attempts.c, schema.steps.c, schema.effects.c

LOOKS = 20_000
"""How many tasks one question reads at most."""

SPANS = (500, 3_500, 16_000)
"""How many a page reads at a time: most pages are full after the first ones. Together they are `LOOKS`."""

MOST_NAMES = 500

NAMED = {"campaign": TASK.campaign, "device": TASK.device, "username": TASK.username, "script": TASK.script}
"""What people choose tasks by, and an index has in order."""


@dataclass(frozen=True, slots=True)
class PageOfTasks:
    """Tasks, newest first. `before` is where the next page goes on, None if there is no more; `is_cut` if this page is
    not full since so many tasks were looked at, and more may lie further back."""

    rows: Sequence[TaskRow]
    before: int | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks are in each state. Of the states in `more` there may be more than that: so many were counted."""

    by_state: Mapping[TaskState, int]
    more: Collection[TaskState] = ()


class AttemptSummary(NamedTuple):
    """An attempt without its steps, and how many of them there are."""

    attempt: AttemptRow
    steps: int


class EffectHistory(NamedTuple):
    """An effect, when it was begun and by which attempt (None: it was removed), and when its state was last written."""

    effect: Effect
    attempt: int | None
    begun_utc: datetime
    settled_utc: datetime | None


class TaskPages(Part):
    """Reads never return deleted tasks."""

    def page(
        self, chosen: TaskFilter, said: str = "", before: int | None = None, limit: int = 50
    ) -> PageOfTasks:
        """The newest tasks that a filter lets through and that say a text in their key, target or reason, or have it
        for a number. `before` is the id above the page, None for the newest."""
        found: list[int] = []
        is_over = False
        with self._database.read("look for tasks") as connection:
            base = _base(connection, chosen)
            rest = list(_rest(chosen, said))
            for most in SPANS:
                span = _span(connection, base, before, most)
                is_over = span.many < most
                if span.many:
                    ids = select(TASK.id).where(IS_LISTED, *base, *span.conditions, *rest)
                    found += connection.scalars(ids.order_by(TASK.id.desc()).limit(limit + 1 - len(found)))
                    before = span.oldest
                if is_over or len(found) > limit:
                    break
            shown = found[:limit]
            query = task_query().where(TASK.id.in_(shown), IS_LISTED).order_by(TASK.id.desc())
            rows = task_rows(connection, query)
        if len(found) > limit:
            return PageOfTasks(rows, shown[-1], is_cut=False)
        return PageOfTasks(rows, None if is_over else before, is_cut=not is_over)

    def counts(self, chosen: TaskFilter, said: str = "") -> TaskCounts:
        """How many of the tasks that a filter lets through, whatever their state, are in each state."""
        chosen = replace(chosen, states=None)
        with self._database.read("count tasks") as connection:
            if not said and chosen in (TaskFilter(), TaskFilter(campaign=chosen.campaign)):
                return _counts(connection, chosen.campaign)
            base = _base(connection, chosen)
            span = _span(connection, base, None, LOOKS)
            rest = _rest(chosen, said)
            state = _hidden(TASK.state)
            query = select(state, func.count()).where(IS_LISTED, *base, *span.conditions, *rest)
            counted = {row[0]: row[1] for row in connection.execute(query.group_by(state))}
            return TaskCounts(counted, () if span.many < LOOKS else tuple(TaskState))

    def names(self, of: str) -> list[str]:
        """The campaigns, devices, usernames or scripts (`NAMED`) that tasks have, in order; `MOST_NAMES` at most."""
        column = NAMED[of]
        least = (
            select(func.min(column).label("name")).where(IS_LISTED, column.is_not(None)).cte(recursive=True)
        )
        # From each name to the next: to read them all would take as long as there are tasks.
        following = select(func.min(column)).where(IS_LISTED, column > least.c.name).scalar_subquery()
        every = least.union_all(select(following).where(least.c.name.is_not(None)))
        query = select(every.c.name).where(every.c.name.is_not(None)).limit(MOST_NAMES)
        return self._read(f"read the names of every {of}", lambda connection: list(connection.scalars(query)))

    def attempts(self, task_id: int) -> list[AttemptSummary]:
        """The attempts at a task, the first one first."""
        steps = select(func.count()).where(STEP.attempt_id == ATTEMPT.id).scalar_subquery()
        query = select(schema.attempts, steps.label("steps")).where(ATTEMPT.task_id == task_id)

        def work(connection: Connection) -> list[AttemptSummary]:
            rows = connection.execute(query.order_by(ATTEMPT.number))
            return [AttemptSummary(attempt_row(row, ()), row.steps) for row in rows]

        return self._read(f"read the attempts at task {task_id}", work)

    def steps(self, task_id: int, attempt: int, limit: int) -> tuple[StepRow, ...]:
        """The first steps of an attempt, by its number."""
        query = (
            select(schema.steps)
            .join_from(schema.steps, schema.attempts)
            .where(ATTEMPT.task_id == task_id, ATTEMPT.number == attempt)
            .order_by(STEP.ordinal)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[StepRow, ...]:
            return tuple(StepRow(*row[1:]) for row in connection.execute(query))

        return self._read(f"read the steps of attempt {attempt} at task {task_id}", work)

    def step(self, task_id: int, attempt: int, ordinal: int | None = None) -> StepRow | None:
        """One step, by the number of its attempt and its own; the last one of the attempt, if that is not given."""
        query = (
            select(schema.steps)
            .join_from(schema.steps, schema.attempts)
            .where(ATTEMPT.task_id == task_id, ATTEMPT.number == attempt)
            .where(*([] if ordinal is None else [STEP.ordinal == ordinal]))
            .order_by(STEP.ordinal.desc())
            .limit(1)
        )

        def work(connection: Connection) -> StepRow | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else StepRow(*row[1:])

        return self._read(f"read step {ordinal or 'last'} of attempt {attempt} at task {task_id}", work)

    def effects(self, task_id: int) -> list[EffectHistory]:
        """The effects of all attempts at a task, in the order in which they were begun."""
        number = select(ATTEMPT.number).where(ATTEMPT.id == EFFECT.attempt_id).scalar_subquery()
        query = effect_query().add_columns(number.label("number")).where(EFFECT.task_id == task_id)

        def work(connection: Connection) -> list[EffectHistory]:
            rows = connection.execute(query)
            return [EffectHistory(effect(row), row.number, row.begun_utc, row.settled_utc) for row in rows]

        return self._read(f"read the effects of task {task_id}", work)


class _Span(NamedTuple):
    """A stretch of tasks: how many, and between which ids."""

    many: int
    oldest: int | None
    newest: int | None

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        return () if self.oldest is None else (TASK.id.between(self.oldest, self.newest),)


def _span(
    connection: Connection, base: Sequence[ColumnElement[bool]], before: int | None, most: int
) -> _Span:
    """The newest tasks that meet the base conditions."""
    above = [] if before is None else [TASK.id < before]
    ids = select(TASK.id).where(IS_LISTED, *base, *above).order_by(TASK.id.desc()).limit(most).subquery()
    return _Span(*connection.execute(select(func.count(), func.min(ids.c.id), func.max(ids.c.id))).one())


def _counts(connection: Connection, campaign: str | None) -> TaskCounts:
    """The tasks of a campaign (None: all) in each state, each counted by itself: of the rare states all are counted."""
    of = [] if campaign is None else [TASK.campaign == campaign]
    counted = {state: _count(connection, LOOKS, *of, TASK.state == state) for state in TaskState}
    return TaskCounts(
        {state: many for state, many in counted.items() if many},
        tuple(state for state, many in counted.items() if many >= LOOKS),
    )


def _count(connection: Connection, most: int, *where: ColumnElement[bool]) -> int:
    some = select(literal_column("1")).where(IS_LISTED, *where).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def _base(connection: Connection, chosen: TaskFilter) -> list[ColumnElement[bool]]:
    """The condition that an index serves best, newest first; all others are asked of the rows that it finds."""
    for name in ("device", "username"):
        if (value := getattr(chosen, name)) is not None:
            return [TASK[name] == value]
    state = [TASK.state == one for one in chosen.states or ()] if len(chosen.states or ()) == 1 else []
    is_campaign = TASK.campaign == chosen.campaign
    if chosen.campaign is not None and _count(connection, LOOKS, is_campaign) < LOOKS:
        return [is_campaign]  # no index has them by their ids, and few are soon sorted
    if state:
        return state
    return [TASK.script == chosen.script] if chosen.script is not None else []


def _rest(chosen: TaskFilter, said: str) -> Iterator[ColumnElement[bool]]:
    """All conditions, in a form that no index serves: none may draw the question away from its base."""
    for name in ("campaign", "entry", "device", "username", "script"):
        if (value := getattr(chosen, name)) is not None:
            yield _hidden(TASK[name]) == value
    if chosen.host is not None:
        yield literal_column(HOST_OF_TASK) == chosen.host
    if chosen.states is not None:
        yield _hidden(TASK.state).in_(chosen.states)
    if chosen.since_utc is not None:
        yield func.coalesce(TASK.due_utc, literal_column("0")) >= chosen.since_utc
    if said:
        columns = [TASK.key, TASK.target, TASK.reason]
        ways: list[ColumnElement[bool]] = [column.icontains(said, autoescape=True) for column in columns]
        yield or_(*ways, *([TASK.id == int(said)] if is_id(said) else []))


def _hidden(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(column, literal_column("''"))
