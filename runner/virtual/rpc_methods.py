"""The JSON-RPC methods by name, and what they share: errors of Java, and the views that a selector names.

A selector is a UiSelector, or the name that a call such as `childByText` gave to a view.
"""

import json
from collections.abc import Callable
from typing import Any

from runner.virtual.phone import Phone
from runner.virtual.selectors import find
from runner.virtual.views import View

Selector = dict[str, Any] | str
METHODS: dict[str, Callable[..., Any]] = {}


class JavaError(Exception):
    """An exception of the server's Java code."""

    java_class = "java.lang.RuntimeException"


class ObjectNotFoundError(JavaError):
    java_class = "androidx.test.uiautomator.UiObjectNotFoundException"

    def __init__(self, selector: Selector) -> None:
        if isinstance(selector, str):
            super().__init__(selector)
            return
        wanted = {
            name: value for name, value in selector.items() if name != "mask" and value not in ([], None)
        }
        super().__init__(f"UiSelector{json.dumps(wanted, ensure_ascii=False)}")


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a method under its Java name."""
    words = function.__name__.split("_")
    METHODS[words[0] + "".join(word.capitalize() for word in words[1:])] = function
    return function


def find_view(phone: Phone, selector: Selector) -> View | None:
    """The view that Android would act on; raises what `selectors.find_first` raises."""
    if isinstance(selector, dict):
        return phone.find(selector)
    named = phone.automation.named if phone.automation is not None else {}
    return named[selector]() if selector in named else None


def find_views(phone: Phone, selector: Selector) -> list[View]:
    """All views that a selector names, in the order of the tree."""
    if isinstance(selector, dict):
        return find(phone.windows, selector)
    view = find_view(phone, selector)
    return [] if view is None else [view]


def need(phone: Phone, selector: Selector) -> View:
    """As `find_view`; raises ObjectNotFoundError."""
    view = find_view(phone, selector)
    if view is None:
        raise ObjectNotFoundError(selector)
    return view


def center(view: View) -> tuple[float, float]:
    left, top, right, bottom = view.bounds
    return (left + right) / 2, (top + bottom) / 2
