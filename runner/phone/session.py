"""One phone that is being driven: adb for apps and files, uiautomator2's server for its screen."""

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.clock import Clock, SystemClock
from runner.errors import (
    AppMissing,
    AutomationFailed,
    ConnectionLost,
    NeedsPerson,
    PhoneError,
    TaskError,
)
from runner.media_file import MediaFile
from runner.phone import app_facts, copying, rpc, screenshot, shell
from runner.phone.app_facts import AppFacts
from runner.phone.fleet import Fleet
from runner.phone.fleets import Fleets
from runner.phone.hands import SWIPE_STEPS_PER_S, Hands
from runner.phone.media_store import MediaStore
from runner.phone.restoring import Restorer, Undoing
from runner.phone.screen import Screen, focused_field, normalise, parse
from runner.phone.traces import Trace, TraceKind, Traces
from runner.phone.translate import phone_error, translated
from runner.phone.transport import CALL_TIMEOUT_S, Transport

if TYPE_CHECKING:
    import uiautomator2

LOG = logging.getLogger(__name__)

SERVER_BYTES = 4_000_000
"""uiautomator2's server, as it is copied to a phone that does not have it."""

HARMLESS = (rpc.ServerGone, ConnectionLost)
"""Errors after which a call that only looks is repeated: it does no harm if the first call has happened too."""

MEDIA = {"video": ("Movies", "video"), "image": ("Pictures", "images")}
"""Kind of file -> public folder on the phone, and collection of the media store."""

FOLDER = "campaign-runner"


