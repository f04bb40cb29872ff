"""`runner flow`: work on flows of one's own."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from runner.campaign.flow_file import FLOW_FILES
from runner.checks import CheckResult
from runner.cli.flow_mistakes import mistakes_of
from runner.cli.flow_try import try_
from runner.cli.format_option import format_option
from runner.cli.output import print_json_lines
from runner.cli.problems import show
from runner.diagnostics import tidy
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS


@click.group(
    epilog="""\b
Examples:
  runner flow check flows/like_latest.yaml             all mistakes of a flow at once
  runner flow try flows/like_latest.yaml --virtual     carried out once, step by step"""
)
def flow() -> None:
    """Work on flows of your own, which lie in `flows/` beside the campaigns."""


flow.add_command(try_)


@flow.command(
    epilog="""\b
Examples:
  runner flow check flows/like_latest.yaml         one file
  runner flow check flows/                         every flow of a folder
  runner flow check --format json flows/a.yaml     for another program"""
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Check flow files and folders of them, and print all their mistakes at once: steps, keys, elements, links,
    variables, parameters, proofs, and the flows that they use."""
    files = [FLOW_FILES.load(path) for path in dict.fromkeys(_files(paths))]
    report = CheckResult(
        {file.document.path: file.document.text for file in files},
        tuple(tidy([problem for file in files for problem in mistakes_of(file)])),
    )
    if form == "json":
        from runner.reports import json_report

        print_json_lines(json_report.render(report.diagnostics, report.files).split("\n"))
    else:
        show(report, sys.stdout)
    if report.errors:
        ctx.exit(EXIT_PROBLEMS)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The flow files among files and folders. Raises UsageError if one is not there, or a folder has none."""
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path] if path.exists() else []
        if not found:
            what = "there are no flows in" if path.is_dir() else "there is no file or folder"
            raise UsageError(f"{what} {path}", hint="name a flow file, or a folder of them")
        yield from found
