"""The daemon put together: what it is made of, how it starts, and how it ends."""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from runner import __version__
from runner.backends import build
from runner.backends.backend import Backend
from runner.cli.collector import relieve
from runner.cli.crash import write_crash_log
from runner.cli.custody import look_first, take_custody
from runner.cli.interrupts import on_hangup, stop_on_interrupt
from runner.cli.life import Life, leave, use_few_arenas
from runner.cli.main import EXIT_BUG, EXIT_PROBLEMS
from runner.cli.notice import Notice
from runner.cli.notify import Notifier
from runner.cli.rehearsal import RehearsalBackend, Shelf, serials_for
from runner.cli.retention import Retention
from runner.cli.workplace import Workplace
from runner.clock import SystemClock
from runner.errors import LedgerBusy, LedgerError, RunnerError
from runner.events import Event, EventSink
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.phone.states import LastStates
from runner.reports.log_lines import LogLines
from runner.scheduling.registry import Registry
from runner.scheduling.service import Service
from runner.server.app import ServerState, create_app
from runner.server.health import Health
from runner.server.local_api.app import create_local_api
from runner.server.local_api.intake import CAMPAIGN as API_CAMPAIGN
from runner.server.local_api.license import License
from runner.server.local_api.requested_files import RequestedFiles
from runner.server.local_api.task_api import TaskApi
from runner.server.metrics import EventMetrics, LogMetrics, StateMetrics
from runner.server.ports import listen, url_of
from runner.server.serving import Serving
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock

ASK_AGAIN_S = 1.0
"""How often a daemon that waits for the ledger asks for it."""

LOOK_S = 5.0
"""How often the daemon looks at itself."""

LOST_S = 60.0
"""How long what is due is tried again while the ledger cannot be written; then the daemon gives up."""

FAILING_GRACE_S = 5.0
"""How long steps may go on once the daemon has failed: what they do can no longer be written down, perhaps."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for; `phones` are virtual ones beyond those that the campaigns declare,
    `api_limits` hold for tasks that are made through the Local API, as a campaign writes them, which post `files`
    alone."""

    paths: tuple[Path, ...]
    phones: int | None
    host: str
    port: int
    api_limits: Mapping[str, Any]
    files: RequestedFiles
    wait: bool
    retention: timedelta
    grace: timedelta


