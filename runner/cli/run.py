"""`runner run`: carry a campaign out now, once, and say what became of every task."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event

import click
from rich.console import Console

from runner.backends.device import DeviceBackend
from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve
from runner.cli.interrupts import stop_on_interrupt
from runner.cli.main import EXIT_INTERRUPTED, EXIT_PROBLEMS
from runner.cli.problems import check_or_exit
from runner.cli.workplace import Workplace, choose_workplace, new_run_id
from runner.clock import Clock, SystemClock
from runner.errors import RunnerError, UsageError
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.planning.limits import effective_limits
from runner.planning.plan import manual
from runner.planning.source import Source
from runner.reports.html import render_run
from runner.reports.progress import LiveProgress, PlainProgress, Progress
from runner.reports.run_summary import summary_data, summary_table, totals
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.store.rows import TaskRow
from runner.tasks import TaskState
from runner.virtual.process import PhonesError, PhonesProcess

PATIENCE_S = 15 * 60
"""How long a lane of a manual run waits for a limit before it leaves the task pending."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its id, where it keeps its things, and how it is watched and stopped."""

    id: str
    place: Workplace
    settings: Settings
    console: Console
    clock: Clock
    stop: Event


@click.command(
    epilog="""\b
Examples:
  runner run campaigns/demo.yaml --virtual     rehearse on virtual phones
  runner run campaigns/launch.yaml             do it, on the phones that adb sees
  runner run --resume 20261121-180036-3fa9     go on with a run that was stopped"""
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--virtual", is_flag=True, help="Use virtual phones, and a ledger of their own.")
@click.option("--resume", "resume_id", metavar="ID", help="Continue the run that printed this id.")
@click.option("--store", metavar="URL", help="The ledger (default: in your state directory).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the summary.",
)
@click.pass_context
def run(
    ctx: click.Context, file: Path | None, virtual: bool, resume_id: str | None, store: str | None, form: str
) -> None:
    """Carry FILE out now: one occurrence of each entry, whatever its start times say."""
    if (file is None) == (resume_id is None):
        raise click.UsageError("name a campaign file, or a run to --resume")
    settings = Settings.from_environment()
    if store:
        settings = replace(settings, store_url=store)
    clock = SystemClock()
    sources = check_or_exit(ctx, [file], clock.now()) if file else []
    run_id = resume_id or new_run_id(clock.now())
    place = choose_workplace(settings, run_id, virtual=virtual, resume=resume_id is not None)
    this = Run(run_id, place, settings, Console(stderr=form == "json"), clock, Event())
    with Ledger.open(place.store_url, clock) as ledger, ExecutorLock(place.store_url):
        for source in sources:
            record(ledger, source, run_id, clock.now())
        carry_out(this, ledger)
        rows = ledger.tasks(run_id=run_id)
        report = write_report(this, ledger)
    conclude(this, rows, report, form)
    if this.stop.is_set():
        ctx.exit(EXIT_INTERRUPTED)
    if any(row.state is not TaskState.COMPLETED for row in rows):
        ctx.exit(EXIT_PROBLEMS)


def record(ledger: Ledger, source: Source, run_id: str, now: datetime) -> None:
    """Write the run's occurrences and tasks down, before anything is sent."""
    document = source.document
    version = ledger.record_campaign(source.campaign.name, document.path, document.text, source.commit)
    occurrences, tasks = manual(source, run_id, now)
    ledger.add_occurrences(version, occurrences, tasks, run_id)


def carry_out(this: Run, ledger: Ledger) -> None:
    """Do what the run has left to do."""
    campaign = stored_campaign(ledger, this.id)
    settle_interrupted(ledger)
    rows = ledger.tasks(run_id=this.id)
    open_rows = [row for row in rows if row.state is TaskState.PENDING]
    with ExitStack() as stack:
        progress = stack.enter_context(choose_progress(this, open_rows))
        where = "virtual phones" if this.place.phones else "the phones that adb sees"
        progress.say(f"run {this.id} on {where}: {totals(rows)}")
        settings = this.settings
        if this.place.phones and open_rows:
            port = stack.enter_context(virtual_phones(campaign, open_rows, this.place.phones))
            settings = replace(settings, adb_port=port)
        stack.enter_context(stop_on_interrupt(this.stop, progress.say))
        backend = stack.enter_context(closing(DeviceBackend(settings, this.clock, campaign.flows)))
        limits = {campaign.name: effective_limits(campaign.limits)}
        Executor(
            ledger=ledger,
            artifacts=Artifacts(this.place.artifacts),
            backend=backend,
            limiter=Limiter(ledger, limits, this.settings.zone, this.clock),
            clock=this.clock,
            sink=progress.tell,
            stop=this.stop,
            patience_s=PATIENCE_S,
        ).run(row.task for row in open_rows)


def stored_campaign(ledger: Ledger, run_id: str) -> ResolvedCampaign:
    """The campaign as it was when the run began."""
    version = ledger.campaign_of(run_id)
    if version is None:
        raise UsageError(
            f"the ledger has no run {run_id}",
            hint="`runner run` prints the id when it starts; a rehearsal is found by its id alone, and a run "
            "in another ledger with --store",
        )
    loaded = load_text(version.text, version.path)
    assert not loaded.has_errors, f"the ledger holds a campaign that was never valid: {version.path}"
    return resolve(loaded)


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
    if this.console.is_terminal:
        lanes = Counter(row.task.lane for row in rows)
        return LiveProgress(this.console, dict(lanes), this.settings.zone)
    return PlainProgress(this.console, this.settings.zone)


def write_report(this: Run, ledger: Ledger) -> Path:
    """Write the run's HTML report and return its path."""
    record = ledger.report(this.id)
    assert record is not None
    path = this.place.report(this.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    html = render_run(record, Artifacts(this.place.artifacts), this.settings.zone)
    path.write_text(html, encoding="utf-8")
    return path


def conclude(this: Run, rows: Sequence[TaskRow], report: Path, form: str) -> None:
    """Print what the run came to, and how to go on if it is not over."""
    if form == "json":
        click.echo(json.dumps(summary_data(this.id, rows, str(report)), indent=2))
        return
    this.console.print()
    this.console.print(summary_table(rows))
    this.console.print()
    this.console.print(totals(rows), highlight=False)
    this.console.print(f"report: {report}", highlight=False, soft_wrap=True)
    if any(row.state is TaskState.PENDING for row in rows):
        this.console.print(f"to go on: runner run --resume {this.id}", highlight=False, soft_wrap=True)
