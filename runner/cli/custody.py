"""Before a command carries tasks out: the ledger is there, it is ours, and it is meant for the phones of its place."""

from runner.cli.workplace import Workplace
from runner.store.ledger import Ledger
from runner.store.ownership import refuse_if_gone, rehearsal_only
from runner.store.url import is_rehearsal, ledger_path


def look_first(place: Workplace) -> None:
    """Before anything is made. Raises LedgerOutdated if this machine has seen a ledger that is gone, UsageError if
    it is a rehearsal's and the place's phones are real."""
    if place.phones is None and is_rehearsal(place.store_url):
        raise rehearsal_only(str(ledger_path(place.store_url)))
    refuse_if_gone(ledger_path(place.store_url), place.witnesses)


def take_custody(ledger: Ledger, place: Workplace) -> None:
    """This process, which holds the executor's lock, carries tasks out from now on. Raises as `look_first`, and
    LedgerOutdated if the ledger is older than what this machine has seen of it."""
    ledger.ownership.take(place.witnesses, is_rehearsal=place.phones is not None)