class Daemon:
    """One life of the daemon."""

    def __init__(self, wishes: Wishes, settings: Settings, place: Workplace, log: LogLines) -> None:
        self._wishes = wishes
        self._settings = settings
        self._place = place
        self._log = log
        self._clock = SystemClock()
        self._life = Life()
        self._notifier = Notifier.from_environment()
        self._is_on_terminal = sys.stderr.isatty()

    def run(self) -> int:
        """Live until the end is asked for, or something fails; returns the exit code.

        What keeps it from starting is raised, before anything has been started; what fails later is logged.
        """
        use_few_arenas()
        with ExitStack() as stack:
            stack.enter_context(stop_on_interrupt(self._life.over, lambda message: None))
            stack.enter_context(self._life)
            if not self._lock(stack):
                return 0
            listening = stack.enter_context(closing(listen(self._wishes.host, self._wishes.port)))
            ledger = stack.enter_context(Ledger.open(self._place.store_url, self._clock))
            take_custody(ledger, self._place)
            registry = CollectorRegistry()
            sink = self._sink(ledger, registry)
            campaigns = Registry(ledger, {API_CAMPAIGN: self._wishes.api_limits})
            adb_port, executor = self._executor(stack, ledger, campaigns, sink)
            health = Health(ledger, executor, self._clock, api_only=not self._wishes.paths)
            states = LastStates(adb_port)
            registry.register(StateMetrics(ledger, executor, states))
            registry.register(LogMetrics(lambda: self._log.dropped))
            service = Service(
                self._wishes.paths, ledger, executor, self._clock, sink, campaigns, self._settings.zone
            )
            local_api = self._local_api(ledger, executor, states)
            state = ServerState(registry, health.ailments, health.obstacles, self._log.troubles)
            app = create_app(state, local_api, self._settings.token)
            serving = stack.enter_context(Serving(app, listening))
            relieve()
            service.start()
            executor.submit(ledger.tasks.pending())
            executor.start()
            health.look()
            stack.enter_context(on_hangup(lambda: self._hung_up(service)))
            self._greet(ledger, service, url_of(listening), adb_port)
            stack.enter_context(self._retention(ledger))
            self._watch(health, serving)
            health.draining = True
            self._end(service, executor)
        return 0

    def _lock(self, stack: ExitStack) -> bool:
        """Become the one process that carries tasks out from the ledger; false if an end is asked for first."""
        waiting = False
        while not self._life.over.is_set():
            try:
                look_first(self._place)
                stack.enter_context(ExecutorLock(self._place.store_url))
                return True
            except LedgerBusy as error:
                if not self._wishes.wait:
                    raise
                if not waiting:
                    self._log.say("waiting for the ledger", reason=error.message)
                waiting = True
            self._life.over.wait(ASK_AGAIN_S)
        return False

    def _sink(self, ledger: Ledger, registry: CollectorRegistry) -> EventSink:
        events = EventMetrics(registry)
        ledger.on_write(events.wrote)

        def tell(event: Event) -> None:
            events.tell(event)
            self._log.tell(event)

        return tell

    def _executor(
        self, stack: ExitStack, ledger: Ledger, campaigns: Registry, sink: EventSink
    ) -> tuple[int, Executor]:
        """The executor on this place's phones, and the port of their adb server."""
        settle_interrupted(ledger)
        settings = self._settings
        shelf: Shelf | None = None
        if self._place.phones is not None:
            serials = serials_for(self._wishes.paths, self._wishes.phones)
            shelf = stack.enter_context(Shelf(serials, self._place.phones, self._phones_died))
            settings = replace(settings, adb_port=shelf.adb_port)
            where = {"adb_port": shelf.adb_port, "control": shelf.control}
            self._log.say("virtual phones", serials=shelf.serials, **where)
        backends = build(settings, self._clock, campaigns.flows, ledger.id)
        for backend in backends.values():
            stack.callback(backend.close)
        if shelf is not None:  # a rehearsal reaches nothing real
            device = backends["device"]
            assert isinstance(device, Backend)
            backends = {"device": RehearsalBackend(device, shelf)}
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(self._place.artifacts),
            backends=backends,
            limiter=Limiter(ledger.effects, campaigns.limits, settings.zone, self._clock),
            clock=self._clock,
            sink=sink,
            mode=Mode.daemon(),
        )
        return settings.adb_port, stack.enter_context(closing(executor))

    def _phones_died(self) -> None:
        self._log.say(
            "virtual phones had died", "warning", reason="they were started anew, with their memories"
        )

    def _local_api(self, ledger: Ledger, executor: Executor, states: LastStates) -> FastAPI:
        """The Local API over this daemon's phones."""
        desk = TaskApi(
            ledger,
            self._clock,
            self._settings.zone,
            executor.submit,
            lambda: states().by_state.get("device", 0),
            License(self._settings.api_plan),
            self._wishes.files,
        )
        return create_local_api(desk, self._settings.token)

    def _retention(self, ledger: Ledger) -> Retention:
        artifacts = Artifacts(self._place.artifacts)
        return Retention(ledger, artifacts, self._wishes.retention, self._clock, self._log)

    def _greet(self, ledger: Ledger, service: Service, url: str, adb_port: int) -> None:
        """Say what was started, and that it was."""
        for campaign in service.campaigns:
            self._log.say("campaign in force", campaign=campaign.name, commit=campaign.commit)
        coming = service.next_start()
        Notice(os.getpid(), url, adb_port, self._clock.now().isoformat()).post(self._place.store_url)
        told = {"ledger": self._place.store_url, "zone": str(self._settings.zone), "next_start": coming}
        self._log.say("ready", version=__version__, **told, url=url)
        self._notifier.ready(f"serving on {url}")

    def _hung_up(self, service: Service) -> None:
        """SIGHUP asks to read the files again; on a terminal it means that the terminal has gone."""
        if self._is_on_terminal:
            self._life.over.set()
        else:
            self._log.say("asked to read the files again")
            service.reload(anew=True)

    def _watch(self, health: Health, serving: Serving) -> None:
        """Look, until the end is asked for or something fails, whether all goes on as it should."""
        every_s = min(self._notifier.alive_every_s or LOOK_S, LOOK_S)
        ailing: list[str] = []
        while not self._life.over.wait(every_s):
            if (silent_s := health.look()) > LOST_S:
                self._life.fail(self._lost(silent_s))
            if not serving.alive:
                self._life.fail(RunnerError("the HTTP server has ended by itself"))
            before, ailing = ailing, health.ailments()
            if not ailing:
                self._notifier.alive()
            elif not before:
                self._log.say("ailing", "error", reasons=ailing)

    def _lost(self, silent_s: float) -> LedgerError:
        return LedgerError(
            f"the ledger {self._place.store_url} could not be written for {silent_s:.0f} s",
            hint="what kept it from that was logged before; start the daemon again when that is mended",
        )

    def _end(self, service: Service, executor: Executor) -> None:
        """Let current steps finish, and leave the rest for the next start.

        After a failure, or beside a step that does not end, the process ends at once: the ledger is durable at
        every moment, and nothing that is left is worth waiting for.
        """
        code = self._tell(self._life.error) if self._life.error else 0
        grace_s = FAILING_GRACE_S if code else self._wishes.grace.total_seconds()
        running = [task.key for task in executor.state().running]
        self._log.say("stopping", grace_s=grace_s, running=running)
        self._notifier.stopping("letting current steps finish")
        drained = executor.drain(grace_s)
        if not code:
            try:
                service.stop()
            except RunnerError as error:
                self._life.fail(error)
            code = self._tell(self._life.error) if self._life.error else 0
        if code:
            self._log.flush()
            leave(code)
        if not drained:
            left = [task.key for task in executor.state().running]
            self._log.say("steps that did not end are left behind", "warning", running=left)
            self._log.flush()
            leave(0)
        self._log.say("stopped")

    def _tell(self, error: BaseException) -> int:
        """Say that the daemon has failed; returns the exit code. Who supervises it starts it anew."""
        if isinstance(error, RunnerError):
            self._log.say("failed", "error", reason=error.message, hint=error.hint)
            return EXIT_PROBLEMS
        log = write_crash_log(error)
        self._log.say(
            "failed, this is a bug", "error", reason=f"{type(error).__name__}: {error}", crash_log=log
        )
        return EXIT_BUG
