"""Attempts at tasks, one at a time or many at once: from claim to outcome."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, false, func, insert, literal_column, select, update

from runner.clock import Clock
from runner.errors import LedgerError
from runner.journals import Settlement
from runner.store import schema
from runner.store.bulk import WANTED, Values, ask, fetch, instant, text, update_rows
from runner.store.connector import among
from runner.store.database import Database
from runner.store.effects import settle
from runner.store.json_text import to_json
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
    .where(TASK.state == TaskState.PENDING, IS_LISTED)
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
        ["task_id", "number", "executor", "started_utc", "message", "needs_person"],
        select(TASK.id, TASK.attempts, bindparam("executor"), bindparam("at"), literal_column("''"), false())
        .where(among(TASK.id, WANTED))
        .order_by(TASK.id),
    )
    .returning(ATTEMPT.id, ATTEMPT.task_id)
)
"""For tasks that have just been claimed."""

NEW_STEP = insert(schema.steps)

OPEN_ATTEMPTS = select(ATTEMPT.id, ATTEMPT.task_id).where(ATTEMPT.outcome.is_(None))


class Attempts(Part):
    """`executor` names this process in the attempts that it starts."""

    def __init__(self, database: Database, clock: Clock, executor: str) -> None:
        super().__init__(database, clock)
        self.executor = executor

    def start_all(self, keys: Collection[str]) -> dict[str, Attempt]:
        """Claim those of the tasks that are pending, in one transaction; returns their attempts by key."""
        asked = list(keys)
        return self._write(f"start {len(asked)} tasks", lambda connection: self._start(connection, asked))

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
        self._write(
            f"record the outcome of attempt {attempt_id}",
            lambda connection: self._finish(connection, [ending]),
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

        self._write(f"record the outcomes of {len(ended)} attempts", work)

    def finish_and_start(
        self, ending: AttemptEnd, key: str, settlements: Sequence[Settlement] = ()
    ) -> Attempt | None:
        """Write down how an attempt ended, and what became of effects, and claim another task, in one transaction;
        returns the attempt at that, or None if it is not pending."""

        def work(connection: Connection) -> Attempt | None:
            settle(connection, settlements, self._clock.now())
            self._finish(connection, [ending])
            return self._start(connection, [key]).get(key)

        return self._write(f"record the outcome of attempt {ending.attempt_id}, and start {key}", work)

    def interrupted(self) -> list[Attempt]:
        """The attempts that another process started and never finished, oldest first.

        While this process holds the executor's lock, those processes are dead.
        """
        query = (
            select(ATTEMPT.id, TASK.key, ATTEMPT.number, ATTEMPT.executor, ATTEMPT.started_utc, TASK.tries)
            .join_from(schema.tasks, schema.attempts)
            .where(
                IS_OPEN,
                TASK.state == TaskState.RUNNING,
                ATTEMPT.outcome.is_(None),
                ATTEMPT.executor != self.executor,
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
        self._write(
            f"record step {record.ordinal} of attempt {attempt_id}",
            lambda connection: connection.execute(NEW_STEP, row),
            flush=False,
        )

    def _start(self, connection: Connection, keys: Sequence[str]) -> dict[str, Attempt]:
        now = self._clock.now()
        claimed = sorted(ask(connection, CLAIM, TASK.key, keys, at=instant(now)))
        if not claimed:
            return {}
        tasks = to_json([task_id for task_id, *_ in claimed])
        given = {"executor": self.executor, "at": instant(now), "wanted": tasks}
        ids = {task_id: number for number, task_id in fetch(connection, NEW_ATTEMPTS, **given)}
        return {
            key: Attempt(ids[task_id], key, number, self.executor, now, tries)
            for task_id, key, number, tries in claimed
        }

    def _finish(self, connection: Connection, endings: Sequence[AttemptEnd]) -> None:
        now = instant(self._clock.now())
        asked = [ending.attempt_id for ending in endings]
        tasks = {row[0]: row[1] for row in ask(connection, OPEN_ATTEMPTS, ATTEMPT.id, asked)}
        ended, left = [], []
        before: Values = ()
        for ending in endings:
            attempt_id, how = ending.attempt_id, ending[1:]
            if attempt_id not in tasks:
                raise LedgerError(
                    f"cannot finish attempt {attempt_id}: it has ended, or the ledger does not hold it"
                )
            if how != before:  # many in a row end alike: what that sets is made once
                before, (of_attempt, of_task) = how, _ended(now, *how)
            ended.append((attempt_id, of_attempt))
            left.append((tasks[attempt_id], of_task))
        update_rows(connection, schema.attempts, ENDED_ATTEMPT, ended)
        update_rows(connection, schema.tasks, ENDED_TASK, left)


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
