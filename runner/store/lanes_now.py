"""What a wall of phones asks about all its lanes at once: each question is one statement, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select

from runner.store import schema
from runner.store.bulk import WANTED, ask, chunks, fetch, instant
from runner.store.connector import among, json_values
from runner.store.json_text import to_json
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN, MAY_HAVE_HAPPENED, task_query, task_rows
from runner.store.rows import TaskRow
from runner.tasks import StepOutcome, TaskState

ATTEMPT, EFFECT, STEP, TASK = schema.attempts.c, schema.effects.c, schema.steps.c, schema.tasks.c

LOOK_BACK_TASKS = 20
"""How many of a device's newest tasks that have begun are searched for a screenshot."""

# As the driver gives them: thousands may wait, and only the first of each lane becomes a task.
WAITING = (
    select(TASK.lane, TASK.id, TASK.due_utc)
    .where(IS_OPEN, TASK.state == TaskState.PENDING, IS_LISTED)
    .order_by(TASK.due_utc, TASK.id)
)
RUNNING = select(TASK.lane, TASK.id).where(IS_OPEN, TASK.state == TaskState.RUNNING, IS_LISTED)

LAST_STEPS = 5
"""How many steps of an attempt are told."""

_BEGUN = select(TASK.id).where(IS_LISTED, TASK.started_utc.is_not(None)).order_by(TASK.id.desc())
BEGUN = _BEGUN.where(TASK.device == bindparam("device")).limit(LOOK_BACK_TASKS)

_DEVICES = json_values(WANTED).table_valued("value")
_NEWEST = _BEGUN.where(TASK.device == _DEVICES.c.value).limit(1).correlate(_DEVICES).scalar_subquery()
NEWEST_TASKS = select(_DEVICES.c.value, _NEWEST.label("id")).select_from(_DEVICES)
"""The newest task that has begun on each device of a JSON array; NULL for one that has had none."""

STEPS = (
    select(ATTEMPT.task_id, STEP.ordinal, STEP.title, STEP.outcome)
    .join_from(schema.attempts, schema.steps)
    .where(ATTEMPT.outcome.is_(None))
)

PICTURES = (
    select(TASK.device, STEP.screenshot, STEP.started_utc, STEP.duration_s)
    .join_from(schema.tasks, schema.attempts)
    .join(schema.steps)
    .where(STEP.screenshot.is_not(None))
    .order_by(STEP.started_utc)
)


@dataclass(frozen=True, slots=True)
class Queue:
    """The tasks that are pending in a lane: how many, how many of them were due by the instant of the question, and the
    one that is due first."""

    count: int
    due: int
    first: TaskRow


@dataclass(frozen=True, slots=True)
class NewestScreenshot:
    """A screenshot of a device between two steps: its path inside the artifacts' folder, and when it was taken."""

    path: str
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class EffectsOfLanes:
    """How many effects that may have happened there are: by device and kind, and by account, its app (None: unknown)
    and kind."""

    devices: Mapping[tuple[str, str], int]
    accounts: Mapping[tuple[str, str | None, str], int]

    def by(self, account: str, app: str | None, kind: str) -> int:
        """By an account: in this app and where the app is not known; in any app if `app` is None."""
        return sum(
            count
            for (name, of_app, of_kind), count in self.accounts.items()
            if (name, of_kind) == (account, kind) and (app is None or of_app in (None, app))
        )


class StepLine(NamedTuple):
    """A step of a running attempt that has ended."""

    ordinal: int
    title: str
    outcome: StepOutcome


@dataclass(slots=True)
class _Counted:
    first: int
    count: int = 0
    due: int = 0


