"""The places where something is wrong in a file; they tell whether something is wrong within a value."""

from bisect import bisect_left
from collections.abc import Iterable

from runner.diagnostics import Span


class Places:
    """A set of spans."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)

    def __bool__(self) -> bool:
        return bool(self._spans)

    def any_in(self, outer: Span) -> bool:
        """Whether one of them lies within a span, or is the span itself."""
        end = outer.end_line, outer.end_column
        first = bisect_left(self._spans, Span(outer.line, outer.column, 0, 0))
        for span in self._spans[first : first + _MOST]:
            if (span.line, span.column) > end:
                return False
            if (span.end_line, span.end_column) <= end:
                return True
        return False


_MOST = 100
"""How many spans are looked at. Few start within a value and end outside of it: values do not overlap."""
