"""What is on a virtual phone's screen: views in a tree, as Android's accessibility sees them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Paint:
    """How a view is drawn; it carries no meaning for accessibility.

    `icon` names a shape that the renderer knows, `image` is a seed for a generated picture, `size` the text's
    height in pixels, `align` one of left, center, right.
    """

    background: str | None = None
    color: str = "#111111"
    icon: str | None = None
    image: str | None = None
    size: int = 28
    bold: bool = False
    align: str = "center"
    radius: int = 0


@dataclass(slots=True, eq=False)
class View:
    """One view. `rid` is the full resource-id (`package:id/name`), `cls` the full class name.

    `on_tap` runs when a tap lands on the view; `on_text` receives the whole new text of an editable view.
    """

    bounds: Bounds
    cls: str = "android.view.View"
    text: str = ""
    desc: str = ""
    rid: str = ""
    hint: str = ""
    children: list["View"] = field(default_factory=list)
    clickable: bool = False
    long_clickable: bool = False
    checkable: bool = False
    checked: bool = False
    enabled: bool = True
    focusable: bool = False
    focused: bool = False
    scrollable: bool = False
    password: bool = False
    selected: bool = False
    on_tap: Callable[[], None] | None = None
    on_long_tap: Callable[[], None] | None = None
    on_text: Callable[[str], None] | None = None
    paint: Paint = Paint()

    def walk(self) -> Iterator["View"]:
        """The view and all below it, parents first, in drawing order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the screen. A modal window is alone in the list that `App.windows` returns."""

    package: str
    activity: str
    root: View
