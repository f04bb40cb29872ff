"""What holds for every question about the ledger: the time, the daemon, pauses and holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import format_instant
from runner.reports.advice import go_on
from runner.scheduling.last_good import restore
from runner.store.ledger import Ledger
from runner.store.rows import Hold, PauseRow, PauseScope, SpanRow
from runner.tasks import Task

SILENCE = timedelta(seconds=30)
"""A daemon that has not said for so long that it is alive is not, where no lock can tell: three heartbeats."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The ledger's present, read once.

    `zone` is the fleet's, in which times are told. `span` is the daemon's last life, `daemon_runs` whether it
    goes on, `is_carried_out` whether any process carries tasks out from this ledger. `option` is what a command
    needs to ask this ledger, `run_option` what `runner run` needs to work on it, each with a space in front;
    `is_rehearsal` says whether its phones are virtual, `rehearsed_run` whose run's rehearsal it is, if it is one's.
    """

    now: datetime
    zone: tzinfo
    span: SpanRow | None
    daemon_runs: bool
    is_carried_out: bool
    pauses: tuple[PauseRow, ...]
    holds: Mapping[str, Hold]
    option: str = ""
    run_option: str = ""
    is_rehearsal: bool = False
    rehearsed_run: str | None = None

    @classmethod
    def read(cls, ledger: Ledger, now: datetime, zone: tzinfo, executor_pid: int | None) -> "Situation":
        """`executor_pid` is the process that holds the ledger's lock, if there is one."""
        span = ledger.spans.last()
        open_span = span if span is not None and span.stopped_utc is None else None
        return cls(
            now=now,
            zone=zone,
            span=span,
            daemon_runs=open_span is not None and _lives(open_span, executor_pid, now),
            is_carried_out=executor_pid is not None,
            pauses=tuple(ledger.pauses.current()),
            holds={hold.device: hold for hold in reversed(ledger.holds.current())},
        )

    def pause_of(self, campaign: str, device: str | None) -> PauseRow | None:
        """The pause that covers what a campaign does on a device, the widest first."""
        subjects = {PauseScope.ALL: None, PauseScope.CAMPAIGN: campaign, PauseScope.DEVICE: device}
        covering = [pause for pause in self.pauses if pause.subject == subjects[pause.scope]]
        return min(covering, key=lambda pause: list(PauseScope).index(pause.scope), default=None)

    def carries_out(self, task: Task, run_id: str | None) -> bool:
        """Whether a process is there that would start the task."""
        return self.daemon_runs or (self.is_carried_out and run_id is not None)

    def time(self, instant: datetime) -> str:
        """An instant for people: `09:15:02`, or `2026-11-20 09:15:02` if that is not today; with its offset if the
        clocks show it twice."""
        local = instant.astimezone(self.zone)
        if local.replace(fold=not local.fold).utcoffset() != local.utcoffset():
            return format_instant(instant, self.zone)
        is_today = local.date() == self.now.astimezone(self.zone).date()
        clock = "%H:%M:%S" if local.second else "%H:%M"
        return local.strftime(clock if is_today else f"%Y-%m-%d {clock}")

    @property
    def start(self) -> str:
        """How the daemon is started."""
        return f"{go_on(self.option, self.rehearsed_run, 'it')}."

    def down_since(self) -> str:
        """Since when no daemon has been there: ` (it stopped at 09:15: terminated)`."""
        if self.span is None:
            return "no daemon has run on this ledger yet"
        if self.span.stopped_utc is not None:
            return f"the daemon is down since {self.time(self.span.stopped_utc)} ({self.span.stop_reason})"
        return f"the daemon is down since {self.time(self.span.seen_utc)}, when it was last alive"


def campaigns_in_force(ledger: Ledger) -> dict[str, ResolvedCampaign]:
    """The campaigns in force by name, from the texts that the ledger keeps."""
    rows = [row for row in ledger.campaigns.all() if row.withdrawn_utc is None]
    restored = {row.name: restore(row) for row in rows}
    return {name: campaign for name, campaign in restored.items() if campaign is not None}


def _lives(span: SpanRow, executor_pid: int | None, now: datetime) -> bool:
    """Whether the process that began an open span is the one that holds the lock."""
    if executor_pid is None:
        return False
    _, pid, _ = span.executor.rsplit(":", 2)
    return executor_pid in (0, int(pid)) or now - span.seen_utc < SILENCE
