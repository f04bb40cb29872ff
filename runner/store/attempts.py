"""Attempts at tasks, one at a time or many at once: from claim to outcome."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from runner.backend_registry import batched_backends
from runner.clock import Clock
from runner.errors import LeaseLost, LedgerError
from runner.journals import Settlement
from runner.store import schema
from runner.store.bulk import WANTED, Values, ask, fetch, instant, text, update_rows
from runner.store.connector import among, unsearched
from runner.store.database import Database
from runner.store.effects import settle
from runner.store.fence import Fence, check_holds
from runner.store.json_text import to_json
from runner.store.leases import LaneHold, backend_lane
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN
from runner.store.rows import Attempt, AttemptEnd
from runner.tasks import AttemptOutcome, Outcome, StepRecord, TaskState

TASK, ATTEMPT, STEP = schema.tasks.c, schema.attempts.c, schema.steps.c

ENDED_ATTEMPT = ("finished_utc", "outcome", "message", "hint", "needs_person")
ENDED_TASK = (
    "state",
    "reason",
    "reason_kind",
    "hint",
    "not_before_utc",
    "finished_utc",
    "trouble_utc",
    "+tries",
)

CLAIM = (
    update(schema.tasks)
    .where(unsearched(TASK.state) == TaskState.PENDING, IS_LISTED)
    .values(
        state=TaskState.RUNNING,
        started_utc=bindparam("at"),
        finished_utc=None,
        reason="",
        reason_kind=None,
        hint=None,
        not_before_utc=None,
        attempts=TASK.attempts + 1,
    )
    .returning(TASK.id, TASK.key, TASK.attempts, TASK.tries)
)

NEW_ATTEMPTS = (
    insert(schema.attempts)
    .from_select(
        ["task_id", "number", "executor", "started_utc", "message", "needs_person", "host"],
        select(
            TASK.id,
            TASK.attempts,
            bindparam("executor"),
            bindparam("at"),
            literal_column("''"),
            false(),
            bindparam("host"),
        )
        .where(among(TASK.id, WANTED))
        .order_by(TASK.id),
    )
    .returning(ATTEMPT.id, ATTEMPT.task_id)
)
"""For tasks that have just been claimed."""

NEW_STEP = insert(schema.steps)

# Locked: whoever takes a lane settles what was left open in it, perhaps at this moment.
OPEN_ATTEMPTS = select(ATTEMPT.id, ATTEMPT.task_id).where(ATTEMPT.outcome.is_(None)).with_for_update()

NO_USES = delete(schema.account_uses).returning(schema.account_uses.c.id)
"""A task whose attempt has ended works as no account any longer."""


class Attempts(Part):
    """`executor` names this process in the attempts that it starts.

    Where hosts share the ledger, a task begins under the `hold` of its lane, and nothing is written once that is lost:
    LeaseLost is raised then. An end is refused as well if somebody else has written down another one meanwhile.
    """

    def __init__(self, database: Database, clock: Clock, executor: str, fence: Fence) -> None:
        super().__init__(database, clock)
        self.executor = executor
        self._fence = fence

    def start_all(self, keys: Collection[str], hold: LaneHold | None = None) -> dict[str, Attempt]:
        """Claim those of the tasks that are pending, all of one lane of hosts, in one transaction; returns their
        attempts by key."""
        asked = list(keys)
        return self._write_together(
            f"start {len(asked)} tasks", self._start, _Claim(asked, hold), guarded=True
        )

    def finish(
        self,
        attempt_id: int,
        outcome: Outcome,
        state: TaskState,
        *,
        reason: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Write down how an attempt ended, and the state in which that leaves its task; see `AttemptEnd`."""
        ending = AttemptEnd(attempt_id, outcome, state, reason, not_before)
        self._write_together(
            f"record the outcome of attempt {attempt_id}", self._finish, ending, guarded=True
        )

    def finish_all(
        self,
        endings: Iterable[AttemptEnd | tuple[int, Outcome, TaskState]],
        settlements: Sequence[Settlement] = (),
    ) -> None:
        """Write down how attempts ended, and what became of effects, in one transaction."""
        ended = [ending if isinstance(ending, AttemptEnd) else AttemptEnd(*ending) for ending in endings]

        def work(connection: Connection) -> None:
            settle(connection, settlements, self._clock.now())
            self._finish(connection, ended)

        self._write(f"record the outcomes of {len(ended)} attempts", work, guarded=True)

    def finish_and_start(
        self,
        ending: AttemptEnd,
        key: str,
        settlements: Sequence[Settlement] = (),
        *,
        hold: LaneHold | None = None,
    ) -> Attempt | None:
        """Write down how an attempt ended, and what became of effects, and claim another task of its lane, in one
        transaction; returns the attempt at that, or None if it is not pending."""

        action = f"record the outcome of attempt {ending.attempt_id}, and start {key}"
        item = (ending, settlements, _Claim([key], hold))
        return self._write_together(action, self._finish_and_start, item, guarded=True)

    def interrupted(self, lanes: Collection[str] | None = None) -> list[Attempt]:
        """The attempts that another process started and never finished, oldest first.

        While this process holds the executor's lock, those processes are dead. Where hosts share the ledger, `lanes`
        are those that this host has just taken, and in which nothing has begun since: then it is every attempt in them
        that is open, of this process too, which has lost it with the lane.
        """
        where = [ATTEMPT.executor != self.executor] if lanes is None else [_is_in(lanes)]
        query = (
            select(ATTEMPT.id, TASK.key, ATTEMPT.number, ATTEMPT.executor, ATTEMPT.started_utc, TASK.tries)
            .join_from(schema.tasks, schema.attempts)
            .where(
                IS_OPEN,
                TASK.state == TaskState.RUNNING,
                ATTEMPT.outcome.is_(None),
                *where,
            )
            .order_by(ATTEMPT.id)
        )

        def work(connection: Connection) -> list[Attempt]:
            return [Attempt(*row) for row in connection.execute(query)]

        return self._read("read interrupted attempts", work)

    def worked_s(self, key: str, *, before: int) -> float:
        """How long the attempts at a task before this one have worked, in seconds: each until its last step began. What
        was done before a person had the task tried anew does not count."""
        query = (
            select(ATTEMPT.started_utc, func.max(STEP.started_utc))
            .join_from(schema.tasks, schema.attempts)
            .join(schema.steps)
            .where(TASK.key == key, ATTEMPT.id < before, ATTEMPT.started_utc >= TASK.due_utc)
            .group_by(ATTEMPT.id)
        )

        def work(connection: Connection) -> float:
            rows = connection.execute(query)
            return sum(((last - started).total_seconds() for started, last in rows), start=0.0)

        return self._read(f"read how long the task {key} was worked at", work)

    def add_step(
        self, attempt_id: int, record: StepRecord, screenshot: str | None, hierarchy: str | None
    ) -> None:
        """Write down a step that has ended; `screenshot` and `hierarchy` are the paths that `Artifacts` returned.

        It is flushed with what is written next: an effect that is to be made, or the end of the attempt.
        """
        row = {
            "attempt_id": attempt_id,
            "ordinal": record.ordinal,
            "kind": record.kind,
            "title": record.title,
            "source": record.source,
            "outcome": record.outcome,
            "message": record.message,
            "started_utc": record.started_utc,
            "duration_s": record.duration_s,
            "screenshot": screenshot,
            "hierarchy": hierarchy,
            "touch": record.touch,
        }
        action = f"record step {record.ordinal} of attempt {attempt_id}"
        self._write_together(action, _add_steps, row, flush=False, guarded=True)

    def _finish_and_start(
        self, connection: Connection, items: Sequence[tuple[AttemptEnd, Sequence[Settlement], "_Claim"]]
    ) -> list[Attempt | None]:
        settlements = [one for _, settled, _ in items for one in settled]
        settle(connection, settlements, self._clock.now())
        self._finish(connection, [ending for ending, _, _ in items])
        started = self._start(connection, [claim for _, _, claim in items])
        return [next(iter(attempts.values()), None) for attempts in started]

    def _start(self, connection: Connection, claims: Sequence["_Claim"]) -> list[dict[str, Attempt]]:
        """The attempts of each of these claims; a task that several of them name goes to the first."""
        check_holds(connection, [claim.hold for claim in claims])
        now = self._clock.now()
        keys = [key for claim in claims for key in claim.keys]
        claimed = sorted(ask(connection, CLAIM, TASK.key, keys, at=instant(now)))
        if not claimed:
            return [{} for _ in claims]
        tasks = to_json([task_id for task_id, *_ in claimed])
        host = next((claim.hold.lease.host for claim in claims if claim.hold is not None), None)
        given = {"executor": self.executor, "at": instant(now), "wanted": tasks, "host": host}
        ids = {task_id: number for number, task_id in fetch(connection, NEW_ATTEMPTS, **given)}
        attempts = {
            key: Attempt(ids[task_id], key, number, self.executor, now, tries)
            for task_id, key, number, tries in claimed
        }
        return [{key: attempts.pop(key) for key in claim.keys if key in attempts} for claim in claims]

    def _finish(self, connection: Connection, endings: Sequence[AttemptEnd]) -> Sequence[None]:
        now = instant(self._clock.now())
        asked = [ending.attempt_id for ending in endings]
        tasks = {row[0]: row[1] for row in ask(connection, OPEN_ATTEMPTS, ATTEMPT.id, asked)}
        still_open = dict(tasks)
        ended, left = [], []
        before: Values = ()
        for ending in endings:
            attempt_id, how = ending.attempt_id, ending[1:]
            if still_open.pop(attempt_id, None) is None:
                raise _not_open(connection, attempt_id)
            if how != before:  # many in a row end alike: what that sets is made once
                before, (of_attempt, of_task) = how, _ended(now, *how)
            ended.append((attempt_id, of_attempt))
            left.append((tasks[attempt_id], of_task))
        update_rows(connection, schema.attempts, ENDED_ATTEMPT, ended)
        update_rows(connection, schema.tasks, ENDED_TASK, left)
        if self._fence.lease is not None:
            ask(connection, NO_USES, schema.account_uses.c.task_id, list(tasks.values()))
        return [None] * len(endings)


