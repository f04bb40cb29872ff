"""The daemon's timed work goes on, whatever becomes of one job, and whatever becomes of the machine's clock."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from runner.clock import SystemClock
from runner.clock_watch import ClockWatch
from runner.errors import LedgerError, LedgerGone, RunnerError
from runner.scheduling.jobs import Jobs

PATIENCE_S = 20.0
OFTEN_S = 0.01


class Counted:
    """A job that counts how often it was run, and raises what it is given."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.runs = 0
        self.troubles: list[RunnerError] = []
        self._changed = threading.Condition()

    def run(self) -> None:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()
        if self.error is not None:
            raise self.error

    def await_runs(self, more: int) -> None:
        """Wait until it was run so many times more."""
        with self._changed:
            enough = self.runs + more
            assert self._changed.wait_for(lambda: self.runs >= enough, PATIENCE_S)


class Watched:
    def __init__(self) -> None:
        self.clock = SystemClock()
        self.clock_watch = ClockWatch(self.clock)
        self.failed = threading.Event()
        self.failures: list[BaseException] = []
        self.jobs = Jobs(self.clock, self.clock_watch, self.fail)

    def fail(self, error: BaseException) -> None:
        self.failures.append(error)
        self.failed.set()

    def often(self, name: str, job: Counted) -> Counted:
        self.jobs.every(OFTEN_S, name, job.run, job.troubles.append)
        return job


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    with made.jobs:
        yield made


def test_a_job_with_trouble_is_tried_again_and_holds_no_other_up(watched: Watched) -> None:
    error = LedgerError("the disk is full")
    troubled, other = watched.often("troubled", Counted(error)), watched.often("other", Counted())
    troubled.await_runs(3)
    other.await_runs(3)
    assert troubled.troubles[:2] == [error, error]
    assert (other.troubles, watched.failures) == ([], [])


@pytest.mark.parametrize("error", [LedgerGone("it is gone"), ZeroDivisionError("a bug")])
def test_what_must_end_the_daemon_is_given_to_it_once_and_the_other_jobs_go_on(
    watched: Watched, error: BaseException
) -> None:
    failing, other = watched.often("failing", Counted(error)), watched.often("other", Counted())
    assert watched.failed.wait(PATIENCE_S)
    other.await_runs(5)
    assert (failing.runs, failing.troubles, watched.failures) == (1, [], [error])


def test_a_job_that_takes_long_runs_once_at_a_time_and_holds_no_other_up(watched: Watched) -> None:
    go_on, running, most = threading.Event(), [0], [0]

    def take_long() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        assert go_on.wait(PATIENCE_S)
        running[0] -= 1

    watched.jobs.every(OFTEN_S, "long", take_long, watched.failures.append, at_once=True)
    other = watched.often("other", Counted())
    other.await_runs(3)
    watched.jobs.plan_anew("long")
    other.await_runs(3)
    go_on.set()
    assert (most, watched.failures) == ([1], [])


def test_an_end_waits_for_a_job_that_runs_and_tells_it_so() -> None:
    watched, has_begun, ended = Watched(), threading.Event(), threading.Event()

    def run_until_the_end() -> None:
        has_begun.set()
        assert watched.jobs.stopping.wait(PATIENCE_S)
        ended.set()

    with watched.jobs:
        watched.jobs.every(OFTEN_S, "long", run_until_the_end, watched.failures.append, at_once=True)
        assert has_begun.wait(PATIENCE_S)
    assert (ended.is_set(), watched.failures) == (True, [])
    watched.jobs.plan_anew("long")


@pytest.mark.parametrize("step", [timedelta(hours=-5), timedelta(days=56 * 365)], ids=["back", "from 1970"])
def test_a_clock_that_is_set_holds_no_job_up(monkeypatch: pytest.MonkeyPatch, step: timedelta) -> None:
    """APScheduler asks the machine for the time by itself, so it is told the same."""
    ahead = [timedelta()]

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + ahead[0]

    class SetClock(SystemClock):
        def now(self) -> datetime:
            return Stepped.now(UTC)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Stepped)
    clock, job, failures = SetClock(), Counted(), list[BaseException]()
    clock_watch = ClockWatch(clock)
    with Jobs(clock, clock_watch, failures.append) as jobs:
        jobs.every(OFTEN_S, "often", job.run, failures.append)
        job.await_runs(2)
        ahead[0] = step
        clock_watch.look()
        job.await_runs(2)
        instant = clock.now() + timedelta(seconds=0.2)
        came = threading.Event()
        jobs.at(
            lambda: None if came.is_set() else instant, "instant", came.set, failures.append, lambda: None
        )
        assert came.wait(PATIENCE_S)
        assert clock.now() >= instant
    assert failures == []
