"""`runner ledger`: keep, move and check a ledger, and decisions about it that only a person can make."""

import click

from runner.cli.ledger_backup import backup
from runner.cli.ledger_check import check
from runner.cli.ledger_copy import copy
from runner.cli.ledger_option import refuse_absent, with_store
from runner.cli.ledger_upgrade import upgrade
from runner.cli.output import say
from runner.cli.situation import refuse_while_carried_out
from runner.clock import SystemClock
from runner.settings import Settings
from runner.state_dir import StateDir, state_dir_of
from runner.store.ledger import Ledger
from runner.store.upgrade import Upgrades
from runner.store.url import ledger_path, rehearsal_only


@click.group(
    epilog="""\b
Examples:
  runner ledger backup ledger-2026-11-21.db      the ledger as it is now, in one file
  runner ledger check                            whether it is whole
  runner ledger copy ledger.db postgresql://runner@db/campaigns      move it to a database that hosts share
  runner ledger accept-restore                   the newest ledger is lost, and you have looked at the phones"""
)
def ledger() -> None:
    """Keep a ledger, move it, check it, and decide what becomes of one that was put back from a backup."""


for command in (backup, check, copy, upgrade):
    ledger.add_command(command)


@ledger.command(
    "accept-restore",
    epilog="""\b
Examples:
  runner ledger accept-restore            of the ledger in your state directory
  runner ledger accept-restore --store sqlite:////srv/ledger.db""",
)
@with_store
def accept_restore(store: str | None) -> None:
    """Go on with an older copy of the ledger, or an empty one, when the newest is lost.

    Look at the phones first: the copy does not know what was done since it was made. Its tasks that were open then
    are uncertain, what came due until now is not caught up with, and limits do not count what was done meanwhile.
    """
    place = state_dir_of(Settings.from_environment(), store)
    path = ledger_path(place.store_url)
    was_seen = path is not None and place.witnesses is not None and place.witnesses.at(str(path.resolve()))
    if not was_seen:
        refuse_absent(place)
    with place.lock(), Ledger.open(place.store_url, SystemClock(), Upgrades.NONE) as opened:
        refuse_while_carried_out(opened, place)
        accept(opened, place)


def accept(opened: Ledger, place: StateDir) -> None:
    """Accept the ledger, and say what that means. Raises UsageError for a rehearsal's ledger, which has no witness."""
    if place.witnesses is None:
        raise rehearsal_only(place.ledger)
    last = opened.spans.latest_instant()
    accepted = opened.ownership.accept_restore(place.witnesses)
    if accepted is None:
        say("The ledger is what this machine has seen last: there is nothing to accept.")
        return
    zone = Settings.from_environment().zone
    since = f"since {last.astimezone(zone):%Y-%m-%d %H:%M:%S}" if last else "until now"
    say(f"Accepted. What came due {since} is not caught up with, and limits do not count what was done.")
    if accepted.tasks:
        say(
            f"{accepted.tasks} tasks were open in it and may have been done since: "
            f"runner tasks list --state uncertain{place.option} shows them, `runner tasks resolve` settles them."
        )
