"""A picture of a day's plan in plain characters: one line for each device, one character for 20 minutes or more."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from string import ascii_letters, digits

from runner.planning.plan import Plan
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.reports.plan_columns import folded
from runner.reports.shown import shortened, visible, width
from runner.tasks import Task

LONGEST = timedelta(days=1)
"""The longest window that has a picture."""

_CELLS = (20, 30, 60)
"""The minutes of one character: the first of these with which the picture has room."""

_LABEL, _SHORTEST_LABEL = 23, 12
_GAP = 2
_IDLE, _HOUR_MARK, _SEVERAL = ".", ":", "#"
_HOURS_APART = 3


class Timeline:
    """Takes tasks in the order in which they are due, and draws when each device is expected to be busy."""

    def __init__(self, plan: Plan, room: int) -> None:
        entries = plannable_entries(plan.campaigns)
        names = [visible(lane.name) for plannable in entries for lane in plannable.lanes]
        self._zone = _common_zone(entries)
        self._room = room
        for minutes in _CELLS:
            self._minutes, self._cell = minutes, timedelta(minutes=minutes)
            self._start = _rounded(plan.window.from_utc.astimezone(self._zone), minutes)
            self._cells = -((self._start - plan.window.until_utc) // self._cell)
            label = room - self._cells - 2 * _GAP
            if label >= min(max(map(width, names), default=0), _LABEL):
                break
        self._label = min(max(label, _SHORTEST_LABEL), _LABEL)
        self._expected = {plannable.name: plannable.expected for plannable in entries}
        self._letters = _letters(dict.fromkeys(plannable.name for plannable in entries))
        self._free: dict[str, datetime] = {}
        self._rows: dict[str, list[str]] = {
            lane.name: [] for plannable in entries for lane in plannable.lanes
        }
        self._drawn: dict[str, None] = {}

    def add(self, task: Task) -> None:
        name = (task.campaign, task.entry)
        start = max(task.due_utc, self._free.get(task.lane, task.due_utc))
        end = self._free[task.lane] = start + self._expected[name]
        row, letter = self._rows[task.lane], self._letters[name]
        if not row:
            row += self._ruler(_IDLE, _HOUR_MARK)
        first = (start - self._start) // self._cell
        last = max(first, -((self._start - end) // self._cell) - 1)
        for cell in range(first, min(last + 1, self._cells)):
            row[cell] = letter if row[cell] in (_IDLE, _HOUR_MARK, letter) else _SEVERAL
        self._drawn[f"{letter}\N{NO-BREAK SPACE}{task.entry}"] = None

    def lines(self) -> Iterator[str]:
        """The picture; nothing if there were no tasks."""
        rows = {name: "".join(cells) for name, cells in self._rows.items() if cells}
        if not rows:
            return
        names = shortened(map(visible, self._rows), self._label)
        label = max(width(names[visible(name)]) for name in rows)
        yield f"  {'':{label}}  {self._hours()}".rstrip()
        for name, cells in rows.items():
            shown = names[visible(name)]
            yield f"  {shown}{' ' * (label - width(shown))}  {cells}"
        several = [f"{_SEVERAL} several"] if any(_SEVERAL in cells for cells in rows.values()) else []
        legend = [*self._drawn, *several, f"{_zone_name(self._zone)}, {self._minutes} minutes a character"]
        yield from folded(f"  {'':{label}}  ", legend, ", ", self._room)

    def _ruler(self, idle: str, mark: str) -> list[str]:
        return [mark if self._is_mark(cell) else idle for cell in range(self._cells)]

    def _hours(self) -> str:
        line = ""
        for cell in range(self._cells):
            # An hour that follows too closely, when the clocks change, has no room.
            if self._is_mark(cell) and len(line) <= cell:
                line = f"{line:{cell}}{self._at(cell):%H}"
        return line

    def _is_mark(self, cell: int) -> bool:
        at = self._at(cell)
        return at.hour % _HOURS_APART == 0 and at.minute == 0

    def _at(self, cell: int) -> datetime:
        return (self._start + cell * self._cell).astimezone(self._zone)


def _common_zone(entries: Iterable[PlannableEntry]) -> tzinfo:
    zones = {plannable.zone for plannable in entries}
    return zones.pop() if len(zones) == 1 else UTC


def _zone_name(zone: tzinfo) -> str:
    return getattr(zone, "key", "UTC")


def _rounded(local: datetime, minutes: int) -> datetime:
    """The beginning of the stretch of this many minutes that holds a local time, in UTC."""
    begun = timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)
    return local.astimezone(UTC) - begun


def _letters(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A letter for each entry: one of its name, if another entry does not have it already."""
    taken: dict[tuple[str, str], str] = {}
    for name in names:
        wanted = [letter for letter in name[1].lower() if letter in ascii_letters]
        free = (letter for letter in (*wanted, *ascii_letters, *digits) if letter not in taken.values())
        taken[name] = next(free, "*")
    return taken
