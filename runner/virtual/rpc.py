"""What uiautomator2's JSON-RPC methods do on a virtual phone. Coordinates are pixels, times milliseconds."""

import base64
import inspect
import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from runner.virtual import keys, rpc_children, rpc_touch, screenshots
from runner.virtual.hierarchy import dump
from runner.virtual.phone import Phone
from runner.virtual.rpc_methods import METHODS, Selector, find_view, find_views, method, need
from runner.virtual.selectors import describe
from runner.virtual.views import View

__all__ = ["call", "mentions", "rpc_children", "rpc_touch"]


class UnknownMethodError(Exception):
    """The server has no method of this name."""


class ParametersError(Exception):
    """The method takes other parameters."""


async def call(phone: Phone, name: str, params: list[Any]) -> Any:
    """Run a method.

    Raises UnknownMethodError, ParametersError, JavaError, and re.error for a bad pattern.
    """
    method = METHODS.get(name)
    if method is None:
        raise UnknownMethodError(name)
    try:
        _signature(method).bind(phone, *params)
    except TypeError as error:
        raise ParametersError(f"{name}: {error}") from error
    result = method(phone, *params)
    return await result if isinstance(result, Awaitable) else result


@cache  # there are some fifty methods, and each is asked all the time
def _signature(method: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(method)


def mentions(phone: Phone, name: str, params: list[Any], text: str) -> bool:
    """Whether a call concerns a view with this text or description, or carries the text in its parameters."""
    if name == "click" and len(params) >= 2:
        view = phone.view_at(params[0], params[1])
        return view is not None and any(text in (part.text, part.desc) for part in view.walk())
    return text in json.dumps(params, ensure_ascii=False)


def _package_of(phone: Phone, view: View) -> str:
    windows = (window for window in phone.windows if any(part is view for part in window.root.walk()))
    return next(windows).package


@method
def device_info(phone: Phone) -> dict[str, Any]:
    return {
        "currentPackageName": phone.windows[0].package if phone.windows else phone.component[0],
        "displayWidth": phone.width,
        "displayHeight": phone.height,
        "displayRotation": phone.rotation,
        "displaySizeDpX": phone.width * 160 // phone.density,
        "displaySizeDpY": phone.height * 160 // phone.density,
        "productName": phone.product,
        "screenOn": phone.screen_on,
        "sdkInt": 34,
        "naturalOrientation": phone.rotation == 0,
    }


@method
def dump_window_hierarchy(phone: Phone, compressed: bool, max_depth: int, active_only: bool = False) -> str:
    if not (active_only or compressed):
        return phone.dump(max_depth)
    windows = phone.windows if active_only else phone.drawn_windows
    return dump(windows, phone.width, phone.height, max_depth, phone.rotation, compressed=compressed)


@method
def exist(phone: Phone, selector: Selector) -> bool:
    return find_view(phone, selector) is not None


@method
def count(phone: Phone, selector: Selector) -> int:
    return len(find_views(phone, selector))


@method
def obj_info(phone: Phone, selector: Selector) -> dict[str, Any]:
    view = need(phone, selector)
    return describe(view, _package_of(phone, view))


@method
def obj_info_of_all_instances(phone: Phone, selector: Selector) -> list[dict[str, Any]]:
    return [describe(view, _package_of(phone, view)) for view in find_views(phone, selector)]


@method
def get_text(phone: Phone, selector: Selector) -> str:
    return need(phone, selector).shown_text


@method
def set_text(phone: Phone, selector: Selector, text: str) -> bool:
    return phone.set_text(need(phone, selector), text)


@method
def clear_text_field(phone: Phone, selector: Selector) -> bool:
    return phone.set_text(need(phone, selector), "")


@method
async def wait_for_exists(phone: Phone, selector: Selector, timeout_ms: float) -> bool:
    return await phone.wait_until(lambda: find_view(phone, selector) is not None, timeout_ms / 1000)


@method
async def wait_until_gone(phone: Phone, selector: Selector, timeout_ms: float) -> bool:
    return await phone.wait_until(lambda: find_view(phone, selector) is None, timeout_ms / 1000)


@method
def take_screenshot(phone: Phone, scale: float, quality: int) -> str | None:
    """Nothing where the system protects what is shown; `screencap` gives a black picture then."""
    if phone.is_protected:
        return None
    return base64.b64encode(screenshots.jpeg(phone, scale, quality)).decode()


@method
def press_key(phone: Phone, key: str) -> bool:
    return keys.press(phone, key)


@method
def press_key_code(phone: Phone, key: int, meta: int = 0) -> bool:
    return keys.press(phone, key, meta)


@method
def wake_up(phone: Phone) -> None:
    phone.set_screen(True)


@method
def sleep(phone: Phone) -> None:
    phone.set_screen(False)


@method
def is_screen_on(phone: Phone) -> bool:
    return phone.screen_on


@method
def set_clipboard(phone: Phone, label: str | None, text: str) -> None:
    phone.clipboard = text


@method
def get_clipboard(phone: Phone) -> str | None:
    return phone.clipboard


@method
def paste_clipboard(phone: Phone) -> bool:
    return phone.type_text(phone.clipboard or "")


@method
def clear_input_text(phone: Phone) -> bool:
    view = phone.focused
    return view is not None and phone.set_text(view, "")


@method
def make_toast(phone: Phone, text: str, duration_ms: float) -> bool:
    phone.toast(text)
    return True


@method
def get_last_toast(phone: Phone) -> str | None:
    return phone.last_toast


@method
def clear_last_toast(phone: Phone) -> None:
    phone.last_toast = None


@method
def get_last_traversed_text(phone: Phone) -> None:
    """Nothing is ever traversed by a screen reader."""


@method
def clear_last_traversed_text(phone: Phone) -> None:
    """See `get_last_traversed_text`."""


@method
def open_notification(phone: Phone) -> bool:
    phone.pull_down("notifications")
    return True


@method
def open_quick_settings(phone: Phone) -> bool:
    phone.pull_down("quick_settings")
    return True


@method
def freeze_rotation(phone: Phone, freeze: bool) -> None:
    """Keep the screen as it is turned, or let it turn freely: then it is upright."""
    phone.turn(phone.rotation if freeze else None)


@method
def set_orientation(phone: Phone, orientation: str) -> None:
    """`natural`, `left`, `upsidedown` or `right`, or their first letters."""
    if (quarters := "nlur".find(orientation[:1])) >= 0:
        phone.turn(quarters)
