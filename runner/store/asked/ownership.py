"""Whether a ledger is older than what this machine has seen of it. See `store/ownership.py`."""

from datetime import UTC

from runner.clock import format_instant
from runner.errors import LedgerOutdated
from runner.store.asked.questions import Asked
from runner.store.asked.spans import AskedSpans
from runner.store.witness import Witnesses


def outdated(asked: Asked, ledger_id: str, witnesses: Witnesses) -> LedgerOutdated | None:
    """Why nothing may be done with this ledger until a person decides; None if all is well."""
    place, where = asked.place, asked.where
    if place is None:
        return None
    seen = witnesses.of(ledger_id)
    if seen is not None and seen.tally > _tally_of(asked):
        return LedgerOutdated(
            f"the ledger {where} is older than what this machine has seen of it: a copy was put back, and what "
            f"was done since{_last_written(asked)} is not in it"
        )
    if seen is None and witnesses.at(place):
        return LedgerOutdated(
            f"the ledger {where} is another one than this machine has seen there: what was done until now is not "
            "in it"
        )
    return None


def _tally_of(asked: Asked) -> int:
    found = asked.tally()
    return 0 if found is None else found[1]


def _last_written(asked: Asked) -> str:
    last = AskedSpans(asked).latest_instant()
    return f" {format_instant(last, UTC)}" if last else ""
