"""Puts the daemon together: its parts, how it starts, and how it ends."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from runner import __version__
from runner.clock import SystemClock
from runner.daemon.crash_guard import CrashGuard, end_process
from runner.daemon.custody import refuse_wrong_ledger, take_custody
from runner.daemon.executor_on_phones import executor_on_phones
from runner.daemon.failures import say_failed
from runner.daemon.memory import collect_garbage_seldom, use_few_arenas
from runner.daemon.notifying import NotifyingDaemon, tell_people
from runner.daemon.open_browser import address_for_people, has_browser, open_browser
from runner.daemon.phone_watch import PERIOD_S as PHONES_S
from runner.daemon.phone_watch import PhoneWatch
from runner.daemon.rehearsal import Rehearsal, serials_for, virtual_phones
from runner.daemon.retention import PERIOD_S, RetentionJob
from runner.daemon.self_check import SelfCheck
from runner.daemon.systemd import Notifier
from runner.daemon.trace_job import PERIOD_S as TRACES_S
from runner.daemon.trace_job import TraceJob
from runner.daemon_notice import Notice
from runner.errors import LedgerBusy, RunnerError
from runner.events import Event, EventSink
from runner.execution.executor import Executor
from runner.execution.live_screen import LiveScreens
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.hosts.about import HostAbout
from runner.interrupts import on_hangup, stop_on_interrupt
from runner.notifications.recipients import NotifySettings
from runner.phone.states import LastStates
from runner.queries.phones import devices_of, phones_now
from runner.reports.log_lines import LogLines
from runner.scheduling.jobs import Jobs
from runner.scheduling.registry import Registry
from runner.scheduling.service import Service
from runner.server.app import ServerState, create_app
from runner.server.dashboard.app import close_dashboard, create_dashboard
from runner.server.dashboard.assets import missing_packages
from runner.server.dashboard.changes import Changes, topic
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.phones_now import PhonesNow
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
from runner.state_dir import StateDir
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import Task
from runner.who import who

ASK_AGAIN_S = 1.0
"""How often a daemon that waits for the ledger's lock asks for it."""

AWAKE_EVERY_S = 1.0
"""How long SIGTERM may go unnoticed."""

Submit = Callable[[Iterable[TaskRow | Task]], None]
"""Has pending tasks carried out."""

FAILING_GRACE_S = 5.0
"""How long steps may go on once the daemon has failed: perhaps nothing can be written down of them any more."""


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """What the command line asks for. `phones` is how many virtual ones there are beyond those that the campaigns
    declare; `api_limits`, as a campaign writes them, hold for tasks made through the Local API, which post only
    `files`. With `opens` the dashboard comes up in a browser. `as_host` is what it is among
    hosts that share a ledger."""

    paths: tuple[Path, ...]
    phones: int | None
    host: str
    port: int
    api_limits: Mapping[str, Any]
    files: RequestedFiles
    wait: bool
    retention: timedelta
    grace: timedelta
    notify: NotifySettings
    opens: bool = False
    as_host: HostAbout | None = None


