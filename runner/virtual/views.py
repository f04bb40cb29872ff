"""What is on a virtual phone's screen: views in a tree, as Android's accessibility sees them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Paint:
    """How a view is drawn; it carries no meaning for accessibility.

    `icon` names a shape that the renderer knows, `image` is a seed for a generated picture, `size` the text's
    height in pixels, `align` one of left, center, right, `valign` one of top, middle. `hidden` keeps the text
    from being drawn (a view whose children show it).
    """

    background: str | None = None
    color: str = "#111111"
    icon: str | None = None
    image: str | None = None
    size: int = 28
    bold: bool = False
    align: str = "center"
    radius: int = 0
    valign: str = "middle"
    hidden: bool = False
    outline: str | None = None


@dataclass(slots=True, eq=False)
class View:
    """One view. `rid` is the full resource-id (`package:id/name`), `cls` the full class name.

    `on_tap` runs when a tap lands on the view; `on_text` receives the whole new text of an editable view, and
    `on_pinch` whether two fingers moved apart.
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
    on_pinch: Callable[[bool], None] | None = None
    paint: Paint = Paint()

    def walk(self) -> Iterator["View"]:
        """The view and all below it, parents first, in drawing order."""
        waiting = [self]
        while waiting:  # generators within generators would hand each view up through all levels
            view = waiting.pop()
            yield view
            waiting += view.children[::-1]

    @property
    def shown_text(self) -> str:
        """The text as accessibility tells it: an empty field tells its hint, a password its dots."""
        if self.password and self.text:
            return "\N{BULLET}" * len(self.text)
        return self.text or self.hint

    @property
    def takes_tap(self) -> bool:
        """Whether a tap ends here instead of falling through to what lies behind."""
        return self.clickable or self.on_tap is not None or self.on_text is not None

    def contains(self, x: float, y: float) -> bool:
        left, top, right, bottom = self.bounds
        return left <= x < right and top <= y < bottom


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the screen. A modal window is alone in the list that `App.windows` returns."""

    package: str
    activity: str
    root: View


def hit(root: View, x: float, y: float) -> View | None:
    """The view that a tap at a point reaches: the deepest and last drawn one there that takes taps.

    A disabled view still swallows its tap, as on Android; whoever acts on the result looks at `enabled`.
    """
    if not root.contains(x, y):
        return None
    for child in reversed(root.children):
        found = hit(child, x, y)
        if found is not None:
            return found
    return root if root.takes_tap else None


def hit_window(windows: list[Window], x: float, y: float) -> View | None:
    """The view that a tap reaches in the frontmost window under the point; windows are frontmost first."""
    for window in windows:
        if window.root.contains(x, y):
            return hit(window.root, x, y)
    return None
