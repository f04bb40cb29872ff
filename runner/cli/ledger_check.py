"""`runner ledger check`: whether a ledger is whole."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say_lines
from runner.exit_codes import EXIT_PROBLEMS
from runner.state_dir import StateDir
from runner.store.checking import Flaw
from runner.store.revision import REVISION


@click.command(
    epilog="""\b
Examples:
  runner ledger check                                     of the ledger in your state directory
  runner ledger check --store sqlite:///backup.db         of a backup
  runner ledger check --format json                       the same for programs"""
)
@ledger_option
@format_option
@click.pass_context
def check(ctx: click.Context, place: StateDir, form: str) -> None:
    """Look whether the ledger is whole: its files, its references, its keys, and that tasks, attempts, effects, lanes
    and hosts agree with each other. It changes nothing, and may be asked while the runner works. Exits with 1 if
    something is wrong.
    """
    with open_ledger(place) as opened:
        found = opened.flaws()
    if form == "json":
        print_json({"ledger": place.ledger, "revision": REVISION, "flaws": [asdict(flaw) for flaw in found]})
    else:
        say_lines(_lines(place, found))
    if found:
        ctx.exit(EXIT_PROBLEMS)


def _named(flaw: Flaw) -> str:
    """`: 4711, 4712 and 3 more`."""
    if not flaw.examples:
        return ""
    more = flaw.count - len(flaw.examples)
    return f": {', '.join(flaw.examples)}" + (f" and {more} more" if more else "")


def _lines(place: StateDir, found: Sequence[Flaw]) -> Iterator[str]:
    if not found:
        yield f"{place.ledger} is whole (revision {REVISION})."
        return
    for flaw in found:
        yield flaw.said + _named(flaw)
    yield ""
    yield f"{place.ledger} is not whole. Stop the runner, keep a copy of it as it is, and put the newest backup back."
    yield "If no disk and no person has touched it, it is a bug: report it with these lines."
