"""For every command that asks the ledger: the situation in which it asks."""

from datetime import datetime
from typing import TYPE_CHECKING

from runner.clock import SystemClock
from runner.errors import LedgerBusy
from runner.queries.situation import Situation
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.asked.ledger import AskedLedger

if TYPE_CHECKING:
    from runner.store.ledger import Ledger


def read_situation(ledger: AskedLedger, place: StateDir, now: datetime | None = None) -> Situation:
    """What goes on at this moment, in the fleet's zone."""
    carrying = None if place.is_shared else place.holder()
    return Situation.read(
        ledger,
        now or SystemClock().now(),
        Settings.from_environment().zone,
        carrying.pid if carrying else None,
        is_rehearsal=place.phones is not None,
        rehearsed_run=place.rehearsed_run,
    )


def is_carried_out(ledger: "Ledger", place: StateDir) -> bool:
    """Whether any process carries tasks out from the ledger: on this machine, or any host that shares it."""
    if place.is_shared:
        return bool(living(ledger))
    return place.holder() is not None


def refuse_while_carried_out(ledger: "Ledger", place: StateDir) -> None:
    """Raises LedgerBusy while hosts carry tasks out from a ledger that they share, for who holds the lock that keeps
    other processes of this machine from it."""
    if place.is_shared and (hosts := living(ledger)):
        raise LedgerBusy(
            f"this cannot be done while hosts carry tasks out from the ledger {place.ledger}: {', '.join(hosts)}",
            hint="stop their daemons and workers first",
        )


def living(ledger: "Ledger") -> list[str]:
    """The names of the hosts that carry tasks out from a ledger that they share."""
    return [host.name for host in ledger.hosts.all() if host.is_alive]
