"""How late an idle daemon is: from a start time to the call of a backend that does nothing, rows durable."""

import sqlite3
import statistics
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from runner.backends.backend import Problem
from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, StartTime, resolve_campaign
from runner.clock import SystemClock
from runner.daemon.memory import collect_garbage_seldom
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.planning.limits import effective_limits
from runner.scheduling.alarm import Alarm
from runner.scheduling.jobs import Jobs
from runner.scheduling.timetable import Timetable
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, Task

START_TIMES = 120
APART = timedelta(milliseconds=50)
GOAL_MS = 10

WAITING_CAMPAIGNS, WAITING_PHONES = 100, 100
IDLE_S = 5.0
GOAL_CPU = 0.005


class NoOp:
    """Remembers how late each task was when it was called."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self.is_done = threading.Event()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self.late_s.append((SystemClock().now() - task.due_utc).total_seconds())
        if len(self.late_s) == START_TIMES:
            self.is_done.set()
        return Outcome(AttemptOutcome.COMPLETED)

    def close(self) -> None: ...


def run() -> Iterator[str]:
    collect_garbage_seldom()  # as the daemon does
    backend = NoOp()
    with TemporaryDirectory() as folder:
        daemon = _Daemon(Path(folder), backend)
        began = SystemClock().now() + timedelta(seconds=1)
        with daemon.on([_source([began + APART * n for n in range(START_TIMES)])]):
            if not backend.is_done.wait(60):
                raise TimeoutError(f"only {len(backend.late_s)} of {START_TIMES} start times came")
    yield f"lateness of {START_TIMES} start times, {_told(backend.late_s)} (goal {GOAL_MS} ms)"
    yield f"the same of a bare job of APScheduler in memory that inserts one row: {_told(_peer())}"
    yield f"CPU while 100,000 planned tasks wait: {_idle_cpu():.2%} of a core (goal {GOAL_CPU:.1%})"


def _told(late_s: Sequence[float]) -> str:
    late_ms = sorted(seconds * 1000 for seconds in late_s)
    return f"p99: {late_ms[int(0.99 * len(late_ms))]:.1f} ms, median {statistics.median(late_ms):.1f} ms"


def _peer() -> list[float]:
    """What this machine makes of the least that can be done when an instant comes: one flush to its disk."""
    late_s: list[float] = []
    with TemporaryDirectory() as folder:
        ledger = sqlite3.connect(Path(folder, "peer.db"), check_same_thread=False, isolation_level=None)
        with closing(ledger):
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE t (n)"):
                ledger.execute(statement)

            def ring(instant: datetime) -> None:
                ledger.execute("INSERT INTO t VALUES (1)")
                late_s.append((SystemClock().now() - instant).total_seconds())

            scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
            scheduler.start()
            began = SystemClock().now() + timedelta(seconds=1)
            for instant in (began + APART * number for number in range(START_TIMES)):
                scheduler.add_job(ring, "date", run_date=instant, args=(instant,), misfire_grace_time=None)
            while len(late_s) < START_TIMES:
                time.sleep(0.1)
            scheduler.shutdown()
    return late_s


def _idle_cpu() -> float:
    """The part of a core that a daemon uses whose campaigns have 100,000 tasks in the days ahead."""
    days_ahead = SystemClock().now() + timedelta(hours=12)
    at = f'"{days_ahead:%H:%M}"'
    campaigns = [_campaign(f"waiting-{number}", at, WAITING_PHONES) for number in range(WAITING_CAMPAIGNS)]
    with TemporaryDirectory() as folder, _Daemon(Path(folder), NoOp()).on(campaigns):
        time.sleep(1)
        cpu_s, began = time.process_time(), time.perf_counter()
        time.sleep(IDLE_S)
        return (time.process_time() - cpu_s) / (time.perf_counter() - began)


class _Daemon:
    """The parts of a daemon that time passes through, on a ledger file of their own."""

    def __init__(self, folder: Path, backend: NoOp) -> None:
        clock = SystemClock()
        self._ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock)
        self._executor = Executor(
            ledger=self._ledger,
            artifacts=Artifacts(folder),
            backends={"device": backend},
            limiter=Limiter(
                self._ledger.effects,
                lambda name: effective_limits({"min_gap": "0s"}),
                Settings.from_environment().zone,
                clock,
            ),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        self._timetable = Timetable(self._ledger, clock, self._executor.submit, ignore)
        self._jobs = Jobs(clock, self._executor.clock_watch, _fail)
        self._alarm = Alarm(self._jobs, self._timetable, lambda: None, _fail)

    @contextmanager
    def on(self, campaigns: list[ResolvedCampaign]) -> Iterator[None]:
        """At work on these campaigns."""
        self._timetable.begin(campaigns)
        self._executor.start()
        with self._jobs:
            self._alarm.start()
            yield
        self._executor.close()
        self._ledger.close()


def _source(instants: list[datetime]) -> ResolvedCampaign:
    """An entry whose start times are these instants, on phones of their own lest they queue."""
    resolved = _campaign("bench", '"00:00"', 1)
    times = tuple(StartTime(instant.isoformat(), None, ()) for instant in instants)
    (entry,) = resolved.entries
    return replace(resolved, entries=(replace(entry, start_times=times),))


def _campaign(name: str, at: str, phones: int) -> ResolvedCampaign:
    devices = ", ".join(f"{name}-{number}" for number in range(phones))
    text = f"""\
version: 1
name: {name}
timezone: UTC
scripts:
  greet: {{script: follow, devices: [{devices}], config: {{target_users: ["@north"]}}, start_times: [{at}]}}
"""
    return resolve_campaign(load_text(text, f"{name}.yaml"))


def _fail(error: BaseException) -> None:
    raise error
