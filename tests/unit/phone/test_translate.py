"""Errors of the libraries become the runner's own, as the table of faults says."""

import http.client
import json

import adbutils
import pytest
from adbutils.errors import AdbConnectionError
from uiautomator2 import exceptions as u2

from runner import errors
from runner.phone.translate import translated

FAULTS = [
    (adbutils.AdbError("device offline"), errors.DeviceOffline),
    (adbutils.AdbError("device 'X' not found"), errors.DeviceNotConnected),
    (
        adbutils.AdbError("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set"),
        errors.DeviceUnauthorized,
    ),
    (adbutils.AdbError("device still authorizing"), errors.DeviceUnauthorized),
    (adbutils.AdbError(""), errors.ConnectionLost),
    (adbutils.AdbError("read chunk missing"), errors.ConnectionLost),
    (adbutils.AdbError("shell output invalid", "cmd", b""), errors.ConnectionLost),
    (adbutils.AdbTimeout("adb read timeout"), errors.PhoneTimeout),
    (AdbConnectionError("connect to adb server failed"), errors.AdbUnavailable),
    (http.client.RemoteDisconnected("Remote end closed connection"), errors.ConnectionLost),
    (ConnectionResetError(), errors.ConnectionLost),
    (EOFError("Expected 8 bytes, got 0"), errors.ConnectionLost),
    (TimeoutError("timed out"), errors.PhoneTimeout),
    (BlockingIOError(11, "Resource temporarily unavailable"), errors.PhoneTimeout),
    (json.JSONDecodeError("Expecting value", "x", 0), errors.AutomationFailed),
    (TypeError("NoneType is not iterable"), errors.AutomationFailed),
    (u2.ConnectError("device X not online"), errors.DeviceNotConnected),
    (u2.LaunchUiAutomationError("server not ready", ""), errors.AutomationFailed),
    (u2.AccessibilityServiceAlreadyRegisteredError("already registered"), errors.AutomationFailed),
    (u2.UiAutomationNotConnectedError("UiAutomation not connected"), errors.AutomationFailed),
    (u2.HTTPError("Unable to connect to uiautomator2 server: device offline"), errors.DeviceOffline),
    (u2.HTTPError("HTTP request failed: 500"), errors.AutomationFailed),
    (u2.AdbShellError(adbutils.AdbError("device offline")), errors.DeviceOffline),
]


@pytest.mark.parametrize(
    ("raised", "kind"), FAULTS, ids=lambda part: getattr(part, "__name__", str(part)[:40])
)
def test_each_fault_has_its_error(raised, kind):
    with pytest.raises(errors.PhoneError) as caught, translated("S1", "tap a button"):
        raise raised
    assert type(caught.value) is kind
    assert caught.value.message.startswith("S1: could not tap a button: ")
    assert caught.value.hint


def test_what_was_not_sent_says_so():
    with pytest.raises(errors.DeviceOffline) as caught, translated("S1", "tap", sent=False):
        raise adbutils.AdbError("device offline")
    assert caught.value.sent is False


def test_what_may_have_been_sent_is_the_rule():
    with pytest.raises(errors.ConnectionLost) as caught, translated("S1", "tap"):
        raise ConnectionResetError
    assert caught.value.sent is True


def test_the_runners_own_errors_pass_unchanged():
    error = errors.AppMissing("no app")
    with pytest.raises(errors.AppMissing) as caught, translated("S1", "tap"):
        raise error
    assert caught.value is error


def test_bugs_pass_unchanged():
    with pytest.raises(ZeroDivisionError), translated("S1", "tap"):
        raise ZeroDivisionError
