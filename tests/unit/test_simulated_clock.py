"""A clock that somebody moves, and the threads that wait for it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from runner.simulated_clock import SimulatedClock

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PATIENCE_S = 60.0


class Sleeper:
    """A thread that waits under a clock, as often as it is told to."""

    def __init__(self, clock: SimulatedClock, *waits_s: float) -> None:
        self.woke: list[datetime] = []
        self._clock, self._waits_s = clock, waits_s
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        for seconds in self._waits_s:
            self._clock.wait(threading.Event(), seconds)
            self.woke.append(self._clock.now())


@pytest.fixture
def clock() -> SimulatedClock:
    clock = SimulatedClock(NOON)
    rests = threading.Semaphore(0)
    clock.on_sleep = rests.release
    clock.rests = rests  # type: ignore[attr-defined]
    return clock


def rest(clock: SimulatedClock) -> None:
    assert clock.rests.acquire(timeout=PATIENCE_S)  # type: ignore[attr-defined]


def test_it_stands_still_and_jumps(clock: SimulatedClock) -> None:
    assert (clock.now(), clock.monotonic(), clock.next_waking()) == (NOON, 0.0, None)
    clock.move_to(NOON + timedelta(days=3))
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(days=3), 3 * 86400.0)
    clock.move_to(NOON)
    assert clock.now() == NOON + timedelta(days=3), "it never goes back"


def test_a_wait_ends_when_its_time_has_come(clock: SimulatedClock) -> None:
    short, long = Sleeper(clock, 10.0, 5.0), Sleeper(clock, 60.0)
    rest(clock), rest(clock)
    assert (clock.asleep, clock.next_waking()) == (2, NOON + timedelta(seconds=10))
    clock.move_to(NOON + timedelta(seconds=10))
    rest(clock)
    assert clock.next_waking() == NOON + timedelta(seconds=15)
    clock.move_to(NOON + timedelta(seconds=60))
    short.join(), long.join()
    assert short.woke == [NOON + timedelta(seconds=10), NOON + timedelta(seconds=60)]
    assert (clock.asleep, clock.next_waking()) == (0, None)


def test_whoever_is_woken_no_longer_counts_as_asleep(clock: SimulatedClock) -> None:
    sleeper = Sleeper(clock, 1.0)
    rest(clock)
    clock.move_to(NOON + timedelta(seconds=1))
    assert clock.asleep == 0
    sleeper.join()


def test_the_shortest_wait_takes_time(clock: SimulatedClock) -> None:
    sleeper = Sleeper(clock, 1e-12)
    rest(clock)
    waking = clock.next_waking()
    assert waking is not None and waking > NOON
    clock.move_to(waking)
    sleeper.join()


def test_what_has_happened_already_is_not_waited_for(clock: SimulatedClock) -> None:
    event = threading.Event()
    event.set()
    assert clock.wait(event, 3600)
    assert clock.asleep == 0