class Daemon:
    """One life of the daemon."""

    def __init__(self, options: DaemonOptions, settings: Settings, place: StateDir, log: LogLines) -> None:
        self._options = options
        self._settings = settings
        self._place = place
        self._log = log
        self._clock = SystemClock()
        self._guard = CrashGuard()
        self._notifier = Notifier.from_environment()
        self._is_on_terminal = sys.stderr.isatty()

    def run(self) -> int:
        """Live until somebody asks for the end, or something fails; returns the exit code.

        It raises what keeps it from starting, before anything has started; it logs what fails later.
        """
        use_few_arenas()
        with ExitStack() as stack:
            # The order matters, and what comes last is closed first: signals and failures are noticed from the start,
            # the lock comes before anything is read, and the port before anything begins that would have to end again.
            stack.enter_context(stop_on_interrupt(self._guard.over, lambda message: None))
            stack.enter_context(self._guard)
            if not self._lock(stack):
                return 0
            listening = stack.enter_context(closing(listen(self._options.host, self._options.port)))
            ledger = stack.enter_context(Ledger.open(self._place.store_url, self._clock))
            take_custody(ledger, self._place)
            registry = CollectorRegistry()
            changes = Changes(ledger.watch())
            sink = self._sink(ledger, registry, changes)
            campaigns = Registry(ledger, {API_CAMPAIGN: self._options.api_limits})
            settle_interrupted(ledger)  # first, so that these tasks are among the pending ones below
            artifacts = self._place.artifacts(ledger)
            rehearsal = self._rehearsal(stack)
            reached = rehearsal.replace_phones(self._settings) if rehearsal else self._settings
            adb_port = reached.adb_port
            executor = stack.enter_context(
                executor_on_phones(
                    self._place,
                    ledger,
                    self._settings,
                    self._clock,
                    flows=campaigns.flows,
                    profiles=campaigns.profiles,
                    limits=campaigns.limits,
                    sink=sink,
                    mode=Mode.daemon(),
                    rehearsal=rehearsal,
                    artifacts=artifacts,
                )
            )
            health = Health(ledger, executor, self._clock, api_only=not self._options.paths)
            states = LastStates(reached.every_adb_server)
            registry.register(StateMetrics(ledger, executor, states))
            registry.register(LogMetrics(lambda: self._log.dropped))
            jobs = stack.enter_context(Jobs(self._clock, executor.clock_watch, self._guard.fail))
            service = Service(
                self._options.paths, ledger, executor, self._clock, sink, campaigns, jobs, self._settings.zone
            )
            local_api = self._local_api(ledger, executor.submit, states, campaigns, reached)
            remarks = partial(self._remarks, artifacts)
            state = ServerState(registry, health.ailments, health.obstacles, remarks)
            url = url_of(listening)
            desk = self._desk(ledger, artifacts, executor, executor.submit, campaigns, changes, reached, url)
            dashboard = create_dashboard(desk, self._settings.token, self._settings.viewer_token)
            app = create_app(state, local_api, self._settings.token, dashboard)
            serving = stack.enter_context(Serving(app, listening))
            stack.callback(close_dashboard, dashboard)  # before the server, which would wait for its streams
            collect_garbage_seldom()
            # The service first misses what came too late while no daemon ran; only then are tasks handed over.
            service.start()
            executor.submit(ledger.tasks.pending())
            executor.start()
            health.read_heartbeat()
            stack.enter_context(on_hangup(lambda: self._hung_up(service)))
            self._greet(ledger, service, url_of(listening), adb_port)
            self._remove_old_records(jobs, ledger, artifacts)
            self._watch_phones(jobs, desk, executor, reached)
            self._tell_people(stack, jobs, ledger, campaigns, url_of(listening))
            self._check_itself(jobs, health, serving)
            self._wait_for_the_end()
            health.draining = True
            self._end(jobs, service, executor)
        return 0

    def _remarks(self, artifacts: Artifacts) -> list[str]:
        """What a person should know, and no restart would mend."""
        away = [f"screens wait on this machine: {artifacts.problem}"] if artifacts.problem else []
        return [*self._log.troubles(), *away]

    def _wait_for_the_end(self) -> None:
        # Python runs signal handlers in this thread alone, between two steps of its code. A signal that comes right
        # before the thread begins to sleep, or that another thread takes, does not wake it: a sleep without an end
        # would miss it.
        while not self._guard.over.wait(AWAKE_EVERY_S):
            pass

    def _lock(self, stack: ExitStack) -> bool:
        """Become the one process that carries tasks out from the ledger; false if somebody asks for the end first."""
        waiting = False
        while not self._guard.over.is_set():
            try:
                refuse_wrong_ledger(self._place)
                stack.enter_context(self._place.lock())
                return True
            except LedgerBusy as error:
                if not self._options.wait:
                    raise
                if not waiting:
                    self._log.say("waiting for the ledger", reason=error.message)
                waiting = True
            self._guard.over.wait(ASK_AGAIN_S)
        return False

    def _sink(self, ledger: Ledger, registry: CollectorRegistry, changes: Changes) -> EventSink:
        events = EventMetrics(registry)
        ledger.on_write(events.wrote)

        def tell(event: Event) -> None:
            events.tell(event)
            self._log.tell(event)
            changes.tell_event(event)

        return tell

    def _rehearsal(self, stack: ExitStack) -> Rehearsal | None:
        """Start the virtual phones of this place; None if its phones are real."""
        options = self._options
        return stack.enter_context(
            virtual_phones(self._place, lambda: serials_for(options.paths, options.phones), self._log)
        )

    def _local_api(
        self, ledger: Ledger, submit: Submit, states: LastStates, campaigns: Registry, reached: Settings
    ) -> FastAPI:
        """The Local API over this daemon's phones, and the accounts that its campaigns declare."""

        def online(serials: Sequence[str]) -> set[str]:
            lines, _ = phones_now(reached.every_adb_server, serials)
            return {phone.serial for phone in lines if phone.state == "device"}

        desk = TaskApi(
            ledger,
            self._clock,
            self._settings.zone,
            submit,
            lambda: states().by_state.get("device", 0),
            License(self._settings.api_plan),
            self._options.files,
            campaigns.in_force,
            online,
        )
        return create_local_api(desk, self._settings.token)

    def _desk(
        self,
        ledger: Ledger,
        artifacts: Artifacts,
        executor: Executor,
        submit: Submit,
        campaigns: Registry,
        changes: Changes,
        reached: Settings,
        url: str,
    ) -> Desk:
        """What the pages of the dashboard work on."""
        return Desk(
            ledger=ledger,
            clock=self._clock,
            zone=self._settings.zone,
            artifacts=artifacts,
            place=self._place,
            paths=self._options.paths,
            registry=campaigns,
            phones=PhonesNow(lambda: phones_now(reached.every_adb_server, devices_of(campaigns.in_force()))),
            changes=changes,
            submit=submit,
            refresh=executor.refresh,
            executor_state=executor.state,
            adb_port=reached.adb_port,
            url=url,
            user=who(),
            pid=os.getpid(),
            live=LiveScreens(executor, ledger),
        )

    def _remove_old_records(self, jobs: Jobs, ledger: Ledger, artifacts: Artifacts) -> None:
        keep = self._options.retention
        retention = RetentionJob(ledger, artifacts, keep, self._clock, self._log, jobs.stopping)
        jobs.every(PERIOD_S, "retention", retention.prune, retention.say_failed, at_once=True)

    def _watch_phones(self, jobs: Jobs, desk: Desk, executor: Executor, reached: Settings) -> None:
        """Have the daemon look at its phones every few seconds, and write down what has changed of them."""

        def at_work() -> set[str]:
            return {task.lane for task in executor.state().running}

        def tell(serial: str) -> None:
            desk.changes.tell(topic("phone", serial))

        watch = PhoneWatch(
            desk.ledger,
            reached.every_adb_server,
            desk.campaigns,
            at_work,
            tell,
            self._log,
            jobs.stopping,
        )
        jobs.every(PHONES_S, "phones", watch.look, watch.say_failed, at_once=True)
        traces = TraceJob(desk.ledger, executor, self._log)
        jobs.every(TRACES_S, "traces", traces.look, traces.say_failed, at_once=True)

    def _tell_people(
        self, stack: ExitStack, jobs: Jobs, ledger: Ledger, campaigns: Registry, url: str
    ) -> None:
        """Send notifications, if the settings name anybody who gets them."""

        def phones() -> set[str]:
            return {serial for campaign in campaigns.in_force() for serial in campaign.phones}

        around = NotifyingDaemon(self._settings, self._place, ledger, self._clock, url, self._log)
        tell_people(stack, jobs, self._options.notify, around, phones)

    def _check_itself(self, jobs: Jobs, health: Health, serving: Serving) -> None:
        """Have the daemon look at itself every few seconds, and tell systemd how it is."""
        check = SelfCheck(health, serving, self._guard, self._notifier, self._log, self._place.ledger)
        jobs.every(check.period_s, "health", check.run, self._guard.fail)

    def _greet(self, ledger: Ledger, service: Service, url: str, adb_port: int) -> None:
        """Tell what has started, to the log, to commands that ask, and to systemd."""
        for campaign in service.campaigns:
            self._log.say("campaign in force", campaign=campaign.name, commit=campaign.commit)
        self._post_notice(url, adb_port)
        self._say_ready(url, next_start=service.next_start())

    def _post_notice(self, url: str, adb_port: int) -> None:
        Notice(os.getpid(), url, adb_port, self._clock.now().isoformat()).post(self._place.beside)

    def _say_ready(self, url: str, **more: object) -> None:
        page = address_for_people(url)
        where = {"ledger": self._place.store_url, "zone": str(self._settings.zone)}
        self._log.say("ready", version=__version__, **where, **more, url=url, dashboard=page)
        if missing := missing_packages():
            hint = "set the runner up as its README says, or run packaging/web_packages.py"
            self._log.say("the dashboard lacks files", "warning", files=missing, hint=hint)
        self._notifier.ready(f"serving on {url}")
        if self._options.opens and self._is_on_terminal and has_browser():
            open_browser(page)

    def _hung_up(self, service: Service) -> None:
        """Answer SIGHUP, which asks to read the files again; from a terminal it means that the terminal has gone."""
        if self._is_on_terminal:
            self._guard.over.set()
        else:
            self._log.say("asked to read the files again")
            service.reload(anew=True)

    def _end(self, jobs: Jobs, service: Service, executor: Executor) -> None:
        """Let current steps finish, and leave the rest for the next start.

        After a failure, or if a step does not end, end the process at once: the ledger is durable at every moment, and
        nothing that is left is worth waiting for.
        """
        code = self._say_failed(self._guard.error) if self._guard.error else 0
        grace_s = FAILING_GRACE_S if code else self._options.grace.total_seconds()
        running = [task.key for task in executor.state().running]
        self._log.say("stopping", grace_s=grace_s, running=running)
        self._notifier.stopping("letting current steps finish")
        drained = executor.drain(grace_s)
        left = [task.key for task in executor.state().running]
        if not code:
            # The jobs after the executor: their heartbeat says that the daemon lives while steps finish.
            try:
                jobs.stop()
                service.stop()
            except RunnerError as error:
                self._guard.fail(error)
            code = self._say_failed(self._guard.error) if self._guard.error else 0
        if code:
            self._log.flush()
            end_process(code)
        if not drained:
            self._log.say("steps that did not end are left behind", "warning", running=left)
            self._log.flush()
            end_process(0)
        self._log.say("stopped")

    def _say_failed(self, error: BaseException) -> int:
        return say_failed(self._log, error)
