"""Charts for reports: bars whose parts are states, as numbers that a template draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 480
LABELS, NUMBERS = 128, 48
"""How much of the width the names on the left take, and the numbers on the right."""

ROW, BAR = 26, 18
LONGEST = 18
"""Where a name is cut, in characters; the table beneath has all of it."""

MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar; `kind` is its class, `title` says what it is."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: its name, its parts, its number; `y` is its upper edge."""

    y: int
    name: str
    number: str
    number_x: float
    parts: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    description: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


Row = tuple[str, Sequence[tuple[str, int]]]
"""A name, and the parts of its bar: (class, number)."""


def chart(title: str, rows: Iterable[Row]) -> Chart:
    """Bars below each other, on one scale. Of many rows the longest are shown, in the order in which they came."""
    rows = list(rows)
    longest_first = sorted(range(len(rows)), key=lambda at: -_sum(rows[at]))
    shown = [rows[at] for at in sorted(longest_first[:MOST_ROWS])]
    most = max(map(_sum, shown), default=0)
    scale = (WIDTH - LABELS - NUMBERS) / most if most else 0.0
    bars = tuple(_bar(number * ROW + (ROW - BAR) // 2, row, scale) for number, row in enumerate(shown))
    told = "; ".join(f"{name}: {_sum((name, parts))}" for name, parts in shown)
    return Chart(title, told, bars)


def _bar(y: int, row: Row, scale: float) -> Bar:
    name, parts = row
    x = float(LABELS)
    drawn = []
    for kind, number in parts:
        if number:
            width = round(number * scale, 2)
            drawn.append(BarPart(round(x, 2), width, kind, f"{name}: {number} {kind}"))
            x += width
    short = name if len(name) <= LONGEST else f"{name[: LONGEST // 2 - 1]}…{name[-LONGEST // 2 :]}"
    return Bar(y, short, str(_sum(row)), round(x + 6, 2), tuple(drawn))


def _sum(row: Row) -> int:
    return sum(number for _, number in row[1])
