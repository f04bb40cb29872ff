"""`runner ledger upgrade`: bring the tables of a ledger to this version's schema."""

import click

from runner.cli.ledger_option import ledger_option, refuse_absent
from runner.cli.output import say
from runner.clock import SystemClock
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.revision import REVISION
from runner.store.upgrade import Upgrades


@click.command(
    epilog="""\b
Examples:
  runner ledger upgrade                   after updating the runner, when it asks for that"""
)
@ledger_option
def upgrade(place: StateDir) -> None:
    """Bring the ledger's tables to this version's schema, also while hosts of an older version work with it: each of
    them ends the step that it is at, and stops until it is updated.

    A ledger in a file needs no such command: the first one that opens it does this.
    """
    refuse_absent(place)
    with Ledger.open(place.store_url, SystemClock(), Upgrades.TOLD):
        say(f"{place.ledger} has the tables of this version (revision {REVISION}).")
