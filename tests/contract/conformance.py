"""What the two client libraries can be asked, and what shows that a virtual phone answers as a phone does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbutils
import uiautomator2 as u2
from adbutils.sync import Sync
from uiautomator2 import _selector, swipe, watcher, xpath

from runner.virtual.testing import VirtualPhone

GYM = "org.example.gym"
HERE = Path(__file__).parent

LIBRARIES: dict[str, tuple[type[Any], str]] = {
    "Device": (u2.Device, "uiautomator2.Device"),
    "Session": (u2.Session, "uiautomator2.Session"),
    "UiObject": (_selector.UiObject, "uiautomator2.UiObject"),
    "Selector": (_selector.Selector, "uiautomator2.Selector"),
    "XPathEntry": (xpath.XPathEntry, "d.xpath"),
    "XPathSelector": (xpath.DeviceXPathSelector, "d.xpath(...)"),
    "XMLElement": (xpath.DeviceXMLElement, "d.xpath(...).get()"),
    "PageSource": (xpath.PageSource, "uiautomator2.xpath.PageSource"),
    "Watcher": (watcher.Watcher, "d.watcher"),
    "XPathWatcher": (watcher.XPathWatcher, "d.watcher.when(...)"),
    "WatchContext": (watcher.WatchContext, "d.watch_context()"),
    "SwipeExt": (swipe.SwipeExt, "d.swipe_ext"),
    "AdbDevice": (adbutils.AdbDevice, "adbutils.AdbDevice"),
    "Sync": (Sync, "adbutils.AdbDevice.sync"),
    "AdbClient": (adbutils.AdbClient, "adbutils.AdbClient"),
}
"""The classes that users get, by the names in rows, and what a user calls them."""
OPERATORS = ("__call__", "__getitem__", "__len__", "__iter__", "__and__", "__or__", "__enter__")


@dataclass
class Desk:
    """A phone with the gym in front, through both libraries."""

    phone: VirtualPhone
    d: u2.Device
    folder: Path

    @property
    def device(self) -> adbutils.AdbDevice:
        return self.phone.device

    @property
    def client(self) -> adbutils.AdbClient:
        return adbutils.AdbClient("127.0.0.1", self.phone.adb_port)

    def value(self, name: str) -> str:
        """What a value of the gym is now, without uiautomator2."""
        memory = self.phone.memory(GYM)
        return str({**memory["values"], **memory["fields"]}.get(name, ""))

    @property
    def touches(self) -> list[tuple[str, str]]:
        """What was touched, and how."""
        return [(done["on"], done["what"]) for done in self.phone.memory(GYM)["done"]]


Check = Callable[[Desk], None]
CHECKS: dict[str, tuple[Check, tuple[str, ...]]] = {}
DIFFERENT: dict[str, str] = {}


def shows(*calls: str) -> Callable[[Check], Check]:
    """Register a check: it makes these calls, and sees that each has the effect that it has on a phone."""

    def register(check: Check) -> Check:
        assert check.__name__ not in CHECKS
        CHECKS[check.__name__] = check, calls
        return check

    return register


def differs(reason: str, *calls: str) -> None:
    """These calls do not do on a virtual phone what they do on a phone."""
    DIFFERENT.update(dict.fromkeys(calls, reason))


def public_calls() -> Iterator[str]:
    """Every method and property that users may call; what a class has from another one of these stands there only."""
    for name, (kind, _) in LIBRARIES.items():
        above = {inherited for base in kind.__mro__[1:] if base in KINDS for inherited in dir(base)}
        plain = set(dir(dict)) if issubclass(kind, dict) else set()
        for member in dir(kind):
            is_operator = member in OPERATORS and any(member in vars(base) for base in kind.__mro__[:-1])
            if (is_operator or not member.startswith("_")) and member not in above | plain:
                yield f"{name}.{member}"


KINDS = {kind for kind, _ in LIBRARIES.values()}


def shown() -> set[str]:
    return {call for _, calls in CHECKS.values() for call in calls}


def page(head: str) -> str:
    """The list as a page: what differs with its reason, then everything that does not."""
    lines = [head, "## What differs", "", "| call | on a virtual phone |", "| --- | --- |"]
    for call in sorted(DIFFERENT, key=_place):
        kind, member = call.split(".")
        lines.append(f"| `{LIBRARIES[kind][1]}`: `{member}` | {DIFFERENT[call]} |")
    lines += ["", "## What does not", "", "| class | calls |", "| --- | --- |"]
    same = [call for call in public_calls() if call not in DIFFERENT]
    for kind, (_, title) in LIBRARIES.items():
        members = [f"`{call.split('.')[1]}`" for call in same if call.startswith(f"{kind}.")]
        if members:
            lines.append(f"| `{title}` | {' '.join(members)} |")
    return "\n".join(lines) + "\n"


def _place(call: str) -> tuple[int, str]:
    return list(LIBRARIES).index(call.split(".", maxsplit=1)[0]), call
