"""A host's look at what is its own: how its phones are, what is left on them that can be undone, and its screens."""

from collections.abc import Callable

from runner.daemon.host_life import HostLife
from runner.daemon.phone_watch import PERIOD_S as PHONES_S
from runner.daemon.phone_watch import PhoneWatch
from runner.daemon.retention import PERIOD_S as SCREENS_S
from runner.daemon.retention import SweepJob
from runner.daemon.trace_job import PERIOD_S as TRACES_S
from runner.daemon.trace_job import TraceJob
from runner.reports.log_lines import LogLines
from runner.scheduling.jobs import Jobs
from runner.store.leases import BACKEND


def watch_own_phones(
    jobs: Jobs, life: HostLife, log: LogLines, tell: Callable[[str], None] = lambda serial: None
) -> None:
    """Look every few seconds; `tell` hears of each phone of which something was written."""
    own = OwnPhones(life)
    watch = PhoneWatch(
        life.ledger,
        life.reached.every_adb_server,
        life.registry.in_force,
        lambda: {task.lane for task in life.executor.state().running},
        tell,
        log,
        jobs.stopping,
        own.read,
    )
    jobs.every(PHONES_S, "phones", watch.look, watch.say_failed, at_once=True)
    traces = TraceJob(life.ledger, life.executor, log)
    jobs.every(TRACES_S, "traces", traces.look, traces.say_failed, at_once=True)


def sweep_screens(jobs: Jobs, life: HostLife, log: LogLines) -> None:
    """Remove old screens from this host's disk once an hour."""
    sweep = SweepJob(life.ledger, life.artifacts, log)
    jobs.every(SCREENS_S, "screens", sweep.sweep, sweep.say_failed, at_once=True)


class OwnPhones:
    """The phones of which this host may say how they are: those of its lanes, also of lanes that it gave back when
    their phones had gone, until another host takes them."""

    def __init__(self, life: HostLife) -> None:
        self._life = life
        self._had: set[str] = set()

    def read(self) -> set[str]:
        """Their serials. Raises LedgerError."""
        # Lanes of backends are no phones.
        self._had |= {name for name in self._life.held.names if not name.startswith(BACKEND)}
        name = self._life.lease.host
        others = {lane.name for lane in self._life.ledger.lane_leases.all() if lane.host not in (None, name)}
        return self._had - others
