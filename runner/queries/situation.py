"""The situation in which people ask about the ledger: the time, the daemon, pauses and holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from runner.clock import format_instant
from runner.queries.advice import ResumeRehearsal, StartDaemon
from runner.queries.host_words import no_leader
from runner.store.asked.ledger import AskedLedger
from runner.store.host_rows import HostTable
from runner.store.phone_rows import Hold, by_device
from runner.store.request_rows import PauseRow, PauseScope
from runner.store.rows import SpanRow
from runner.tasks import Task

SILENCE = timedelta(seconds=30)
"""After how long without a heartbeat a daemon counts as dead, if no lock can tell: three heartbeats."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The ledger's present, read once.

    `zone` is the fleet's, for the times in answers. `span` is the daemon's last life, `daemon_runs` whether it still
    lives, `is_carried_out` whether any process carries tasks out from this ledger. `is_rehearsal` says whether its
    phones are virtual, `rehearsed_run` which run it rehearses, if any. `hosts` are those that share the ledger, None if
    it belongs to one only: then a daemon runs as long as one leads, and tasks are carried out as long as a host lives.
    """

    now: datetime
    zone: tzinfo
    span: SpanRow | None
    daemon_runs: bool
    is_carried_out: bool
    pauses: tuple[PauseRow, ...]
    holds: Mapping[str, Hold]
    is_rehearsal: bool = False
    rehearsed_run: str | None = None
    hosts: HostTable | None = None

    @classmethod
    def read(
        cls,
        ledger: AskedLedger,
        now: datetime,
        zone: tzinfo,
        executor_pid: int | None,
        *,
        is_rehearsal: bool = False,
        rehearsed_run: str | None = None,
    ) -> "Situation":
        """`executor_pid` is the process that holds the ledger's lock, if there is one."""
        span = ledger.spans.last()
        open_span = span if span is not None and span.stopped_utc is None else None
        hosts = ledger.host_table()
        lives = open_span is not None and _lives(open_span, executor_pid, now)
        return cls(
            now=now,
            zone=zone,
            span=span,
            daemon_runs=lives if hosts is None else hosts.leads is not None,
            is_carried_out=executor_pid is not None or (hosts is not None and bool(hosts.living)),
            pauses=tuple(ledger.pauses.current()),
            holds=by_device(ledger.holds.current()),
            is_rehearsal=is_rehearsal,
            rehearsed_run=rehearsed_run,
            hosts=hosts,
        )

    def pause_of(self, campaign: str, device: str | None) -> PauseRow | None:
        """The pause that covers what a campaign does on a device; of several the widest."""
        subjects = {PauseScope.ALL: None, PauseScope.CAMPAIGN: campaign, PauseScope.DEVICE: device}
        covering = [pause for pause in self.pauses if pause.subject == subjects[pause.scope]]
        return min(covering, key=lambda pause: list(PauseScope).index(pause.scope), default=None)

    def carries_out(self, task: Task, run_id: str | None) -> bool:
        """Whether there is a process that would start the task."""
        return self.daemon_runs or (self.is_carried_out and run_id is not None)

    def time(self, instant: datetime) -> str:
        """An instant for people: `09:15:02`, or `2026-11-20 09:15:02` if it is not today; with its offset if the clocks
        show that time twice."""
        local = instant.astimezone(self.zone)
        if local.replace(fold=not local.fold).utcoffset() != local.utcoffset():
            return format_instant(instant, self.zone)
        is_today = local.date() == self.now.astimezone(self.zone).date()
        clock = "%H:%M:%S" if local.second else "%H:%M"
        return local.strftime(clock if is_today else f"%Y-%m-%d {clock}")

    @property
    def start(self) -> StartDaemon | ResumeRehearsal:
        """The advice how to carry out what is left, if no daemon runs."""
        return ResumeRehearsal(self.rehearsed_run) if self.rehearsed_run else StartDaemon()

    def down_since(self) -> str:
        """Since when no daemon has been there, and what is known of its end: `the daemon is down since 09:15
        (terminated)`; with several hosts, since when none leads."""
        if self.hosts is not None:
            return no_leader(self.hosts, self.time)
        if self.span is None:
            return "no daemon has run on this ledger yet"
        if self.span.stopped_utc is not None:
            return f"the daemon is down since {self.time(self.span.stopped_utc)} ({self.span.stop_reason})"
        return f"the daemon is down since {self.time(self.span.seen_utc)}, when it was last alive"


def _lives(span: SpanRow, executor_pid: int | None, now: datetime) -> bool:
    """Whether the process that began an open span is the one that holds the lock."""
    if executor_pid is None:
        return False
    _, pid, _ = span.executor.rsplit(":", 2)
    # 0: the process that holds the lock has not written its number down yet
    return executor_pid in (0, int(pid)) or now - span.seen_utc < SILENCE
