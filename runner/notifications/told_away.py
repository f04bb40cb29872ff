"""What people know to be away, since they were told so and have not been told that it is back."""

from runner.notifications.news import NewsEvent
from runner.store.ledger import Ledger


def told_away(ledger: Ledger, gone: NewsEvent, back: NewsEvent) -> dict[str, str]:
    """The subjects of the one event that were not told of by the other one since, and since when they are away, as the
    identity of that news has it."""
    away: dict[str, str] = {}
    told: set[str] = set()
    for row in ledger.notifications.newest_of([gone, back]):
        if row.subject not in told:
            told.add(row.subject)
            if row.event == gone:
                away[row.subject] = str(row.content["identity"]).rpartition("/")[2]
    return away
