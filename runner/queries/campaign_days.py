"""How the tasks of campaigns ended, day by day on the reader's clocks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from runner.planning.limits import midnight
from runner.store.ledger import Ledger
from runner.tasks import TaskState


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The tasks that fell due on a day, by their state; a state without any is left out."""

    day: date
    counts: Mapping[TaskState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def days_of(
    ledger: Ledger, campaigns: Collection[str], now: datetime, zone: tzinfo, days: int
) -> dict[str, tuple[DayCounts, ...]]:
    """For each of these campaigns the last `days` days, today included, oldest first; today ends now."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    begins = [midnight(now, zone, days=-back) for back in reversed(range(days))]
    counts: dict[str, list[dict[TaskState, int]]] = {name: [{} for _ in dates] for name in campaigns}
    # A moment more than now, since what falls due this very instant has come.
    until = now + timedelta.resolution
    for name, day, state, count in ledger.tasks.counts_by_period(campaigns, begins, until):
        counts[name][day][state] = count
    return {name: tuple(map(DayCounts, dates, it)) for name, it in counts.items()}


def states_in(days: Sequence[DayCounts]) -> list[TaskState]:
    """The states that occur on some of these days, in the order of `TaskState`."""
    found = {state for day in days for state in day.counts}
    return [state for state in TaskState if state in found]
