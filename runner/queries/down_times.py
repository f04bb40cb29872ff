"""When no daemon was there, as far as a ledger can tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from runner.planning.source import Window
from runner.queries.situation import SILENCE, Situation
from runner.store.ledger import Ledger

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
    spans = sorted(ledger.spans.newest(MOST_SPANS), key=lambda span: span.started_utc)
    alive_until, reason = None, ""
    for span in spans:
        if alive_until is not None:
            yield from _between(window, alive_until, span.started_utc, reason)
        if alive_until is None or span.until_utc >= alive_until:
            alive_until = span.until_utc
            reason = span.stop_reason or "it ended without a word"
    if alive_until is not None and not situation.daemon_runs:
        yield from _between(window, alive_until, situation.now, reason)


def _between(window: Window, ended: datetime, began: datetime, reason: str) -> Iterator[DownTime]:
    from_utc, until_utc = max(ended, window.from_utc), min(began, window.until_utc)
    if until_utc - from_utc >= SILENCE:
        yield DownTime(from_utc, until_utc, reason)
