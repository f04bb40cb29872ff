"""Wakes the timetable at each instant at which something is due, and every few seconds as well."""

from collections.abc import Callable

from runner.errors import RunnerError
from runner.scheduling.jobs import TimedWork
from runner.scheduling.timetable import Timetable

TICK_S = 5.0
"""How often the timetable looks for what is due in any case, so that no instant is lost whatever APScheduler does."""

START_TIMES, HEARTBEAT = "start times", "heartbeat"


class Alarm:
    """Two jobs. Neither is the truth: what is due is what the timetable finds.

    It calls `on_tick` after each heartbeat that went well, and `on_trouble` with errors of the ledger; then it tries
    the job again.
    """

    def __init__(
        self,
        jobs: TimedWork,
        timetable: Timetable,
        on_tick: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
    ) -> None:
        self._jobs = jobs
        self._timetable = timetable
        self._on_tick = on_tick
        self._on_trouble = on_trouble

    def start(self) -> None:
        timetable = self._timetable
        self._jobs.at(
            timetable.next_instant, START_TIMES, timetable.settle_due, self._on_trouble, timetable.foresee
        )
        self._jobs.every(TICK_S, HEARTBEAT, self._beat, self._on_trouble)

    def refresh(self) -> None:
        """Plan the start times anew, since other ones may come."""
        self._jobs.plan_anew(START_TIMES)

    def _beat(self) -> None:
        self._timetable.beat()
        self._on_tick()
        self.refresh()  # a clock that is slewed moves instants little by little, which no step tells of
