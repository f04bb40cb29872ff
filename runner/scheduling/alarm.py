"""Wakes the timetable at each instant at which something is due, and every few seconds beside that."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from runner.clock import Clock
from runner.errors import LedgerError, LedgerGone
from runner.scheduling.timetable import Timetable

TICK_S = 5.0
"""How often the clocks are compared: APScheduler sleeps on a monotonic one, and notices no step of the other."""

HORIZON = timedelta(minutes=10)
"""How far ahead instants have a job; they are computed again when half of that is over."""

DRIFT_S = 0.05
"""If the clock has moved by more against the monotonic one, the jobs no longer stand where they should."""

LEAD = timedelta(milliseconds=50)
"""A job comes so much before its instant, since APScheduler wakes a few milliseconds late, and then waits for it."""

EARLY_S = 1.0
"""A job that comes earlier than its instant by no more than this waits for it."""


class Alarm:
    """One in-memory job of APScheduler for each distinct instant ahead, and a tick. Neither is the truth: what
    is due is what the timetable finds.

    `on_tick` is called after each tick that went well, `on_trouble` with the ledger's errors: then the next tick
    tries again. Any other exception ends the thread, and so does a ledger that is not there any more.
    """

    def __init__(
        self,
        timetable: Timetable,
        clock: Clock,
        on_tick: Callable[[], None],
        on_trouble: Callable[[LedgerError], None],
    ) -> None:
        self._timetable = timetable
        self._clock = clock
        self._on_tick = on_tick
        self._on_trouble = on_trouble
        self._stopping = threading.Event()
        self._planning = threading.Lock()
        self._planned_at = self._drift_at_plan = 0.0
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": False},
        )
        self._ticker = threading.Thread(target=self._tick, name="tick", daemon=True)

    def start(self) -> None:
        self._scheduler.start(paused=True)
        self.refresh()
        self._ticker.start()

    def refresh(self) -> None:
        """Plan the instants ahead anew, since other ones may come."""
        with self._planning:
            if self._stopping.is_set():
                return
            now = self._clock.now()
            self._planned_at, self._drift_at_plan = self._clock.monotonic(), self._drift()
            self._scheduler.pause()
            self._scheduler.remove_all_jobs()
            for instant in self._timetable.upcoming(now + HORIZON):
                at = datetime.now(UTC) + (instant - now) - LEAD
                self._scheduler.add_job(self._ring, "date", run_date=at, args=(instant,))
            self._scheduler.resume()

    def stop(self) -> None:
        """Returns when nothing is being decided any more."""
        self._stopping.set()
        self._ticker.join()
        with (
            self._planning
        ):  # a scheduler that is shut down while it hands out a job does not find that job any more
            self._scheduler.pause()
            self._scheduler.remove_all_jobs()
        self._scheduler.shutdown()

    def _ring(self, instant: datetime) -> None:
        early_s = (instant - self._clock.now()).total_seconds()
        if 0 < early_s <= EARLY_S:
            self._clock.wait(self._stopping, early_s)
        try:
            self._timetable.consider()
        except LedgerError as error:
            self._on_trouble(
                error
            )  # a ledger that has gone, too: the next tick, which ends this, finds it so

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_S):
            self._beat()
            elapsed_s = self._clock.monotonic() - self._planned_at
            if elapsed_s > HORIZON.total_seconds() / 2 or abs(self._drift() - self._drift_at_plan) > DRIFT_S:
                self.refresh()

    def _beat(self) -> None:
        try:
            self._timetable.beat()
            self._on_tick()
        except LedgerGone:
            raise
        except LedgerError as error:
            self._on_trouble(error)

    def _drift(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
