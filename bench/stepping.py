"""What a click and a step on a phone cost through our session, against stock uiautomator2 on the same phones."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from bench.figures import figure, ratio
from bench.phones import HOME, PROFILE, Driven, driven
from runner.daemon.memory import collect_garbage_seldom

PHONES = int(os.environ.get("BENCH_PHONES", "100"))
TABS = (PROFILE, HOME)
"""Each phone taps them in turns in each round, so that every tap changes the screen."""

ROUNDS = 5
WAIT_S = 20.0


class Measured(NamedTuple):
    """Of one round, per step: seconds that passed, and seconds of this process's CPU."""

    passed_s: float
    cpu_s: float


def run() -> Iterator[str]:
    collect_garbage_seldom()  # as the daemon does
    with driven(PHONES) as phones:
        one = phones[0]
        yield ratio(
            f"{len(TABS)} clicks on selectors through the session, against stock uiautomator2",
            lambda: _click_all(one.click),
            lambda: _click_all(lambda tab: one.stock(resourceId=tab).click()),
            goal=1 / 40,
            rounds=11,
        )
        ours, stock = list[Measured](), list[Measured]()
        _round(phones, _our_step)  # what is loaded at the first use is loaded
        for _ in range(ROUNDS):
            ours.append(_round(phones, _our_step))
            stock.append(_round(phones, _stock_step))
    what = f"{PHONES} phones that click, wait and dump"
    ours_per_s, stock_per_s = (1 / median(one.passed_s for one in rounds) for rounds in (ours, stock))
    yield f"{what}, steps a second: {ours_per_s / stock_per_s:.2f} x {stock_per_s:.0f} = {ours_per_s:.0f} (goal 1.2 x)"
    ours_cpu_s, stock_cpu_s = (median(one.cpu_s for one in rounds) for rounds in (ours, stock))
    yield figure(f"{what}, CPU of the client a step", ours_cpu_s, stock_cpu_s, 0.75)


def _click_all(click: Callable[[str], object]) -> None:
    for tab in TABS:
        click(tab)


def _our_step(phone: Driven, tab: str) -> None:
    phone.click(tab)
    phone.element(tab)
    phone.session.screen()


def _stock_step(phone: Driven, tab: str) -> None:
    element = phone.stock(resourceId=tab)
    element.click()
    element.wait(timeout=WAIT_S)
    phone.stock.dump_hierarchy()


def _round(phones: Sequence[Driven], step: Callable[[Driven, str], None]) -> Measured:
    """Some steps on all phones, one thread a phone."""
    begin = threading.Barrier(len(phones) + 1)
    failures: list[BaseException] = []

    def work(phone: Driven) -> None:
        begin.wait()
        try:
            for tab in TABS:
                step(phone, tab)
        except BaseException as error:  # noqa: BLE001 - raised below, where somebody sees it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    begin.wait()
    passed_s, cpu_s = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    steps = len(TABS) * len(phones)
    measured = Measured((time.perf_counter() - passed_s) / steps, (time.process_time() - cpu_s) / steps)
    if failures:
        raise failures[0]
    return measured
