"""What several threads ask of the limits at the same time is decided one after the other; the ledger is asked only
where what this process knows does not tell."""

import threading
from contextlib import suppress
from datetime import UTC, timedelta

import pytest
from claims import claim
from desk import LONG_S, Desk

from runner.errors import HeldBack, LedgerError
from runner.execution.limiter import Limiter
from runner.planning.limits import Usage, effective_limits
from runner.store.ledger import Ledger
from runner.store.rows import Attempt
from runner.store.usage_table import UsageTable
from runner.tasks import EffectState, Task

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


class CountedQuestions:
    """A ledger that counts how often it is asked what limits count."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self.asked = ledger, 0

    def usage(self, **who) -> Usage:
        self.asked += 1
        return self._ledger.effects.usage(**who)

    def usage_of(self, *who) -> UsageTable:
        return self._ledger.effects.usage_of(*who)


class Following:
    """Tasks on A1 that follow users as @own, three an hour at most."""

    def __init__(self, desk: Desk) -> None:
        self.ledger, self.clock = CountedQuestions(desk.ledger), desk.clock
        limits = effective_limits({"min_gap": "0s", "per_account": {"per_hour": {"follow": 3}}})
        self.limiter = Limiter(self.ledger, lambda task: limits, UTC, desk.clock)
        self._desk = desk
        self._tasks = iter(desk.add(*(("A1", f"@{number}") for number in range(6))))

    def follow(self) -> int:
        """The id of the effect. Raises HeldBack."""
        task, attempt = self.next_task()
        with self.limiter.claim(task, "follow", "@own"):
            return self.begin(task, attempt)

    def begin(self, task: Task, attempt: Attempt) -> int:
        about = (attempt.id, task.key, "follow", task.target, task.device, "@own", {})
        return self._desk.ledger.effects.begin(*about)

    def next_task(self) -> tuple[Task, Attempt]:
        task = next(self._tasks)
        return task, claim(self._desk.ledger, task.key)


def test_the_ledger_is_asked_again_only_where_what_is_known_forbids_an_effect(desk: Desk) -> None:
    following = Following(desk)
    for _ in range(3):
        following.follow()
    assert following.ledger.asked == 1
    with pytest.raises(HeldBack, match="3 of 3 follows by @own"):
        following.follow()
    assert following.ledger.asked == 2


def test_an_effect_that_was_refuted_makes_room(desk: Desk) -> None:
    following = Following(desk)
    last = [following.follow() for _ in range(3)][-1]
    desk.ledger.effects.settle(last, EffectState.REFUTED, {})
    following.follow()
    assert following.ledger.asked == 2


def test_what_is_an_hour_old_makes_room(desk: Desk) -> None:
    following = Following(desk)
    for _ in range(3):
        following.follow()
    desk.clock.advance(3600)
    following.follow()
    assert following.ledger.asked == 1


def test_what_was_too_old_to_count_counts_again_after_the_clock_was_set_back(desk: Desk) -> None:
    following = Following(desk)
    for _ in range(3):
        following.follow()
    ahead = timedelta(days=3)
    following.clock.advance(ahead.total_seconds())
    following.follow()
    following.clock.advance(-ahead.total_seconds())
    with pytest.raises(HeldBack):
        following.follow()


def test_what_a_batch_makes_counts_in_a_lane(desk: Desk) -> None:
    following = Following(desk)
    following.follow()
    for _ in range(2):
        task, attempt = following.next_task()
        with following.limiter.claim_all([(task, (("follow", "@own"),))]) as refused:
            assert not refused
            following.begin(task, attempt)
    with pytest.raises(HeldBack, match="3 of 3 follows by @own"):
        following.follow()


def test_what_was_perhaps_not_written_down_is_asked_of_the_ledger(desk: Desk) -> None:
    following = Following(desk)
    following.follow()
    task, attempt = following.next_task()
    with pytest.raises(LedgerError), following.limiter.claim(task, "follow", "@own"):
        following.begin(task, attempt)
        raise LedgerError("the connection was lost")
    following.follow()
    with pytest.raises(HeldBack, match="3 of 3 follows by @own"):
        following.follow()


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