class Session:
    """The Driver of a real phone (or of a virtual one: it cannot tell). One thread at a time.

    It connects at its first use, and starts uiautomator2 when the screen is first used. It writes down in `traces` what
    it is about to change, and `restore` undoes that; `close` only stops uiautomator2's server.
    """

    def __init__(
        self, fleet: Fleet | Fleets, serial: str, clock: Clock | None = None, traces: Traces | None = None
    ) -> None:
        self.serial = serial
        self._fleet = fleet
        self._clock = clock or SystemClock()
        self._transport: Transport | None = None
        self._automation: uiautomator2.Device | None = None
        self._traces = traces or Traces()
        self._restorer = Restorer(
            self._traces, serial, self._shell, lambda path: copying.look(self._phone(), serial, path)
        )
        self._task = ""
        self._shot: tuple[bytes, bytes] | None = None
        self._scale = screenshot.SCALE
        self._screen: Screen | None = None
        self._store = MediaStore(serial, self._shell, self._clock)
        self._calls = rpc.Calls(serial)

    # the connection

    def open(self, task: str = "") -> None:
        """Make sure that the phone answers, is awake, and is not locked; what is changed from here on is changed for
        the task with this key.

        Raises PhoneError, or NeedsPerson where only a person can unlock it.
        """
        self._task = task
        try:
            is_on = self._call("isScreenOn")
        except PhoneError:
            self.reconnect()
            is_on = self._call("isScreenOn")
        if is_on:
            self._restorer.find_awake()
        else:
            self._restorer.wake(task, lambda: self._call("wakeUp"))
        if self._locked():
            self._shell("wm", "dismiss-keyguard")
            if self._locked():
                raise NeedsPerson(
                    f"{self.serial}: the phone is locked",
                    hint="unlock it, and set its screen lock to none or swipe while the runner uses it",
                )

    def reconnect(self) -> None:
        """Find the phone anew, and start uiautomator2's server on it anew."""
        self.close()
        self._server()

    def close(self) -> None:
        """Stop uiautomator2's server on the phone. Never raises."""
        automation = self._automation
        self._automation = self._transport = None
        self._calls.hang_up()
        if automation is None:
            return
        try:
            with translated(self.serial, "stop uiautomator2"):
                automation.stop_uiautomator(wait=False)
        except PhoneError as error:
            LOG.debug("%s", error)

    def _phone(self) -> Transport:
        """The way to the phone; it is looked for if it is not known."""
        if self._transport is None:
            self._transport = self._fleet.reach(self.serial)
        return self._transport

    def _server(self) -> "uiautomator2.Device":
        """uiautomator2's server on the phone, started if need be; it ends with this process."""
        if self._automation is None:
            import uiautomator2

            phone = self._phone()
            with translated(self.serial, "start uiautomator2"):
                way = phone.for_copy(SERVER_BYTES)
                try:
                    self._automation = uiautomator2.Device(way)
                except BaseException:
                    way.let_go()  # uiautomator2 would leave the stream to a server that does not come up
                    raise
        return self._automation

    def _call(
        self,
        method: str,
        *params: Any,
        again: tuple[type[PhoneError], ...] = (rpc.ServerGone,),
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Any:
        """A call. After one of the errors in `again` the server is started anew and the call repeated, once."""
        server = self._server()
        arguments: Any = list(params) or {}
        try:
            return self._calls.call(self._phone(), method, arguments, timeout_s=timeout_s)
        except again as error:
            LOG.info("%s; starting uiautomator2 again", error)
        with translated(self.serial, "start uiautomator2 again"):
            server.stop_uiautomator(wait=True)
            server.start_uiautomator()
        return self._calls.call(self._phone(), method, arguments, timeout_s=timeout_s)

    def _shell(self, *args: str, timeout_s: float = CALL_TIMEOUT_S) -> str:
        """The output of a command, each argument quoted, whatever its exit code."""
        with translated(self.serial, f"run `{args[0]} {args[1]}`" if args[1:] else f"run `{args[0]}`"):
            output: str = self._phone().shell2(list(args), timeout=timeout_s).output
            return output

    # the screen

    def screen(self) -> Screen:
        xml = self._call("dumpWindowHierarchy", False, 50, again=HARMLESS) or ""
        if self._screen is None or self._screen.xml != xml:  # one that waits sees the same screen many times
            self._screen = parse(xml)
        return self._screen

    def tap(self, x: int, y: int) -> None:
        self._call("click", x, y)

    def tap_once(self, x: int, y: int, be_sure: Callable[[], None] = lambda: None) -> None:
        # Not through `_call`, which repeats: a second tap on Post would be a second post. On a stream of its own: if
        # the phone is away, then it is sure that nothing was sent.
        answer = self._calls.call(
            self._phone(), "click", [x, y], timeout_s=CALL_TIMEOUT_S, anew=True, be_sure=be_sure
        )
        if answer is not True:
            came_back = f"the phone answered {answer!r}, which confirms nothing"
            raise phone_error(AutomationFailed, self.serial, "tap once", came_back)

    def long_tap(self, x: int, y: int, duration_s: float) -> None:
        self._call("click", x, y, round(duration_s * 1000))

    def double_tap(self, x: int, y: int) -> None:
        # Down and up by themselves, as uiautomator2 does: `click` takes its time before it returns.
        self._call("injectInputEvent", 0, x, y, 0)
        self._call("injectInputEvent", 1, x, y, 0)
        self._call("click", x, y)

    def swipe(self, start: tuple[int, int], end: tuple[int, int], duration_s: float) -> None:
        self._call("swipe", *start, *end, max(2, round(duration_s * SWIPE_STEPS_PER_S)))

    def press(self, key: str) -> None:
        self._call("pressKey", key)

    def screenshot(self) -> bytes:
        encoded = self._call("takeScreenshot", self._scale, screenshot.QUALITY, again=HARMLESS)
        with translated(self.serial, "take a screenshot"):
            raw = base64.b64decode(encoded) if encoded else self._screencap()
            if self._shot is None or self._shot[0] != raw:  # many steps leave the screen as it was
                small = screenshot.thumbnail(raw, self.serial)
                self._shot = raw, small.jpeg
                if encoded:
                    self._scale = small.scale(self._scale)
            return self._shot[1]

    def _screencap(self) -> bytes:
        """uiautomator2 takes no picture of protected windows; Android's own tool sometimes does."""
        raw: bytes = self._phone().shell("screencap -p", encoding=None)
        return raw

    def hands(self) -> Hands:
        """What a person sees and does on this phone, by the same way."""
        return Hands(self.serial, self._call, self._shell, self._screencap)

    def toast(self) -> str | None:
        said = self._call("getLastToast", again=HARMLESS)
        return normalise(str(said)) or None if said is not None else None

    def forget_toast(self) -> None:
        self._call("clearLastToast", again=HARMLESS)

    # text

    def type_text(self, text: str) -> None:
        selector = self._field_selector()
        if not text:
            self._call("clearTextField", selector)
            return
        self._call("setText", selector, text)
        if self._holds(selector, text):
            return
        self._call("clearTextField", selector)
        # Some fields ignore a text that is set, but take one that is pasted.
        self._call("setClipboard", None, text)
        self._call("pasteClipboard")
        holds = self._holds(selector, text)
        self._call("setClipboard", None, "")
        if not holds:
            shown = str(self._call("getText", selector))
            raise TaskError(
                f"{self.serial}: could not type {text[:80]!r}: the field shows {shown[:80]!r}",
                hint="look at the screenshot: another field or a dialog may have the focus",
            )

    def hide_keyboard(self) -> None:
        # Back closes the keyboard; without one it would leave the page.
        if shell.keyboard_shown(self._shell("dumpsys", "input_method")):
            self.press("back")

    def _field_selector(self) -> dict[str, Any]:
        import uiautomator2

        field = focused_field(self.screen())
        if field is None:
            raise TaskError(f"{self.serial}: could not type: no text field has the focus")
        return dict(uiautomator2.Selector(className=field.cls, focused=True))

    def _holds(self, selector: dict[str, Any], text: str) -> bool:
        shown = self._call("getText", selector)
        return normalise(str(shown)) == normalise(text)

    # apps

    def launch(self, package: str, activity: str | None) -> None:
        category = "android.intent.category.LAUNCHER"
        if activity is None:
            # The package manager knows which activity the launcher's icon starts: `monkey` asks it, while
            # `am start` has to be told.
            self._start(package, "monkey", "-p", package, "-c", category, "1")
        else:
            main = ("-a", "android.intent.action.MAIN", "-c", category, "-n", f"{package}/{activity}")
            self._start(package, "am", "start", *main)

    def stop(self, package: str) -> None:
        self._shell("am", "force-stop", package)

    def open_link(self, uri: str, package: str) -> None:
        self._start(package, "am", "start", "-a", "android.intent.action.VIEW", "-d", uri, "-p", package)

    def current_package(self) -> str:
        info = self._call("deviceInfo")
        return str(info.get("currentPackageName", "")) if isinstance(info, dict) else ""

    def app(self, package: str) -> AppFacts:
        """What the phone tells of an app, installed or not."""
        with translated(self.serial, f"look for {package}"):
            return app_facts.parse(self._phone().shell(app_facts.question(package), timeout=CALL_TIMEOUT_S))

    def _start(self, package: str, *command: str) -> None:
        failure = shell.start_failure(self._shell(*command))
        if failure is None:
            return
        if not self.app(package).is_installed:
            raise AppMissing(
                f"{self.serial}: {package} is not installed",
                hint="install the app on the phone and log in by hand",
            )
        raise TaskError(
            f"{self.serial}: could not start {package}: {failure}",
            hint="see whether the app on the phone has the page that the flow or the app profile names",
        )

    def _locked(self) -> bool:
        return shell.keyguard_shown(self._shell("dumpsys", "window", "policy"))

    # files

    def push(self, file: Path, remote: str, sha256: str | None = None) -> str:
        target = copying.send(self._phone(), self.serial, file, remote, sha256)
        if target.startswith("/sdcard/"):
            self._store.scan(target)  # galleries show only what the media store lists
        return target

    def pull(self, remote: str, file: Path) -> None:
        copying.fetch(self._phone(), self.serial, remote, file)

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
        uri = self._add(file, mime_type, suffix, sha256)
        stream = ("--eu", "android.intent.extra.STREAM", uri, "--grant-read-uri-permission", "-n", component)
        package = component.partition("/")[0]
        self._start(package, "am", "start", "-a", action, "-t", mime_type, *stream)

    def add_to_gallery(self, file: Path, mime_type: str, suffix: str, sha256: str | None = None) -> None:
        self._add(file, mime_type, suffix, sha256)

    def restore(self, how: Undoing) -> None:
        """Undo what was changed on the phone, as far as it may be undone now. Raises TaskError."""
        self._restorer.undo(how)

    def _add(self, file: Path, mime_type: str, suffix: str, sha256: str | None) -> str:
        """Copy a file to the phone's media; its `content://` URI."""
        folder, collection = MEDIA[mime_type.partition("/")[0]]
        remote = self._push(file, suffix, f"/sdcard/{folder}/{FOLDER}", sha256)
        return self._store.publish(remote, collection, file.name)

    def _push(self, file: Path, suffix: str, folder: str, sha256: str | None) -> str:
        """Copy a file into a folder of the phone; its path there.

        Its name is made from its content: nothing that a user wrote reaches the phone's shell.
        """
        with self._opened(file) as content:
            if sha256 not in (None, content.sha256):
                raise copying.changed(self.serial, file)
            remote = f"{folder}/{content.sha256[:16]}{suffix}"
            # Before the copy: a part of the file may be on the phone when the copy fails.
            trace = Trace(TraceKind.MEDIA, self._task, remote, content.status.st_size)
            self._traces.note(self.serial, trace)
            with copying.accepted(self._phone(), self.serial, f"copy {file.name} to {remote}"):
                phone = self._phone().for_copy(content.status.st_size)
                phone.sync.push(content, remote, mode=0o644, check=True)
            if content.sha256_read != content.sha256:  # somebody wrote to it meanwhile
                self._restorer.remove_media(remote, trace.size)
                self._traces.forget(self.serial, [trace])
                raise copying.changed(self.serial, file)
        return remote

    @contextmanager
    def _opened(self, file: Path) -> Iterator[MediaFile]:
        try:
            with MediaFile(file) as content:
                yield content
        except OSError as error:
            raise TaskError(
                f"{self.serial}: {file} could not be read to be copied to the phone: {error.strerror}",
                hint="put the file back where the config names it",
            ) from None
