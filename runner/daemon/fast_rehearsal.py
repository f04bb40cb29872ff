"""A rehearsal faster than life: weeks of a daemon on virtual phones, under a clock that jumps from one thing to the
next."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from runner.daemon.custody import take_custody
from runner.daemon.faults_file import ScriptedFault
from runner.daemon.faults_script import FaultsScript
from runner.daemon.rehearsal import Rehearsal
from runner.daemon.rehearsed_life import RehearsedLife
from runner.events import Event, TaskWaiting
from runner.planning.source import Window
from runner.settings import Settings
from runner.simulated_clock import SimulatedClock
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it, beside what its ledger tells: until when it came, and why tasks waited, by their keys, in the
    order in which the reasons came up."""

    until_utc: datetime
    waits: dict[str, list[str]]
    jumps: int


@dataclass(slots=True)
class FastRehearsal:
    """`faults` are what goes wrong, on the clocks of the settings' zone. `told` hears every event; `stop` ends it
    early. `clock` shows the beginning of the window."""

    paths: Sequence[Path]
    serials: Sequence[str]
    window: Window
    faults: Sequence[ScriptedFault]
    place: StateDir
    settings: Settings
    told: Callable[[Event, datetime], None]
    stop: threading.Event
    _waits: dict[str, list[str]] = field(default_factory=dict)
    _jumps: int = 0

    def run(self, ledger: Ledger, clock: SimulatedClock) -> Rehearsed:
        """Live through the window. Raises RunnerError if the files, the phones or the ledger cannot be used."""
        assert self.place.phones is not None, "it has virtual phones only"
        with ExitStack() as stack:
            stack.enter_context(ExecutorLock(self.place.store_url))
            take_custody(ledger, self.place)
            rehearsal = stack.enter_context(
                Rehearsal(self.serials, self.place.phones, lambda: rehearsal.phones.move_clock(clock.now()))
            )
            course = _Course(clock, rehearsal, FaultsScript(self.faults, rehearsal, ledger), self.stop)
            course.begin()
            while clock.now() < self.window.until_utc and not self.stop.is_set():
                with self._life(ledger, clock, rehearsal) as life:
                    down = course.script.next_down(clock.now())
                    end = min(down.from_utc, self.window.until_utc) if down else self.window.until_utc
                    course.live_until(life, end)
                    is_down = down is not None and end == down.from_utc and not self.stop.is_set()
                    life.end("the machine went down" if is_down else "stopped", cut_off=is_down)
                    course.let_end(life)
                if is_down and down is not None:
                    course.sleep_until(min(down.until_utc, self.window.until_utc))
            return Rehearsed(min(clock.now(), self.window.until_utc), self._waits, course.jumps)

    @contextmanager
    def _life(self, ledger: Ledger, clock: SimulatedClock, rehearsal: Rehearsal) -> Iterator[RehearsedLife]:
        def tell(event: Event) -> None:
            if isinstance(event, TaskWaiting):
                reasons = self._waits.setdefault(event.key, [])
                if event.reason not in reasons:
                    reasons.append(event.reason)
            self.told(event, clock.now())

        with RehearsedLife(self.paths, self.place, self.settings, ledger, clock, rehearsal, tell) as life:
            yield life


class _Course:
    """Moves the clocks of runner and phones from one thing to the next; `jumps` counts how often."""

    def __init__(
        self, clock: SimulatedClock, rehearsal: Rehearsal, script: FaultsScript, stop: threading.Event
    ) -> None:
        self.script = script
        self.jumps = 0
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
        self.jumps += 1
        # Phones and faults first: whoever wakes up in the runner finds the world as it is then.
        self._rehearsal.phones.move_clock(max(instant, self._clock.now()))
        if self.script.play_until(instant):
            life.executor.refresh()
        with life.executor.clock_watch.looking_away():
            self._clock.move_to(instant)
