"""Carrying a run's tasks out in this process, or following them while a daemon does."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event

from runner.backends import build
from runner.campaign.resolve import ResolvedCampaign
from runner.cli.beside import Ending, Follower
from runner.cli.interrupts import stop_on_interrupt
from runner.cli.workplace import Workplace
from runner.clock import Clock
from runner.errors import RunnerError
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.planning.limits import CampaignLimits
from runner.reports.progress import LiveProgress, PlainProgress, Progress
from runner.reports.run_summary import totals
from runner.reports.terminal import Terminal
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import TaskState
from runner.virtual.process import PhonesError, PhonesProcess

PATIENCE_S = 15 * 60
"""How long a lane of a manual run waits for a limit before it leaves the task pending."""

LOOK_S = 0.1
"""How often a run looks whether it is asked to stop."""

ReadRows = Callable[[], Sequence[TaskRow]]
"""Reads the rows of a run's tasks."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its id, where it keeps its things, and how it is watched and stopped."""

    id: str
    place: Workplace
    settings: Settings
    out: Terminal
    clock: Clock
    stop: Event


def carry_out(this: Run, ledger: Ledger, campaign: ResolvedCampaign, read: ReadRows) -> None:
    """Do what the run has left to do."""
    settle_interrupted(ledger)
    rows = read()
    open_rows = [row for row in rows if row.state is TaskState.PENDING]
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        where = "virtual phones" if this.place.phones else "the phones that adb sees"
        if any(row.task.backend == "local_api" for row in open_rows):
            where = f"the Local API at {this.settings.api_url}"
        progress.say(f"run {this.id} on {where}: {totals(rows)}")
        settings = this.settings
        if this.place.phones and open_rows:
            port = stack.enter_context(virtual_phones(campaign, open_rows, this.place.phones))
            settings = replace(settings, adb_port=port)
        stack.enter_context(stop_on_interrupt(this.stop, progress.say))
        backends = build(settings, this.clock, campaign.flows, ledger.id)
        if this.place.phones:  # a rehearsal reaches nothing real
            backends = {"device": backends["device"]}
        for backend in backends.values():
            stack.callback(backend.close)
        limits = CampaignLimits(campaign.limits, campaign.timezone_of)
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(this.place.artifacts),
            backends=backends,
            limiter=Limiter(ledger.effects, limits.of, this.settings.zone, this.clock),
            clock=this.clock,
            sink=progress.tell,
            mode=Mode.manual(PATIENCE_S),
        )
        with closing(executor):
            executor.submit(open_rows)
            executor.start()
            while not executor.wait_until_done(LOOK_S):
                if this.stop.is_set():
                    executor.drain(None)


def follow(this: Run, ledger: Ledger, read: ReadRows, daemon: int) -> Ending:
    """Tell what the daemon, which is that process, makes of the run's tasks; returns why that ended."""
    rows = read()
    open_rows = [row for row in rows if not row.state.is_final]
    patience = timedelta(seconds=PATIENCE_S)
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        progress.say(f"run {this.id}, which the daemon (process {daemon}) carries out: {totals(rows)}")
        stopping = "following no longer; interrupt again to end at once"
        stack.enter_context(stop_on_interrupt(this.stop, progress.say, stopping))
        return Follower(ledger, this.place, read, this.clock, progress.tell, patience).follow(this.stop)


@contextmanager
def virtual_phones(campaign: ResolvedCampaign, rows: Sequence[TaskRow], memory: Path) -> Iterator[int]:
    """One virtual phone for each serial that the campaign declares; yields their adb server's port."""
    used = [row.task.device for row in rows if row.task.device]
    phones = PhonesProcess(list(dict.fromkeys([*campaign.serials, *used])), memory)
    try:
        phones.start()
    except PhonesError as error:
        raise RunnerError(str(error), hint="try `runner phones --virtual` alone") from error
    try:
        yield phones.adb_server_port
    finally:
        phones.stop()


def choose_progress(this: Run, rows: Sequence[TaskRow]) -> Progress:
    if this.out.is_terminal:
        lanes = Counter(row.task.lane for row in rows)
        return LiveProgress(this.out, dict(lanes), this.settings.zone)
    return PlainProgress(this.out, this.settings.zone)
