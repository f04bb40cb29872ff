"""The daily summary: what became of a day's tasks, and what waits for a person."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from runner.notifications.news import News, NewsEvent
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import TaskState

DAY = timedelta(days=1)
MOST_NAMED, MOST_COUNTED = 5, 1000
"""How many of the tasks that went wrong are named, and counted."""


class Summary:
    """`at` is when it goes out, on the clocks of `zone`."""

    def __init__(self, ledger: Ledger, zone: tzinfo, at: time) -> None:
        self._ledger, self._zone, self._at = ledger, zone, at

    def due(self, since: datetime, now: datetime) -> News | None:
        """The summary whose time came after `since`; of several the newest."""
        local = now.astimezone(self._zone)
        for day in (local.date(), local.date() - DAY):
            at_utc = datetime.combine(day, self._at, self._zone)
            if since < at_utc <= now:
                return self._of(day, at_utc)
        return None

    def _of(self, day: date, until: datetime) -> News:
        what = f"summary of the 24 hours until {until:%Y-%m-%d %H:%M}"
        why = "\n".join(self._lines(until - DAY, until))
        return News(NewsEvent.SUMMARY, f"summary/{day}", "summary", what, why, until, "/")

    def _lines(self, since: datetime, until: datetime) -> Iterator[str]:
        yield f"Tasks that fell due: {', '.join(self._counts(since, until)) or 'none'}."
        found = self._ledger.tasks.troubles(since, limit=MOST_COUNTED)
        troubles = [row for row in found if row.trouble_utc and row.trouble_utc < until]
        for row in troubles[:MOST_NAMED]:
            task = row.task
            yield f"{row.state}: {task.campaign}/{task.entry}: {task.title} on {task.lane}: {row.reason}"
        if len(troubles) > MOST_NAMED:
            yield f"and {len(troubles) - MOST_NAMED}{' or more' if len(found) == MOST_COUNTED else ''} others"
        holds = self._ledger.holds.current()
        if waiting := [hold.device for hold in holds if not hold.ends_by_itself]:
            yield f"Wait for a person: {', '.join(dict.fromkeys(waiting))}."
        if failing := [hold.device for hold in holds if hold.ends_by_itself]:
            yield f"Failed repeatedly, and are held back: {', '.join(failing)}."
        uncertain = self._ledger.tasks.page(TaskFilter(states={TaskState.UNCERTAIN}), 0, 1)[0]
        if uncertain:
            yield f"Uncertain, until somebody has looked: {uncertain} task{'' if uncertain == 1 else 's'}."
        if files := self._ledger.campaigns.invalid_files():
            yield f"Invalid: {', '.join(file.path for file in files)}."

    def _counts(self, since: datetime, until: datetime) -> Iterator[str]:
        for state in TaskState:
            chosen = TaskFilter(states={state}, since_utc=since, until_utc=until)
            if count := self._ledger.tasks.page(chosen, 0, 1)[0]:
                yield f"{count} {state}"