class _Claim(NamedTuple):
    """Tasks that are to begin, by their keys, and the hold of the lane under which they do."""

    keys: Sequence[str]
    hold: LaneHold | None


def _add_steps(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[None]:
    connection.execute(NEW_STEP, rows)
    return [None] * len(rows)


def _is_in(lanes: Collection[str]) -> ColumnElement[bool]:
    """Whether a task is in one of these lanes of hosts, which a backend that takes batches has in place of phones."""
    batched = batched_backends()
    own = [name for name in batched if backend_lane(name) in lanes]
    return or_(TASK.backend.in_(own), and_(TASK.lane.in_(lanes), TASK.backend.not_in(batched)))


def _not_open(connection: Connection, attempt_id: int) -> LedgerError:
    if connection.scalar(select(ATTEMPT.id).where(ATTEMPT.id == attempt_id)) is None:
        return LedgerError(f"cannot finish attempt {attempt_id}: the ledger does not hold it")
    return LeaseLost(f"cannot finish attempt {attempt_id}: it has ended, as somebody else has written down")


def _ended(
    now: int | None, outcome: Outcome, state: TaskState, reason: str | None, not_before: datetime | None
) -> tuple[Values, Values]:
    """The values that the end of an attempt sets in its row, and in that of its task."""
    message, hint = text(outcome.message), text(outcome.hint)
    wait = instant(not_before or outcome.not_before)
    why = message if reason is None else text(reason)
    tried = outcome.outcome is AttemptOutcome.FAILED and outcome.again.is_a_try
    of_attempt = (now, outcome.outcome, message, hint, outcome.needs_person)
    trouble = now if state.is_trouble else None
    return of_attempt, (state, why, outcome.kind, hint, wait, now, trouble, int(tried))
