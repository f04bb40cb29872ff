"""`runner ledger copy`: move an installation to another database, with all of its history."""

from collections.abc import Iterator
from shlex import quote

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import refuse_absent
from runner.cli.ledger_url import LedgerUrl
from runner.cli.output import print_json, say_lines, terminal
from runner.cli.situation import refuse_while_carried_out
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.reports.rows import Column, Rows
from runner.settings import Settings
from runner.state_dir import StateDir, state_dir_of
from runner.store.copying import CopiedTable
from runner.store.ledger import Ledger
from runner.store.upgrade import Upgrades
from runner.store.url import rehearsal_only


@click.command(
    epilog="""\b
Examples:
  runner ledger copy ledger.db postgresql://runner@db.example/campaigns      to a database that hosts share
  runner ledger copy backup.db postgresql://runner@db.example/campaigns      put a backup into an empty database
  runner ledger copy postgresql://runner@db.example/campaigns ledger.db      back to a file of this machine"""
)
@click.argument("source", type=LedgerUrl(), metavar="FROM")
@click.argument("target", type=LedgerUrl(), metavar="TO")
@format_option
def copy(source: str, target: str, form: str) -> None:
    """Copy the ledger FROM into TO, an empty database or a file that is not there: every task, attempt, effect and
    what people did. Both are URLs or files.

    It is one transaction: all of it is there afterwards, compared row by row, or nothing. Stop whatever carries tasks
    out from FROM first; afterwards this machine refuses to carry any out from there.
    """
    settings = Settings.from_environment()
    place = state_dir_of(settings, source)
    refuse_absent(place)
    new = state_dir_of(settings, target)
    if place.ledger == new.ledger:
        raise UsageError(f"{place.ledger} cannot be copied to itself", hint="name two ledgers")
    with place.lock(), Ledger.open(place.store_url, SystemClock(), Upgrades.NONE) as opened:
        refuse_while_carried_out(opened, place)
        if opened.is_rehearsal:
            raise rehearsal_only(place.ledger)
        outdated = opened.ownership.outdated(place.witnesses) if place.witnesses else None
        copied = opened.copy_to(new.store_url, None if outdated else place.witnesses)
    if form == "json":
        rows = {table.name: table.rows for table in copied}
        print_json(
            {"from": place.ledger, "to": new.ledger, "rows": rows, "older": outdated and outdated.message}
        )
        return
    terminal().print(table_of(copied))
    say_lines(_conclusion(place, new, copied, is_older=outdated is not None))


def table_of(copied: list[CopiedTable]) -> Rows:
    table = Rows("TABLE", Column("ROWS", is_number=True))
    for one in copied:
        table.add(one.name, f"{one.rows:,}")
    return table


def _conclusion(
    place: StateDir, new: StateDir, copied: list[CopiedTable], *, is_older: bool
) -> Iterator[str]:
    yield ""
    yield f"{sum(one.rows for one in copied):,} rows of {len(copied)} tables are the same in both, value by value."
    option = f" --store {quote(new.store_url)}"
    if is_older:
        yield f"This machine has seen more of this ledger than {place.ledger} holds: look at the phones, then run"
        yield f"  runner ledger accept-restore{option}"
        return
    yield f"The ledger is {new.ledger} from now on; this machine carries nothing out from {place.ledger} any more."
    yield "Next:"
    yield f"  export RUNNER_STORE={quote(new.store_url)}      for every command and service, on every host"
    yield f"  runner ledger check{option}"
    yield f"  runner daemon FOLDER{option}"
    yield f"Screenshots stay where they are, in {place.folder}. Keep {place.ledger} until all is well."
