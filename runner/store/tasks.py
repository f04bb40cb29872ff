"""Tasks: all the ways to read them, and to change them from outside of an attempt."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from runner.backend_registry import batched_backends
from runner.reasons import ReasonKind
from runner.store import schema
from runner.store import task_changes as changes
from runner.store.leases import BACKEND
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN, not_pending, records, task_query, task_rows
from runner.store.rows import TaskFilter, TaskRecord, TaskRow
from runner.tasks import Occurrence, TaskState

TASK = schema.tasks.c

LAST_CHARACTER = "\U0010ffff"
"""Sorts after every other character: all that begins with a text lies between that text and the text with this one."""

IN_ORDER = (TASK.due_utc, TASK.id)
"""In the order in which tasks fall due, then in that of the plan."""

# Built once: these frequent queries take longer to build than to carry out.
BY_ID = task_query().where(TASK.id == bindparam("wanted"), IS_LISTED)
BY_KEY = task_query().where(TASK.key == bindparam("wanted"), IS_LISTED)


@dataclass(frozen=True, slots=True)
class DeletedTask:
    """What is left of a task that a person or the retention has deleted: its key, which stays taken, and the state
    that it had."""

    key: str
    state: TaskState
    deleted_utc: datetime


class Tasks(Part):
    """Reads never return deleted tasks."""

    def get(self, key: str | int) -> TaskRow | None:
        """The task with this key, or this id."""
        query = BY_ID if isinstance(key, int) else BY_KEY
        rows = self._read(f"read the task {key}", lambda connection: task_rows(connection, query, wanted=key))
        return next(iter(rows), None)

    def all(self, *, run_id: str | None = None, states: Collection[TaskState] | None = None) -> list[TaskRow]:
        """The tasks of a run, in these states (None: of all), in the order in which they fall due."""
        return self._tasks("read tasks", *conditions(TaskFilter(run_id=run_id, states=states)))

    def of(self, occurrence: Occurrence) -> list[TaskRow]:
        """The tasks of an occurrence, in the order in which they fall due."""
        return self._tasks(f"read the tasks of {occurrence.nominal}", _is_of(occurrence))

    def pending(self) -> list[TaskRow]:
        """Every task that waits, in the order in which they fall due."""
        return self._tasks("read the pending tasks", IS_OPEN, TASK.state == TaskState.PENDING)

    def due_in(self, lanes: Collection[str], now: datetime) -> list[TaskRow]:
        """The pending tasks of lanes, as hosts hold them, that are due, in the order in which they fell due."""
        backends = [lane.removeprefix(BACKEND) for lane in lanes if lane.startswith(BACKEND)]
        # By the device, for which there is an index: only a batch backend has lanes of accounts.
        is_a_phones = and_(TASK.device.in_(lanes), TASK.backend.not_in(batched_backends()))
        return self._tasks(
            f"read what is due in {len(lanes)} lanes",
            or_(is_a_phones, TASK.backend.in_(backends)) if backends else is_a_phones,
            IS_OPEN,
            TASK.state == TaskState.PENDING,
            TASK.due_utc <= now,
        )

    def added_since(self, task_id: int) -> list[TaskRow]:
        """The pending tasks that were made after the one with this id, in the order in which they fall due."""
        return self._tasks("read new tasks", TASK.id > task_id, IS_OPEN, TASK.state == TaskState.PENDING)

    def find(self, text: str, limit: int = 20) -> list[TaskRow]:
        """The task whose id or key is `text`; else those whose key begins with it, else those that contain it.

        At most `limit`, newest first.
        """
        with self._database.read(f"look for the task {text}") as connection:
            for condition in _ways_to_find(text):
                # Sorted by an expression: else SQLite reads the whole table backwards instead of the index of keys.
                ids = select(TASK.id).where(condition).order_by((TASK.id + 0).desc()).limit(limit)
                query = task_query().where(TASK.id.in_(ids), IS_LISTED).order_by(TASK.id.desc())
                if rows := task_rows(connection, query):
                    return rows
        return []

    def find_deleted(self, text: str) -> DeletedTask | None:
        """The task with this id or key, if it was deleted: what is left of it."""
        is_it = TASK.id == int(text) if is_id(text) else TASK.key == text
        query = select(TASK.key, TASK.state, TASK.deleted_utc).where(is_it, ~IS_LISTED)
        found = self._read(f"look for the deleted task {text}", lambda it: it.execute(query).one_or_none())
        return None if found is None else DeletedTask(*found)

    def count_deleted(self, occurrence: Occurrence) -> int:
        """How many of an occurrence's tasks were deleted."""
        query = select(func.count()).select_from(schema.tasks).where(_is_of(occurrence), ~IS_LISTED)
        action = f"count the deleted tasks of {occurrence.nominal}"
        return self._read(action, lambda connection: connection.scalar(query) or 0)

    def page(self, chosen: TaskFilter, offset: int = 0, limit: int = 50) -> tuple[int, list[TaskRow]]:
        """How many tasks a filter lets through, and those from `offset` on, newest first."""
        wanted = [IS_LISTED, *conditions(chosen)]
        ids = select(TASK.id).where(*wanted).order_by(TASK.id.desc()).offset(offset).limit(limit)
        with self._database.read("read a page of tasks") as connection:
            total = connection.scalar(select(func.count()).select_from(schema.tasks).where(*wanted)) or 0
            query = task_query().where(TASK.id.in_(ids)).order_by(TASK.id.desc())
            return total, task_rows(connection, query)

    def counts(self, chosen: TaskFilter | None = None) -> dict[TaskState, int]:
        """How many tasks, of those that a filter lets through, are in each state; a state without any is left out."""
        wanted = conditions(chosen) if chosen else ()
        query = select(TASK.state, func.count()).where(IS_LISTED, *wanted).group_by(TASK.state)

        def work(connection: Connection) -> dict[TaskState, int]:
            return {row[0]: row[1] for row in connection.execute(query)}

        return self._read("count the tasks", work)

    def troubles(self, since: datetime, offset: int = 0, limit: int = 1000) -> list[TaskRow]:
        """The tasks that ended failed, missed or uncertain from `since` on and are so still, newest first."""
        query = task_query().where(TASK.trouble_utc >= since, IS_LISTED)
        query = query.order_by(TASK.trouble_utc.desc(), TASK.id.desc()).offset(offset).limit(limit)
        return self._read("read what went wrong", lambda connection: task_rows(connection, query))

    def counts_by_period(
        self, campaigns: Collection[str], begins_utc: Sequence[datetime], until_utc: datetime
    ) -> list[tuple[str, int, TaskState, int]]:
        """How many tasks of these campaigns fell due in each of the periods that follow one another, and are in each
        state: campaign, number of the period from 0, state, count. `begins_utc` are the periods' beginnings; the last
        one ends at `until_utc`."""
        # A query for each period, since the index has their tasks side by side: to sort each task into its period takes
        # twice as long.
        ends_utc = [*begins_utc[1:], until_utc]
        query = union_all(
            *(
                select(TASK.campaign, literal(number), TASK.state, func.count())
                .where(TASK.campaign.in_(campaigns), TASK.due_utc >= begin, TASK.due_utc < end, IS_LISTED)
                .group_by(TASK.campaign, TASK.state)
                for number, (begin, end) in enumerate(zip(begins_utc, ends_utc, strict=True))
            )
        )

        def work(connection: Connection) -> list[tuple[str, int, TaskState, int]]:
            return [(campaign, number, state, n) for campaign, number, state, n in connection.execute(query)]

        return self._read("count tasks by time", work)

    def record_of(self, key: str | int) -> TaskRecord | None:
        """A task with its attempts, their steps, and its effects."""
        is_it = TASK.id == key if isinstance(key, int) else TASK.key == key
        with self._database.read(f"read the task {key}") as connection:
            rows = task_rows(connection, task_query().where(is_it, IS_LISTED))
            return next(iter(records(connection, rows, is_it)), None)

    def records_of(self, occurrence: Occurrence) -> list[TaskRecord]:
        """The tasks of an occurrence as planned, each with its attempts, their steps, and its effects."""
        is_its = _is_of(occurrence)
        query = task_query().where(is_its, IS_LISTED).order_by(TASK.ordinal)
        with self._database.read(f"read the tasks of {occurrence.nominal}") as connection:
            return records(connection, task_rows(connection, query), is_its)

    # Changes from outside of an attempt, by a person or because the time of tasks is over. Each method that names one
    # task raises LedgerRefusal, with what to do instead, if its state forbids the change.

    def hold_back(
        self, key: str, reason: str, not_before: datetime, kind: ReasonKind = ReasonKind.LIMIT
    ) -> None:
        """Note that a pending task may not start before an instant (UTC), and why. Raises LedgerRefusal if it is not
        pending."""
        held = update(schema.tasks).where(TASK.key == key, TASK.state == TaskState.PENDING, IS_LISTED)
        action = f"hold the task {key} back"

        def work(connection: Connection) -> None:
            if not connection.execute(
                held.values(reason=reason, reason_kind=kind, not_before_utc=not_before)
            ).rowcount:
                raise not_pending(connection, action, key)

        self._write(action, work, guarded=True)

    def cancel(self, keys: Collection[str], reason: str, kind: ReasonKind | None = None) -> int:
        """Cancel those of the tasks that are pending; returns how many. A task for which an earlier attempt may have
        done something becomes uncertain."""
        wanted, now = list(keys), self._clock.now()
        return self._write(
            f"cancel {len(keys)} tasks",
            lambda connection: changes.cancel(connection, wanted, reason, kind, now),
        )

    def miss(self, keys: Collection[str], reason: str, kind: ReasonKind | None = None) -> set[str]:
        """Miss those of the tasks that are pending: their time is over. Returns their keys."""
        wanted, now = list(keys), self._clock.now()
        return self._write(
            f"record {len(keys)} missed tasks",
            lambda connection: changes.end(connection, wanted, TaskState.MISSED, reason, kind, now),
        )

    def cancel_unstarted(self, campaign: str, entry: str | None, reason: str) -> list[str]:
        """Cancel the pending tasks of an entry (None: of the campaign) that its start times made and nobody has ever
        tried; returns their keys."""
        return self._write(
            f"cancel the tasks of {campaign}",
            lambda connection: changes.cancel_unstarted(connection, campaign, entry, reason),
        )

    def retry(self, key: str) -> TaskRow:
        """Do a task again that is over: it is pending, due now, with all its tries. Nothing that may have happened is
        repeated: every effect must be known not to have happened."""
        now = self._clock.now()
        return self._write(f"retry the task {key}", lambda connection: changes.retry(connection, key, now))

    def resolve(self, key: str, happened: bool, by: str) -> TaskRow:
        """Write down a person's word whether effects happened of which nobody else can tell. The task is completed
        then, or failed."""
        now = self._clock.now()
        return self._write(
            f"resolve the task {key}", lambda connection: changes.resolve(connection, key, happened, by, now)
        )

    def delete(self, key: str) -> None:
        """Show a task no longer. Its key stays taken, and limits go on to count its effects; a pending task ends as
        `cancel` ends it."""
        now = self._clock.now()
        self._write(f"delete the task {key}", lambda connection: changes.delete(connection, key, now))

    def _tasks(self, action: str, *where: ColumnElement[bool]) -> list[TaskRow]:
        query = task_query().where(*where, IS_LISTED).order_by(*IN_ORDER)
        return self._read(action, lambda connection: task_rows(connection, query))


