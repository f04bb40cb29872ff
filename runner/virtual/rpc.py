"""What uiautomator2's JSON-RPC methods do on a virtual phone. Coordinates are pixels, times milliseconds."""

import base64
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from runner.virtual import keys, screenshots
from runner.virtual.phone import Phone
from runner.virtual.selectors import describe, find
from runner.virtual.views import View

Selector = dict[str, Any]
_METHODS: dict[str, Callable[..., Any]] = {}
_DOWN, _UP = 0, 1
_TOUCH_SLOP = 16


class JavaError(Exception):
    """An exception of the server's Java code."""

    java_class = "java.lang.RuntimeException"


class ObjectNotFoundError(JavaError):
    java_class = "androidx.test.uiautomator.UiObjectNotFoundException"

    def __init__(self, selector: Selector) -> None:
        wanted = {
            name: value for name, value in selector.items() if name != "mask" and value not in ([], None)
        }
        super().__init__(f"UiSelector{json.dumps(wanted, ensure_ascii=False)}")


class UnknownMethodError(Exception):
    """The server has no method of this name."""


class ParametersError(Exception):
    """The method takes other parameters."""


async def call(phone: Phone, name: str, params: list[Any]) -> Any:
    """Run a method.

    Raises UnknownMethodError, ParametersError, JavaError, and re.error for a bad pattern.
    """
    method = _METHODS.get(name)
    if method is None:
        raise UnknownMethodError(name)
    try:
        inspect.signature(method).bind(phone, *params)
    except TypeError as error:
        raise ParametersError(f"{name}: {error}") from error
    result = method(phone, *params)
    return await result if isinstance(result, Awaitable) else result


