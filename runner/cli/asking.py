"""What commands that ask the ledger have in common: the situation, and the tasks that are named."""

from dataclasses import replace
from datetime import datetime
from shlex import quote

from runner.cli.workplace import Workplace
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.scheduling.situation import Situation
from runner.settings import Settings
from runner.store.ledger import Ledger
from runner.store.lock import holder
from runner.store.rows import TaskRow

MOST_CANDIDATES = 8


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


def find_task(ledger: Ledger, name: str) -> TaskRow:
    """The task with this id, this key, or the only one whose key has this part; what has digits alone is an id.

    Raises UsageError, with the candidates, if there is none or more than one.
    """
    found = ledger.tasks.find(name, limit=MOST_CANDIDATES + 1) if name else []
    exact = [row for row in found if row.task.key == name or str(row.id) == name]
    if name.isdecimal() and not exact:
        found = []
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise UsageError(
            f"the ledger has no task {name or repr(name)}",
            hint="name its number, its key, or a part of its key that no other has: runner tasks list",
        )
    lines = [f"{row.id}  {row.state}  {row.task.key}" for row in found[:MOST_CANDIDATES]]
    more = ["..."] if len(found) > MOST_CANDIDATES else []
    raise UsageError(
        f"several tasks have {name!r} in their key",
        hint="\n  ".join(["name one of them, by its number if you like:", *lines, *more]),
    )
