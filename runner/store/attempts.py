"""Attempts at tasks, one at a time or many at once: from claim to outcome."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from runner.errors import LedgerError
from runner.store import schema
from runner.store.bulk import Values, ask, insert_and_number, instant, text, update_rows
from runner.store.effects import settle
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN, not_pending
from runner.store.rows import Attempt, Ending
from runner.tasks import Again, AttemptOutcome, Outcome, Settlement, StepRecord, TaskState

TASK, ATTEMPT = schema.tasks.c, schema.attempts.c

NEW_ATTEMPT = ("task_id", "number", "executor", "started_utc", "message", "needs_person")
ENDED_ATTEMPT = ("finished_utc", "outcome", "message", "hint", "needs_person")
ENDED_TASK = ("state", "reason", "hint", "not_before_utc", "finished_utc", "+tries")

CLAIM = (
    update(schema.tasks)
    .where(TASK.state == TaskState.PENDING, IS_LISTED)
    .values(
        state=TaskState.RUNNING,
        started_utc=bindparam("at"),
        finished_utc=None,
        reason="",
        hint=None,
        not_before_utc=None,
        attempts=TASK.attempts + 1,
    )
    .returning(TASK.id, TASK.key, TASK.attempts, TASK.tries)
)

OPEN_ATTEMPTS = select(ATTEMPT.id, ATTEMPT.task_id).where(ATTEMPT.outcome.is_(None))


class Attempts(Part):
    def start_attempt(self, key: str) -> Attempt:
        """Claim a pending task: it is running, and nobody else can claim it. Raises LedgerRefusal otherwise."""
        action = f"start the task {key}"

        def work(connection: Connection) -> Attempt:
            started = self._start(connection, [key])
            if not started:
                raise not_pending(connection, action, key)
            return started[key]

        return self._write(action, work)

    def start_attempts(self, keys: Collection[str]) -> dict[str, Attempt]:
        """Claim those of the tasks that are pending, in one transaction; returns their attempts by key."""
        asked = list(keys)
        return self._write(f"start {len(asked)} tasks", lambda connection: self._start(connection, asked))

    def finish_attempt(
        self,
        attempt_id: int,
        outcome: Outcome,
        state: TaskState,
        *,
        reason: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """How an attempt ended, and the state in which that leaves its task; see `Ending`."""
        ending = Ending(attempt_id, outcome, state, reason, not_before)
        self._write(
            f"record the outcome of attempt {attempt_id}",
            lambda connection: self._finish(connection, [ending]),
        )

    def finish_attempts(
        self,
        endings: Iterable[Ending | tuple[int, Outcome, TaskState]],
        settlements: Sequence[Settlement] = (),
    ) -> None:
        """How attempts ended, and what became of effects, in one transaction."""
        ended = [ending if isinstance(ending, Ending) else Ending(*ending) for ending in endings]

        def work(connection: Connection) -> None:
            settle(connection, settlements, self._clock.now())
            self._finish(connection, ended)

        self._write(f"record the outcomes of {len(ended)} attempts", work)

    def hold_back(self, key: str, reason: str, not_before: datetime) -> None:
        """A pending task that may not start before an instant (UTC), and why. Raises LedgerRefusal if it is not
        pending."""
        held = update(schema.tasks).where(TASK.key == key, TASK.state == TaskState.PENDING, IS_LISTED)
        action = f"hold the task {key} back"

        def work(connection: Connection) -> None:
            if not connection.execute(held.values(reason=reason, not_before_utc=not_before)).rowcount:
                raise not_pending(connection, action, key)

        self._write(action, work)

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

    def add_step(
        self, attempt_id: int, record: StepRecord, screenshot: str | None, hierarchy: str | None
    ) -> None:
        """A step that has ended; `screenshot` and `hierarchy` are what `Artifacts` returned for them."""
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
        }
        self._write(
            f"record step {record.ordinal} of attempt {attempt_id}",
            lambda connection: connection.execute(insert(schema.steps), row),
        )

    def _start(self, connection: Connection, keys: Sequence[str]) -> dict[str, Attempt]:
        now = self._clock.now()
        claimed = {row.key: row for row in ask(connection, CLAIM, TASK.key, keys, at=instant(now))}
        rows: list[Values] = [
            (row.id, row.attempts, self.executor, instant(now), "", False) for row in claimed.values()
        ]
        ids = insert_and_number(connection, schema.attempts, NEW_ATTEMPT, rows) if rows else []
        return {
            row.key: Attempt(attempt_id, row.key, row.attempts, self.executor, now, row.tries)
            for attempt_id, row in zip(ids, claimed.values(), strict=True)
        }

    def _finish(self, connection: Connection, endings: Sequence[Ending]) -> None:
        now = instant(self._clock.now())
        ids = [ending.attempt_id for ending in endings]
        tasks = {row.id: row.task_id for row in ask(connection, OPEN_ATTEMPTS, ATTEMPT.id, ids)}
        ended, settled = [], []
        for attempt_id, outcome, state, reason, not_before in endings:
            if attempt_id not in tasks:
                raise LedgerError(
                    f"cannot finish attempt {attempt_id}: it has ended, or the ledger does not hold it"
                )
            message, hint = text(outcome.message), text(outcome.hint)
            ended.append((now, outcome.outcome, message, hint, outcome.needs_person, attempt_id))
            wait = instant(not_before or outcome.not_before)
            why = message if reason is None else text(reason)
            tried = outcome.outcome is AttemptOutcome.FAILED and outcome.again is not Again.WHEN_BACK
            settled.append((state, why, hint, wait, now, int(tried), tasks[attempt_id]))
        update_rows(connection, schema.attempts, ENDED_ATTEMPT, ended)
        update_rows(connection, schema.tasks, ENDED_TASK, settled)
