"""The views of a screen of an app file, each with its place."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from runner.virtual.apps.parts import GREY, PALE
from runner.virtual.apps.written.models import Deed, Item
from runner.virtual.views import Bounds, Paint, View

_NAME = re.compile(r"\$\{(\w+)\}")
_WIDGETS = "android.widget."
_CLASSES = {"RecyclerView": "androidx.recyclerview.widget.RecyclerView", "View": "android.view.View"}
_LINE, _PICTURE = 96, 240
"""Heights of a leaf, in pixels."""
Names = Mapping[str, str]


class Held(Protocol):
    """The app as its views see it."""

    package: str

    def value(self, name: str) -> str: ...

    def has_appeared(self, after_s: float) -> bool: ...

    def offset(self, place: str) -> int: ...

    def touched(self, view: View, how: str, deed: Deed | None, names: Names) -> None: ...

    def typed(self, name: str, text: str) -> None: ...

    def switched(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Scroll:
    """A view that swipes move: where it is, and how much of it does not fit."""

    bounds: Bounds
    place: str
    is_column: bool
    hidden: int


class Layout:
    """Makes the views of one screen, and tells what of it scrolls."""

    def __init__(self, app: Held) -> None:
        self._app = app
        self.scrolls: list[Scroll] = []

    def build(self, item: Item, bounds: Bounds, place: str = "", names: Names | None = None) -> View:
        """The view of an item within these bounds, with everything in it."""
        names = names or {}
        view = self._view(item, bounds, names)
        if item.children is not None:
            view.children = list(self._inside(item, view.bounds, place, names))
        return view

    def size(self, item: Item, names: Names) -> int:
        """The height in pixels that an item needs in a column."""
        if item.height is not None:
            return item.height
        if item.children is None:
            return _PICTURE if item.cls == "ImageView" else _LINE
        sizes = [self.size(one, inner) for one, inner in self._shown(item.children, names)]
        return (sum(sizes) if item.column is not None else max(sizes, default=0)) or _LINE

    def _inside(self, item: Item, bounds: Bounds, place: str, names: Names) -> Iterator[View]:
        left, top, right, bottom = bounds
        shown = list(self._shown(item.children or [], names))
        flowing = [(one, inner) for one, inner in shown if one.bounds is None]
        is_column = item.column is not None
        room = bottom - top if is_column else right - left
        sizes = self._sizes(flowing, room, is_column=is_column)
        moved = 0
        if item.scrollable:
            hidden = max(0, sum(sizes) - room)
            self.scrolls.append(Scroll(bounds, place, is_column, hidden))
            moved = min(self._app.offset(place), hidden)
        at = (top if is_column else left) - moved
        for number, (one, inner) in enumerate(shown):
            if one.bounds is not None:
                x1, y1, x2, y2 = one.bounds
                where = (x1, y1, x2, y2)
            else:
                size = sizes.pop(0)
                where = (left, at, right, at + size) if is_column else (at, top, at + size, bottom)
                at += size
            view = self.build(one, where, f"{place}/{number}", inner)
            if not item.scrollable or _clip(view, bounds):
                yield view

    def _sizes(self, items: list[tuple[Item, Names]], room: int, *, is_column: bool) -> list[int]:
        if is_column:
            return [self.size(one, names) for one, names in items]
        known = sum(one.width or 0 for one, _ in items)
        sharing = sum(one.width is None for one, _ in items)
        return [one.width or max(0, room - known) // sharing for one, _ in items]

    def _shown(self, items: list[Item], names: Names) -> Iterator[tuple[Item, Names]]:
        """The items that are there now, each as often as it is repeated, with what tells the repeated ones apart."""
        for item in items:
            repeated = range(item.repeat) if isinstance(item.repeat, int) else item.repeat
            if repeated is None:
                every: list[Names] = [names]
            else:
                every = [
                    {**names, "number": str(number), "item": str(one)}
                    for number, one in enumerate(repeated, 1)
                ]
            for inner in every:
                if self._is_there(item, inner):
                    yield item, inner

    def _is_there(self, item: Item, names: Names) -> bool:
        if item.after is not None and not self._app.has_appeared(item.after):
            return False
        return all(self.fill(f"${{{name}}}", names) == value for name, value in item.when.items())

    def fill(self, text: str, names: Names) -> str:
        """A text with the values that it names."""
        return _NAME.sub(lambda found: names.get(found[1]) or self._app.value(found[1]), text)

    def _view(self, item: Item, bounds: Bounds, names: Names) -> View:
        app, has_tap = self._app, item.tap is not None or item.is_checkable
        view = View(
            bounds,
            _class(item),
            self.fill(item.text, names),
            self.fill(item.desc, names),
            f"{app.package}:id/{self.fill(item.id, names)}" if item.id else "",
            self.fill(item.hint, names),
            clickable=has_tap or item.is_editable if item.clickable is None else item.clickable,
            long_clickable=item.long_press is not None,
            checkable=item.is_checkable,
            enabled=item.enabled,
            focusable=has_tap or item.is_editable,
            scrollable=item.scrollable,
            password=item.password,
            selected=item.selected,
            paint=_paint(item),
        )
        if item.is_editable and item.id:
            view.text = app.value(item.id)
            view.on_text = _typing(app, item.id)
        if item.is_checkable and item.id:
            view.checked = app.value(item.id) == "true"
        if has_tap:
            view.on_tap = self._touch(view, "tap", item, names)
        if item.long_press is not None:
            view.on_long_tap = self._touch(view, "long_press", item, names)
        if item.pinch_in is not None or item.pinch_out is not None:
            view.on_pinch = lambda outwards: self._app.touched(
                view,
                "pinch_out" if outwards else "pinch_in",
                item.pinch_out if outwards else item.pinch_in,
                names,
            )
        return view

    def _touch(self, view: View, how: str, item: Item, names: Names) -> Callable[[], None]:
        def touch() -> None:
            if how == "tap" and item.is_checkable and item.id:
                self._app.switched(item.id)
            self._app.touched(view, how, item.tap if how == "tap" else item.long_press, names)

        return touch


def _typing(app: Held, name: str) -> Callable[[str], None]:
    return lambda text: app.typed(name, text)


def _class(item: Item) -> str:
    if item.cls is not None:
        return item.cls if "." in item.cls else _CLASSES.get(item.cls, _WIDGETS + item.cls)
    if item.children is not None:
        return _WIDGETS + ("ScrollView" if item.scrollable and item.column is not None else "LinearLayout")
    if item.is_editable:
        return _WIDGETS + "EditText"
    if item.is_checkable:
        return _WIDGETS + "CheckBox"
    return _WIDGETS + ("Button" if item.tap is not None and item.text else "TextView")


def _paint(item: Item) -> Paint:
    name = _class(item).rpartition(".")[2]
    if name == "ImageView":
        return Paint(image=item.desc or item.id or item.text)
    if name == "Button":
        return Paint(background=PALE, bold=True, radius=10)
    if name in ("EditText", "CheckBox", "Switch", "RadioButton"):
        return Paint(outline=GREY, align="left", radius=6)
    return Paint(align="left")


def _clip(view: View, bounds: Bounds) -> bool:
    """Cut a view, and all in it, to these bounds; false if nothing of it is left."""
    left, top = max(view.bounds[0], bounds[0]), max(view.bounds[1], bounds[1])
    right, bottom = min(view.bounds[2], bounds[2]), min(view.bounds[3], bounds[3])
    view.bounds = (left, top, right, bottom)
    view.children = [child for child in view.children if _clip(child, bounds)]
    return left < right and top < bottom
