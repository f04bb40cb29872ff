"""Where something is wrong in a file, for the question whether it is so inside of a value."""

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
        """Whether one of them lies inside of a span, or is the span itself."""
        end = outer.end_line, outer.end_column
        first = bisect_left(self._spans, Span(outer.line, outer.column, 0, 0))
        for span in self._spans[first : first + _MOST]:
            if (span.line, span.column) > end:
                return False
            if (span.end_line, span.end_column) <= end:
                return True
        return False


_MOST = 100
"""Problems that start inside of a value and end outside of it are few: values do not overlap."""
