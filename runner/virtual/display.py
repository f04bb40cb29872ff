"""How large a phone's screen is, and how its apps are laid out on it."""

from dataclasses import replace

from runner.virtual.views import Bounds, View, Window

DESIGN_WIDTH, DESIGN_HEIGHT = 720, 1600
"""The screen that apps draw on, in pixels. What they draw is stretched to the screen that there is."""


Settings = dict[tuple[str, str], str]
_TURNS_FREELY, _ROTATION = ("system", "accelerometer_rotation"), ("system", "user_rotation")


class Display:
    """The physical size in pixels and dots an inch, what `wm` has put in their place, and how the screen is turned.

    How it is turned stands in the phone's settings, where everybody may change it.
    """

    def __init__(self, settings: Settings, width: int, height: int, density: int) -> None:
        self.width = width
        self.height = height
        self.density = density
        self.override_size: tuple[int, int] | None = None
        self.override_density: int | None = None
        self._settings = settings

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as the screen is turned."""
        width, height = self.override_size or (self.width, self.height)
        return (height, width) if self.rotation % 2 else (width, height)

    @property
    def turns_freely(self) -> bool:
        """Whether the screen follows the way that the phone is held: nobody turns a virtual phone."""
        return self._settings.get(_TURNS_FREELY, "1") != "0"

    @property
    def rotation(self) -> int:
        """In quarters against the clock; upright while it turns freely."""
        quarters = self._settings.get(_ROTATION, "0")
        return 0 if self.turns_freely or quarters not in ("0", "1", "2", "3") else int(quarters)

    def turn(self, rotation: int | None) -> None:
        """Keep this number of quarters, however the phone is held; None lets it turn freely again."""
        self._settings[_TURNS_FREELY] = str(int(rotation is None))
        if rotation is not None:
            self._settings[_ROTATION] = str(rotation % 4)

    def in_design(self, point: tuple[float, float]) -> tuple[int, int]:
        """A point of the screen, in pixels of the design's screen."""
        (x, y), (width, height) = point, self.size
        return round(x * DESIGN_WIDTH / width), round(y * DESIGN_HEIGHT / height)


def stretched(windows: list[Window], width: int, height: int) -> list[Window]:
    """Windows that were drawn for the design's screen, on one of this size."""
    if (width, height) == (DESIGN_WIDTH, DESIGN_HEIGHT):
        return windows
    across, down = width / DESIGN_WIDTH, height / DESIGN_HEIGHT
    for window in windows:
        _stretch(window.root, across, down)
    return windows


def _stretch(view: View, across: float, down: float) -> None:
    view.bounds = _scaled(view.bounds, across, down)
    least = min(across, down)
    view.paint = replace(
        view.paint, size=max(1, round(view.paint.size * least)), radius=round(view.paint.radius * least)
    )
    for child in view.children:
        _stretch(child, across, down)


def _scaled(bounds: Bounds, across: float, down: float) -> Bounds:
    left, top, right, bottom = bounds
    return round(left * across), round(top * down), round(right * across), round(bottom * down)
