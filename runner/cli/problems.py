"""What commands that need sound campaign files do first."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from runner.campaign.loader import discover, load
from runner.campaign.revision import revisions
from runner.checks import Report, check_campaigns
from runner.cli.main import EXIT_PROBLEMS
from runner.planning.plan import Source
from runner.reports import text


def check_or_exit(ctx: click.Context, paths: Iterable[Path], now: datetime) -> list[Source]:
    """The campaigns among files and folders, ready to be planned; exits if there is an error in one of them.

    Errors and warnings are printed as `runner validate` does, but on standard error.
    """
    files = discover(paths)
    campaigns = [load(file) for file in files]
    report = check_campaigns(campaigns, now)
    if report.diagnostics:
        _show(report)
    if report.errors:
        ctx.exit(EXIT_PROBLEMS)
    commits = revisions(files)
    return [Source.of(loaded, commits[file]) for loaded, file in zip(campaigns, files, strict=True)]


def _show(report: Report) -> None:
    color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    lines = text.render(report.diagnostics, report.texts, report.files, color=color)
    click.echo("\n".join(lines), err=True, color=color)
