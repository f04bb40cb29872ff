"""`runner ledger backup`: a ledger as it is at one moment, in one file."""

from pathlib import Path
from shlex import quote

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say, say_lines
from runner.state_dir import StateDir


@click.command(
    epilog="""\b
Examples:
  runner ledger backup ledger-2026-11-21.db                    of the ledger in your state directory
  runner ledger backup /backup/$(date +%F).db --store postgresql://runner@db.example/campaigns"""
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@ledger_option
@format_option
def backup(file: Path, place: StateDir, form: str) -> None:
    """Write the ledger as it is at this moment to FILE, while the runner works. FILE must not be there yet.

    It is a SQLite file, whatever database the ledger is in: a ledger that every command can read with --store.
    """
    with open_ledger(place) as opened:
        tasks = opened.back_up(file)
    size = file.stat().st_size
    if form == "json":
        print_json({"ledger": place.ledger, "file": str(file), "bytes": size, "tasks": tasks})
        return
    say(f"{place.ledger} is in {file}: {tasks:,} tasks, {size / 1_000_000:.1f} MB. Only you can read it.")
    say_lines(_how_to_restore(place, file))


def _how_to_restore(place: StateDir, file: Path) -> list[str]:
    """Putting a backup back means that what was done since is not known: so the phones come first."""
    if place.is_shared:
        new = quote("postgresql://USER@HOST/NEW")
        return [
            "To put it back: stop all hosts, make an empty database, and run",
            f"  runner ledger copy {quote(str(file))} {new}",
            f"  runner ledger accept-restore --store {new}",
        ]
    return [
        f"To put it back: stop the daemon, copy it to {place.ledger} without the files beside that, look at the",
        f"phones, and run: runner ledger accept-restore{place.option}",
    ]
