"""The one place that turns errors of adbutils, uiautomator2 and the sockets into the runner's own."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

import adbutils
from adbutils.errors import AdbConnectionError

from runner.errors import (
    AdbUnavailable,
    AutomationFailed,
    ConnectionLost,
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    PhoneError,
    PhoneFull,
    PhoneTimeout,
    RunnerError,
)

HINTS: dict[type[PhoneError], str] = {
    AdbUnavailable: "start it with `adb start-server`, then try again",
    DeviceNotConnected: "check the cable, and that `adb devices` lists the phone",
    DeviceOffline: "unplug and replug the phone, or run `adb reconnect offline`; or restart the phone",
    DeviceUnauthorized: "unlock the phone and allow this computer's key in the dialog that it shows",
    ConnectionLost: "check the cable or the network of the phone",
    PhoneTimeout: "check that the phone is awake and reachable; restart it if it hangs",
    PhoneFull: "remove videos and unused apps from the phone; `runner phones doctor` says how much is free",
    AutomationFailed: "restart the phone if it happens again; close other automation tools that use it",
}


def hint(kind: type[PhoneError]) -> str:
    """What to do about a failure of this kind."""
    return next(HINTS[parent] for parent in kind.__mro__ if parent in HINTS)


@contextmanager
def translated(serial: str, action: str, *, sent: bool = True) -> Iterator[None]:
    """Run a call to a phone; what it raises becomes a PhoneError that says what was attempted on which phone.

    `sent=False` marks the part of a call that comes before anything can have reached the phone.
    """
    try:
        yield
    except RunnerError:
        raise
    except Exception as error:
        kind = classify(error)
        # A bug must not look like a failure of a phone, which would be tried again.
        if kind is None:
            raise
        raise phone_error(kind, serial, action, error_text(error), sent=sent) from error


def phone_error(
    kind: type[PhoneError], serial: str, action: str, came_back: str, *, sent: bool = True
) -> PhoneError:
    """A PhoneError with the message and the hint of its kind."""
    return kind(f"{serial}: could not {action}: {came_back}", hint=hint(kind), sent=sent)


def error_text(error: BaseException) -> str:
    """What an error says, or its name where it says nothing."""
    text = " ".join(str(part) for part in error.args if isinstance(part, str | int)) or str(error)
    return f"{text.strip()[:300]} ({type(error).__name__})" if text.strip() else type(error).__name__


def classify(error: Exception) -> type[PhoneError] | None:
    """The runner's word for an error of a library; None if it is a bug and no failure of a phone."""
    # A blocking socket with SO_RCVTIMEO (see transport.py) raises BlockingIOError when its time is up.
    # This comes before OSError, the parent of both.
    if isinstance(error, TimeoutError | BlockingIOError | adbutils.AdbTimeout):
        return PhoneTimeout
    # A child of AdbError, so it is looked at first.
    if isinstance(error, AdbConnectionError):
        return AdbUnavailable
    if isinstance(error, adbutils.AdbError):
        return _adb_failure(str(error))
    if isinstance(error, http.client.HTTPException | OSError | EOFError):
        return ConnectionLost
    if isinstance(error, ValueError | TypeError | AssertionError):  # an answer that is no answer
        return AutomationFailed
    return _uiautomator_failure(error)


def _adb_failure(text: str) -> type[PhoneError]:
    """adb says what is wrong with a phone in words only."""
    if "offline" in text:
        return DeviceOffline
    if "unauthorized" in text or "authorizing" in text:
        return DeviceUnauthorized
    if "not found" in text and "device" in text:
        return DeviceNotConnected
    return ConnectionLost


def _uiautomator_failure(error: Exception) -> type[PhoneError] | None:
    if not type(error).__module__.startswith("uiautomator2"):
        return None
    from uiautomator2 import exceptions

    if isinstance(error, exceptions.ConnectError):
        return DeviceNotConnected
    if isinstance(error, exceptions.HTTPTimeoutError):
        return PhoneTimeout
    if isinstance(error, exceptions.AdbShellError | exceptions.HTTPError):
        kind = _adb_failure(str(error))
        return AutomationFailed if kind is ConnectionLost else kind
    return AutomationFailed
