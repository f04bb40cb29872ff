"""`runner flow`: work on flows of one's own."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from runner.campaign.app_file import apps_beside
from runner.campaign.flow_file import FlowFile, flows_beside, load_flow_file
from runner.checks import Report
from runner.cli.format_option import format_option
from runner.cli.output import print_json_lines
from runner.cli.problems import show
from runner.diagnostics import Diagnostic, tidy
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS
from runner.scripts.script import FlowText


@click.group(
    epilog="""\b
Examples:
  runner flow check flows/like_latest.yaml     all mistakes of a flow at once"""
)
def flow() -> None:
    """Work on flows of your own, which lie in `flows/` beside the campaigns."""


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
    files = [load_flow_file(path) for path in dict.fromkeys(_files(paths))]
    report = Report(
        {file.document.path: file.document.text for file in files}, tuple(tidy(list(_mistakes(files))))
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


def _mistakes(files: Iterable[FlowFile]) -> Iterator[Diagnostic]:
    from runner.flows.loading import problems  # slow to import

    for file in files:
        yield from file.diagnostics
        if file.document.data is not None:
            others = {
                name: FlowText(one.document.path, one.document.text)
                for name, one in flows_beside(file).items()
            }
            # `flows/` and `apps/` lie side by side.
            apps = apps_beside(str(Path(file.document.path).absolute().parent))
            yield from (problem for app in apps.values() for problem in app.diagnostics)
            yield from problems(file, apps, others)
