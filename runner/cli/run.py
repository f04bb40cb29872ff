"""`runner run`: carry a campaign out now, once, and say what became of every task."""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from runner.backends.device import DeviceBackend
from runner.campaign.loader import load_text
from runner.campaign.models import Campaign
from runner.cli.problems import check_or_exit
from runner.cli.workplace import Workplace, choose_workplace, new_run_id
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.planning.limits import effective_limits
from runner.planning.plan import Source, manual
from runner.reports.html import render_run
from runner.reports.progress import LiveProgress, PlainProgress, Progress
from runner.reports.run_summary import summary_data, summary_table, totals
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.store.rows import TaskRow
from runner.tasks import TaskState
from runner.virtual.launcher import PhonesProcess

PATIENCE_S = 15 * 60
"""How long a lane of a manual run waits for a limit before it leaves the task pending."""

EXIT_PROBLEMS, EXIT_INTERRUPTED = 1, 130


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
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
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
    source = check_or_exit(ctx, file, clock.now()) if file else None
    run_id = resume_id or new_run_id(clock.now())
    place = choose_workplace(settings, run_id, virtual=virtual, resume=resume_id is not None)
    console = Console(stderr=form == "json")
    stop = threading.Event()
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(place.store_url, clock))
        stack.enter_context(ExecutorLock(place.store_url))
        if source and file:
            begin(ledger, file, source, run_id)
        campaign = stored_campaign(ledger, run_id)
        settle_interrupted(ledger)
        rows = ledger.tasks(run_id=run_id)
        progress = stack.enter_context(choose_progress(console, rows, settings))
        progress.say(f"Run {run_id}: {totals(rows)}, on {'virtual phones' if place.phones else 'phones'}")
        adb_port = settings.adb_port
        if place.phones:
            adb_port = stack.enter_context(virtual_phones(rows, place.phones)).adb_server_port
        stack.enter_context(stop_on_interrupt(stop, progress))
        backend = stack.enter_context(DeviceBackend(adb_port, clock))
        limits = {campaign.name: effective_limits(campaign.limits)}
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(place.artifacts),
            backend=backend,
            limiter=Limiter(ledger, limits, settings.zone, clock),
            clock=clock,
            sink=progress.tell,
            stop=stop,
            patience_s=PATIENCE_S,
        )
        executor.run(row.task for row in rows if row.state is TaskState.PENDING)
    ctx.exit(conclude(console, place, run_id, settings, form, interrupted=stop.is_set()))
