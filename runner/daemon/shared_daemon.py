"""A daemon on a ledger that hosts share: one of any number. It serves the pages and the API, stands for leader, and is
a host too."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from runner.backend_registry import batched_backends
from runner.clock_watch import ClockWatch
from runner.daemon.daemon import Daemon
from runner.daemon.host_life import HostGround, HostLife
from runner.daemon.ledger_watch import watch_ledger
from runner.daemon.lives import Ending, Lives
from runner.daemon.memory import collect_garbage_seldom, use_few_arenas
from runner.daemon.own_phones import sweep_screens, watch_own_phones
from runner.daemon.self_check import SelfCheck
from runner.errors import LedgerError
from runner.events import EventSink
from runner.execution.executor import Executor
from runner.hosts.leading import Leading, NoLock
from runner.hosts.renewal import Trouble
from runner.hosts.ringer import Ringer, due_lanes
from runner.hosts.session_lock import PostgresLock
from runner.hosts.unreached import PERIOD_S as UNREACHED_S
from runner.hosts.unreached import UnreachedTasks
from runner.interrupts import on_hangup, stop_on_interrupt
from runner.media_file import FileHashes
from runner.phone.states import LastStates
from runner.scheduling.jobs import Jobs
from runner.scheduling.registry import Registry
from runner.scheduling.service import Service
from runner.server.app import ServerState, create_app
from runner.server.dashboard.app import close_dashboard, create_dashboard
from runner.server.dashboard.changes import Changes, topic
from runner.server.health import Health
from runner.server.local_api.intake import CAMPAIGN as API_CAMPAIGN
from runner.server.material import MaterialServer
from runner.server.metrics import LogMetrics, StateMetrics
from runner.server.ports import listen, url_for_hosts, url_of
from runner.server.serving import Serving
from runner.store.leases import BACKEND, LeaderLease
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.store.url import libpq_url
from runner.tasks import Task


class SharedDaemon(Daemon):
    """It lives as `Lives` says; its server goes on over all lives, and says while there is none why not."""

    _service: Service | None = None
    """What decides what is due; None while it does not lead."""

    def run(self) -> int:
        use_few_arenas()
        about = self._options.as_host
        assert about is not None
        with ExitStack() as stack:
            stack.enter_context(stop_on_interrupt(self._guard.over, lambda message: None))
            stack.enter_context(self._guard)
            if not self._lock(stack):
                return 0
            listening = stack.enter_context(closing(listen(self._options.host, self._options.port)))
            self._url = url_of(listening)
            rehearsal = self._rehearsal(stack) if about.has_phones else None
            # Workers fetch files from there: another address than the one for pages on this machine.
            for_hosts = self._settings.public_url or url_for_hosts(listening)
            about = replace(about, is_daemon=True, url=for_hosts)
            ground = HostGround(about, self._place, self._settings, self._clock, self._log.say, rehearsal)
            self._door = Door()
            self._serving = stack.enter_context(Serving(self._door, listening))
            collect_garbage_seldom()
            ending = Ending(self._options.grace.total_seconds(), self._say_failed, self._draining)
            lives = Lives(
                self._guard, self._log, ending, lambda: self._new_life(ground), self._around, self._door.close
            )
            lives.run()
        return 0

    def _new_life(self, ground: HostGround) -> HostLife:
        self._metrics = CollectorRegistry()
        limits = {API_CAMPAIGN: self._options.api_limits}
        return HostLife(ground, self._new_sink, lambda ledger: Registry(ledger, limits))

    def _new_sink(self, ledger: Ledger) -> EventSink:
        self._changes = Changes(ledger.watch())
        return self._sink(ledger, self._metrics, self._changes)

    def _around(self, life: HostLife, stack: ExitStack) -> None:
        """What a daemon is besides a host, for the time of one life."""
        ledger, executor, changes = life.ledger, life.executor, self._changes
        self._health = health = Health(ledger, executor, self._clock, api_only=not self._options.paths)
        states = LastStates(life.reached.every_adb_server)
        self._metrics.register(StateMetrics(ledger, executor, states))
        self._metrics.register(LogMetrics(lambda: self._log.dropped))

        def submit(tasks: Iterable[TaskRow | Task]) -> None:
            ledger.rings.ring(due_lanes(tasks, self._clock.now()))

        local_api = self._local_api(ledger, submit, states, life.registry, life.reached)
        desk = self._desk(
            ledger, life.artifacts, executor, submit, life.registry, changes, life.reached, self._url
        )
        dashboard = create_dashboard(desk, self._settings.token, self._settings.viewer_token)
        stack.callback(close_dashboard, dashboard)
        remarks = partial(self._remarks, life.artifacts)
        state = ServerState(self._metrics, health.ailments, health.obstacles, remarks)
        files = MaterialServer(ledger.material, life.lease.host, FileHashes(), life.material)
        app = create_app(state, local_api, self._settings.token, dashboard, files)
        jobs = stack.enter_context(Jobs(self._clock, executor.clock_watch, self._guard.fail))
        watch_own_phones(jobs, life, self._log, lambda serial: changes.tell(topic("phone", serial)))
        sweep_screens(jobs, life, self._log)
        watch_ledger(jobs, ledger, self._guard.fail)
        health.read_heartbeat()
        self._check_itself(jobs, health, self._serving)
        self._door.open(app)
        self._greet_shared(life)
        lock = NoLock() if self._is_pooled else PostgresLock(lambda: libpq_url(self._place.store_url))
        if isinstance(lock, PostgresLock):
            stack.callback(lock.close)
        begin = partial(self._lead, life)
        stack.enter_context(Leading(ledger, life.lease.host, lock, begin, self._log.say, self._guard.fail))
        stack.enter_context(on_hangup(self._asked_to_read))

    @property
    def _is_pooled(self) -> bool:
        return self._options.as_host is not None and self._options.as_host.is_pooled

    def _draining(self) -> None:
        self._health.draining = True
        self._notifier.stopping("letting current steps finish")

    def _greet_shared(self, life: HostLife) -> None:
        self._post_notice(self._url, life.reached.adb_port)
        self._say_ready(self._url, host=life.lease.host)

    def _asked_to_read(self) -> None:
        """Answer SIGHUP: the one that leads reads the files."""
        if self._is_on_terminal:
            self._guard.over.set()
        elif (service := self._service) is not None:
            self._log.say("asked to read the files again")
            service.reload(anew=True)

    def _check_itself(self, jobs: Jobs, health: Health, serving: Serving) -> None:
        # The heartbeat is that of whoever leads; when this ledger is lost, this life ends, and not the process.
        check = SelfCheck(health, serving, self._guard, self._notifier, self._log, self._place.ledger, inf)
        jobs.every(check.period_s, "health", check.run, self._guard.fail)

    @contextmanager
    def _lead(self, life: HostLife, lease: LeaderLease) -> Iterator[None]:
        """What is done once, for the time of one lead: start times, catch-up, reload, retention, messages, rings."""
        batched = batched_backends()
        with ExitStack() as stack:
            life.campaigns.pause()
            stack.callback(life.campaigns.go_on)
            watch = ClockWatch(self._clock)
            trouble = Trouble(self._log.say, "nobody can be rung for now")
            ledger = life.ledger.led(lease)
            ringer = Ringer(ledger, self._clock, watch, batched, trouble)
            jobs = stack.enter_context(Jobs(self._clock, watch, self._guard.fail))
            work = LeadersWork(watch, ringer, life.executor)
            campaigns = (self._options.paths, ledger, work, self._clock, life.sink, life.registry, jobs)
            service = Service(*campaigns, self._settings.zone, takes_over=True)
            service.start()
            self._health.read_heartbeat()
            stack.callback(self._lead_no_longer, jobs, service)
            self._service = service
            stack.enter_context(ringer)
            life.host.want([f"{BACKEND}{name}" for name in batched])
            stack.callback(life.host.want, ())
            unreached = UnreachedTasks(ledger, self._clock, life.sink, self._log.say)
            jobs.every(UNREACHED_S, "unreached", unreached.miss, unreached.say_failed)
            self._remove_old_records(jobs, ledger, life.artifacts)
            self._tell_people(stack, jobs, ledger, life.registry, self._url)
            yield

    def _lead_no_longer(self, jobs: Jobs, service: Service) -> None:
        self._service = None
        jobs.stop()
        with suppress(LedgerError):  # whoever leads now has begun a span of its own
            service.stop()


@dataclass(slots=True)
class LeadersWork:
    """How the leader has tasks carried out: it rings for the hosts of their lanes."""

    clock_watch: ClockWatch
    ringer: Ringer
    executor: Executor

    def submit(self, tasks: Iterable[TaskRow | Task]) -> None:
        self.ringer.submit(tasks)

    def wake(self) -> None:
        self.executor.wake()


class Door:
    """The application of the life that goes on; while there is none, it says why."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._why = "the daemon is starting"

    def open(self, app: ASGIApp) -> None:
        self._app = app

    def close(self, why: str) -> None:
        self._app, self._why = None, why

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        is_alive = Request(scope).url.path == "/healthz"
        words = f"no work for now: {self._why}\nnothing is begun until that is over\n"
        await PlainTextResponse(words, 200 if is_alive else 503, {"Retry-After": "2"})(scope, receive, send)
