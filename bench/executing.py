"""10,000 tasks due at one instant, every row durable, against APScheduler; and what a lane that waits takes up."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.figures import figure
from runner.backends.backend import Problem
from runner.clock import SystemClock
from runner.daemon.memory import collect_garbage_seldom
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import BatchJournal, Intent, Journal, Listener, Settlement, StopSignal
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.store.rows import Decision, OccurrenceState
from runner.store.witness import Witnesses
from runner.tasks import AttemptOutcome, EffectState, Occurrence, Outcome, Task, TaskState, task_key

TASKS, LANES = 10_000, 100
WAITING_LANES = 250
LIMITS = effective_limits(
    {"min_gap": "0s", **{f"per_{scope}": {f"per_{span}": {"follow": TASKS} for span in ("day", "hour")}
                         for scope in ("device", "account")}}
)  # fmt: skip
DONE = Outcome(AttemptOutcome.COMPLETED)


class NoBatches:
    """Says of all tasks at once that their effects were made."""

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        begun = journal.committing([Intent(task.key, "follow", task.target, None, {}) for task in tasks])
        settled = [Settlement(ids[0], EffectState.COMMITTED, {}) for ids in begun.values()]
        journal.finish(dict.fromkeys(begun, DONE), settled)

    def close(self) -> None:
        return None


class NoPhones:
    """Says of each task that its effect was made."""

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        effect = journal.committing("follow", task.target, None, {})
        journal.settle(effect, EffectState.COMMITTED, {}, at_end=True)
        return DONE

    def close(self) -> None:
        return None


def run() -> Iterator[str]:
    collect_garbage_seldom()  # as the daemon does
    with tempfile.TemporaryDirectory() as name:
        peer_s = _apscheduler(Path(name) / "peer.db")
        for manner, backend, rounds in (("a batch", NoBatches(), 5), (f"{LANES} lanes", NoPhones(), 3)):
            ours = [_ours(Path(name) / f"{manner}-{number}.db", backend) for number in range(rounds)]
            yield figure(
                f"{TASKS:,} tasks due at one instant in {manner}, against APScheduler's SQL job store",
                statistics.median(ours),
                peer_s,
                goal=1 / 15,
            )
    yield f"memory of a waiting lane: {_memory_of_a_lane_kb():.1f} KB (goal 500 KB)"


def _ours(store: Path, backend: NoBatches | NoPhones) -> float:
    """Seconds from the instant at which tasks are due, none of them recorded yet, until the ledger holds what became
    of each."""
    with Ledger.open(f"sqlite:///{store}", SystemClock()) as ledger:
        ledger.ownership.take(Witnesses(store.parent / "witness"), is_rehearsal=False)  # as the daemon does
        return carry_out(ledger, TASKS, LANES, backend)


def carry_out(ledger: Ledger, count: int, lanes: int, backend: NoBatches | NoPhones) -> float:
    """Have tasks recorded and carried out; returns the seconds that it took."""
    clock = SystemClock()
    executor = _executor(ledger, clock, backend)
    executor.start()
    tasks = tasks_of(clock.now(), count, lanes)
    started = time.perf_counter()
    executor.submit(record(ledger, tasks))
    executor.wait_until_idle()
    took_s = time.perf_counter() - started
    executor.close()
    counts = ledger.tasks.counts()
    assert counts == {TaskState.COMPLETED: count}, counts
    return took_s


def record(ledger: Ledger, tasks: Sequence[Task]) -> list[Task]:
    occurrence = Occurrence("bench", "greet", "now", "now", tasks[0].due_utc)
    return ledger.occurrences.record([Decision(occurrence, OccurrenceState.STARTED, "", None, tasks)])


def _executor(ledger: Ledger, clock: SystemClock, backend: NoBatches | NoPhones) -> Executor:
    return Executor(
        ledger=ledger,
        artifacts=Artifacts(Path("unused")),
        backends={"none": backend},
        limiter=Limiter(ledger.effects, lambda campaign: LIMITS, UTC, clock),
        clock=clock,
        sink=ignore,
        mode=Mode.daemon(),
    )


def tasks_of(due_utc: datetime, count: int, lanes: int) -> list[Task]:
    config = {"target_users": ["@a"]}
    return [
        Task(
            key=task_key("bench", "greet", "now", f"D{number % lanes}", f"@user_{number}"),
            campaign="bench",
            entry="greet",
            script="follow",
            backend="none",
            device=f"D{number % lanes}",
            username=None,
            target=f"@user_{number}",
            nominal="now",
            ordinal=number,
            due_utc=due_utc,
            timeout_s=600.0,
            config=config,
        )
        for number in range(count)
    ]


def _apscheduler(store: Path) -> float:
    """Seconds from the instant at which jobs are due, all of them in the store already, until each has run."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from sqlalchemy import create_engine, event

    url, due = f"sqlite:///{store}", datetime.now(UTC)
    hasty = create_engine(url)
    event.listen(hasty, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    adding = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(engine=hasty)}, timezone=UTC)
    adding.start(paused=True)
    for _ in range(TASKS):
        adding.add_job(_job, "date", run_date=due, misfire_grace_time=None)
    hasty.dispose()  # shut down, it would try to run them
    os.sync()
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.start(paused=True)
    started = time.perf_counter()
    scheduler.resume()
    for _ in range(TASKS):
        _ran.acquire()
    took_s = time.perf_counter() - started
    while scheduler.get_jobs():  # the last one is run before it is removed
        time.sleep(0.01)
    scheduler.shutdown()
    return took_s


_ran = threading.Semaphore(0)


def _job() -> None:
    _ran.release()


def _memory_of_a_lane_kb() -> float:
    """What a lane whose task is held back by a limit adds to a process, which is a new one each time."""
    command = [sys.executable, "-c", "from bench.executing import waiting; waiting({})"]
    few, many = (
        int(subprocess.run([*command[:2], command[2].format(lanes)], capture_output=True, check=True).stdout)
        for lanes in (1, WAITING_LANES + 1)
    )
    return (many - few) / WAITING_LANES / 1024


def waiting(lanes: int) -> None:
    """Have lanes wait, and print the bytes that this process then holds in memory."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name, Ledger.open(f"sqlite:///{name}/ledger.db", clock) as ledger:
        ledger.pauses.begin(PauseScope.ALL, None, "bench")
        executor = _executor(ledger, clock, NoPhones())
        executor.start()
        executor.submit(record(ledger, tasks_of(clock.now(), lanes, lanes)))
        executor.wait_until_idle()
        print(psutil.Process().memory_info().rss)
        executor.close()
