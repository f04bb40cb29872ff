"""`runner validate`: prove that campaign files are right, or say everything that is not."""

import gc
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from runner.campaign.loader import discover
from runner.checks import check_files
from runner.cli.main import EXIT_PROBLEMS
from runner.cli.now import now_option
from runner.clock import SystemClock
from runner.reports import json_report, text


@click.command(
    epilog="""\b
Examples:
  runner validate                              every campaign in campaigns/
  runner validate campaigns/demo.yaml          one file
  runner validate --format json campaigns/     the same for programs"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@now_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.pass_context
def validate(
    ctx: click.Context, paths: tuple[Path, ...], now: datetime | None, strict: bool, form: str
) -> None:
    """Check campaign files and folders (default: campaigns/), and print all their problems at once."""
    gc.disable()
    report = check_files(discover(paths or (Path("campaigns"),)), now or SystemClock().now())
    if form == "json":
        click.echo(json_report.render(report.diagnostics, report.files))
    else:
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        lines = text.render(report.diagnostics, report.texts, report.files, color=color)
        click.echo("\n".join(lines), color=color)
    if report.errors or (strict and report.warnings):
        ctx.exit(EXIT_PROBLEMS)
