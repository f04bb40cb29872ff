"""What reports look back on: some of many tasks, counted in the ledger and never read all at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from runner.store import schema
from runner.store.asked.questions import is_one_of
from runner.store.asked.tasks import records
from runner.store.bulk import chunks
from runner.store.occurrences import occurrence_rows
from runner.store.part import Part
from runner.store.reading import IS_LISTED, conditions, task_query, task_rows
from runner.store.rows import OccurrenceRow, OccurrenceState, TaskFilter, TaskRecord, TaskRow
from runner.tasks import TaskState

TASK, OCCURRENCE = schema.tasks.c, schema.occurrences.c


class Reports(Part):
    def counts(self, chosen: TaskFilter) -> dict[TaskState, int]:
        """How many of the tasks that a filter lets through are in each state; a state without any is left out."""
        query = select(TASK.state, func.count()).where(IS_LISTED, *conditions(chosen)).group_by(TASK.state)

        def work(connection: Connection) -> dict[TaskState, int]:
            return {row[0]: row[1] for row in connection.execute(query)}

        return self._read("count the tasks of a report", work)

    def newest(self, chosen: TaskFilter, limit: int) -> list[TaskRow]:
        """The newest of the tasks that a filter lets through, newest first."""
        ids = select(TASK.id).where(IS_LISTED, *conditions(chosen)).order_by(TASK.id.desc()).limit(limit)
        query = task_query().where(TASK.id.in_(ids)).order_by(TASK.id.desc())
        return self._read("read the tasks of a report", lambda connection: task_rows(connection, query))

    def has_tasks(self, chosen: TaskFilter) -> bool:
        """Whether a filter lets any task through."""
        query = select(TASK.id).where(IS_LISTED, *conditions(chosen)).limit(1)
        return self._read("look for tasks", lambda it: it.scalar(query) is not None)

    def records(self, rows: Sequence[TaskRow]) -> list[TaskRecord]:
        """These tasks, in this order, with their attempts, steps and effects."""
        with self._asked.asking("read what was done for the tasks of a report") as ask:
            return [
                record
                for chunk in chunks(rows)
                for record in records(ask, chunk, is_one_of("tasks.id", [row.id for row in chunk]))
            ]

    def occurrence(self, campaign: str, entry: str, nominal: str) -> OccurrenceRow | None:
        """The occurrence of this name; None if the ledger has none."""
        is_it = (OCCURRENCE.campaign == campaign, OCCURRENCE.entry == entry, OCCURRENCE.nominal == nominal)
        return next(iter(self._occurrences(1, *is_it)), None)

    def occurrence_by_id(self, occurrence_id: int) -> OccurrenceRow | None:
        return next(iter(self._occurrences(1, OCCURRENCE.id == occurrence_id)), None)

    def not_started(self, chosen: TaskFilter, limit: int) -> list[OccurrenceRow]:
        """The occurrences, newest first, from which no tasks were made: of the campaign, the entry and the time that a
        filter names."""
        return self._occurrences(
            limit, OCCURRENCE.state != OccurrenceState.STARTED, *_occurrence_conditions(chosen)
        )

    def _occurrences(self, limit: int, *where: ColumnElement[bool]) -> list[OccurrenceRow]:
        newest_first = (OCCURRENCE.instant_utc.desc(), OCCURRENCE.id.desc())
        query = select(schema.occurrences).where(*where).order_by(*newest_first).limit(limit)

        return self._read(
            "read the occurrences of a report", lambda connection: occurrence_rows(connection, query)
        )

    def ends_around(self, chosen: TaskFilter) -> tuple[datetime | None, datetime | None]:
        """When the last task before the time of a filter was due, and the first one from its end on."""
        others = list(conditions(TaskFilter(campaign=chosen.campaign, entry=chosen.entry)))
        before = select(func.max(TASK.due_utc)).where(IS_LISTED, *others)
        after = select(func.min(TASK.due_utc)).where(IS_LISTED, *others)
        if chosen.since_utc is not None:
            before = before.where(TASK.due_utc < chosen.since_utc)
        if chosen.until_utc is not None:
            after = after.where(TASK.due_utc >= chosen.until_utc)

        def work(connection: Connection) -> tuple[datetime | None, datetime | None]:
            return (
                connection.scalar(before) if chosen.since_utc else None,
                connection.scalar(after) if chosen.until_utc else None,
            )

        return self._read("look for tasks before and after a time", work)


def _occurrence_conditions(chosen: TaskFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.campaign is not None:
        yield OCCURRENCE.campaign == chosen.campaign
    if chosen.entry is not None:
        yield OCCURRENCE.entry == chosen.entry
    if chosen.since_utc is not None:
        yield OCCURRENCE.instant_utc >= chosen.since_utc
    if chosen.until_utc is not None:
        yield OCCURRENCE.instant_utc < chosen.until_utc
