"""A clock that steps forward while tasks wait: what expired meanwhile is missed before anything else is begun."""

import threading
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

import pytest
from daemons import SteppingClock, campaign, local

from runner.backends.backend import Problem
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.planning.limits import effective_limits
from runner.scheduling.timetable import Timetable
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, Task, TaskState

PATIENCE_S = 20.0


class Held:
    """A backend whose first task goes on until it is let go."""

    def __init__(self) -> None:
        self.performed: list[str] = []
        self.has_begun, self.go_on = threading.Event(), threading.Event()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self.performed.append(task.entry)
        self.has_begun.set()
        assert self.go_on.wait(PATIENCE_S)
        return Outcome(AttemptOutcome.COMPLETED)

    def close(self) -> None: ...


@pytest.mark.parametrize(("slept_s", "second"), [(7200, TaskState.MISSED), (600, TaskState.COMPLETED)])
def test_after_sleep_a_lane_begins_nothing_that_has_expired(
    tmp_path: Path, slept_s: float, second: TaskState
) -> None:
    clock, backend = SteppingClock(local("21 08:59")), Held()
    with Ledger.open("sqlite://", clock) as ledger:
        limits = effective_limits({"min_gap": "0s"})
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(tmp_path),
            backends={"device": backend},
            limiter=Limiter(ledger.effects, lambda campaign: limits, UTC, clock),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        timetable = Timetable(ledger, clock, executor.submit, ignore)
        executor.clock_watch.on_step(lambda stepped_s: timetable.settle_due())
        timetable.begin(
            [campaign("09:00", name=name, entry=name, devices=["R58M123ABC"]) for name in ("first", "second")]
        )
        executor.start()
        clock.advance(60)
        timetable.beat()
        assert backend.has_begun.wait(PATIENCE_S)
        clock.step(slept_s)
        backend.go_on.set()
        assert executor.wait_until_idle(PATIENCE_S)
        executor.close()
        states = {row.task.entry: row.state for row in ledger.tasks.all()}
    assert states == {"first": TaskState.COMPLETED, "second": second}
    assert ("second" in backend.performed) == (second is TaskState.COMPLETED)
