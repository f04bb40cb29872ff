"""What the leader does for all hosts: it rings where something is due, and answers what is about no host's lane."""

import threading
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from runner.clock import Clock
from runner.clock_watch import ClockWatch
from runner.errors import LedgerError
from runner.execution.holding import lane_of
from runner.execution.requests import ON_REQUEST
from runner.hosts.renewal import Trouble
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind, CommandRow
from runner.store.rings import DueLane
from runner.store.rows import TaskRow
from runner.tasks import Task, TaskState

SWEEP_S = 2.0
"""How often it looks for lanes in which something is due and nobody has been told."""

POLL_S = 0.25
"""How often it looks for what others have written."""

NEWS_S = 0.5
"""How long lies between two sweeps at least that writes of others have caused."""

LEAST_S, LEAST_PART = 0.1, 4
"""How long lies between two sweeps in any case, and how many times as long as the last one took: tasks that fall due
one after the other, and a database that is busy, must not make it sweep all the time."""

LONGEST_S = 30.0
"""How seldom it rings again at the least for tasks that are due and held back: their hosts have them."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Ringer:
    """While this is open, it rings; `clock_watch` is looked at as often as it looks itself. `batched` names the
    backends that take batches."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        clock_watch: ClockWatch,
        batched: Collection[str],
        trouble: Trouble,
    ) -> None:
        self._ledger, self._clock, self._clock_watch = ledger, clock, clock_watch
        self._batched, self._trouble = sorted(batched), trouble
        self._again = _Again()
        self._next_us: int | None = None
        self._swept, self._took_s = float("-inf"), 0.0
        self._is_asked, self._has_news = True, False
        self._taken_back = float("-inf")
        self._over, self._poke = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ringer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._poke.set()
        self._thread.join()

    def submit(self, tasks: Iterable[TaskRow | Task]) -> None:
        """Have tasks carried out that are in the ledger now."""
        self._is_asked = True
        self._poke.set()

    def _run(self) -> None:
        written = self._ledger.watch()
        while not self._over.is_set():
            try:
                self._poke.clear()
                self._clock_watch.look()
                if any(written()):
                    self._has_news = True
                    self._answer()
                if self._is_turn():
                    self._sweep()
                self._trouble.end()
            except LedgerError as error:
                self._trouble.note(error.message)
            self._poke.wait(self._wait_s())

    def _is_turn(self) -> bool:
        since_s = self._clock.monotonic() - self._swept
        if since_s < self._least_s:
            return False
        is_due = self._next_us is not None and self._next_us <= _us(self._clock.now())
        return self._is_asked or is_due or since_s >= (NEWS_S if self._has_news else SWEEP_S)

    @property
    def _least_s(self) -> float:
        return max(LEAST_S, LEAST_PART * self._took_s)

    def _wait_s(self) -> float:
        due_s = POLL_S if self._next_us is None else (self._next_us - _us(self._clock.now())) / 1e6
        least_s = self._least_s - (self._clock.monotonic() - self._swept)
        return min(max(0.0 if self._is_asked else due_s, least_s, 0.001), POLL_S)

    def _sweep(self) -> None:
        now_us = _us(self._clock.now())
        self._swept = self._clock.monotonic()
        self._is_asked = self._has_news = False
        if self._swept - self._taken_back >= SWEEP_S:
            self._taken_back = self._swept
            self._ledger.rings.take_back()
        due = self._ledger.rings.due(now_us, self._batched)
        self._ledger.rings.ring(self._again.due(due, self._clock.monotonic()))
        self._next_us = self._ledger.rings.next_us(now_us)
        self._took_s = self._clock.monotonic() - self._swept

    # requests

    def _answer(self) -> None:
        for command in self._ledger.commands.open():
            answer = self._answer_to(command)
            if answer is not None:
                self._ledger.commands.answer(command.id, answer)

    def _answer_to(self, command: CommandRow) -> str | None:
        match command.kind:
            case CommandKind.TASKS_ADDED:
                self._is_asked = True
                return "the hosts of their lanes are told"
            case CommandKind.STOP_ALL:
                running = self._ledger.tasks.counts().get(TaskState.RUNNING, 0)
                return f"{running} running tasks were asked to stop"
            case CommandKind.STOP_TASK:
                return self._stop(command.subject or "")

    def _stop(self, key: str) -> str | None:
        """Stop a task that no living host has; None for one that a host has, which answers itself."""
        row = self._ledger.tasks.get(key)
        if row is None:
            return "it neither runs nor waits"
        lane = self._ledger.lane_leases.get(lane_of(row.task))
        if lane is not None and lane.is_held:
            return None
        if self._ledger.tasks.cancel([key], ON_REQUEST, ReasonKind.STOPPED):
            return "it had not begun, and is cancelled"
        # Whoever takes the lane settles an attempt that was cut off, and finds this request.
        return None if row.state is TaskState.RUNNING else "it neither runs nor waits"


class _Again:
    """When to ring again for a lane in which nothing is new: its tasks are held back, or are carried out one after the
    other, or the ring was lost."""

    def __init__(self) -> None:
        self._rung: dict[str, _Rung] = {}

    def due(self, lanes: Iterable[DueLane], now_s: float) -> list[str]:
        """Those to ring for now."""
        before, self._rung = self._rung, {}
        wanted = []
        for found in lanes:
            known = before.get(found.lane)
            if known is None or known.due.shape != found.shape or known.due.tasks < found.tasks:
                wait_s = SWEEP_S
            elif now_s < known.again_s:
                self._rung[found.lane] = known._replace(due=found)
                continue
            else:
                wait_s = min(known.wait_s * 2, LONGEST_S)
            self._rung[found.lane] = _Rung(found, now_s + wait_s, wait_s)
            wanted.append(found.lane)
        return wanted


class _Rung(NamedTuple):
    """A lane as it was found last, when it is rung again at the latest, and after how long a wait that is."""

    due: DueLane
    again_s: float
    wait_s: float


def due_lanes(tasks: Iterable[TaskRow | Task], now: datetime) -> set[str]:
    """The lanes of those tasks that are due."""
    given = [one.task if isinstance(one, TaskRow) else one for one in tasks]
    return {lane_of(task) for task in given if task.due_utc <= now}


def _us(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
