"""Tasks: all the ways to read them, and to change them from outside of an attempt."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
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
from runner.store.asked.tasks import AskedTasks
from runner.store.leases import BACKEND
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN, not_pending, task_query, task_rows
from runner.store.rows import TaskRow
from runner.tasks import TaskState

TASK = schema.tasks.c

# Built once: these frequent queries take longer to build than to carry out.
BY_ID = task_query().where(TASK.id == bindparam("wanted"), IS_LISTED)
BY_KEY = task_query().where(TASK.key == bindparam("wanted"), IS_LISTED)


class Tasks(AskedTasks, Part):
    """Reads never return deleted tasks."""

    def get(self, key: str | int) -> TaskRow | None:
        """The task with this key, or this id."""
        query = BY_ID if isinstance(key, int) else BY_KEY
        rows = self._read(f"read the task {key}", lambda connection: task_rows(connection, query, wanted=key))
        return next(iter(rows), None)

    def due_in(self, lanes: Collection[str], now: datetime) -> list[TaskRow]:
        """The pending tasks of lanes, as hosts hold them, that are due, in the order in which they fell due."""
        backends = [lane.removeprefix(BACKEND) for lane in lanes if lane.startswith(BACKEND)]
        # By the device, for which there is an index: only a batch backend has lanes of accounts.
        is_a_phones = and_(TASK.device.in_(lanes), TASK.backend.not_in(batched_backends()))
        due = task_query().where(
            or_(is_a_phones, TASK.backend.in_(backends)) if backends else is_a_phones,
            IS_OPEN,
            TASK.state == TaskState.PENDING,
            TASK.due_utc <= now,
            IS_LISTED,
        )
        action = f"read what is due in {len(lanes)} lanes"
        query = due.order_by(TASK.due_utc, TASK.id)
        return self._read(action, lambda connection: task_rows(connection, query))

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
