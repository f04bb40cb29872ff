"""What the leader misses in place of hosts that are gone: tasks whose grace ends while nobody has their phone."""

from collections import defaultdict
from collections.abc import Callable

from runner.clock import Clock
from runner.errors import RunnerError
from runner.events import EventSink, TaskFinished
from runner.reasons import ReasonKind
from runner.store.lane_leases import UnreachedTask
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, TaskState

PERIOD_S = 15.0
"""How often it looks. A host that comes back at once has its lanes again by then, and decides itself."""


class UnreachedTasks:
    """A job of the leader. A host that lives misses its own tasks; nobody would miss those of one that is gone, and on
    its return they would be told as late by hours or days."""

    def __init__(self, ledger: Ledger, clock: Clock, sink: EventSink, say: Callable[..., None]) -> None:
        self._ledger, self._clock, self._sink, self._say = ledger, clock, sink, say

    def miss(self) -> None:
        """Miss what no host can begin in time any more. Raises LedgerError."""
        alike: dict[tuple[str, str | None], list[UnreachedTask]] = defaultdict(list)
        for task in self._ledger.lane_leases.unreached(self._clock.now()):
            alike[task.lane, task.host].append(task)
        for (lane, host), tasks in alike.items():
            reason = _reason(lane, host)
            kind = ReasonKind.DEVICE_AWAY
            missed = self._ledger.tasks.miss([task.key for task in tasks], reason, kind)
            outcome = Outcome(AttemptOutcome.HELD_BACK, reason, kind=kind)
            for key in sorted(missed):
                self._sink(TaskFinished(key, lane, TaskState.MISSED, outcome, 0.0))

    def say_failed(self, error: RunnerError) -> None:
        """Log that nothing could be missed; the job runs again soon."""
        self._say("unreached tasks not missed", "warning", reason=error.message)


def _reason(lane: str, host: str | None) -> str:
    if host is None:
        return f"no host had the phone {lane} until its grace was over"
    return f"the host {host}, which had the phone {lane}, was gone until its grace was over"
