"""How large a phone's screen is, and how its apps are laid out on it."""

from dataclasses import dataclass, replace

from runner.virtual.views import Bounds, View, Window

DESIGN_WIDTH, DESIGN_HEIGHT = 720, 1600
"""The screen that apps draw on, in pixels. What they draw is stretched to the screen that there is."""


@dataclass(slots=True)
class Display:
    """The physical size in pixels and dots an inch, and what `wm size` and `wm density` have put in their place."""

    width: int = DESIGN_WIDTH
    height: int = DESIGN_HEIGHT
    density: int = 320
    override_size: tuple[int, int] | None = None
    override_density: int | None = None

    def size(self, rotation: int) -> tuple[int, int]:
        """Width and height as the phone is held: `rotation` is the number of quarter turns."""
        width, height = self.override_size or (self.width, self.height)
        return (height, width) if rotation % 2 else (width, height)


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
