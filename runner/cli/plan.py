"""`runner plan`: show every task of the next 24 hours with its exact instant."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from runner.cli.now import now_option
from runner.cli.problems import check_or_exit
from runner.clock import SystemClock
from runner.planning import plan as planning
from runner.reports import plan_json, plan_table

RENDERERS = {"table": plan_table.render, "json": plan_json.render}


@click.command(
    epilog="""\b
Examples:
  runner plan campaigns/demo.yaml                            what it does in the next 24 hours
  runner plan campaigns/ --now 2026-12-01T08:00:00+01:00     what all of them would do from then on
  runner plan campaigns/demo.yaml --format json              the same for programs"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@now_option
@click.option(
    "--format",
    "form",
    type=click.Choice(list(RENDERERS)),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.pass_context
def plan(ctx: click.Context, paths: tuple[Path, ...], now: datetime | None, form: str) -> None:
    """Show every task of campaign files and folders (default: campaigns/) in the next 24 hours."""
    start = now or SystemClock().now()
    sources = check_or_exit(ctx, paths or (Path("campaigns"),), start)
    made = planning.plan(sources, planning.Window(start, start + timedelta(days=1)))
    sys.stdout.writelines(f"{line}\n" for line in RENDERERS[form](made))
