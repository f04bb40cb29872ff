"""When no daemon was there, as far as a ledger can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from runner.planning.source import Window
from runner.queries.situation import SILENCE, Situation
from runner.store.ledger import Ledger
from runner.store.rows import SpanRow

MOST_SPANS = 1000


@dataclass(frozen=True, slots=True)
class DownTime:
    """A stretch of time without a daemon, and why the one before it ended."""

    from_utc: datetime
    until_utc: datetime
    reason: str


def down_times(ledger: Ledger, window: Window, situation: Situation) -> Iterator[DownTime]:
    """The down-times that lie in a window, or reach into it, cut to it; oldest first. Before its first life no daemon
    was down, and what was shorter than a few heartbeats is none."""
    for last, began in gaps(ledger.spans.newest(MOST_SPANS)):
        if last is not None and (began is not None or not situation.daemon_runs):
            reason = last.stop_reason or "it ended without a word"
            yield from _between(window, last.until_utc, began or situation.now, reason)


def gaps(spans: Iterable[SpanRow]) -> Iterator[tuple[SpanRow | None, datetime | None]]:
    """The times in which no daemon lived, oldest first: the life before each (None: there was none yet), and when the
    next one began (None: none has)."""
    last: SpanRow | None = None
    # Sorted by what the spans say: a clock that stepped back has written later ones with earlier times.
    for span in sorted(spans, key=lambda span: span.started_utc):
        if last is None or last.until_utc < span.started_utc:
            yield last, span.started_utc
        if last is None or span.until_utc >= last.until_utc:
            last = span
    yield last, None


def _between(window: Window, ended: datetime, began: datetime, reason: str) -> Iterator[DownTime]:
    from_utc, until_utc = max(ended, window.from_utc), min(began, window.until_utc)
    if until_utc - from_utc >= SILENCE:
        yield DownTime(from_utc, until_utc, reason)
