"""How commands get campaign files, and how they show their problems."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from runner.campaign.loader import Loaded, discover, load, load_limits, load_text
from runner.campaign.reader import MAX_BYTES
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.checks import CheckResult, check_campaigns
from runner.cli.output import say_lines
from runner.exit_codes import EXIT_PROBLEMS
from runner.reports import text
from runner.reports.streams import columns, has_colors
from runner.settings import fleet_zone

STDIN, STDIN_NAME = Path("-"), "<stdin>"
"""Standard input on the command line, and its name in messages."""


def read_campaigns(paths: Sequence[Path]) -> Iterator[Loaded]:
    """The campaigns of files, folders and standard input, one by one; those of campaigns/ if none is named.

    Raises UsageError if a path is not there, or a folder has no campaigns.
    """
    if STDIN in paths:
        yield load_text(sys.stdin.buffer.read(MAX_BYTES + 1), STDIN_NAME)
    named = [path for path in paths if path != STDIN]
    if named or not paths:
        yield from map(load, discover(named or (Path("campaigns"),)))


def check_or_exit(
    ctx: click.Context, paths: Iterable[Path], now: datetime, *, through: str | None = None
) -> list[ResolvedCampaign]:
    """The campaigns among files and folders, ready to be planned; exits if one of them has an error.

    Errors and warnings are printed as `runner validate` does, but on standard error. `through` is the backend that
    carries the campaigns out, whichever they name.
    """
    files = discover(paths)
    campaigns = [_through(load(file), through) for file in files]
    report = check_campaigns(campaigns, now, fleet_zone())
    if report.diagnostics:
        show(report, sys.stderr)
    if report.errors:
        ctx.exit(EXIT_PROBLEMS)
    from runner.campaign.revision import revisions  # asks git, which `validate` never does

    commits = revisions(files)
    return [resolve_campaign(loaded, commits[file]) for loaded, file in zip(campaigns, files, strict=True)]


def _through(loaded: Loaded, backend: str | None) -> Loaded:
    """The campaign as if it named this backend."""
    document = loaded.document
    if backend is None or not isinstance(document.data, dict):
        return loaded
    return replace(loaded, document=replace(document, data={**document.data, "backend": backend}))


def limits_or_exit(ctx: click.Context, path: Path) -> Mapping[str, Any]:
    """The limits of a file, as written; prints errors and exits if there are any."""
    loaded = load_limits(path)
    document = loaded.document
    if loaded.has_errors:
        show(CheckResult({document.path: document.text}, loaded.diagnostics), sys.stderr)
        ctx.exit(EXIT_PROBLEMS)
    limits: Mapping[str, Any] = document.data["limits"]
    return limits


def show(report: CheckResult, out: TextIO) -> None:
    """Print the problems for a person, with color if they look at a terminal and want it."""
    color = has_colors(out)
    lines = text.render(report.diagnostics, report.texts, report.files, room=columns(out), color=color)
    say_lines(lines, out, painted=color)
