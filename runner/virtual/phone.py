"""One virtual phone: its screen, its apps, and what a finger or a keyboard does to them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from runner.virtual import values
from runner.virtual.apps import installed
from runner.virtual.apps.app import App, Device, Intent, MediaFile
from runner.virtual.automation import Automation
from runner.virtual.condition import Condition
from runner.virtual.display import DESIGN_HEIGHT, DESIGN_WIDTH, Display, stretched
from runner.virtual.faults import Faults, Link
from runner.virtual.files import Body, Files
from runner.virtual.focus import TextFocus
from runner.virtual.hierarchy import dump
from runner.virtual.log import Log
from runner.virtual.media import MediaIndex
from runner.virtual.memory import MemoryStore
from runner.virtual.open_apps import OpenApps
from runner.virtual.package import InstallSession
from runner.virtual.packages import ADB_KEYBOARD, Packages
from runner.virtual.processes import Processes
from runner.virtual.selectors import find_first
from runner.virtual.shade import shade
from runner.virtual.starting import switch_on
from runner.virtual.system_state import SystemState
from runner.virtual.system_windows import system_windows
from runner.virtual.time import PhoneTime
from runner.virtual.views import View, Window, hit_window

if TYPE_CHECKING:
    from runner.virtual.apps.written.models import AppFile

LONG_PRESS_S = 0.5
TOAST_S = 3.5
Result = TypeVar("Result")


class Phone:
    """A phone without its connection; the `Device` of its apps."""

    model = "VirtualPhone"
    product = "virtual_phone"

    link: Link
    """Set by whatever connects the phone."""

    def __init__(
        self,
        serial: str,
        *,
        width: int = DESIGN_WIDTH,
        height: int = DESIGN_HEIGHT,
        density: int = 320,
        store: MemoryStore | None = None,
        time_shown: PhoneTime | None = None,
        make_apps: Callable[[Device], list[App]] | None = None,
        app_files: "Sequence[AppFile]" = (),
    ) -> None:
        self.serial = serial
        self.app_files = list(app_files)
        """The apps of somebody's own that are known here, installed or not."""
        self.started_s = time.monotonic()
        self.latency_s = 0.0
        self.takes_its_time = False
        """Whether swipes and long touches take as long as on a phone."""
        self.shade = ""
        """What is pulled down over the screen: notifications, quick_settings, or nothing."""
        self._time = time_shown or PhoneTime()
        self.files = Files(lambda: self.now().timestamp())
        self.media = MediaIndex(self.files)
        self.packages = Packages(
            lambda: make_apps(self) if make_apps else installed(self, self.app_files), self.files
        )
        self.processes = Processes(self.files)
        self.install_sessions: dict[int, InstallSession] = {}
        self.automation: Automation | None = None
        self.faults = Faults()
        self.settings = values.settings(serial, self.model)
        """By namespace (system, secure, global) and name."""
        self.display = Display(self.settings, width, height, density)
        self.properties: dict[str, str] = {}
        self.reverses: dict[str, str] = {}
        """Reverse forwards: the phone's end by the computer's."""
        self.log = Log()
        self.system = SystemState()
        self.clipboard: str | None = None
        self.last_toast: str | None = None
        self.toast_shown: str | None = None
        self.condition = Condition()
        self.is_protected = False
        """Whether the app in front has the system protect its windows: no picture of the screen shows them."""
        self.screen_on = True
        self.woken_s = self.touched_s = time.monotonic()
        """When the screen was switched on, and when somebody, or a client in his place, last touched it."""
        self.has_system_windows = True
        """Whether status bar, navigation bar and keyboard are windows too, among the roots of every hierarchy."""
        self.finger_down: tuple[float, float, float] | None = None
        """Where a finger is on the screen, and since when (Unix time)."""
        self.pictures: dict[object, bytes] = {}
        """Screenshots of the present screen, by format."""
        self.changes = 0
        """How often something has changed that may be seen."""
        self.open_apps = OpenApps(self.packages, self.processes, log=self._log_activity, stop=self.stop_app)
        self.focus = TextFocus()
        self.store = store
        self._windows: list[Window] | None = None
        self._dumps: dict[int, str] = {}
        self._change = asyncio.Event()
        switch_on(self)

    def now(self) -> datetime:
        return self._time.now()

    @property
    def rotation(self) -> int:
        """How the screen is turned, in quarters."""
        return self.display.rotation

    @property
    def width(self) -> int:
        """Of the screen as it is turned, in pixels."""
        return self.display.size[0]

    @property
    def height(self) -> int:
        return self.display.size[1]

    @property
    def density(self) -> int:
        """Dots an inch."""
        return self.display.override_density or self.display.density

    def turn(self, rotation: int | None) -> None:
        """Hold the screen turned by this number of quarters; None lets it turn freely."""
        self.display.turn(rotation)
        self.changed()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        self._time.call_later(seconds, action)

    def changed(self) -> None:
        """Whoever waits for a view looks again; memory that differs is on disk when this returns."""
        self._windows = None
        self._dumps.clear()
        self.pictures.clear()
        self.changes += 1
        if self.store is not None:
            self.store.save(self.memory())
        self._change.set()
        self._change = asyncio.Event()

    def content(self, uri: str) -> Body | None:
        path = unquote(urlsplit(uri).path) if uri.startswith("file:") else self.media.path(uri)
        entry = self.files.find(path) if path else None
        return entry.body if entry else None

    def media_files(self) -> list[MediaFile]:
        return self.media.shared()

    def toast(self, text: str) -> None:
        self.last_toast = self.toast_shown = text
        self.changed()
        self.call_later(TOAST_S, lambda: self._hide_toast(text))

    def granted(self, package: str) -> Set[str]:
        found = self.packages.find(package)
        return found.granted if found else frozenset()

    def grant(self, package: str, permissions: Set[str]) -> None:
        if found := self.packages.find(package):
            found.granted |= permissions & set(found.permissions)

    def start_app(self, package: str) -> None:
        """Bring an app to the front, as its icon on the home screen does."""
        app = self.packages.app(package)
        if app is None:
            self.toast("App isn't installed.")
            return
        self._bring_to_front(app)
        app.start()
        self.changed()

    def open_intent(self, app: App, intent: Intent) -> None:
        """Show what the intent asks for in an app that accepts it."""
        self._bring_to_front(app)
        app.open(intent)
        self.changed()

    def stop_app(self, package: str) -> None:
        """End an app's process, whether it runs or not."""
        app, process = self.packages.app(package), self.processes.find(package)
        if process is not None:
            self.processes.end(process)
            self._log_activity(f"Force stopping {package} user=0")
        if app is not None and process is not None:
            app.kill()
        self.open_apps.close(package)
        self.changed()

    @property
    def front(self) -> App:
        return self.open_apps.front

    @property
    def windows(self) -> list[Window]:
        """What is on the screen, frontmost first."""
        if self._windows is None:
            shown = [shade(self)] if self.shade else self.front.windows()
            self._windows = stretched(shown, self.width, self.height)
            self.focus.mark(self._windows)
        return self._windows

    @property
    def drawn_windows(self) -> list[Window]:
        """The app's windows with the system's own over them, frontmost first."""
        return [*(system_windows(self) if self.has_system_windows else []), *self.windows]

    @property
    def component(self) -> tuple[str, str]:
        """Package and activity of what has the focus; an app that has drawn nothing yet has it, too."""
        for window in self.windows if not self.shade else self.front.windows():
            return window.package, window.activity
        return self.front.package, self.front.activities[0]

    @property
    def language(self) -> str:
        """The language of the system's own words."""
        return self.properties.get("persist.sys.locale", "en-US")[:2]

    def dump(self, max_depth: int = 50) -> str:
        """The screen's hierarchy as XML."""
        if max_depth not in self._dumps:
            self._dumps[max_depth] = dump(
                self.drawn_windows, self.width, self.height, max_depth, self.rotation
            )
        return self._dumps[max_depth]

    def find(self, selector: dict[str, Any]) -> View | None:
        """The view that a UiSelector names; raises what `selectors.find_first` raises.

        UiSelectors look at the app only, as on Android: the system's windows are never the active one.
        """
        return find_first(self.windows, selector)

    def view_at(self, x: float, y: float) -> View | None:
        """The view that a tap would reach."""
        return hit_window(self.drawn_windows, x, y) if self.takes_input else None

    @property
    def takes_input(self) -> bool:
        """Whether a touch or a key reaches what is shown: not on a dark screen, nor behind the lock."""
        return self.screen_on and not self.condition.is_locked

    async def run_faulty(
        self, method: str, action: Callable[[], Awaitable[Result]], mentions: Callable[[str], bool]
    ) -> Result | None:
        """Carry out a call, or let it go wrong as ordered: see `Faults.run`."""
        kill_u2 = self.automation.kill if self.automation else _nothing
        return await self.faults.run(method, action, mentions, self.link, kill_u2, self.open_apps.crash)

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until the screen fulfils `condition`; false when the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._change.wait()
        except TimeoutError:
            return False
        return True

    def tap(self, x: float, y: float, held_s: float = 0.0) -> None:
        """Touch a point for a while. Nothing happens on a dark screen, or where nothing takes the touch."""
        self.touched_s = time.monotonic()
        view = self.view_at(x, y)
        if view is None or not view.enabled:
            return
        if view.on_text is not None:
            self.focus.put(self.windows, view)
        action = view.on_long_tap if held_s >= LONG_PRESS_S and view.on_long_tap else view.on_tap
        if action is not None:
            action()
        self.changed()

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.touched_s = time.monotonic()
        if self.takes_input and self.shade:
            self.shade = "" if end[1] < start[1] else self.shade
            self.changed()
        elif self.takes_input:
            self.front.swipe(self.display.in_design(start), self.display.in_design(end))
            self.changed()

    def pinch(self, view: View, *, outwards: bool) -> None:
        """Two fingers move on a view: apart or together."""
        if self.screen_on and view.enabled and view.on_pinch is not None:
            view.on_pinch(outwards)
            self.changed()

    def pull_down(self, what: str) -> None:
        """Show the notifications or the quick settings over the screen; nothing pushes them up again."""
        self.shade = what
        self.changed()

    def go_home(self) -> None:
        self.shade = ""
        self.open_apps.go_home().start()
        self.changed()

    @property
    def keyboard_shown(self) -> bool:
        """Whether a keyboard covers the lower part of the screen."""
        field = self.focused
        invisible = self.keyboard == ADB_KEYBOARD
        return field is not None and not invisible and self.focus.wants_keyboard(field)

    def go_back(self) -> None:
        """The back key closes the keyboard first, as on any phone; the app hears of the next one."""
        if self.shade:
            self.shade = ""
        elif self.keyboard_shown and self.focused is not None:
            self.focus.close_keyboard(self.focused)
        else:
            self.open_apps.go_back()
        self.changed()

    def set_screen(self, on: bool) -> None:
        self.touched_s = time.monotonic()
        if on and not self.screen_on:
            self.woken_s = self.touched_s
        self.screen_on = on
        self.changed()

    @property
    def focused(self) -> View | None:
        """The field that typed text goes to."""
        return self.focus.field(self.windows)

    def type_text(self, text: str) -> bool:
        """Type at the end of the focused field; false if no field has the focus."""
        view = self.focused
        return view is not None and self.set_text(view, view.text + text)

    def erase(self, characters: int) -> bool:
        view = self.focused
        return view is not None and self.set_text(view, view.text[:-characters])

    def set_text(self, view: View, text: str) -> bool:
        """Replace a field's text; false if the view takes none."""
        if view.on_text is None or not view.enabled:
            return False
        view.on_text(text)
        self.changed()
        return True

    def memory(self) -> dict[str, Any]:
        """What survives when the phone is switched off, as JSON."""
        return {"serial": self.serial, **self.packages.memory(), "media": self.media.memory()}

    def write_log(
        self, tag: str, text: str, *, priority: str = "I", uid: int = 1000, buffer: str = "main"
    ) -> None:
        """Add what logcat shows."""
        server = self.processes.find("system_server")
        pid = server.pid if server and uid == 1000 else 5000
        self.log.write(self.now(), priority, tag, text, uid=uid, pid=pid, buffer=buffer)

    @property
    def keyboard(self) -> str:
        """The id of the input method that is chosen."""
        return self.settings.get(("secure", "default_input_method"), "")

    def reboot(self) -> None:
        """Go away and come back, as after `adb reboot`. Whoever connects the phone calls `restart` meanwhile."""
        self.link.reboot()

    def _bring_to_front(self, app: App) -> None:
        self.shade = ""
        self.open_apps.bring_to_front(app)

    def _log_activity(self, text: str) -> None:
        self.write_log("ActivityManager", text, buffer="system")

    def _hide_toast(self, text: str) -> None:
        if self.toast_shown == text:
            self.toast_shown = None
            self.changed()


def _nothing() -> None:
    """There is no uiautomator2 server to kill."""
