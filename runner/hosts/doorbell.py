"""The doorbell of a host: a worker of Procrastinate in a thread, which hears in which lanes something is due.

Procrastinate wakes, and takes back what a dead worker held; it decides nothing. A job is "drain this lane": the due
tasks of the lane are read from the ledger and handed to the executor, and the job lasts until nothing in that lane may
go now. So the lane rings for one worker at a time, and at most one more ring waits. See docs/decisions/0037.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from runner.hosts.lane_jobs import LaneJobs
from runner.store.postgres_hang_up import awaits_answer, hang_up
from runner.store.rings import STALLED_S, TASK_NAME

LANES = 1000
"""How many lanes of one host may be at work at the same time; a job that waits takes no thread."""

HEARTBEAT_S = 1.0
"""How often the worker says that it lives; see `STALLED_S`."""

FETCH_S, POOLED_FETCH_S = 1.0, 0.25
"""How often it asks for jobs if nobody wakes it, and if nobody can: through a pooler that keeps no session."""

REST_S = 0.05
"""How often it looks which lanes are at rest."""

AGAIN_S = 1.0
"""How long it waits after its connection has failed."""

ANSWER_S = 30.0
"""How long the database may take to answer."""

STOP_S = 5.0

# What they log of a connection that fails, `on_trouble` hears.
for _name in ("procrastinate", "psycopg.pool"):
    logging.getLogger(_name).propagate = False
    # Without any handler, Python writes warnings to standard error, tracebacks and all.
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Drained(Protocol):
    """What carries the tasks of lanes out."""

    def load(self, lanes: Collection[str]) -> None:
        """Hand the due tasks of lanes over. Raises RunnerError."""
        ...

    def at_rest(self, lane: str) -> bool:
        """Whether nothing in a lane may go now; also for one that this host has no longer."""
        ...


class Doorbell:
    """While this is open, rings for `host` are followed. `conninfo` gives what libpq takes, at the moment of
    connecting; `options` go to psycopg's connections. `on_trouble` hears, once each, why the bell cannot be heard; it
    goes on trying."""

    def __init__(
        self,
        conninfo: Callable[[], str],
        host: str,
        drained: Drained,
        on_trouble: Callable[[str], None],
        *,
        pooled: bool = False,
        options: dict[str, Any] | None = None,
    ) -> None:
        self._conninfo, self._host, self._drained, self._on_trouble = conninfo, host, drained, on_trouble
        self._pooled = pooled
        self._options = {"prepare_threshold": None if pooled else 5, **(options or {})}
        self._thread_for_loads = ThreadPoolExecutor(1, "doorbell")
        self._rung: dict[str, asyncio.Future[None]] = {}
        self._is_rung = asyncio.Event()
        self._resting: dict[str, list[asyncio.Event]] = {}
        self._over = threading.Event()
        self._worker: Worker | None = None
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._told: set[str] = set()

    def __enter__(self) -> "Doorbell":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if (worker := self._worker) is not None:
            worker.stop()  # type: ignore[no-untyped-call]
        self._thread.join(STOP_S)
        self._thread_for_loads.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        # What a job could not write down when the connection failed concerns nobody: the ring is taken back.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        watching = asyncio.gather(self._load_what_is_rung(), self._watch_rest())
        while not self._over.is_set():
            try:
                await self._work()
                self._told.clear()
            except Exception as error:  # noqa: BLE001 - whatever the connection raises: the ledger decides, not the bell
                self._tell(f"the doorbell cannot be heard: {error}")
                await self._pause(AGAIN_S)
        watching.cancel()

    async def _work(self) -> None:
        connector = PsycopgConnector(
            conninfo=self._conninfo(),
            min_size=1,
            max_size=1,
            timeout=5.0,
            kwargs=self._options,
            configure=_commit_alone if self._pooled else _commit_at_ease,
            connection_class=ImpatientConnection,
            pool_factory=_pool,
        )
        app = App(connector=connector)
        app.job_manager = LaneJobs(connector)
        app.task(name=TASK_NAME)(self._drain)
        async with app.open_async():
            self._worker = QuietWorker(
                app,
                queues=[self._host],
                name=self._host,
                concurrency=LANES,
                fetch_job_polling_interval=POOLED_FETCH_S if self._pooled else FETCH_S,
                shutdown_graceful_timeout=0.0,
                listen_notify=not self._pooled,
                delete_jobs=DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
            )
            if not self._over.is_set():
                await self._worker.run()  # type: ignore[no-untyped-call]
        if not self._over.is_set():  # Procrastinate ends its worker when one of its connections fails
            await self._pause(AGAIN_S)

    async def _drain(self, lane: str) -> None:
        loaded = self._rung.setdefault(lane, asyncio.get_running_loop().create_future())
        self._is_rung.set()
        try:
            await loaded
        except Exception as error:  # noqa: BLE001 - told; the next sweep rings again
            self._tell(str(error))
            return
        if not self._drained.at_rest(lane):
            rest = asyncio.Event()
            self._resting.setdefault(lane, []).append(rest)
            await rest.wait()

    async def _load_what_is_rung(self) -> None:
        """Load many lanes with one question: hundreds ring at the same instant."""
        loop = asyncio.get_running_loop()
        while True:
            await self._is_rung.wait()
            self._is_rung.clear()
            rung, self._rung = self._rung, {}
            try:
                await loop.run_in_executor(self._thread_for_loads, self._drained.load, sorted(rung))
            except Exception as error:  # noqa: BLE001 - whoever waits for it tells it
                _tell_all(rung.values(), error)
            else:
                _tell_all(rung.values())

    async def _watch_rest(self) -> None:
        while True:
            await asyncio.sleep(REST_S)
            for lane in [lane for lane in self._resting if self._drained.at_rest(lane)]:
                _set_all(self._resting.pop(lane))

    async def _pause(self, seconds: float) -> None:
        await asyncio.to_thread(self._over.wait, seconds)

    def _tell(self, trouble: str) -> None:
        if trouble not in self._told and not self._over.is_set():
            self._told.add(trouble)
            self._on_trouble(trouble)


class QuietWorker(Worker):
    """Nobody reads what it logs, so it does not gather it: that is a third of what a job costs."""

    def _log_extra(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}


class ImpatientConnection(psycopg.AsyncConnection[Any]):
    """A connection that is lost when something that it was asked is acknowledged and never answered."""

    async def wait(self, gen: Any, *rest: Any, **more: Any) -> Any:
        impatience = asyncio.get_running_loop().call_later(ANSWER_S, self._hang_up_if_asked)
        try:
            return await super().wait(gen, *rest, **more)
        finally:
            impatience.cancel()

    def _hang_up_if_asked(self) -> None:
        if awaits_answer(self):  # else it listens
            hang_up(self)


async def _commit_alone(connection: psycopg.AsyncConnection[Any]) -> None:
    """Each statement of Procrastinate is a transaction: one message to the server, not three."""
    await connection.set_autocommit(True)


async def _commit_at_ease(connection: psycopg.AsyncConnection[Any]) -> None:
    """No ring is a promise, so nothing waits for the disk. A pooler would give the session, so set, to others."""
    await _commit_alone(connection)
    await connection.execute("SET synchronous_commit = off")


def _pool(**arguments: Any) -> AsyncConnectionPool:
    """A pool that does not try its connection before each use: one that fails, fails then, and all is opened anew."""
    return AsyncConnectionPool(**{**arguments, "check": None})


def _tell_all(futures: Iterable["asyncio.Future[None]"], error: Exception | None = None) -> None:
    for future in futures:
        if future.done():  # its job was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


def _set_all(events: Sequence[asyncio.Event]) -> None:
    for event in events:
        event.set()
