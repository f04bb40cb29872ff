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
from runner.campaign.loader import Loaded, load_text
from runner.campaign.revision import revision
from runner.checks import check_files
from runner.cli.main import EXIT_INTERRUPTED, EXIT_PROBLEMS
from runner.cli.validate import show_problems
from runner.cli.workplace import Workplace, choose_workplace, new_run_id
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.planning.limits import effective_limits
from runner.planning.plan import manual
from runner.reports.html import render_report
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
    run_id = resume_id or new_run_id(clock.now())
    place = choose_workplace(settings, run_id, virtual=virtual, resume=resume_id is not None)
    console = Console(stderr=form == "json")
    with ExitStack() as stack:
        loaded = check(file) if file is not None else None
        ledger = stack.enter_context(Ledger.open(place.store_url, clock))
        stack.enter_context(ExecutorLock(place.store_url))
        ...
