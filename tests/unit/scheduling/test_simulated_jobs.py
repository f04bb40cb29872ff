"""The daemon's timed work, run by whoever moves the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from runner.clock import ManualClock
from runner.errors import LedgerError, RunnerError
from runner.scheduling.simulated_jobs import SimulatedJobs

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def never(error: RunnerError) -> None:
    raise AssertionError(error)


def test_jobs_that_are_repeated_make_no_instant() -> None:
    clock, ran = ManualClock(NOON), list[datetime]()
    jobs = SimulatedJobs(clock)
    jobs.every(5.0, "heartbeat", lambda: ran.append(clock.now()), never)
    jobs.every(60.0, "material", lambda: ran.append(clock.now()), never, at_once=True)
    assert jobs.next_instant() is None
    jobs.run_due()
    assert ran == [NOON]
    clock.advance(86400)
    jobs.run_due()
    jobs.run_due()
    assert ran == [NOON, *[NOON + timedelta(days=1)] * 2]


def test_a_job_that_waits_for_instants_runs_at_each() -> None:
    clock, ahead, ran = ManualClock(NOON), [NOON + timedelta(hours=hour) for hour in (1, 3)], list[datetime]()
    jobs = SimulatedJobs(clock)
    jobs.at(
        lambda: ahead[0] if ahead else None,
        "start times",
        lambda: ran.append(ahead.pop(0)),
        never,
        lambda: None,
    )
    jobs.run_due()
    assert (ran, jobs.next_instant()) == ([], NOON + timedelta(hours=1))
    while (instant := jobs.next_instant()) is not None:
        clock.advance((instant - clock.now()).total_seconds())
        jobs.run_due()
    assert ran == [NOON + timedelta(hours=1), NOON + timedelta(hours=3)]


def test_errors_end_the_rehearsal() -> None:
    def fail() -> None:
        raise LedgerError("the disk is full")

    jobs = SimulatedJobs(ManualClock(NOON))
    jobs.every(5.0, "heartbeat", fail, never, at_once=True)
    with pytest.raises(LedgerError, match="the disk is full"):
        jobs.run_due()
