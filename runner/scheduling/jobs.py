"""The daemon's timed work: named jobs of APScheduler, each in a thread of its own and with its own error handling."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from runner.clock import Clock
from runner.clock_watch import ClockWatch
from runner.errors import LedgerGone, RunnerError

LEAD_S = 0.05
"""How long before its instant a job is run, since APScheduler wakes a few milliseconds late; the job then waits."""

EARLY_S = 1.0
"""How much earlier than its instant a job may come and wait for it; one that comes earlier still just looks."""

AGAIN_S = 5.0
"""How long after trouble a job that waits for instants is tried again."""

LONGEST_WAIT_S = 600.0
"""How far ahead a job that waits for instants is planned at most."""

# APScheduler logs each job that it hands out. The jobs' owners tell what concerns a person.
logging.getLogger("apscheduler").addHandler(logging.NullHandler())


class _After(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A number of seconds from now, on whatever clock APScheduler has.

    It never counts on from the last time, as APScheduler's interval does: that would count through every interval of
    fifty years when the clock is set from 1970 to today. A job that has begun is planned again when it has ended.
    """

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        # Far ahead: `_run` plans the job anew as soon as it has ended.
        return now + (timedelta(days=1) if previous_fire_time else timedelta(seconds=self.seconds))


class TimedWork(Protocol):
    """What the parts of a daemon ask of its timed work; see `Jobs`."""

    stopping: threading.Event

    def every(
        self,
        seconds: float,
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        *,
        at_once: bool = False,
    ) -> None: ...

    def at(
        self,
        next_instant: Callable[[], datetime | None],
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        prepare: Callable[[], None],
    ) -> None: ...

    def plan_anew(self, name: str) -> None: ...


@dataclass(slots=True)
class _Job:
    """`wait_s` tells in how many seconds to run it, `retry_s` the least of them after trouble; `ended` is on the
    clock's monotonic seconds."""

    name: str
    run: Callable[[], None]
    wait_s: Callable[[], float]
    on_trouble: Callable[[RunnerError], None]
    retry_s: float
    ended: float
    planning: threading.Lock = field(default_factory=threading.Lock)


class Jobs:
    """While this is open, it runs named jobs when their times come, each of them in a thread of its own.

    A RunnerError of a job goes to its `on_trouble`, and the job is tried again. What must end the daemon goes to
    `fail`: LedgerGone, since nothing can be written down any more, and any other exception, which is a bug. The other
    jobs go on in any case. Any thread may call any method.
    """

    def __init__(self, clock: Clock, clock_watch: ClockWatch, fail: Callable[[BaseException], None]) -> None:
        self.stopping = threading.Event()
        """Set when jobs must end: a job that takes long looks at it now and then."""
        self._clock = clock
        self._fail = fail
        self._jobs: dict[str, _Job] = {}
        self._with_scheduler = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        # APScheduler sleeps on a monotonic clock until a time of the other one, and would sleep through a step.
        clock_watch.on_step(lambda stepped_s: self._plan_all_anew())

    def __enter__(self) -> Self:
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def every(
        self,
        seconds: float,
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        *,
        at_once: bool = False,
    ) -> None:
        """Run a job again and again, so many seconds after it has ended; the first time after as many, or `at_once`."""
        ended = self._clock.monotonic() - (seconds if at_once else 0.0)

        def wait_s() -> float:
            return job.ended + seconds - self._clock.monotonic()

        job = _Job(name, run, wait_s, on_trouble, 0.0, ended)
        self._add(job)

    def at(
        self,
        next_instant: Callable[[], datetime | None],
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        prepare: Callable[[], None],
    ) -> None:
        """Run a job when the next instant comes, within milliseconds, and then at the one after it; `prepare` is called
        shortly before. Call `plan_anew` when there may be another next instant."""

        def early_s() -> float:
            instant = next_instant()
            return (instant - self._clock.now()).total_seconds() if instant else LONGEST_WAIT_S

        def wait_and_run() -> None:
            if 0 < early_s() <= EARLY_S:
                prepare()
                self._clock.wait(self.stopping, max(early_s(), 0.0))
            run()

        def wait_s() -> float:
            return min(early_s() - LEAD_S, LONGEST_WAIT_S)

        self._add(_Job(name, wait_and_run, wait_s, on_trouble, AGAIN_S, self._clock.monotonic()))

    def plan_anew(self, name: str) -> None:
        """Ask a job anew when to run it."""
        self._plan(self._jobs[name])

    def stop(self) -> None:
        """Returns when no job is running any more."""
        with self._with_scheduler:
            if self.stopping.is_set():
                return
            self.stopping.set()
            # A scheduler that is shut down while it hands out a job looks for that job again, and fails.
            self._scheduler.pause()
            self._scheduler.remove_all_jobs()
        # Not under the lock: this waits for jobs, and a job that ends asks for the lock.
        self._scheduler.shutdown()

    def _add(self, job: _Job) -> None:
        self._jobs[job.name] = job
        threads = ThreadPoolExecutor(1, {"thread_name_prefix": job.name})
        self._scheduler.add_executor(threads, alias=job.name)
        self._plan(job)

    def _plan_all_anew(self) -> None:
        for job in list(self._jobs.values()):
            self._plan(job)

    def _plan(self, job: _Job, least_s: float = 0.0) -> None:
        """Plan a job. The lock makes whoever plans last ask last, so the plan sees everything that changed before."""
        with job.planning:
            # Asked under the job's own lock alone: the timetable answers late while its ledger is locked.
            after = _After(max(job.wait_s(), least_s, 0.0))
            with self._with_scheduler:
                if (
                    self.stopping.is_set()
                ):  # APScheduler would wait for this job, and this job for APScheduler
                    return
                self._scheduler.add_job(
                    self._run,
                    after,
                    args=(job,),
                    id=job.name,
                    name=job.name,
                    executor=job.name,
                    replace_existing=True,
                )

    def _run(self, job: _Job) -> None:
        least_s = 0.0
        try:
            job.run()
        except LedgerGone as error:
            self._fail(error)
            return
        except RunnerError as error:
            job.on_trouble(error)
            least_s = job.retry_s
        except BaseException as error:  # noqa: BLE001 - a bug ends the daemon, which tells of it
            self._fail(error)
            return
        job.ended = self._clock.monotonic()
        self._plan(job, least_s)
