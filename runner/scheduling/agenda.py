"""The next occurrence of every entry. Nothing is computed while nothing is due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import heapify, heapreplace
from typing import NamedTuple

from runner.planning.coming import Coming, coming
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.source import Window

_NEVER = datetime.max.replace(tzinfo=UTC)


class RuleName(NamedTuple):
    """A start time of an entry, as the ledger names it."""

    campaign: str
    entry: str
    rule: str


@dataclass(slots=True)
class _Stream:
    """The occurrences of one entry that come; `head` is the next of them."""

    plannable: PlannableEntry
    rest: Iterator[Coming]
    head: Coming | None = None

    def advance(self) -> Coming | None:
        """Take the next one."""
        taken, self.head = self.head, next(self.rest, None)
        return taken

    @property
    def instant(self) -> datetime:
        return self.head.occurrence.instant_utc if self.head else _NEVER


class Agenda:
    """The occurrences of entries after an instant, taken as they come due.

    `floors` say up to when each start time has been decided already, or was not in force: what comes before that does
    not count. A floor that is still ahead when something is taken says nothing: the clock has gone back behind it.
    """

    def __init__(
        self, plannables: Sequence[PlannableEntry], floors: Mapping[RuleName, datetime], after_utc: datetime
    ) -> None:
        self.plannables = plannables
        self.floors = floors
        self._streams = [_stream(plannable, after_utc) for plannable in plannables]
        self._heads = [(stream.instant, number) for number, stream in enumerate(self._streams)]
        heapify(self._heads)

    def take(self, until_utc: datetime) -> Iterator[Coming]:
        """The occurrences that have come at an instant: entry by entry, each entry's in order."""
        while self._heads and self._heads[0][0] <= until_utc:
            number = self._heads[0][1]
            stream = self._streams[number]
            while stream.instant <= until_utc and (taken := stream.advance()):
                if (counting := self._counting(taken, until_utc)) is not None:
                    yield counting
            heapreplace(self._heads, (stream.instant, number))

    def next_instant(self) -> datetime | None:
        """When something comes next, though it may turn out not to count; None if nothing ever does."""
        instant = self._heads[0][0] if self._heads else _NEVER
        return None if instant == _NEVER else instant

    def foreseen(self) -> list[Coming]:
        """What comes at the next instant, as far as it counts; it is not taken."""
        instant = self.next_instant()
        return [stream.head for stream in self._streams if stream.head and stream.instant == instant]

    def _counting(self, one: Coming, until_utc: datetime) -> Coming | None:
        """An occurrence without the moments that do not count; None if none is left."""
        instant = one.occurrence.instant_utc
        moments = tuple(
            moment
            for moment in one.moments
            if not instant <= self.floors[RuleName(*one.plannable.name, moment.rule.written)] <= until_utc
        )
        if not moments:
            return None
        if moments[0] is one.moments[0]:
            return replace(one, moments=moments)
        # An occurrence has the name of its first moment; that one does not count, so the next one names it.
        named = moments[0]
        return Coming(
            one.plannable, one.plannable.occurrence(named.nominal, named.rule.written, instant), moments
        )


def rules(plannables: Sequence[PlannableEntry]) -> Iterator[tuple[PlannableEntry, RuleName]]:
    """Every start time of entries, with its entry."""
    for plannable in plannables:
        for rule in plannable.rules:
            yield plannable, RuleName(*plannable.name, rule.written)


def _stream(plannable: PlannableEntry, after_utc: datetime) -> _Stream:
    # One microsecond later: what comes at `after_utc` itself was decided already.
    stream = _Stream(plannable, coming(plannable, Window.after(after_utc + timedelta.resolution)))
    stream.advance()
    return stream
