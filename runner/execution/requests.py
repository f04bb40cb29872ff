"""What people ask for while tasks are carried out: pauses, holds and commands, read from the ledger."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from runner.clock import format_instant
from runner.execution.lanes import Away
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.store.phone_rows import Hold, by_device
from runner.store.request_rows import CommandKind, CommandRow, PauseRow, PauseScope
from runner.tasks import Task

ON_REQUEST = "stopped on request"
"""Why a task is cancelled that a person stopped."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a task may not begin now, and until when (None: until somebody changes that). `away` is set if its phone,
    or its backend, is away."""

    reason: str
    kind: ReasonKind
    until: datetime | None = None
    away: Away | None = None


class StopRequest:
    """What an attempt looks at between its steps. `by_person` tells a person's request from the end of this
    process; `cancels` is set if a person stopped this very task, which is then over. A person's request waits while
    the attempt `is_proving` what it made; the end of the process does not, since the next process proves it.

    Most attempts never wait for a request, so the event is made only when one does.
    """

    __slots__ = ("_ends", "_event", "_is_set", "by_person", "cancels", "is_proving")

    def __init__(self) -> None:
        self.by_person = self.cancels = self.is_proving = self._is_set = self._ends = False
        self._event: threading.Event | None = None

    def is_set(self) -> bool:
        return self._is_set and (self._ends or not self.is_proving)

    def set(self, *, by_person: bool) -> None:
        self.by_person |= by_person
        self._ends |= not by_person
        self._is_set = True
        if self._event is not None:
            self._event.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds; true if it is. Only the attempt's own thread may wait."""
        if self._event is None:
            self._event = threading.Event()
        if not self._is_set:  # looked at after the event was made: who sets it now finds the event
            self._event.wait(timeout)
        return self.is_set()


class Requests:
    """Pauses and holds as of the last `read`, which the executor calls when the ledger has changed."""

    def __init__(self, ledger: Ledger, zone: tzinfo) -> None:
        self._ledger = ledger
        self._zone = zone
        self._pauses: tuple[PauseRow, ...] = ()
        self._holds: Mapping[str, Hold] = {}
        self._last_stop = 0

    def read(self) -> bool:
        """Read both; returns whether one of them has changed."""
        before = (self._pauses, self._holds)
        self._pauses = tuple(self._ledger.pauses.current())
        self._holds = by_device(self._ledger.holds.current())
        return before != (self._pauses, self._holds)

    def commands(self) -> list[CommandRow]:
        """Those that have not been answered."""
        return self._ledger.commands.open()

    def skip_stops(self) -> None:
        """Requests until now to stop everything are about what others have begun."""
        self._last_stop = self._ledger.commands.latest(CommandKind.STOP_ALL)

    def commands_of_host(self) -> list[CommandRow]:
        """Those that have not been answered, and those to stop everything that are new here, whoever has answered
        them."""
        found = self._ledger.commands.open(stops_since=self._last_stop)
        stops = [one.id for one in found if one.kind is CommandKind.STOP_ALL]
        new = [one for one in found if one.kind is not CommandKind.STOP_ALL or one.id > self._last_stop]
        self._last_stop = max([self._last_stop, *stops])
        return new

    def refusal(self, task: Task, now: datetime, *, only_looks: bool = False) -> Refusal | None:
        """Why a task may not begin: it is paused, or its device on hold; None if neither is so.

        With `only_looks` pauses do not count: a pause lets what runs end, and the proof is that end. A hold does: its
        screen waits for a person, or the phone would fail again. After its end the phone gets another try: its lane has
        one task at a time, so one is tried.
        """
        if not self._holds and not self._pauses:
            return None
        hold = self._holds.get(task.device or "")
        if hold is not None and (hold.until_utc is None or hold.until_utc > now):
            return Refusal(f"{task.device} is on hold: {hold.reason}", ReasonKind.ON_HOLD, hold.until_utc)
        if only_looks:
            return None
        subjects = {PauseScope.ALL: None, PauseScope.CAMPAIGN: task.campaign, PauseScope.DEVICE: task.device}
        pause = _oldest(pause for pause in self._pauses if pause.subject == subjects[pause.scope])
        if pause is not None:
            since = format_instant(pause.since_utc, self._zone)
            return Refusal(f"paused since {since} by {pause.by}", ReasonKind.PAUSED)
        return None


def _oldest(pauses: Iterable[PauseRow]) -> PauseRow | None:
    return min(pauses, key=lambda pause: pause.since_utc, default=None)
