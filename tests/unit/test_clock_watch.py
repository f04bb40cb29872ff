"""A step of the clock is noticed once, and everybody who asked is told before anybody goes on."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from runner.clock import ManualClock
from runner.clock_watch import ClockWatch

PATIENCE_S = 20.0


class SteppingClock(ManualClock):
    """Can be set, as the machine's clock can, while the monotonic one goes on."""

    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(datetime(2026, 11, 21, 8, tzinfo=UTC))


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 3.0])
def test_a_step_is_told_once_and_in_the_order_of_those_who_asked(
    clock: SteppingClock, seconds: float
) -> None:
    watch = ClockWatch(clock)
    said: list[tuple[str, float]] = []
    watch.on_step(lambda stepped_s: said.append(("first", stepped_s)))
    watch.on_step(lambda stepped_s: said.append(("second", stepped_s)))
    clock.advance(5)
    watch.look()
    clock.step(seconds)
    clock.advance(5)
    watch.look()
    watch.look()
    assert said == [("first", seconds), ("second", seconds)]


def test_a_clock_that_is_kept_right_does_not_step_however_much_comes_together(clock: SteppingClock) -> None:
    watch = ClockWatch(clock)
    said: list[float] = []
    watch.on_step(said.append)
    for _ in range(10):
        clock.advance(60)
        clock.step(-0.5)
        watch.look()
    assert said == []


def test_whoever_looks_waits_until_all_have_reacted(clock: SteppingClock) -> None:
    watch = ClockWatch(clock)
    is_reacting, go_on, went_on = threading.Event(), threading.Event(), threading.Event()

    def react(stepped_s: float) -> None:
        is_reacting.set()
        assert go_on.wait(PATIENCE_S)

    def look_second() -> None:
        watch.look()
        assert go_on.is_set()
        went_on.set()

    watch.on_step(react)
    clock.step(60)
    first = threading.Thread(target=watch.look)
    first.start()
    assert is_reacting.wait(PATIENCE_S)
    second = threading.Thread(target=look_second)
    second.start()
    go_on.set()
    assert went_on.wait(PATIENCE_S)
    first.join()
    second.join()


def test_a_simulated_clock_is_moved_while_nobody_reads_it(clock: SteppingClock) -> None:
    watch, steps = ClockWatch(clock), list[float]()
    watch.on_step(steps.append)
    with watch.looking_away():
        reader = threading.Thread(target=watch.look)
        reader.start()
        clock.step(3600)
        clock.step(-3600)
    reader.join(PATIENCE_S)
    assert not reader.is_alive() and steps == []
