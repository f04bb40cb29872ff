"""The one executor: lanes in parallel, the tasks of a lane in order."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from runner.backends.backend import Backend
from runner.clock import Clock
from runner.errors import RunnerError
from runner.events import EventSink, TaskFinished, TaskStarted, TaskWaiting
from runner.execution.journal import AttemptJournal
from runner.execution.limiter import Limiter
from runner.planning.limits import NotBefore
from runner.scripts import SCRIPTS
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState

STATE_AFTER = {
    AttemptOutcome.COMPLETED: TaskState.COMPLETED,
    AttemptOutcome.FAILED: TaskState.FAILED,
    AttemptOutcome.UNCERTAIN: TaskState.UNCERTAIN,
    AttemptOutcome.STOPPED: TaskState.PENDING,
    AttemptOutcome.HELD_BACK: TaskState.PENDING,
    AttemptOutcome.INTERRUPTED: TaskState.PENDING,
}
"""The state of a task after an attempt that ended so."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Carries tasks out. `patience_s` is how long a lane waits for a limit before it leaves a task pending."""

    ledger: Ledger
    artifacts: Artifacts
    backend: Backend
    limiter: Limiter
    clock: Clock
    sink: EventSink
    stop: threading.Event
    patience_s: float

    def run(self, tasks: Iterable[Task]) -> None:
        """Carry the tasks out, each lane in the given order, and return when all lanes are done or stopped."""
        lanes: dict[str, list[Task]] = {}
        for task in tasks:
            lanes.setdefault(task.lane, []).append(task)
        if not lanes:
            return
        with ThreadPoolExecutor(len(lanes), thread_name_prefix="lane") as pool:
            futures = [pool.submit(self._run_lane, queue) for queue in lanes.values()]
        for future in futures:
            future.result()

    def _run_lane(self, queue: list[Task]) -> None:
        for task in queue:
            while not self.stop.is_set() and not self._is_held(task):
                refusal = self._refusal(task) or self._attempt(task)
                if refusal is None or not self._await(task, refusal):
                    break

    def _is_held(self, task: Task) -> bool:
        """Whether the task's phone waits for a person; then the task stays pending, and says so."""
        hold = next((hold for hold in self.ledger.holds() if hold.device == task.device), None)
        if hold is None:
            return False
        reason = f"{hold.device} is on hold: {hold.reason}"
        self.ledger.hold_back(task.key, reason, self.clock.now())
        return True

    def _refusal(self, task: Task) -> NotBefore | None:
        """What forbids what the task is going to do now: of several limits the one that lasts longest."""
        script = SCRIPTS.get(task.script)
        kinds = script.effects(task.config) if script else ()
        refusals = [refusal for kind in kinds if (refusal := self.limiter.ask(task, kind))]
        return max(refusals, key=lambda refusal: refusal.instant_utc, default=None)

    def _await(self, task: Task, refusal: NotBefore) -> bool:
        """Wait until a limit allows the task; false if that is too far away, or if a stop was asked for."""
        seconds = (refusal.instant_utc - self.clock.now()).total_seconds()
        self.ledger.hold_back(task.key, refusal.reason, refusal.instant_utc)
        self.sink(TaskWaiting(task.key, task.lane, refusal.reason, refusal.instant_utc))
        return seconds <= self.patience_s and not self.clock.wait(self.stop, max(seconds, 0))

    def _attempt(self, task: Task) -> NotBefore | None:
        """One attempt, from claim to outcome; a NotBefore says that a limit held it back at a commit point."""
        started_at = self.clock.monotonic()
        attempt = self.ledger.start_attempt(task.key)
        self.sink(TaskStarted(task.key, task.lane, task.title, attempt.number))
        journal = AttemptJournal(self.ledger, self.artifacts, self.limiter, self.sink, task, attempt.id)
        outcome = self._perform(task, journal, started_at + task.timeout_s)
        state = self._state_after(task, outcome)
        if outcome.needs_person and task.device is not None:
            self.ledger.place_hold(task.device, outcome.message, task.key)
        self.ledger.finish_attempt(attempt.id, outcome, state)
        self.sink(TaskFinished(task.key, task.lane, state, outcome, self.clock.monotonic() - started_at))
        if outcome.outcome is AttemptOutcome.HELD_BACK and outcome.not_before is not None:
            return NotBefore(outcome.not_before, outcome.message)
        return None

    def _state_after(self, task: Task, outcome: Outcome) -> TaskState:
        """An effect that is still committing can be verified later, so its task is not over."""
        effects = self.ledger.effects(task.key)
        if outcome.outcome is AttemptOutcome.FAILED and any(
            effect.state is EffectState.COMMITTING for effect in effects
        ):
            return TaskState.PENDING
        return STATE_AFTER[outcome.outcome]

    def _perform(self, task: Task, journal: AttemptJournal, deadline: float) -> Outcome:
        try:
            return self.backend.perform(task, journal, journal, self.stop, deadline)
        except RunnerError as error:
            return Outcome(AttemptOutcome.FAILED, error.message, error.hint)
