"""What is asked of the board, and what threads wait for on it."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from runner.execution.lanes import Away, Lanes, Waiting
from runner.execution.state import OVERDUE_S, ExecutorState
from runner.execution.taken_task import ExecutionContext, TakenTask
from runner.store.leases import BACKEND


class AskedBoard:
    """What waits and what has been taken, as it is now, behind a lock that each method takes."""

    def __init__(self, context: ExecutionContext) -> None:
        self._context = context
        lock = threading.RLock()
        self._changed, self._calm = threading.Condition(lock), threading.Condition(lock)
        self._lanes = Lanes()
        self._taken_tasks: dict[str, TakenTask] = {}
        self.is_closed = False

    def away(self, taken_tasks: Iterable[TakenTask]) -> dict[str, Away]:
        """By task key: what is known of phones that could not be reached."""
        with self._changed:
            lanes = {name: self._lanes.away(name) for name in {taken.waiting.lane for taken in taken_tasks}}
        found = {name: away for name, away in lanes.items() if away is not None}
        return {taken.key: found[taken.waiting.lane] for taken in taken_tasks if taken.waiting.lane in found}

    def left(self, taken_tasks: Iterable[TakenTask]) -> list[TakenTask]:
        """Those of these that have neither ended nor been put back or given up."""
        with self._changed:
            return [taken for taken in taken_tasks if self._taken_tasks.get(taken.key) is taken]

    def knows(self, key: str) -> bool:
        """Whether somebody has handed the task over and it has not ended."""
        with self._changed:
            return self._known(key) is not None

    def next_wake(self) -> datetime | None:
        with self._changed:
            return None if self.is_closed else self._lanes.next_wake()

    def overdue(self) -> list[TakenTask]:
        """Attempts that have overrun their deadline by more than OVERDUE_S."""
        late = self._context.clock.monotonic() - OVERDUE_S
        with self._changed:
            return [
                taken
                for taken in self._taken_tasks.values()
                if taken.deadline is not None and taken.deadline < late
            ]

    def at_rest(self, lane: str) -> bool:
        """Whether nothing in a lane of hosts runs, and nothing may go now."""
        with self._changed:
            # A phone's lane is busy while it has a task; only of a batch this must be asked.
            if lane.startswith(BACKEND) and any(
                taken.waiting.lane.of_hosts == lane for taken in self._taken_tasks.values()
            ):
                return False
            return self.is_closed or self._lanes.are_at_rest(lane, self._context.clock.now())

    def state(self) -> ExecutorState:
        overdue = tuple(taken.key for taken in self.overdue())
        with self._changed:
            running = tuple(
                taken.running() for taken in self._taken_tasks.values() if taken.attempt is not None
            )
            return ExecutorState(running, self._lanes.counts(), overdue)

    def wait_until(self, *, is_empty: bool, timeout_s: float | None) -> bool:
        """Wait until nothing runs and nothing may go now; with `is_empty`, until nothing waits either."""
        with self._changed:
            return self._calm.wait_for(lambda: self._is_quiet(is_empty), timeout_s)

    def wait_until_at_rest(self, asleep: Callable[[], int], timeout_s: float) -> bool:
        """Wait until nothing may go now, and all that runs is asleep."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_at_rest(asleep()), timeout_s)

    def look_again(self) -> None:
        with self._changed:
            self._notice()

    def _notice(self) -> None:
        """Have those who wait look again. Whoever waits until nothing runs need not while something does."""
        self._changed.notify_all()
        if not self._taken_tasks:
            self._calm.notify_all()

    def _is_at_rest(self, asleep: int) -> bool:
        # A lane is busy until its thread has looked for the next task, when the last one is no longer taken.
        if len(self._taken_tasks) != asleep or self._lanes.count_busy() != asleep:
            return False
        wake = None if self.is_closed else self._lanes.next_wake()
        return wake is None or wake > self._context.clock.now()

    def _is_quiet(self, is_empty: bool) -> bool:
        if self._taken_tasks:
            return False
        if self.is_closed:
            return True
        if self._lanes.are_busy():
            return False
        wake = self._lanes.next_wake()
        return not len(self._lanes) if is_empty else wake is None or wake > self._context.clock.now()

    def _known(self, key: str) -> Waiting | None:
        taken = self._taken_tasks.get(key)
        return self._lanes.get(key) if taken is None else taken.waiting

    def _taken_on(self, serial: str) -> TakenTask | None:
        """The task that has a phone, in whatever lane or batch."""
        return next((taken for taken in self._taken_tasks.values() if taken.task.device == serial), None)

    def _is_asked(self, serial: str) -> bool:
        """Whether a task has been taken that has no attempt (yet)."""
        taken = self._taken_on(serial)
        return taken is not None and taken.attempt is None
