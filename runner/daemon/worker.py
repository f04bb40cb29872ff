"""`runner worker`: the process of a host that carries out what is due on its phones, and nothing else."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from runner import __version__
from runner.clock import SystemClock
from runner.daemon.crash_guard import CrashGuard
from runner.daemon.failures import say_failed
from runner.daemon.host_life import HostGround, HostLife
from runner.daemon.ledger_watch import watch_ledger
from runner.daemon.lives import Ending, Lives
from runner.daemon.memory import collect_garbage_seldom, use_few_arenas
from runner.daemon.own_phones import sweep_screens, watch_own_phones
from runner.daemon.rehearsal import virtual_phones
from runner.daemon.systemd import Notifier
from runner.hosts.about import HostAbout
from runner.interrupts import stop_on_interrupt
from runner.reports.log_lines import LogLines
from runner.scheduling.jobs import Jobs
from runner.scheduling.registry import Registry
from runner.server.local_api.intake import CAMPAIGN as API_CAMPAIGN
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger

ALIVE_S = 5.0


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What the command line asks for; `serials` are the virtual phones that it starts, if the place has any.
    `api_limits` are those of tasks made through the Local API, as for a daemon."""

    name: str
    serials: Sequence[str]
    grace: timedelta
    is_pooled: bool = False
    api_limits: Mapping[str, Any] = field(default_factory=dict)


class Worker:
    def __init__(self, options: WorkerOptions, settings: Settings, place: StateDir, log: LogLines) -> None:
        self._options, self._settings, self._place, self._log = options, settings, place, log
        self._clock = SystemClock()
        self._guard = CrashGuard()
        self._notifier = Notifier.from_environment()

    def run(self) -> int:
        """Work until somebody asks for the end, or something fails; returns the exit code. Raises what keeps it from
        starting."""
        use_few_arenas()
        with ExitStack() as stack:
            stack.enter_context(stop_on_interrupt(self._guard.over, lambda message: None))
            stack.enter_context(self._guard)
            stack.enter_context(self._place.lock())
            rehearsal = stack.enter_context(
                virtual_phones(self._place, lambda: self._options.serials, self._log)
            )
            about = HostAbout(self._options.name, is_pooled=self._options.is_pooled)
            ground = HostGround(about, self._place, self._settings, self._clock, self._log.say, rehearsal)
            collect_garbage_seldom()
            ending = Ending(
                self._options.grace.total_seconds(),
                lambda error: say_failed(self._log, error),
                lambda: self._notifier.stopping("letting current steps finish"),
            )
            lives = Lives(
                self._guard,
                self._log,
                ending,
                lambda: HostLife(ground, lambda ledger: self._log.tell, self._registry),
                self._around,
            )
            lives.run()
        return 0

    def _registry(self, ledger: Ledger) -> Registry:
        return Registry(ledger, {API_CAMPAIGN: self._options.api_limits})

    def _around(self, life: HostLife, stack: ExitStack) -> None:
        jobs = stack.enter_context(Jobs(self._clock, life.executor.clock_watch, self._guard.fail))
        watch_own_phones(jobs, life, self._log)
        sweep_screens(jobs, life, self._log)
        watch_ledger(jobs, life.ledger, self._guard.fail)
        jobs.every(ALIVE_S, "health", self._notifier.alive, self._guard.fail)
        where = {"ledger": self._place.ledger, "zone": str(self._settings.zone)}
        self._log.say("ready", version=__version__, host=self._options.name, **where)
        self._notifier.ready(f"host {self._options.name}")
