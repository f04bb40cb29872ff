"""What fingers do, as JSON-RPC methods: taps, swipes, scrolling, and gestures of two fingers."""

import asyncio
from collections.abc import Mapping
from typing import Any

from runner.virtual.phone import Phone
from runner.virtual.rpc_methods import Selector, center, find_view, method, need
from runner.virtual.views import View

_DOWN, _UP = 0, 1
_TOUCH_SLOP = 16
_STEP_S = 0.005
"""What a step of a swipe takes on a phone."""
_SCROLL_STEPS, _FLING_STEPS, _MAX_SEARCH = 55, 5, 30


async def _pass(phone: Phone, seconds: float) -> None:
    """Let the time pass that a finger needs, on a phone that takes it."""
    if phone.takes_its_time:
        await asyncio.sleep(seconds)


@method
async def click(phone: Phone, x: float, y: float, held_ms: float = 0) -> bool:
    await _pass(phone, held_ms / 1000)
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
async def swipe(phone: Phone, from_x: float, from_y: float, *rest: float) -> bool:
    """To the point in `rest`, which ends with the number of steps."""
    to_x, to_y, steps = rest
    await _pass(phone, steps * _STEP_S)
    phone.swipe((from_x, from_y), (to_x, to_y))
    return True


@method
async def drag(phone: Phone, from_x: float, from_y: float, *rest: float) -> bool:
    """As `swipe`: an app on a virtual phone does not tell them apart."""
    return bool(await swipe(phone, from_x, from_y, *rest))


@method
async def drag_to(phone: Phone, selector: Selector, *rest: Any) -> bool:
    """To a point (x, y, steps) or to another view (selector, steps)."""
    start, steps = center(need(phone, selector)), rest[-1]
    target = (rest[0], rest[1]) if len(rest) == 3 else center(need(phone, rest[0]))
    return bool(await swipe(phone, *start, *target, steps))


@method
async def swipe_points(phone: Phone, points: list[float], steps: int) -> bool:
    """Along x, y, x, y...: the first and the last point count; each way between two takes so many steps."""
    ways = len(points) // 2 - 1
    return bool(await swipe(phone, points[0], points[1], points[-2], points[-1], steps * ways))


async def _scroll(phone: Phone, selector: Selector, *, vertical: bool, forward: bool, steps: int) -> bool:
    """Scroll a view by most of its size; false if nothing moved."""
    left, top, right, bottom = need(phone, selector).bounds
    near = (left + (right - left) * 0.2, top + (bottom - top) * 0.2)
    far = (right - (right - left) * 0.2, bottom - (bottom - top) * 0.2)
    middle = ((left + right) / 2, (top + bottom) / 2)
    start, end = (
        ((middle[0], far[1]), (middle[0], near[1]))
        if vertical
        else ((far[0], middle[1]), (near[0], middle[1]))
    )
    before = phone.dump()
    await (swipe(phone, *start, *end, steps) if forward else swipe(phone, *end, *start, steps))
    return phone.dump() != before


async def _scroll_all(
    phone: Phone, selector: Selector, *, vertical: bool, forward: bool, max_swipes: int, steps: int
) -> bool:
    """True as soon as the end is reached, false after so many swipes without it."""
    for _ in range(max(max_swipes, 1)):
        if not await _scroll(phone, selector, vertical=vertical, forward=forward, steps=steps):
            return True
    return False


@method
async def scroll_forward(
    phone: Phone, selector: Selector, vertical: bool, steps: int = _SCROLL_STEPS
) -> bool:
    return await _scroll(phone, selector, vertical=vertical, forward=True, steps=steps)


@method
async def scroll_backward(
    phone: Phone, selector: Selector, vertical: bool, steps: int = _SCROLL_STEPS
) -> bool:
    return await _scroll(phone, selector, vertical=vertical, forward=False, steps=steps)


@method
async def fling_forward(phone: Phone, selector: Selector, vertical: bool) -> bool:
    return await _scroll(phone, selector, vertical=vertical, forward=True, steps=_FLING_STEPS)


@method
async def fling_backward(phone: Phone, selector: Selector, vertical: bool) -> bool:
    return await _scroll(phone, selector, vertical=vertical, forward=False, steps=_FLING_STEPS)


@method
async def scroll_to_beginning(
    phone: Phone, selector: Selector, vertical: bool, max_swipes: int, steps: int = _SCROLL_STEPS
) -> bool:
    return await _scroll_all(
        phone, selector, vertical=vertical, forward=False, max_swipes=max_swipes, steps=steps
    )


@method
async def scroll_to_end(
    phone: Phone, selector: Selector, vertical: bool, max_swipes: int, steps: int = _SCROLL_STEPS
) -> bool:
    return await _scroll_all(
        phone, selector, vertical=vertical, forward=True, max_swipes=max_swipes, steps=steps
    )


@method
async def fling_to_beginning(phone: Phone, selector: Selector, vertical: bool, max_swipes: int) -> bool:
    return bool(await scroll_to_beginning(phone, selector, vertical, max_swipes, _FLING_STEPS))


@method
async def fling_to_end(phone: Phone, selector: Selector, vertical: bool, max_swipes: int) -> bool:
    return bool(await scroll_to_end(phone, selector, vertical, max_swipes, _FLING_STEPS))


@method
async def scroll_to(phone: Phone, selector: Selector, target: Selector, vertical: bool) -> bool:
    """Scroll from the beginning on until the target is there; false if the list does not have it."""
    if find_view(phone, target) is None:
        await scroll_to_beginning(phone, selector, vertical, _MAX_SEARCH)
    while find_view(phone, target) is None:
        if not await _scroll(phone, selector, vertical=vertical, forward=True, steps=_SCROLL_STEPS):
            return False
    return True


@method
async def pinch_in(phone: Phone, selector: Selector, percent: int, steps: int) -> bool:
    """Two fingers come together on a view."""
    return await _pinch(phone, need(phone, selector), steps, outwards=False)


@method
async def pinch_out(phone: Phone, selector: Selector, percent: int, steps: int) -> bool:
    """Two fingers move apart on a view."""
    return await _pinch(phone, need(phone, selector), steps, outwards=True)


Point = Mapping[str, float]


@method
async def gesture(
    phone: Phone,
    selector: Selector,
    start: Point,
    other_start: Point,
    end: Point,
    other_end: Point,
    steps: int,
) -> bool:
    """Two fingers from two points to two others: a pinch if their distance changes, and else one swipe."""
    view = need(phone, selector)
    before, after = _distance(start, other_start), _distance(end, other_end)
    if abs(after - before) > _TOUCH_SLOP:
        return await _pinch(phone, view, steps, outwards=after > before)
    return bool(await swipe(phone, start["x"], start["y"], end["x"], end["y"], steps))


async def _pinch(phone: Phone, view: View, steps: int, *, outwards: bool) -> bool:
    await _pass(phone, steps * _STEP_S)
    phone.pinch(view, outwards=outwards)
    return True


def _distance(one: Point, other: Point) -> float:
    return float(((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2) ** 0.5)
