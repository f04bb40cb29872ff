"""Checks before a process carries tasks out: the ledger is there, it is ours, and it is meant for these phones."""

from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.ownership import refuse_if_gone
from runner.store.rehearsals import is_rehearsal
from runner.store.url import ledger_path, rehearsal_only


def refuse_wrong_ledger(place: StateDir) -> None:
    """Call it before anything is made, since a new ledger would hide that the old one is gone. Raises LedgerOutdated
    if this machine has seen a ledger there that is gone, UsageError if the ledger is a rehearsal's and the phones are
    real."""
    refuse_rehearsal(place)
    refuse_if_gone(ledger_path(place.store_url), place.witnesses)


def refuse_rehearsal(place: StateDir) -> None:
    """Raises RehearsalOnly if the ledger is a rehearsal's and the phones are real."""
    if place.phones is None and is_rehearsal(place.store_url):
        raise rehearsal_only(place.ledger)


def take_custody(ledger: Ledger, place: StateDir) -> None:
    """Take the ledger for this process, which holds the executor's lock.

    Raises what `refuse_wrong_ledger` does, and LedgerOutdated if the ledger is older than what this machine has seen
    of it.
    """
    ledger.ownership.take(place.witnesses, is_rehearsal=place.phones is not None)
