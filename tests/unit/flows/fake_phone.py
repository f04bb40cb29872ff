"""A phone that shows what a test says, records what is done to it, and fails where a test wants it to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from runner.clock import ManualClock
from runner.phone.screen import Screen, parse

APP = "com.example.app"
ROW = 100


def rows(*texts: str, package: str = APP, focused: str = "") -> str:
    """A screen of rows 100 pixels high, one text each, from the top of a screen of 1000 by 2000."""
    nodes = "".join(
        f'<node class="android.widget.EditText" package="{package}" text={quoteattr(text)} '
        f'focused="{str(text == focused).lower()}" bounds="[0,{n * ROW}][1000,{n * ROW + ROW}]"/>'
        for n, text in enumerate(texts)
    )
    return f'<hierarchy><node package="{package}" bounds="[0,0][1000,2000]">{nodes}</node></hierarchy>'


@dataclass
class Fault:
    """An error of one method; with `after`, the action happens before it."""

    error: Exception
    after: bool
    times: int


@dataclass
class FakePhone:
    """`show` gives the texts of the present screen; `on_tap` is told the text that a tap hits."""

    show: Callable[[], list[str]]
    on_tap: Callable[[str], None] = lambda text: None
    serial: str = "FAKE1"
    package: str = APP
    events: list[tuple[str, ...]] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    clock: ManualClock | None = None
    focused: str = ""
    says: str | None = None

    def fail(self, method: str, error: Exception, *, after: bool = False, times: int = 1) -> None:
        self.faults[method] = Fault(error, after, times)

    def done(self, kind: str) -> list[tuple[str, ...]]:
        return [event for event in self.events if event[0] == kind]

    def _do(self, method: str, *details: str, action: Callable[[], None] = lambda: None) -> None:
        fault = self.faults.get(method)
        if fault is not None and fault.times > 0:
            fault.times -= 1
            if fault.after:
                self.events.append((method, *details))
                action()
            raise fault.error
        self.events.append((method, *details))
        action()

    def _hit(self, x: int, y: int) -> str:
        texts = self.show()
        return texts[y // ROW] if y // ROW < len(texts) else ""

    def screen(self) -> Screen:
        self._do("screen")
        return parse(rows(*self.show(), package=self.package, focused=self.focused))

    def tap(self, x: int, y: int) -> None:
        text = self._hit(x, y)
        self._do("tap", text, action=lambda: self.on_tap(text))

    def tap_once(self, x: int, y: int, be_sure: Callable[[], None]) -> None:
        text = self._hit(x, y)
        be_sure()
        self._do("tap_once", text, action=lambda: self.on_tap(text))

    def long_tap(self, x: int, y: int, duration_s: float) -> None:
        text = self._hit(x, y)
        self._do("long_tap", text, f"{duration_s:g} s", action=lambda: self.on_tap(text))

    def double_tap(self, x: int, y: int) -> None:
        text = self._hit(x, y)
        self._do("double_tap", text, action=lambda: self.on_tap(text))

    def push(self, file: Path, remote: str, sha256: str | None = None) -> str:
        self._do("push", str(file), remote)
        return remote

    def pull(self, remote: str, file: Path) -> None:
        self._do("pull", remote, str(file))

    def toast(self) -> str | None:
        self._do("toast")
        return self.says

    def forget_toast(self) -> None:
        self._do("forget_toast")
        self.says = None

    def swipe(self, start: tuple[int, int], end: tuple[int, int], duration_s: float) -> None:
        self._do("swipe", str(start), str(end), action=lambda: self.on_tap("swipe"))

    def press(self, key: str) -> None:
        self._do("press", key, action=lambda: self.on_tap(key))

    def type_text(self, text: str) -> None:
        self._do("type", text)

    def hide_keyboard(self) -> None:
        self._do("hide_keyboard")

    def screenshot(self) -> bytes:
        self._do("screenshot")
        return b"jpeg"

    def launch(self, package: str, activity: str | None) -> None:
        self._do("launch", package, str(activity))

    def stop(self, package: str) -> None:
        self._do("stop", package)

    def open_link(self, uri: str, package: str) -> None:
        self._do("open_link", uri, package)

    def share(
        self,
        file: Path,
        component: str,
        mime_type: str,
        suffix: str,
        sha256: str | None = None,
        *,
        action: str = "android.intent.action.SEND",
    ) -> None:
        self._do("share", str(file), component, mime_type)

    def add_to_gallery(self, file: Path, mime_type: str, suffix: str, sha256: str | None = None) -> None:
        self._do("add_to_gallery", str(file), mime_type)

    def current_package(self) -> str:
        return self.package

    def reconnect(self) -> None:
        self._do("reconnect")
