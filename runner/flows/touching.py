"""What a step does with a finger, and where: each touch is noted as it is made."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from runner.clock import Clock
from runner.phone.driver import Driver
from runner.phone.screen import Bounds, Size, whole_size
from runner.phone.screenshot import size_of
from runner.tasks import Touch

DIGITS = 4
"""Of the parts of a screen: finer than its pixels."""

Point = tuple[int, int]


class TouchPlace(NamedTuple):
    """Where to touch an element, in pixels; `box` is the element, `screen` how far the elements of its screen reach."""

    x: int
    y: int
    box: Bounds
    screen: Size


class Finger:
    """Touches one phone, and knows what was touched since `lift`.

    A touch is noted before it is made: one whose answer is lost may have happened.
    """

    def __init__(self, phone: Driver, clock: Clock) -> None:
        self._phone = phone
        self._clock = clock
        self._since_s = clock.monotonic()
        self._marks: list[Touch] = []
        self._picture: Size | None = None

    def tap(self, place: TouchPlace) -> None:
        self._note("tap", place)
        self._phone.tap(place.x, place.y)

    def tap_once(self, place: TouchPlace, be_sure: Callable[[], None]) -> None:
        """One tap in one raw action; see `Driver.tap_once`."""
        self._note("tap", place)
        self._phone.tap_once(place.x, place.y, be_sure)

    def long_tap(self, place: TouchPlace, duration_s: float) -> None:
        self._note("long_tap", place)
        self._phone.long_tap(place.x, place.y, duration_s)

    def double_tap(self, place: TouchPlace) -> None:
        self._note("double_tap", place)
        self._phone.double_tap(place.x, place.y)

    def swipe(self, start: Point, end: Point, duration_s: float, screen: Size) -> None:
        (x, y), (x2, y2) = self._parts(screen, start, end)
        self._add({"kind": "swipe", "x": x, "y": y, "x2": x2, "y2": y2})
        self._phone.swipe(start, end, duration_s)

    def saw(self, picture: bytes) -> None:
        """Learn the shape of the screen from a picture of it: elements need not reach over all of it."""
        self._picture = size_of(picture) or self._picture

    def lift(self) -> "Lifted":
        """Begin anew, with the next step; returns what was touched before, for `put_back`."""
        lifted = Lifted(self._since_s, self._marks)
        self._since_s, self._marks = self._clock.monotonic(), []
        return lifted

    def put_back(self, lifted: "Lifted") -> None:
        """Go on with a step within which others were carried out."""
        self._since_s, self._marks = lifted

    @property
    def touch(self) -> Touch | None:
        """Where the step has touched the screen; None if it has not."""
        if not self._marks:
            return None
        first, *later = self._marks
        more = [_place_of(mark) for mark in later if _place_of(mark) != _place_of(first)]
        return {
            **first,
            **({"times": len(self._marks)} if later else {}),
            **({"more": more} if more else {}),
        }

    def _note(self, kind: str, place: TouchPlace) -> None:
        left, top, right, bottom = place.box
        (x, y), low, high = self._parts(place.screen, (place.x, place.y), (left, top), (right, bottom))
        self._add({"kind": kind, "x": x, "y": y, "box": [*low, *high]})

    def _add(self, mark: Mapping[str, Any]) -> None:
        self._marks.append({**mark, "after_s": round(self._clock.monotonic() - self._since_s, 2)})

    def _parts(self, screen: Size, *points: Point) -> list[tuple[float, float]]:
        """Points in parts of the whole screen."""
        width, height = whole_size(screen, self._picture)
        return [(_part(x, width), _part(y, height)) for x, y in points]


class Lifted(NamedTuple):
    """What a step has touched so far, and since when."""

    since_s: float
    marks: list[Touch]


def _part(pixels: int, of: float) -> float:
    return min(1.0, max(0.0, round(pixels / of, DIGITS))) if of else 0.0


def _place_of(mark: Touch) -> Touch:
    return {key: mark[key] for key in ("x", "y", "x2", "y2", "box") if key in mark}
