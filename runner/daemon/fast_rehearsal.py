"""A rehearsal faster than life: weeks of a daemon on virtual phones, under a clock that jumps from one thing to the
next."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from runner.daemon.custody import take_custody
from runner.daemon.faults_file import ScriptedFault
from runner.daemon.faults_script import FaultsScript
from runner.daemon.rehearsal import Rehearsal
from runner.daemon.rehearsed_life import RehearsedLife
from runner.errors import RunnerError
from runner.events import Event, EventSink, TaskFinished, TaskWaiting
from runner.planning.source import Window
from runner.settings import Settings
from runner.simulated_clock import SimulatedClock
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.tasks import TaskState
from runner.virtual.process import PhonesError


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it, beside what its ledger tells: until when it came, and why tasks waited, by their keys, in the
    order in which the reasons came up."""

    until_utc: datetime
    waits: Mapping[str, Sequence[str]]


@dataclass(slots=True)
class FastRehearsal:
    """`window` is the time to live through, `faults` are what goes wrong in it, `serials` the phones that are there
    from the start. `told` hears every event; `stop` ends it early."""

    paths: Sequence[Path]
    serials: Sequence[str]
    window: Window
    faults: Sequence[ScriptedFault]
    place: StateDir
    settings: Settings
    told: Callable[[Event, datetime], None]
    stop: threading.Event
    _waits: dict[str, list[str]] = field(default_factory=dict)

    def run(self, ledger: Ledger, clock: SimulatedClock) -> Rehearsed:
        """Live through the window; `clock` shows its beginning. Raises RunnerError if the files, the phones or the
        ledger cannot be used."""
        try:
            with ExitStack() as stack:
                stack.enter_context(self.place.lock())
                take_custody(ledger, self.place)
                self._live(ledger, clock, stack.enter_context(self._phones(clock)))
        except PhonesError as error:
            raise RunnerError(f"the rehearsal cannot go on: {error}") from error
        return Rehearsed(min(clock.now(), self.window.until_utc), self._waits)

    def _phones(self, clock: SimulatedClock) -> Rehearsal:
        assert self.place.phones is not None, "it has virtual phones only"
        rehearsal = Rehearsal(
            self.serials, self.place.phones, lambda: rehearsal.phones.move_clock(clock.now())
        )
        return rehearsal

    def _live(self, ledger: Ledger, clock: SimulatedClock, rehearsal: Rehearsal) -> None:
        """One life of a daemon after the other: the machine is down between them."""
        course = _Course(clock, rehearsal, FaultsScript(self.faults, rehearsal, ledger), self.stop)
        course.begin()
        while clock.now() < self.window.until_utc and not self.stop.is_set():
            down = course.script.next_down(clock.now())
            end = min(down.from_utc, self.window.until_utc) if down else self.window.until_utc
            with RehearsedLife(
                self.paths, self.place, self.settings, ledger, clock, rehearsal, self._tell(clock)
            ) as life:
                course.live_until(life, end)
                is_down = down is not None and end == down.from_utc
                life.end(
                    "the machine went down" if is_down else "stopped", cut_off=is_down or self.stop.is_set()
                )
                course.let_end(life)
            if down is not None and is_down and not self.stop.is_set():
                course.sleep_until(min(down.until_utc, self.window.until_utc))

    def _tell(self, clock: SimulatedClock) -> EventSink:
        def tell(event: Event) -> None:
            if reason := _why_it_waits(event):
                key, words = reason
                reasons = self._waits.setdefault(key, [])
                if words not in reasons:
                    reasons.append(words)
            self.told(event, clock.now())

        return tell


def _why_it_waits(event: Event) -> tuple[str, str] | None:
    """A task's key, and why it waits from now on, if the event tells that."""
    match event:
        case TaskWaiting(key=key, reason=reason):
            return key, reason
        case TaskFinished(key=key, state=TaskState.PENDING, outcome=outcome):
            return key, outcome.message
    return None


class _Course:
    """Moves the clocks of runner and phones from one thing to the next."""

    def __init__(
        self, clock: SimulatedClock, rehearsal: Rehearsal, script: FaultsScript, stop: threading.Event
    ) -> None:
        self.script = script
        self._clock = clock
        self._rehearsal = rehearsal
        self._stop = stop

    def begin(self) -> None:
        self._rehearsal.phones.move_clock(self._clock.now())
        self.script.play_until(self._clock.now())

    def live_until(self, life: RehearsedLife, end: datetime) -> None:
        while not self._stop.is_set():
            life.come_to_rest(self._stop.is_set)
            life.jobs.run_due()
            life.come_to_rest(self._stop.is_set)
            if self._clock.now() >= end:
                return
            ahead = (
                life.jobs.next_instant(),
                life.executor.next_wake(),
                self._clock.next_waking(),
                self.script.next_instant(),
                end,
            )
            self._jump(life, min(instant for instant in ahead if instant is not None))

    def let_end(self, life: RehearsedLife) -> None:
        """Go on until nothing runs any more."""
        while True:
            life.come_to_rest(lambda: False)
            waking = self._clock.next_waking()
            if waking is None:
                return
            self._jump(life, waking)

    def sleep_until(self, instant: datetime) -> None:
        """Let time pass without any daemon."""
        self._rehearsal.phones.move_clock(instant)
        self.script.play_until(instant)
        self._clock.move_to(instant)

    def _jump(self, life: RehearsedLife, instant: datetime) -> None:
        # Phones and faults first: whoever wakes up in the runner finds the world as it is then.
        self._rehearsal.phones.move_clock(max(instant, self._clock.now()))
        if self.script.play_until(instant):
            life.executor.refresh()
        with life.executor.clock_watch.looking_away():
            self._clock.move_to(instant)
