"""Views within a collection, as JSON-RPC methods: each gives a name, which other calls take instead of a selector."""

from collections.abc import Callable

from runner.virtual.phone import Phone
from runner.virtual.rpc_methods import ObjectNotFoundError, Selector, find_view, method, need
from runner.virtual.rpc_touch import scroll_to
from runner.virtual.selectors import find
from runner.virtual.views import View, Window


@method
async def child_by_text(
    phone: Phone, selector: Selector, pattern: Selector, text: str, scrolls: bool = False
) -> str:
    """The first child like `pattern` that has this text, or has it somewhere below."""
    if scrolls:
        await scroll_to(phone, selector, {"mask": 0x1, "text": text}, True)
    return _named(phone, selector, pattern, lambda view: any(part.shown_text == text for part in view.walk()))


@method
async def child_by_description(
    phone: Phone, selector: Selector, pattern: Selector, text: str, scrolls: bool = False
) -> str:
    """The first child like `pattern` that has this description, or has it somewhere below."""
    if scrolls:
        await scroll_to(phone, selector, {"mask": 0x40, "description": text}, True)
    return _named(phone, selector, pattern, lambda view: any(part.desc == text for part in view.walk()))


@method
def child_by_instance(phone: Phone, selector: Selector, pattern: Selector, instance: int) -> str:
    """The child like `pattern` with this number, from 0; whether it is there shows when it is used."""
    return _name(phone, selector, pattern, instance)


def _named(phone: Phone, selector: Selector, pattern: Selector, fits: Callable[[View], bool]) -> str:
    for number, child in enumerate(_children(need(phone, selector), pattern)):
        if fits(child):
            return _name(phone, selector, pattern, number)
    raise ObjectNotFoundError(pattern)


def _name(phone: Phone, selector: Selector, pattern: Selector, number: int) -> str:
    def look() -> View | None:
        collection = find_view(phone, selector)
        children = _children(collection, pattern) if collection is not None else []
        return children[number] if number < len(children) else None

    assert phone.automation is not None, "a call is served by a server that runs"
    return phone.automation.name(look)


def _children(collection: View, pattern: Selector) -> list[View]:
    """The views below a collection that a UiSelector names; none for a name, which names one view already."""
    if isinstance(pattern, str):
        return []
    within = Window("", "", View(collection.bounds, cls="", children=collection.children))
    return [view for view in find([within], pattern) if view is not within.root]
