"""`runner validate`: prove that campaign files are right, or name everything that is wrong."""

import gc
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TextIO

import click

from runner.campaign.loader import Loaded, discover
from runner.checks import CheckResult, check_campaigns, check_files
from runner.cli.main import report as report_error
from runner.cli.now_option import now_option
from runner.cli.output import print_json_lines, say_bytes, say_lines
from runner.cli.problems import STDIN, STDIN_NAME, read_campaigns, show
from runner.clock import SystemClock
from runner.diagnostics import tidy
from runner.exit_codes import EXIT_PROBLEMS
from runner.reports.streams import has_colors
from runner.settings import fleet_zone

FORMATS = ("text", "json", "sarif", "github")


@click.command(
    epilog="""\b
Examples:
  runner validate                              every campaign in campaigns/
  runner validate campaigns/demo.yaml          one file
  runner validate --fix                        rewrite what has only one answer
  runner validate --format sarif campaigns/    for code scanning; json and github likewise
  git show HEAD:campaigns/demo.yaml | runner validate -"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@now_option
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.option("--fix", "fixes", is_flag=True, help="Rewrite what has only one answer, and show how.")
@click.pass_context
def validate(
    ctx: click.Context, paths: tuple[Path, ...], *, now: datetime | None, strict: bool, form: str, fixes: bool
) -> None:
    """Check campaign files and folders (default: campaigns/), and print all their problems at once.

    `-` stands for standard input; paths in it are relative to the current folder.
    """
    # The command is short, and most of what it makes lives to its end: collecting would only cost time.
    gc.disable()
    at, zone = now or SystemClock().now(), fleet_zone()
    if fixes:
        report = _fix(list(read_campaigns(paths)), at, zone, form, prints_file=STDIN in paths)
    elif STDIN in paths:
        report = check_campaigns(read_campaigns(paths), at, zone)
    else:
        report = check_files(discover(paths or (Path("campaigns"),)), at, zone)
    _print(report, form, sys.stderr if fixes and STDIN in paths else sys.stdout)
    if report.errors or (strict and report.warnings):
        ctx.exit(EXIT_PROBLEMS)


def _print(report: CheckResult, form: str, out: TextIO) -> None:
    match form:
        case "json":
            from runner.reports import json_report

            print_json_lines(json_report.render(report.diagnostics, report.files).split("\n"), out)
        case "sarif":
            from runner.reports import sarif

            print_json_lines(sarif.render(report.diagnostics).split("\n"), out)
        case "github":
            from runner.reports import github

            say_lines(github.render(report.diagnostics, report.files), out)
        case _:
            show(report, out)


def _fix(
    campaigns: Sequence[Loaded], now: datetime, zone: tzinfo, form: str, *, prints_file: bool
) -> CheckResult:
    """Rewrite the files and say how; print the fixed text of standard input, if it can be read.

    Output for another program, be it that text or a report, has standard output for itself.
    """
    from runner.cli import fixing
    from runner.reports import fixes

    fixed = fixing.fix(campaigns, now, zone)
    out = sys.stderr if prints_file or form != "text" else sys.stdout
    color = has_colors(out)
    for path, diagnostics in fixed.diagnostics.items():
        before, after = (report.texts.get(path, "") for report in (fixed.before, fixed.after))
        lines = fixes.render(path, before, after, tidy(diagnostics), color=color)
        say_lines(lines, out, painted=color)
    for error in fixed.failures.values():
        report_error(error)
    for loaded in fixed.campaigns:
        if loaded.document.path == STDIN_NAME and loaded.document.data is not None:
            say_bytes(loaded.document.text.encode())
    return fixed.after
