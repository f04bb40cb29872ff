"""A run beside a daemon: the daemon carries the run's tasks out, and this process follows them in the ledger."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event

from runner.cli.situation import is_carried_out, read_situation
from runner.clock import Clock
from runner.events import EffectSettled, EventSink, StepStarted, TaskFinished, TaskStarted, TaskWaiting
from runner.execution.record_run import hand_over
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.lock import holder
from runner.store.rows import TaskRecord, TaskRow
from runner.tasks import AttemptOutcome, EffectState, Outcome, TaskState
from runner.who import who

POLL_S = 0.25
ASK_S = 2.0
"""How often to look whether the daemon is still there, and what it has decided about waiting tasks."""

OUTCOMES = {
    TaskState.COMPLETED: AttemptOutcome.COMPLETED,
    TaskState.UNCERTAIN: AttemptOutcome.UNCERTAIN,
    TaskState.PENDING: AttemptOutcome.HELD_BACK,
}
"""The outcome that is told for a state; every other state is told as a failure."""


class FollowEnd(StrEnum):
    """Why the tasks are no longer followed."""

    ALL_ENDED = "all ended"
    LEFT = "the rest waits for long"
    DAEMON_GONE = "the daemon has ended"
    DETACHED = "interrupted"


class Follower:
    """Tells of tasks that another process carries out as if this one did.

    `read` gives the tasks' rows; a task that would start later than `patience` from now is not waited for.
    """

    def __init__(
        self,
        ledger: Ledger,
        place: StateDir,
        read: Callable[[], Sequence[TaskRow]],
        clock: Clock,
        tell: EventSink,
        patience: timedelta,
    ) -> None:
        self._ledger, self._place, self._read = ledger, place, read
        self._clock, self._tell, self._patience = clock, tell, patience
        self._reported: dict[str, _Reported] = {}

    def follow(self, stop: Event) -> FollowEnd:
        """Ask the daemon to look for new tasks, and tell what becomes of them until all have ended, none of the others
        will start soon, the daemon is gone, or `stop` is set."""
        hand_over(self._ledger, who())
        asked_at = -ASK_S
        while True:
            is_alive, now = True, self._clock.monotonic()
            is_turn = now - asked_at >= ASK_S
            if is_turn:
                is_alive, asked_at = is_carried_out(self._ledger, self._place), now
            # Whether the ledger has changed is a cheap question; to read the rows is not. The daemon is
            # asked for before the rows are read: one that ended after its last task must not be told as
            # gone.
            if self._ledger.changed() or is_turn:
                rows = self._read()
                for row in rows:
                    self._tell_news(row)
                if all(row.state.is_final for row in rows):
                    return FollowEnd.ALL_ENDED
                if not is_alive:
                    return FollowEnd.DAEMON_GONE
                if is_turn and self._waits_for_long(rows):
                    return FollowEnd.LEFT
            if self._clock.wait(stop, POLL_S):
                return FollowEnd.DETACHED

    def _tell_news(self, row: TaskRow) -> None:
        """Tell the news of a task."""
        task, reported = row.task, self._reported.setdefault(row.task.key, _Reported(row))
        if row.attempts > reported.attempts:
            reported.attempts, reported.steps = row.attempts, 0
            self._tell(TaskStarted(task.key, task.lane, task.title, row.attempts))
            reported.state = TaskState.RUNNING
        if reported.state is TaskState.RUNNING and (record := self._ledger.tasks.record_of(task.key)):
            self._tell_progress(record, reported)
        if row.state is not reported.state:
            reported.state = row.state
            outcome = Outcome(OUTCOMES.get(row.state, AttemptOutcome.FAILED), row.reason, row.hint)
            self._tell(TaskFinished(task.key, task.lane, row.state, outcome, row.duration_s or 0.0))
        if row.state is TaskState.PENDING and row.not_before and row.not_before != reported.not_before:
            self._tell(TaskWaiting(task.key, task.lane, row.reason, row.not_before))
        reported.not_before = row.not_before

    def _tell_progress(self, record: TaskRecord, reported: "_Reported") -> None:
        task = record.row.task
        steps = record.attempts[-1].steps if record.attempts else ()
        if len(steps) > reported.steps:
            reported.steps = len(steps)
            # 0 of an unknown number: the ledger does not tell how many steps there will be
            self._tell(StepStarted(task.key, task.lane, 1, 0, f"{steps[-1].title}: {steps[-1].outcome}"))
        for effect in record.effects:
            if reported.effects.get(effect.id) is not effect.state:
                reported.effects[effect.id] = effect.state
                if not effect.state.is_in_doubt:
                    self._tell(
                        EffectSettled(task.key, task.lane, effect.kind, effect.target, effect.state.value)
                    )

    def _waits_for_long(self, rows: Sequence[TaskRow]) -> bool:
        """Whether no open task runs, or will start soon."""
        situation = read_situation(self._ledger, self._place, self._clock.now())
        soon = situation.now + self._patience

        def waits(row: TaskRow) -> bool:
            is_later = max(row.not_before or row.task.due_utc, row.task.due_utc) > soon
            is_held = row.task.device in situation.holds
            is_paused = situation.pause_of(row.task.campaign, row.task.device) is not None
            return row.state is TaskState.PENDING and (is_later or is_held or is_paused)

        return all(row.state.is_final or waits(row) for row in rows)


class _Reported:
    """What has been told of one task. What happened before it was followed counts as told."""

    def __init__(self, row: TaskRow) -> None:
        # An attempt that goes on now is still to be told.
        self.attempts = row.attempts - (row.state is TaskState.RUNNING)
        self.state = row.state
        self.steps = 0
        self.effects: dict[int, EffectState] = {}
        self.not_before: datetime | None = None


def daemon_pid(ledger: Ledger, place: StateDir) -> int | None:
    """The process of the daemon that carries tasks out from this ledger, if one does."""
    carrying = holder(place.store_url)
    if carrying is None or not read_situation(ledger, place).daemon_runs:
        return None
    return carrying.pid
