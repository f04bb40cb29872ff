"""Faults on request: what shall go wrong, at which call, how often."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from runner.virtual.wire import StreamClosedError

Result = TypeVar("Result")

HANG_S = 3600.0
"""How long a call hangs: longer than anybody waits."""

KINDS = {
    "drop": "the connection breaks and nothing has happened",
    "drop_after": "it happens, then the connection breaks before the answer",
    "offline": "the phone is unplugged and nothing has happened",
    "offline_after": "it happens, then the phone is unplugged before the answer",
    "kill_u2": "the uiautomator2 server dies and nothing has happened",
    "crash": "the app in front ends, as by a bug of its own; the answer is true, as if it had happened",
    "error": "the answer is the error `message` with `data`, and nothing has happened",
    "null": "the answer is null, and nothing has happened",
    "ignored": "the answer is true, as if it had happened, and nothing has",
    "delay": "it happens after `seconds`",
    "drip": "it happens, and its answer comes byte by byte, `seconds` apart",
    "hang": "nothing happens, and no answer comes as long as the connection stays",
    "http_500": "uiautomator2's server answers HTTP 500, and nothing has happened",
    "garbage": "uiautomator2's server answers what is no JSON, and nothing has happened",
}


class Link(Protocol):
    """The way to the phone, as far as faults and reboots break it."""

    def drop(self) -> None: ...

    def unplug(self) -> None: ...

    def reboot(self) -> None: ...


class UnansweredError(StreamClosedError):
    """A fault broke the connection: whoever serves the call must not answer it."""


class OrderedError(Exception):
    """A fault's own error, to be answered in the form of the call's protocol."""

    def __init__(self, message: str, data: str) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class DrippedError(Exception):
    """A fault lets the answer with this result come byte by byte."""

    def __init__(self, result: Any, seconds: float) -> None:
        super().__init__(seconds)
        self.result = result
        self.seconds = seconds


class BadAnswerError(Exception):
    """A fault's answer that is none of the protocol: `kind` is `http_500` or `garbage`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(slots=True)
class Fault:
    """`method` is a JSON-RPC method, `shell:COMMAND`, `sync:SEND`, `sync:RECV` or `*`.

    It strikes `times` times after letting `skip` calls pass; with `target`, only calls count that concern a
    view with that text or description (clicks) or that carry that text (other methods).
    """

    method: str
    kind: str
    times: int = 1
    skip: int = 0
    target: str | None = None
    seconds: float = 1.0
    message: str = "java.lang.IllegalStateException"
    data: str = ""

    @classmethod
    def from_json(cls, wish: Mapping[str, Any]) -> "Fault":
        """Raises ValueError, naming what would be legal."""
        legal = tuple(cls.__dataclass_fields__)
        unknown = sorted(set(wish) - set(legal))
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; legal keys: {', '.join(legal)}")
        for name in ("method", "kind"):
            if not isinstance(wish.get(name), str):
                raise ValueError(f"{name!r} is missing or no string")
        if wish["kind"] not in KINDS:
            raise ValueError(f"unknown kind {wish['kind']!r}; legal kinds: {', '.join(KINDS)}")
        is_call = wish["method"] != "*" and ":" not in wish["method"]
        if wish["kind"] in ("ignored", "crash") and not is_call:
            raise ValueError(f"{wish['kind']!r} is for one JSON-RPC method that answers true, as click does")
        if wish["kind"] in ("drip", "http_500", "garbage") and not is_call:
            raise ValueError(f"{wish['kind']!r} is for one JSON-RPC method")
        for name in ("times", "skip", "seconds"):
            if name in wish and (not isinstance(wish[name], int | float) or wish[name] < 0):
                raise ValueError(f"{name!r} must be a number that is not negative, not {wish[name]!r}")
        return cls(**wish)

    def concerns(self, method: str, mentions: Callable[[str], bool]) -> bool:
        return self.method in ("*", method) and (self.target is None or mentions(self.target))


class Faults:
    """The faults that a phone has been asked for."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    async def run(
        self,
        method: str,
        action: Callable[[], Awaitable[Result]],
        mentions: Callable[[str], bool],
        link: Link,
        kill_u2: Callable[[], None],
        crash: Callable[[], None],
    ) -> Result | None:
        """Carry `action` out, or let it go wrong.

        Raises UnansweredError, OrderedError, DrippedError and what `action` raises.
        """
        fault = self._take(method, mentions) if self.ordered else None
        if fault is None:
            return await action()
        if fault.kind == "error":
            raise OrderedError(fault.message, fault.data)
        if fault.kind == "null":
            return None
        if fault.kind in ("ignored", "crash"):
            if fault.kind == "crash":
                crash()
            return True  # type: ignore[return-value]
        if fault.kind in ("http_500", "garbage"):
            raise BadAnswerError(fault.kind)
        if fault.kind == "hang":
            await asyncio.sleep(HANG_S)
            raise UnansweredError(fault.kind)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return await action()
        if fault.kind == "drip":
            raise DrippedError(await action(), fault.seconds)
        if fault.kind.endswith("_after"):
            await action()
        {"drop": link.drop, "offline": link.unplug, "kill_u2": kill_u2}[fault.kind.removesuffix("_after")]()
        raise UnansweredError(fault.kind)

    def _take(self, method: str, mentions: Callable[[str], bool]) -> Fault | None:
        for fault in self.ordered:
            if not fault.concerns(method, mentions):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.ordered.remove(fault)
            return fault
        return None