def mentions(phone: Phone, name: str, params: list[Any], text: str) -> bool:
    """Whether a call concerns a view with this text or description, or carries the text in its parameters."""
    if name == "click" and len(params) >= 2:
        view = phone.view_at(params[0], params[1])
        return view is not None and any(text in (part.text, part.desc) for part in view.walk())
    return text in json.dumps(params, ensure_ascii=False)


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a method under its Java name."""
    words = function.__name__.split("_")
    _METHODS[words[0] + "".join(word.capitalize() for word in words[1:])] = function
    return function


def _need(phone: Phone, selector: Selector) -> View:
    view = phone.find(selector)
    if view is None:
        raise ObjectNotFoundError(selector)
    return view


def _center(view: View) -> tuple[float, float]:
    left, top, right, bottom = view.bounds
    return (left + right) / 2, (top + bottom) / 2


def _package_of(phone: Phone, view: View) -> str:
    windows = (window for window in phone.windows if any(part is view for part in window.root.walk()))
    return next(windows).package


@method
def device_info(phone: Phone) -> dict[str, Any]:
    return {
        "currentPackageName": phone.component[0],
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
def click(phone: Phone, x: float, y: float, held_ms: float = 0) -> bool:
    phone.tap(x, y, held_ms / 1000)
    return True


@method
def inject_input_event(phone: Phone, action: int, x: float, y: float, meta: int = 0) -> bool:
    """One touch event: a tap or a swipe happens when the finger goes up."""
    if action == _DOWN:
        phone.finger_down = (x, y, phone.now().timestamp())
    elif action == _UP and phone.finger_down is not None:
        start_x, start_y, since = phone.finger_down
        phone.finger_down = None
        if max(abs(x - start_x), abs(y - start_y)) > _TOUCH_SLOP:
            phone.swipe((start_x, start_y), (x, y))
        else:
            phone.tap(x, y, phone.now().timestamp() - since)
    return True


@method
def swipe(phone: Phone, from_x: float, from_y: float, *rest: float) -> bool:
    """To the point in `rest`, which ends with the number of steps."""
    to_x, to_y, _ = rest
    phone.swipe((from_x, from_y), (to_x, to_y))
    return True


@method
def drag(phone: Phone, from_x: float, from_y: float, *rest: float) -> bool:
    """As `swipe`: an app on a virtual phone does not tell them apart."""
    return bool(swipe(phone, from_x, from_y, *rest))


@method
def drag_to(phone: Phone, selector: Selector, *rest: Any) -> bool:
    """To a point (x, y, steps) or to another view (selector, steps)."""
    target = _center(_need(phone, rest[0])) if isinstance(rest[0], dict) else (rest[0], rest[1])
    phone.swipe(_center(_need(phone, selector)), target)
    return True


@method
def swipe_points(phone: Phone, points: list[float], steps: int) -> bool:
    """Along x, y, x, y...: the first and the last point count."""
    phone.swipe((points[0], points[1]), (points[-2], points[-1]))
    return True


@method
def dump_window_hierarchy(phone: Phone, compressed: bool, max_depth: int, active_only: bool = False) -> str:
    return phone.dump(max_depth)


@method
def exist(phone: Phone, selector: Selector) -> bool:
    return phone.find(selector) is not None


@method
def count(phone: Phone, selector: Selector) -> int:
    return len(find(phone.windows, selector))


@method
def obj_info(phone: Phone, selector: Selector) -> dict[str, Any]:
    view = _need(phone, selector)
    return describe(view, _package_of(phone, view))


@method
def obj_info_of_all_instances(phone: Phone, selector: Selector) -> list[dict[str, Any]]:
    return [describe(view, _package_of(phone, view)) for view in find(phone.windows, selector)]


@method
def get_text(phone: Phone, selector: Selector) -> str:
    return _need(phone, selector).shown_text


@method
def set_text(phone: Phone, selector: Selector, text: str) -> bool:
    return phone.set_text(_need(phone, selector), text)


@method
def clear_text_field(phone: Phone, selector: Selector) -> bool:
    return phone.set_text(_need(phone, selector), "")


@method
async def wait_for_exists(phone: Phone, selector: Selector, timeout_ms: float) -> bool:
    return await phone.wait_until(lambda: phone.find(selector) is not None, timeout_ms / 1000)


@method
async def wait_until_gone(phone: Phone, selector: Selector, timeout_ms: float) -> bool:
    return await phone.wait_until(lambda: phone.find(selector) is None, timeout_ms / 1000)


def _scroll(phone: Phone, selector: Selector, *, vertical: bool, forward: bool) -> bool:
    """Scroll a view by most of its size; false if nothing moved."""
    left, top, right, bottom = _need(phone, selector).bounds
    near = (left + (right - left) * 0.2, top + (bottom - top) * 0.2)
    far = (right - (right - left) * 0.2, bottom - (bottom - top) * 0.2)
    middle = ((left + right) / 2, (top + bottom) / 2)
    ends = (
        ((middle[0], far[1]), (middle[0], near[1]))
        if vertical
        else ((far[0], middle[1]), (near[0], middle[1]))
    )
    before = phone.dump()
    phone.swipe(*(ends if forward else reversed(ends)))
    return phone.dump() != before


@method
def scroll_forward(phone: Phone, selector: Selector, vertical: bool, steps: int = 55) -> bool:
    return _scroll(phone, selector, vertical=vertical, forward=True)


@method
def scroll_backward(phone: Phone, selector: Selector, vertical: bool, steps: int = 55) -> bool:
    return _scroll(phone, selector, vertical=vertical, forward=False)


@method
def fling_forward(phone: Phone, selector: Selector, vertical: bool) -> bool:
    return _scroll(phone, selector, vertical=vertical, forward=True)


@method
def fling_backward(phone: Phone, selector: Selector, vertical: bool) -> bool:
    return _scroll(phone, selector, vertical=vertical, forward=False)


def _scroll_all(phone: Phone, selector: Selector, *, vertical: bool, forward: bool, max_swipes: int) -> bool:
    return any(
        not _scroll(phone, selector, vertical=vertical, forward=forward) for _ in range(max(max_swipes, 1))
    )


@method
def scroll_to_beginning(
    phone: Phone, selector: Selector, vertical: bool, max_swipes: int, steps: int = 55
) -> bool:
    return _scroll_all(phone, selector, vertical=vertical, forward=False, max_swipes=max_swipes)


@method
def scroll_to_end(phone: Phone, selector: Selector, vertical: bool, max_swipes: int, steps: int = 55) -> bool:
    return _scroll_all(phone, selector, vertical=vertical, forward=True, max_swipes=max_swipes)


@method
def scroll_to(phone: Phone, selector: Selector, target: Selector, vertical: bool) -> bool:
    """Scroll forward until the target is there; false at the end of the list."""
    while phone.find(target) is None:
        if not _scroll(phone, selector, vertical=vertical, forward=True):
            return False
    return True


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
    """There are no notifications to open."""
    return True


@method
def open_quick_settings(phone: Phone) -> bool:
    """There are no quick settings to open."""
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
