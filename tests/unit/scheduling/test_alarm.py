"""The alarm wakes the timetable at each instant, also when the clock does not go on steadily."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.base import STATE_RUNNING

from runner.clock import SystemClock
from runner.clock_watch import ClockWatch
from runner.errors import LedgerError, RunnerError
from runner.scheduling import alarm as alarm_module
from runner.scheduling.alarm import Alarm
from runner.scheduling.jobs import Jobs

PATIENCE_S = 20.0


class SetClock(SystemClock):
    """The machine's clock, as somebody has set it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class FakeTimetable:
    """Instants that come, and how late each was noticed."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.instants: list[datetime] = []
        self.late_s: list[float] = []
        self.beats = 0
        self.fails = False
        self.changed = threading.Condition()

    def next_instant(self) -> datetime | None:
        return min(self.instants, default=None)

    def foresee(self) -> None: ...

    def settle_due(self) -> None:
        with self.changed:
            if self.fails:
                raise LedgerError("the disk is full")
            now = self.clock.now()
            come = [instant for instant in self.instants if instant <= now]
            self.late_s += [(now - instant).total_seconds() for instant in come]
            self.instants = [instant for instant in self.instants if instant > now]
            self.changed.notify_all()

    def beat(self) -> None:
        self.settle_due()
        with self.changed:
            self.beats += 1
            self.changed.notify_all()

    def await_that(self, is_so: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, PATIENCE_S)


class Watched:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.timetable = FakeTimetable(self.clock)
        self.ticks: list[None] = []
        self.troubles: list[RunnerError] = []
        self.failures: list[BaseException] = []
        self.clock_watch = ClockWatch(self.clock)
        self.jobs = Jobs(self.clock, self.clock_watch, self.failures.append)
        self.alarm = Alarm(self.jobs, self.timetable, lambda: self.ticks.append(None), self.troubles.append)

    def comes_in(self, seconds: float) -> None:
        self.timetable.instants.append(self.clock.now() + timedelta(seconds=seconds))


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    with made.jobs:
        yield made
    assert made.failures == []


def test_each_instant_is_noticed_when_it_comes(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alarm_module, "TICK_S", 60.0)
    for number in range(1, 4):
        watched.comes_in(number * 0.2)
    watched.alarm.start()
    watched.timetable.await_that(lambda: len(watched.timetable.late_s) == 3)
    assert all(0 <= late_s < 1 for late_s in watched.timetable.late_s)


def test_what_is_new_is_planned_after_a_refresh(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alarm_module, "TICK_S", 60.0)
    watched.comes_in(3600)
    watched.alarm.start()
    watched.comes_in(0.2)
    watched.alarm.refresh()
    watched.timetable.await_that(lambda: watched.timetable.late_s)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_set_moves_what_is_planned(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, hours: int
):
    monkeypatch.setattr(alarm_module, "TICK_S", 0.1)
    watched.alarm.start()
    watched.clock.ahead = timedelta(hours=hours)
    watched.clock_watch.look()
    watched.comes_in(0.7)
    watched.timetable.await_that(lambda: watched.timetable.late_s)
    assert 0 <= watched.timetable.late_s[0] < 1


def test_a_clock_that_jumps_past_an_instant_is_noticed_at_the_next_tick(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alarm_module, "TICK_S", 0.1)
    watched.comes_in(3600)
    watched.alarm.start()
    watched.clock.ahead = timedelta(hours=2)
    watched.timetable.await_that(lambda: watched.timetable.late_s)
    assert 3600 <= watched.timetable.late_s[0] < 3610


def test_trouble_with_the_ledger_is_told_and_tried_again(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alarm_module, "TICK_S", 0.05)
    watched.timetable.fails = True
    watched.comes_in(0.01)
    watched.alarm.start()
    give_up_at = time.monotonic() + PATIENCE_S
    while len(watched.troubles) < 3:
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
    assert not watched.ticks
    watched.timetable.fails = False
    watched.timetable.await_that(lambda: watched.timetable.late_s)


def test_it_stops_while_an_instant_is_near(watched: Watched):
    watched.comes_in(0.3)
    watched.alarm.start()


def test_a_stop_while_a_job_is_handed_out_ends_no_thread_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The scheduler looks for a job again that it has handed out, and found none if it was shut down meanwhile."""
    watched, is_handing_out = Watched(), threading.Event()
    scheduler, due_jobs = watched.jobs._scheduler, MemoryJobStore.get_due_jobs

    def wait_for_the_stop(store: MemoryJobStore, now: datetime) -> list[object]:
        found: list[object] = due_jobs(store, now)
        if found:
            is_handing_out.set()
            while scheduler.state == STATE_RUNNING:
                time.sleep(0.001)
        return found

    monkeypatch.setattr(MemoryJobStore, "get_due_jobs", wait_for_the_stop)
    watched.comes_in(0.1)
    watched.jobs.__enter__()
    watched.alarm.start()
    assert is_handing_out.wait(PATIENCE_S)
    errors = []
    monkeypatch.setattr(threading, "excepthook", errors.append)
    watched.jobs.stop()
    assert [error.exc_value for error in errors] == []