def _is_of(occurrence: Occurrence) -> ColumnElement[bool]:
    identity = {"campaign": occurrence.campaign, "entry": occurrence.entry, "nominal": occurrence.nominal}
    its_id = select(schema.occurrences.c.id).filter_by(**identity).scalar_subquery()
    return TASK.occurrence_id == its_id


def conditions(chosen: TaskFilter) -> Iterator[ColumnElement[bool]]:
    """What a filter asks of tasks."""
    if chosen.occurrence_ids is not None:
        yield TASK.occurrence_id.in_(chosen.occurrence_ids)
    for name in ("campaign", "entry", "device", "username", "script", "run_id"):
        if (value := getattr(chosen, name)) is not None:
            yield TASK[name] == value
    if chosen.states is not None:
        yield TASK.state.in_(chosen.states)
    if chosen.sources is not None:
        yield TASK.source.in_(chosen.sources)
    if chosen.since_utc is not None:
        yield TASK.due_utc >= chosen.since_utc
    if chosen.until_utc is not None:
        yield TASK.due_utc < chosen.until_utc


def is_id(text: str) -> bool:
    """Whether a text can be a task's id; longer numbers do not fit into the column."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _ways_to_find(text: str) -> Iterator[ColumnElement[bool]]:
    # From the quickest to the slowest: only the last one reads every key.
    if is_id(text):
        yield TASK.id == int(text)
    yield TASK.key == text
    yield TASK.key.between(text, text + LAST_CHARACTER)
    yield TASK.key.contains(text, autoescape=True)
