"""Carries a run's tasks out in this process, or follows them while a daemon does."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from runner.backend_registry import DEFAULT, declared
from runner.campaign.resolve import ResolvedCampaign
from runner.cli.follow_daemon import FollowEnd, Follower
from runner.clock import Clock
from runner.daemon.executor_on_phones import executor_on_phones
from runner.daemon.rehearsal import Rehearsal
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.interrupts import stop_on_interrupt
from runner.planning.limits import CampaignLimits
from runner.reports.progress import LiveProgress, PlainProgress, Progress
from runner.reports.run_summary import totals
from runner.reports.terminal import Terminal
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import TaskState

PATIENCE_S = 15 * 60
"""How long a lane of a manual run waits for a limit before it leaves the task pending."""

POLL_S = 0.1
"""How often a run looks whether it was asked to stop."""

ReadRows = Callable[[], Sequence[TaskRow]]
"""Reads the rows of a run's tasks."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its id, its state folder, and how it is watched and stopped."""

    id: str
    place: StateDir
    settings: Settings
    out: Terminal
    clock: Clock
    stop: Event


def carry_out(this: Run, ledger: Ledger, campaign: ResolvedCampaign, read: ReadRows) -> None:
    """Carry out the tasks that the run has left."""
    # First: a task of a process that died still counts as running, and would not be among the open rows.
    settle_interrupted(ledger)
    rows = read()
    open_rows = [row for row in rows if row.state is TaskState.PENDING]
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        progress.say(f"run {this.id} on {place_of_work(this, open_rows)}: {totals(rows)}")
        if this.place.phones and not open_rows:
            return  # a run that is over needs no virtual phones, and must not look at real ones instead
        rehearsal = stack.enter_context(rehearse(this.place.phones, campaign, open_rows, progress.say))
        stack.enter_context(stop_on_interrupt(this.stop, progress.say))
        executor = stack.enter_context(
            executor_on_phones(
                this.place,
                ledger,
                this.settings,
                this.clock,
                flows=campaign.flows,
                profiles=lambda name: campaign.profiles,
                limits=CampaignLimits(campaign.limits, campaign.timezone_of).of,
                sink=progress.tell,
                mode=Mode.manual(PATIENCE_S),
                rehearsal=rehearsal,
            )
        )
        executor.submit(open_rows)
        executor.start()
        while not executor.wait_until_done(POLL_S):
            if this.stop.is_set():
                executor.drain(None)


def place_of_work(this: Run, rows: Sequence[TaskRow]) -> str:
    """Where tasks are carried out, in words."""
    backends = [declared(name) for name in dict.fromkeys(row.task.backend for row in rows)]
    return " and ".join(
        "virtual phones" if this.place.phones and one.can_rehearse else one.place(this.settings)
        for one in backends or [declared(DEFAULT)]
    )


def follow(this: Run, ledger: Ledger, read: ReadRows, daemon: int) -> FollowEnd:
    """Tell what the daemon (the process with that id) makes of the run's tasks; returns why that ended."""
    rows = read()
    open_rows = [row for row in rows if not row.state.is_final]
    patience = timedelta(seconds=PATIENCE_S)
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        progress.say(f"run {this.id}, which the daemon (process {daemon}) carries out: {totals(rows)}")
        stopping = "following no longer; interrupt again to end at once"
        stack.enter_context(stop_on_interrupt(this.stop, progress.say, stopping))
        return Follower(ledger, this.place, read, this.clock, progress.tell, patience).follow(this.stop)


def rehearse(
    memory: Path | None, campaign: ResolvedCampaign, rows: Sequence[TaskRow], say: Callable[[str], None]
) -> AbstractContextManager[Rehearsal | None]:
    """A rehearsal on one virtual phone for each serial that the campaign declares; None without a memory for them: then
    the phones are real."""
    if memory is None:
        return nullcontext()
    used = [row.task.device for row in rows if row.task.device]
    serials = list(dict.fromkeys([*campaign.phones, *used]))
    return Rehearsal(serials, memory, lambda: say("the virtual phones had died, and were started anew"))


def choose_progress(this: Run, rows: Sequence[TaskRow]) -> Progress:
    if this.out.is_terminal:
        lanes = Counter(row.task.lane for row in rows)
        return LiveProgress(this.out, dict(lanes), this.settings.zone)
    return PlainProgress(this.out, this.settings.zone)
