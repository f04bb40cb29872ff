"""An app that an app file describes, as it runs."""

from collections.abc import Mapping
from typing import Any

from runner.virtual.apps import arguments as wish
from runner.virtual.apps.app import Device, Intent
from runner.virtual.apps.arguments import Action, Arguments, carry_out
from runner.virtual.apps.parts import PALE, SCREEN, WHITE, box
from runner.virtual.apps.written.layout import Layout, Names, Scroll
from runner.virtual.apps.written.models import AppFile, Deed, Item
from runner.virtual.display import DESIGN_HEIGHT, DESIGN_WIDTH
from runner.virtual.system_windows import NAVIGATION_BAR, STATUS_BAR
from runner.virtual.views import View, Window

_CONTENT = (0, STATUS_BAR, DESIGN_WIDTH, DESIGN_HEIGHT - NAVIGATION_BAR)
_DIALOG_LEFT, _DIALOG_RIGHT = 60, DESIGN_WIDTH - 60


class WrittenApp:
    """Its screens lie on each other; the top one is shown. Values stay when it ends, what is in fields does not."""

    locale = ""

    def __init__(self, device: Device, file: AppFile) -> None:
        self.package, self.label, self.version = file.package, file.label, file.version_name
        names = [file.first, *file.screens]
        self.activities: tuple[str, ...] = tuple(dict.fromkeys(file.activity(name) for name in names))
        self.permissions = tuple(file.permissions)
        self._device = device
        self._file = file
        self._values = dict(file.values)
        self._done: list[dict[str, Any]] = []
        self._scrolls: list[Scroll] = []
        self._forget_screens()

    def windows(self) -> list[Window]:
        name = self._stack[-1]
        screen = self._file.screens[name]
        layout = Layout(self)
        root = self._dialog(layout, screen.root) if screen.dialog else layout.build(screen.root, _CONTENT)
        self._scrolls = layout.scrolls
        content = box(SCREEN, root, rid="android:id/content", background=WHITE)
        return [Window(self.package, self._file.activity(name), box(SCREEN, content))]

    def _dialog(self, layout: Layout, root: Item) -> View:
        height = min(layout.size(root, {}), DESIGN_HEIGHT - 2 * STATUS_BAR)
        top = (DESIGN_HEIGHT - height) // 2
        panel = layout.build(root, (_DIALOG_LEFT, top, _DIALOG_RIGHT, top + height))
        panel.clickable = True  # a tap on it is no tap beside it
        return box(SCREEN, panel, on_tap=self._pop, background=PALE)

    def start(self) -> None:
        """It is shown as it was left, or at its first screen."""
        if not self._is_running:
            self._opened()

    def accepts(self, intent: Intent) -> bool:
        return intent.component.startswith(f"{self.package}/") or self._linked(intent) is not None

    def open(self, intent: Intent) -> None:
        named = intent.component.partition("/")[2]
        screens = (name for name in self._file.screens if self._file.activity(name) == named)
        self.show(self._linked(intent) or next(screens, self._file.first))

    def back(self) -> bool:
        deed = self._file.screens[self._stack[-1]].back
        if deed is not None:
            self._do(deed, {})
            return True
        return self._leave()

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        across, down = start[0] - end[0], start[1] - end[1]
        for scroll in reversed(self._scrolls):
            left, top, right, bottom = scroll.bounds
            is_in = left <= start[0] < right and top <= start[1] < bottom
            if is_in and scroll.is_column == (abs(down) >= abs(across)):
                self._move(scroll, down if scroll.is_column else across)
                return

    def kill(self) -> None:
        self._forget_screens()

    def memory(self) -> dict[str, Any]:
        return {"values": self._values, "fields": self._fields, "done": self._done}

    def restore(self, memory: Mapping[str, Any]) -> None:
        self._values = dict(memory.get("values", {}))
        self._done = list(memory.get("done", []))

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        carry_out(ACTIONS, self, action, arguments)
        self._device.changed()

    def show(self, name: str) -> None:
        """Open a screen; if it lies below, what lies over it goes."""
        if name not in self._file.screens:
            raise ValueError(f"no screen {name!r}; there are {', '.join(self._file.screens)}")
        if name in self._stack:
            del self._stack[self._stack.index(name) :]
        self._stack.append(name)
        self._opened()

    def put(self, name: str, value: str) -> None:
        self._fields.pop(name, None)
        self._values[name] = value

    # What its views ask for.

    def value(self, name: str) -> str:
        return self._fields.get(name, self._values.get(name, ""))

    def has_appeared(self, after_s: float) -> bool:
        return after_s in self._appeared

    def offset(self, place: str) -> int:
        return self._offsets.get(place, 0)

    def touched(self, view: View, how: str, deed: Deed | None, names: Names) -> None:
        told = {"on": view.rid.partition("/")[2] or view.text or view.desc, "text": view.text}
        self._done.append(
            {"what": how, **told, "screen": self._stack[-1], "at": self._device.now().isoformat()}
        )
        if deed is not None and deed.after:
            self._device.call_later(deed.after, lambda: self._do_late(deed, names))
        elif deed is not None:
            self._do(deed, names)

    def typed(self, name: str, text: str) -> None:
        self._fields[name] = text

    def switched(self, name: str) -> None:
        self._fields[name] = "false" if self.value(name) == "true" else "true"

    def _linked(self, intent: Intent) -> str | None:
        """The screen that an address opens."""
        links = self._file.links.items()
        return next((screen for start, screen in links if intent.data.startswith(start)), None)

    def _do_late(self, deed: Deed, names: Names) -> None:
        self._do(deed, names)
        self._device.changed()

    def _do(self, deed: Deed, names: Names) -> None:
        fill = Layout(self).fill
        for name, value in {name: fill(value, names) for name, value in deed.set.items()}.items():
            self.put(name, value)
        if deed.toast is not None:
            self._device.toast(fill(deed.toast, names))
        if deed.back:
            self._leave()
        if deed.screen is not None:
            self.show(deed.screen)
        if deed.start is not None:
            self._device.start_app(deed.start)

    def _leave(self) -> bool:
        """Go back; false at the first screen."""
        if len(self._stack) == 1:
            return False
        self._pop()
        return True

    def _pop(self) -> None:
        self._stack.pop()
        self._opened()

    def _forget_screens(self) -> None:
        self._stack = [self._file.first]
        self._fields: dict[str, str] = {
            item.id: item.text if item.is_editable else str(item.checked).lower()
            for item in _all_items(self._file)
            if item.id and (item.is_editable or item.is_checkable) and item.id not in self._values
        }
        self._offsets: dict[str, int] = {}
        self._appeared: set[float] = set()
        self._is_running = False

    def _opened(self) -> None:
        """A screen has come up: it is not scrolled, and what appears later has not appeared."""
        self._is_running = True
        self._offsets.clear()
        appeared = self._appeared = set()
        root = self._file.screens[self._stack[-1]].root
        for after in sorted({item.after for item in _items([root]) if item.after is not None}):
            self._device.call_later(after, lambda after=after: self._appear(appeared, after))  # type: ignore[misc]

    def _appear(self, appeared: set[float], after_s: float) -> None:
        appeared.add(after_s)
        self._device.changed()

    def _move(self, scroll: Scroll, by: int) -> None:
        self._offsets[scroll.place] = min(max(0, self.offset(scroll.place) + by), scroll.hidden)


def _all_items(file: AppFile) -> list[Item]:
    return _items([screen.root for screen in file.screens.values()])


def _items(items: list[Item]) -> list[Item]:
    return [one for item in items for one in (item, *_items(item.children or []))]


def _open_screen(app: WrittenApp, arguments: Arguments) -> None:
    app.show(str(wish.needed(arguments, "screen")))


def _set_value(app: WrittenApp, arguments: Arguments) -> None:
    app.put(str(wish.needed(arguments, "name")), str(wish.needed(arguments, "value")))


ACTIONS: dict[str, Action[WrittenApp]] = {
    "open_screen": (("screen",), _open_screen),
    "set": (("name", "value"), _set_value),
}
