"""What holds for every command that asks the ledger."""

from dataclasses import replace
from datetime import datetime
from shlex import quote

from runner.cli.workplace import Workplace
from runner.clock import SystemClock
from runner.queries.situation import Situation
from runner.settings import Settings
from runner.store.ledger import Ledger
from runner.store.lock import holder


def read_situation(ledger: Ledger, place: Workplace, now: datetime | None = None) -> Situation:
    """What goes on at this moment, in the fleet's zone."""
    carrying = holder(place.store_url)
    zone, pid = Settings.from_environment().zone, carrying.pid if carrying else None
    found = Situation.read(ledger, now or SystemClock().now(), zone, pid)
    is_rehearsal = place.phones is not None
    run_option = f" --store {quote(place.store_url)}" if is_rehearsal else place.option
    return replace(
        found,
        option=place.option,
        run_option=run_option,
        is_rehearsal=is_rehearsal,
        rehearsed_run=place.rehearsed_run,
    )
