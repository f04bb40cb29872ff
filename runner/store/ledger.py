"""The ledger: what is to be done, what was tried, what was changed in the world. Each write is durable."""

import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, Connection, Insert, func, insert, select, update

from runner.clock import Clock
from runner.errors import LedgerError
from runner.planning.limits import Usage
from runner.store import inserts, queries, schema
from runner.store.database import Database
from runner.store.rows import Attempt, CampaignVersion, Hold, RunRecord, RunRow, TaskRow
from runner.store.upgrade import upgrade
from runner.tasks import Effect, EffectState, Occurrence, Outcome, StepRecord, Task, TaskState


class Ledger:
    """One ledger, open. Any thread may call it; each call is one transaction of its own.

    `executor` names this process in the attempts that it starts. Every method raises LedgerError if the
    ledger cannot be read or written, or if it does not hold what the call speaks of.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.executor = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    @classmethod
    def open(cls, store_url: str, clock: Clock) -> Self:
        """Open the ledger that a URL names (`sqlite:////path/to/ledger.db`), and make it if there is none.

        `sqlite://` lives in memory and ends with the object.
        """
        database = Database(store_url)
        try:
            _make_folder(database.path)
            upgrade(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Campaigns, occurrences and tasks

    def record_campaign(self, name: str, path: Path | str, text: str, commit: str | None) -> int:
        """Keep a campaign's text; returns its version's id. The same text in the same file is one version."""
        now = self._clock.now()
        identity = {"name": name, "path": str(path), "sha256": sha256(text.encode()).hexdigest()}
        seen = {"git_commit": commit, "seen_utc": now}
        with self._database.write(f"record the campaign {name}") as connection:
            known = connection.scalar(select(schema.campaign_versions.c.id).filter_by(**identity))
            if known is not None:
                connection.execute(update(schema.campaign_versions).filter_by(id=known).values(seen))
                return int(known)
            row = {**identity, **seen, "text": text, "first_seen_utc": now}
            return _new_id(connection, insert(schema.campaign_versions).values(row))

    def add_occurrences(
        self,
        version_id: int,
        occurrences: Sequence[Occurrence],
        tasks: Sequence[Task],
        run_id: str | None = None,
    ) -> int:
        """Write occurrences and their tasks (pending) in one transaction; returns how many tasks were new.

        What the ledger has already is left as it is. Each task's occurrence must be among those given.
        """
        with self._database.write(f"record {len(tasks)} tasks") as connection:
            ids = inserts.occurrences(connection, version_id, occurrences, run_id, self._clock.now())
            return inserts.tasks(connection, ids, tasks, run_id, self._clock.now())

    def tasks(
        self, *, run_id: str | None = None, states: Collection[TaskState] | None = None
    ) -> list[TaskRow]:
        """Tasks in the order in which they fall due (then that of the plan): of a run, in these states."""
        with self._database.read("read tasks") as connection:
            return queries.tasks(connection, run_id=run_id, states=states)

    def task(self, key: str) -> TaskRow | None:
        with self._database.read(f"read the task {key}") as connection:
            return next(iter(queries.tasks(connection, key=key)), None)

    def run(self, run_id: str) -> RunRow | None:
        with self._database.read(f"read the run {run_id}") as connection:
            return next(iter(queries.runs(connection, run_id=run_id)), None)

    def campaign_of(self, run_id: str) -> CampaignVersion | None:
        """The campaign as it was when the run was begun."""
        with self._database.read(f"read the campaign of the run {run_id}") as connection:
            return queries.campaign_of(connection, run_id)

    def runs(self, limit: int = 50) -> list[RunRow]:
        """The latest runs, newest first."""
        with self._database.read("read the runs") as connection:
            return queries.runs(connection, limit=limit)

    def report(self, run_id: str) -> RunRecord | None:
        """Everything that is known of a run, for rendering; None if the ledger does not know it."""
        with self._database.read(f"read the run {run_id}") as connection:
            return queries.report(connection, run_id)

    # Attempts

    def start_attempt(self, key: str) -> Attempt:
        """Claim a pending task: it is running, and nobody else can claim it."""
        now = self._clock.now()
        with self._database.write(f"start the task {key}") as connection:
            running = {"state": TaskState.RUNNING, "started_utc": now, "finished_utc": None}
            cleared = {"reason": "", "hint": None, "not_before_utc": None}
            claim = (
                update(schema.tasks)
                .where(schema.tasks.c.key == key, schema.tasks.c.state == TaskState.PENDING)
                .values(**running, **cleared, attempts=schema.tasks.c.attempts + 1)
                .returning(schema.tasks.c.id, schema.tasks.c.attempts)
            )
            claimed = connection.execute(claim).one_or_none()
            if claimed is None:
                raise self._not_pending(connection, f"start the task {key}", key)
            row = {"number": claimed.attempts, "executor": self.executor, "started_utc": now}
            start = insert(schema.attempts).values(task_id=claimed.id, message="", needs_person=False, **row)
            return Attempt(id=_new_id(connection, start), task_key=key, **row)

    def finish_attempt(self, attempt_id: int, outcome: Outcome, state: TaskState) -> None:
        """How an attempt ended, and the state in which that leaves its task."""
        now = self._clock.now()
        ended = {
            "finished_utc": now,
            "outcome": outcome.outcome,
            "message": outcome.message,
            "hint": outcome.hint,
            "needs_person": outcome.needs_person,
        }
        settled = {
            "state": state,
            "reason": outcome.message,
            "hint": outcome.hint,
            "not_before_utc": outcome.not_before,
            "finished_utc": now,
        }
        with self._database.write(f"record the outcome of attempt {attempt_id}") as connection:
            task_id = self._open_task(connection, f"finish attempt {attempt_id}", attempt_id)
            connection.execute(update(schema.attempts).filter_by(id=attempt_id).values(ended))
            connection.execute(update(schema.tasks).filter_by(id=task_id).values(settled))

    def hold_back(self, key: str, reason: str, not_before: datetime) -> None:
        """A pending task that may not start before an instant (UTC), and why."""
        with self._database.write(f"hold the task {key} back") as connection:
            held = update(schema.tasks).filter_by(key=key, state=TaskState.PENDING)
            if not connection.execute(held.values(reason=reason, not_before_utc=not_before)).rowcount:
                raise self._not_pending(connection, f"hold the task {key} back", key)

    def interrupted(self) -> list[Attempt]:
        """The attempts that another process started and never finished.

        While this process holds the executor's lock, those processes are dead.
        """
        with self._database.read("read interrupted attempts") as connection:
            return queries.unfinished(connection, not_by=self.executor)

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
        with self._database.write(f"record step {record.ordinal} of attempt {attempt_id}") as connection:
            connection.execute(insert(schema.steps).values(row))

    # Effects

    def begin_effect(
        self,
        attempt_id: int,
        key: str,
        kind: str,
        target: str | None,
        device: str | None,
        account: str | None,
        evidence: Mapping[str, str],
    ) -> int:
        """Write down an effect that is about to be made, and the screen before it; returns its id."""
        action = f"record the {kind} that the task {key} is about to make"
        with self._database.write(action) as connection:
            task_id = self._open_task(connection, action, attempt_id, schema.tasks.c.key == key)
            ordinal = (
                select(func.count()).select_from(schema.effects).where(schema.effects.c.task_id == task_id)
            )
            row = {
                "task_id": task_id,
                "ordinal": connection.scalar(ordinal),
                "attempt_id": attempt_id,
                "kind": kind,
                "target": target,
                "device": device,
                "account": account,
                "state": EffectState.COMMITTING,
                "begun_utc": self._clock.now(),
                "evidence": evidence,
            }
            return _new_id(connection, insert(schema.effects).values(row))

    def settle_effect(self, effect_id: int, state: EffectState, evidence: Mapping[str, str]) -> None:
        """What became of an effect; `evidence` is added to what was recorded before."""
        with self._database.write(f"record that effect {effect_id} is {state}") as connection:
            before = connection.scalar(select(schema.effects.c.evidence).filter_by(id=effect_id))
            if before is None:
                raise LedgerError(
                    f"cannot settle effect {effect_id}: the ledger {self._database.where} has no such effect"
                )
            settled = {"state": state, "settled_utc": self._clock.now(), "evidence": {**before, **evidence}}
            connection.execute(update(schema.effects).filter_by(id=effect_id).values(settled))

    def effects(self, key: str) -> list[Effect]:
        """The task's effects, of all its attempts, in the order in which they were begun."""
        with self._database.read(f"read the effects of the task {key}") as connection:
            return queries.effects_of(connection, key)

    def usage(self, *, device: str | None, account: str | None, now: datetime) -> Usage:
        """What limits count on a device and by an account: effects that may have happened, of all runs."""
        with self._database.read("read what limits count") as connection:
            return queries.usage(connection, device, account, now)

    # Holds

    def place_hold(self, device: str, reason: str, task_key: str | None = None) -> int:
        """Hold a device until a person releases it; returns the hold's id."""
        with self._database.write(f"hold the device {device}") as connection:
            task_id = select(schema.tasks.c.id).filter_by(key=task_key).scalar_subquery()
            row = {"device": device, "reason": reason, "task_id": task_id, "placed_utc": self._clock.now()}
            return _new_id(connection, insert(schema.holds).values(row))

    def holds(self) -> list[Hold]:
        """The holds that have not been released, oldest first."""
        with self._database.read("read the holds") as connection:
            return queries.holds(connection)

    def release_holds(self, device: str) -> int:
        """Let a device go on; returns how many holds it had."""
        with self._database.write(f"release the device {device}") as connection:
            release = update(schema.holds).filter_by(device=device, released_utc=None)
            return connection.execute(release.values(released_utc=self._clock.now())).rowcount

    # What a call may not find

    def _open_task(
        self, connection: Connection, action: str, attempt_id: int, *where: ColumnElement[bool]
    ) -> int:
        """The id of the task of an attempt that has not ended."""
        attempt = select(schema.attempts.c.task_id).filter_by(id=attempt_id, outcome=None)
        found = connection.scalar(attempt.join(schema.tasks).where(*where))
        if found is None:
            raise LedgerError(f"cannot {action}: attempt {attempt_id} has ended, or is none of this task's")
        return int(found)

    def _not_pending(self, connection: Connection, action: str, key: str) -> LedgerError:
        state = connection.scalar(select(schema.tasks.c.state).filter_by(key=key))
        came_back = (
            f"it is {state}, not pending" if state else f"the ledger {self._database.where} does not hold it"
        )
        return LedgerError(f"cannot {action}: {came_back}")


def _make_folder(path: Path | None) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"cannot make the folder {path.parent} for the ledger: {error.strerror}",
            hint="choose another place with --store or RUNNER_STATE_DIR, or make the folder writable",
        ) from error


def _new_id(connection: Connection, statement: Insert) -> int:
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])
