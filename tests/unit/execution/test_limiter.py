"""What several threads ask of the limits at the same time is decided one after the other."""

import threading
from contextlib import suppress
from datetime import UTC

import pytest
from claims import claim
from desk import LONG_S, Desk

from runner.errors import HeldBack
from runner.execution.limiter import Limiter
from runner.planning.limits import Usage, effective_limits
from runner.store.ledger import Ledger

MEETING_S = 0.5
"""Two threads that may both ask meet within this, however busy the machine is."""


class MeetingPoint:
    """A ledger that answers what limits count only when two ask together, or when nobody else can come."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._both = ledger, threading.Barrier(2)

    def usage(self, **who) -> Usage:
        found = self._ledger.effects.usage(**who)
        with suppress(threading.BrokenBarrierError):
            self._both.wait(MEETING_S)
        return found


@pytest.mark.parametrize(
    ("limit", "places", "accounts"),
    [
        ({"per_account": {"per_hour": {"follow": 1}}}, ("A1", "B2"), ("@own", "@own")),
        ({"per_device": {"per_hour": {"follow": 1}}}, ("A1", "A1"), ("@own", "@other")),
    ],
    ids=["an account on two devices", "two accounts on a device"],
)
def test_of_two_threads_that_ask_for_the_last_place_one_gets_it(
    desk: Desk, limit: dict, places: tuple[str, str], accounts: tuple[str, str]
) -> None:
    limits = effective_limits({"min_gap": "0s", **limit})
    limiter = Limiter(MeetingPoint(desk.ledger), lambda task: limits, UTC, desk.clock)
    tasks = desk.add(*((place, f"@{number}") for number, place in enumerate(places)))
    refused = []

    def follow(number: int) -> None:
        task, account = tasks[number], accounts[number]
        attempt = claim(desk.ledger, task.key)
        try:
            with limiter.claim(task, "follow", account):
                desk.ledger.effects.begin(
                    attempt.id, task.key, "follow", task.target, task.device, account, {}
                )
        except HeldBack as error:
            refused.append(error.message)

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    made = [effect for task in tasks for effect in desk.ledger.effects.of(task.key)]
    assert (len(made), len(refused)) == (1, 1)
    assert "follow" in refused[0]


def test_who_claims_another_device_and_another_account_waits_for_nobody(desk: Desk) -> None:
    limits = effective_limits({"min_gap": "0s"})
    limiter = Limiter(desk.ledger.effects, lambda task: limits, UTC, desk.clock)
    first, second = desk.add(("A1", "@1"), ("B2", "@2"))
    inside = threading.Event()

    def claim() -> None:
        with limiter.claim(second, "follow", "@other"):
            inside.set()

    with limiter.claim(first, "follow", "@own"):
        thread = threading.Thread(target=claim)
        thread.start()
        came_in = inside.wait(LONG_S)
    thread.join(LONG_S)
    assert came_in
