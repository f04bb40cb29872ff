"""What has changed, for the pages that are open: topics, numbered in the order in which they were told."""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

from runner.events import (
    CampaignChanged,
    CampaignsReloaded,
    ClockStepped,
    EffectSettled,
    Event,
    OccurrenceDecided,
    PhoneReturned,
    StepFinished,
    StepStarted,
    TaskFinished,
    TaskOverdue,
    TaskReported,
    TaskStarted,
    TaskWaiting,
)
from runner.store.ledger import Writes

EVERYTHING = "*"
"""The topic of a change that may concern any page."""

NOW, TIMELINE, CAMPAIGNS = "now", "timeline", "campaigns"

MOST_TOPICS = 500
"""More than so many at once are told as EVERYTHING."""

REMEMBERED = 512
"""How many changes are kept for streams that were cut."""

SILENT_EVERY_S = 5.0
"""How often pages are told of writes that no event tells of, such as heartbeats, or a pause by another process while
this one writes too."""


def topic(kind: str, name: object) -> str:
    """The topic of one thing, `phone:R58M123`: letters, digits and `%-._~` only, whatever its name is, since it becomes
    the name of an event in the page."""
    return f"{kind}:{quote(str(name), safe='')}"


def topics_of(event: Event) -> set[str]:
    """What an event may have changed."""
    match event:
        case StepStarted() | StepFinished() | TaskReported() | EffectSettled():
            return {NOW, topic("task", event.key), topic("phone", event.lane)}
        case TaskWaiting() | TaskOverdue():
            return {NOW, TIMELINE, topic("task", event.key), topic("phone", event.lane)}
        case TaskStarted() | TaskFinished():
            campaign = topic("campaign", unquote(event.key.partition("/")[0]))
            return {NOW, TIMELINE, campaign, topic("task", event.key), topic("phone", event.lane)}
        case PhoneReturned():
            return {NOW, topic("phone", event.lane)}
        case OccurrenceDecided() | CampaignChanged():
            return {NOW, TIMELINE, CAMPAIGNS, topic("campaign", event.campaign)}
        case CampaignsReloaded() | ClockStepped():
            return {EVERYTHING}
        case _:
            return {NOW}


class Changes:
    """Collects topics from any thread, and gives them numbers when `collect` is called. An id, `BOOT-NUMBER`, names a
    state: whoever has seen it asks for what came later."""

    def __init__(self, watch: Callable[[], Writes]) -> None:
        """`watch` says who has written to the ledger since it was asked last."""
        self._watch = watch
        self._boot = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Event], None]] = []
        self._told: set[str] = set()
        self._number = 0
        self._log: deque[frozenset[str]] = deque(maxlen=REMEMBERED)
        self._is_silent = False
        self._silent_at = float("-inf")

    @property
    def id(self) -> str:
        """Names the present state."""
        return f"{self._boot}-{self._number}"

    def tell(self, *topics: str) -> None:
        """Something has changed; with no topics, anything may have."""
        with self._lock:
            self._told.update(topics or (EVERYTHING,))
            if len(self._told) > MOST_TOPICS:
                self._told = {EVERYTHING}

    def on_event(self, tell: Callable[[Event], None]) -> None:
        """Have `tell` called with each event before pages hear of it; it must not raise, nor take long."""
        self._listeners.append(tell)

    def tell_event(self, event: Event) -> None:
        for tell in self._listeners:
            tell(event)
        self.tell(*topics_of(event))

    def collect(self) -> bool:
        """Give what was told since the last call a number; whether there was anything."""
        writes = self._watch()
        with self._lock:
            told, self._told = self._told, set()
            self._is_silent |= writes.own
            if writes.foreign:
                told = {EVERYTHING}
            elif self._is_silent and time.monotonic() - self._silent_at > SILENT_EVERY_S:
                self._is_silent, self._silent_at = False, time.monotonic()
                told |= {NOW, TIMELINE, CAMPAIGNS}
            if told:
                self._log.append(frozenset(told))
                self._number += 1
            return bool(told)

    def since(self, seen: str | None, wanted: Iterable[str]) -> list[str]:
        """What has changed of the wanted topics since the state with an id; EVERYTHING if that cannot be told."""
        wanted = set(wanted)
        boot, _, number = (seen or "").partition("-")
        if boot != self._boot or not (number.isascii() and number.isdigit()):
            return [EVERYTHING]
        missed = self._number - int(number)
        if not 0 <= missed <= len(self._log):
            return [EVERYTHING]
        told = set().union(*list(self._log)[len(self._log) - missed :]) if missed else set()
        return [EVERYTHING] if EVERYTHING in told else sorted(told & wanted)