class LanesNow(Part):
    """A lane is named by its device, or by its account where no device is known. Deleted tasks do not count."""

    def running(self, lanes: Collection[str] | None = None) -> list[TaskRow]:
        """The tasks that run now in these lanes (None: in all), oldest first."""

        def work(connection: Connection) -> list[TaskRow]:
            ids = [task_id for lane, task_id in fetch(connection, RUNNING) if lanes is None or lane in lanes]
            return _rows(connection, ids)

        return sorted(self._read("read what runs", work), key=lambda row: (row.started_utc, row.id))

    def queues(self, now: datetime, lanes: Collection[str] | None = None) -> dict[str, Queue]:
        """What is pending in these lanes (None: in all) at `now`, by lane; a lane without any is left out."""
        until = instant(now) or 0

        def work(connection: Connection) -> dict[str, Queue]:
            found: dict[str, _Counted] = {}
            for lane, task_id, due_utc in fetch(connection, WAITING):
                if lanes is None or lane in lanes:
                    counted = found.setdefault(lane, _Counted(task_id))
                    counted.count += 1
                    counted.due += due_utc <= until
            rows = _rows(connection, [counted.first for counted in found.values()])
            counts = {row.task.lane: (row, found[row.task.lane]) for row in rows}
            return {lane: Queue(it.count, it.due, row) for lane, (row, it) in counts.items()}

        return self._read("read what waits", work)

    def steps(self, task_ids: Collection[int]) -> dict[int, list[StepLine]]:
        """The last steps of the attempts at these tasks that go on, by task id."""

        def work(connection: Connection) -> dict[int, list[StepLine]]:
            found: dict[int, list[StepLine]] = defaultdict(list)
            for task_id, ordinal, title, outcome in ask(connection, STEPS, ATTEMPT.task_id, list(task_ids)):
                found[task_id].append(StepLine(ordinal, title, StepOutcome(outcome)))
            return {task_id: sorted(steps)[-LAST_STEPS:] for task_id, steps in found.items()}

        return self._read("read the steps of what runs", work)

    def counts(
        self, since_utc: datetime, until_utc: datetime, lanes: Collection[str] | None = None
    ) -> dict[str, dict[TaskState, int]]:
        """How many tasks that fell due from `since_utc` until `until_utc` are in each state, by lane."""
        query = (
            select(TASK.lane, TASK.state, func.count().label("tasks"))
            .where(IS_LISTED, TASK.due_utc >= since_utc, TASK.due_utc < until_utc, *_within(lanes))
            .group_by(TASK.lane, TASK.state)
        )

        def work(connection: Connection) -> dict[str, dict[TaskState, int]]:
            found: dict[str, dict[TaskState, int]] = defaultdict(dict)
            for lane, state, count in connection.execute(query, _wanted(lanes)):
                found[lane][state] = count
            return dict(found)

        return self._read("count tasks by lane", work)

    def made(
        self, devices: Collection[str], accounts: Collection[str], since_utc: datetime, until_utc: datetime
    ) -> EffectsOfLanes:
        """What limits count on devices and by accounts from `since_utc` to `until_utc`, both included."""
        counted = and_(MAY_HAVE_HAPPENED, EFFECT.begun_utc.between(since_utc, until_utc))
        on_devices = (
            select(EFFECT.device, EFFECT.kind, func.count().label("effects"))
            .where(among(EFFECT.device, WANTED), counted)
            .group_by(EFFECT.device, EFFECT.kind)
        )
        by_accounts = (
            select(EFFECT.account, EFFECT.app, EFFECT.kind, func.count().label("effects"))
            .where(among(EFFECT.account, WANTED), counted)
            .group_by(EFFECT.account, EFFECT.app, EFFECT.kind)
        )

        def work(connection: Connection) -> EffectsOfLanes:
            of_devices = connection.execute(on_devices, _wanted(devices))
            of_accounts = connection.execute(by_accounts, _wanted(accounts))
            return EffectsOfLanes(
                {(device, kind): count for device, kind, count in of_devices},
                {(account, app, kind): count for account, app, kind, count in of_accounts},
            )

        return self._read("count what limits count", work)

    def pictures(self, devices: Collection[str]) -> dict[str, NewestScreenshot]:
        """The newest screenshot that a step has left of each device; a device without any is left out."""

        def work(connection: Connection) -> dict[str, NewestScreenshot]:
            newest = fetch(connection, NEWEST_TASKS, wanted=to_json(list(devices)))
            ids = {device: task_id for device, task_id in newest if task_id is not None}
            found = _pictures(connection, list(ids.values()))
            # The newest task may have ended before its first picture: look further back.
            for device in ids.keys() - found.keys():
                begun = connection.execute(BEGUN, {"device": device}).scalars().all()
                found |= _pictures(connection, begun)
            return found

        return self._read("look for the newest screenshots", work)


def _rows(connection: Connection, ids: Sequence[int]) -> list[TaskRow]:
    return [
        row for chunk in chunks(ids) for row in task_rows(connection, task_query().where(TASK.id.in_(chunk)))
    ]


def _pictures(connection: Connection, task_ids: Collection[int]) -> dict[str, NewestScreenshot]:
    """The newest screenshot of these tasks, by device."""
    found: dict[str, NewestScreenshot] = {}
    for chunk in chunks(list(task_ids)):
        rows = connection.execute(PICTURES.where(TASK.id.in_(chunk)))
        for device, path, started_utc, duration_s in rows:
            at_utc = started_utc + timedelta(seconds=duration_s)
            if device not in found or found[device].at_utc <= at_utc:
                found[device] = NewestScreenshot(path, at_utc)
    return found


def _within(lanes: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if lanes is None else [among(TASK.lane, WANTED)]


def _wanted(lanes: Collection[str] | None) -> Mapping[str, str]:
    return {} if lanes is None else {WANTED.key: to_json(list(lanes))}
