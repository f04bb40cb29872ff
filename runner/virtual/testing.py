"""A virtual phone in the hands of a test: what to reach it with, and what to do to it."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from runner.virtual.process import PhoneAddress, PhonesError

if TYPE_CHECKING:
    import adbutils
    import uiautomator2

ANSWER_TIMEOUT_S = 30.0
LOOPBACK = "127.0.0.1"
_SERVER_PORT, _SERIAL = "ANDROID_ADB_SERVER_PORT", "ANDROID_SERIAL"


class VirtualPhone:
    """One phone of a running host. What cannot be done raises PhonesError with the phone's own words."""

    def __init__(self, place: PhoneAddress) -> None:
        self.serial = place.serial
        """What it calls itself: its `ro.serialno`."""
        self.address = place.address
        """What adb calls it: `127.0.0.1:PORT`, or `emulator-N` on a cable."""
        self.adb_port = place.adb_server_port
        """Of the adb server that it is connected to."""
        self.url = place.control
        """Of its control interface."""

    def __repr__(self) -> str:
        return f"<VirtualPhone {self.serial} {self.address}>"

    @property
    def device(self) -> "adbutils.AdbDevice":
        """The phone through adbutils."""
        import adbutils

        return adbutils.AdbClient(LOOPBACK, self.adb_port).device(self.address)

    def u2(self) -> "uiautomator2.Device":
        """The phone through uiautomator2, whose server it starts. Ask again after `reset`."""
        import uiautomator2

        return uiautomator2.connect(self.device)

    @property
    def environment(self) -> dict[str, str]:
        """That of this process, changed so that adb clients that are started with it reach this phone."""
        return {**os.environ, _SERVER_PORT: str(self.adb_port), _SERIAL: self.address}

    def reset(self) -> None:
        """Have the phone as it was at first and connected, at its address. What runs on it ends, uiautomator2 too."""
        self._is_called(self.post("reset")["adb_name"])

    def cable(self, on: bool = True) -> None:
        """Connect the phone as one on a cable: adb forgets one that it has lost, and lists it anew when it is back."""
        self._is_called(self.post("cable", on=on)["adb_name"])

    def _is_called(self, name: str) -> None:
        """adb's name of the phone, also for clients that take it from the environment."""
        if os.environ.get(_SERIAL) == self.address:
            os.environ[_SERIAL] = name
        self.address = name

    def fault(self, method: str, kind: str, **more: Any) -> None:
        """Order something to go wrong at a certain call: see docs/virtual-phones.md, Faults."""
        self.post("fault", method=method, kind=kind, **more)

    def calm(self) -> None:
        """End every disturbance; the phone is connected anew, and keeps what was done to it."""
        self.post("clear-faults")
        self.post("latency", seconds=0)
        self.post("authorize")
        self.post("resume")
        self.post("online")

    def memory(self, package: str | None = None) -> Any:
        """What was done to the phone, or to one app."""
        memory = self.get("memory")
        return memory if package is None else memory["apps"][package]

    def app(self, package: str, action: str, /, **arguments: Any) -> None:
        """Carry out an action that an app has for tests: see docs/virtual-apps.md, Control actions."""
        self.post("app", package=package, action=action, arguments=arguments)

    def install(self, app: str | os.PathLike[str]) -> str:
        """Install an APK, or an app file (see docs/own-virtual-app.md); the name of its package."""
        path = Path(app)
        if path.suffix == ".apk":
            return self._install_apk(path)
        apps = self.post("install", app=path.read_text(encoding="utf-8"), file=str(path))["apps"]
        return str(apps[-1])

    def _install_apk(self, path: Path) -> str:
        from runner.virtual.commands.apk import package_of

        package, target = package_of(path.read_bytes()).package, f"/data/local/tmp/{path.name}"
        self.device.sync.push(str(path), target)
        self.device.install_remote(target, clean=True)
        return package

    def open(self, package: str) -> None:
        """Bring an app to the front, as its icon on the home screen does."""
        self.post("open", package=package)

    def state(self) -> Any:
        """What the phone says of itself: connection, screen, app in front, faults."""
        return self.get()

    def get(self, name: str = "") -> Any:
        """Ask the control interface; JSON, or bytes for a picture."""
        return _ask(f"{self.url}/{name}" if name else self.url)

    def post(self, name: str, /, **wish: Any) -> Any:
        """Carry out an action of the control interface; the phone's state afterwards."""
        return _ask(f"{self.url}/{name}", wish)


def _ask(url: str, wish: dict[str, Any] | None = None) -> Any:
    body = None if wish is None else json.dumps(wish).encode()
    request = Request(url, body, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:
            data = answer.read()
            return json.loads(data) if "json" in answer.headers["Content-Type"] else data
    except HTTPError as error:
        with error:
            raise PhonesError(json.load(error)["error"]) from None
    except OSError as error:
        raise PhonesError(f"the virtual phones at {url} do not answer: {error}") from error


@contextlib.contextmanager
def only_these(adb_port: int, serial: str | None = None) -> Iterator[None]:
    """Have adb clients of this process, and those that it starts, use this adb server, and by default this phone.

    A script under test that calls `uiautomator2.connect()` without arguments would otherwise reach for the adb server
    of the person who runs the test, and for their phones.
    """
    before = {name: os.environ.get(name) for name in (_SERVER_PORT, _SERIAL)}
    _put_in_environment({_SERVER_PORT: str(adb_port), _SERIAL: serial})
    _point_client_of_adbutils()
    try:
        yield
    finally:
        _put_in_environment(before)
        _point_client_of_adbutils()


def _put_in_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _point_client_of_adbutils() -> None:
    """Have the one client that adbutils keeps for everybody read the environment again, as it does when it is
    imported; if it is not yet imported, that is still to come."""
    if (adbutils := sys.modules.get("adbutils")) is not None:
        adbutils.adb.__init__()
