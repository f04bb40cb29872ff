"""Two processes with one ledger on PostgreSQL: what one of them does, the other one does not do too."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from claims import claim

from runner.clock import ManualClock, SystemClock
from runner.errors import LedgerError
from runner.planning.limits import Usage
from runner.store.leases import LaneHold
from runner.store.ledger import Ledger
from runner.store.rows import Decision, NewEffect, OccurrenceState
from runner.store.usage_table import UsageTable
from runner.tasks import AttemptOutcome, EffectState, Occurrence, Outcome, Task, TaskState, task_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DONE = Outcome(AttemptOutcome.COMPLETED)


@pytest.fixture
def ledgers(postgres_ledger: str) -> Iterator[tuple[Ledger, Ledger]]:
    clock = ManualClock(NOON)
    with Ledger.open(postgres_ledger, clock) as one, Ledger.open(postgres_ledger, clock) as other:
        yield one, other


def decision(number: int, devices: int = 1) -> Decision:
    of = Occurrence("autumn", "publish", f"2026-11-21T12:{number:02}[UTC]", "12:00", NOON)
    tasks = [
        Task(
            task_key("autumn", "publish", of.nominal, f"A{device}", None), "autumn", "publish", "post", "device",
            f"A{device}", None, None, of.nominal, device, NOON, 60.0, {},
        )
        for device in range(devices)
    ]  # fmt: skip
    return Decision(of, OccurrenceState.STARTED, "", None, tasks)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What these return, or raise, that begin at the same moment."""
    ready, came = threading.Barrier(len(works)), dict[int, object]()

    def run(number: int, work: Callable[[], object]) -> None:
        ready.wait()
        try:
            came[number] = work()
        except LedgerError as error:
            came[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[number] for number in range(len(works))]


def test_of_two_claimers_one_gets_a_task(ledgers: tuple[Ledger, Ledger]) -> None:
    (made,) = [ledgers[0].occurrences.record([decision(0, devices=60)])]
    for task in made:
        won = at_once(*(lambda it=it, key=task.key: it.attempts.start_all([key]) for it in ledgers))
        assert sorted(map(len, won)) == [0, 1]


def test_of_two_claimers_of_many_tasks_each_task_has_one(ledgers: tuple[Ledger, Ledger]) -> None:
    keys = [task.key for task in ledgers[0].occurrences.record([decision(0, devices=60)])]
    won = at_once(*(lambda it=it: it.attempts.start_all(keys) for it in ledgers))
    assert [len(one) for one in won if isinstance(one, dict) and one] != []
    assert sorted(key for one in won if isinstance(one, dict) for key in one) == sorted(keys)


def test_an_attempt_ends_once_whoever_ends_it(ledgers: tuple[Ledger, Ledger]) -> None:
    for task in ledgers[0].occurrences.record([decision(0, devices=20)]):
        attempt = claim(ledgers[0], task.key)
        ended = at_once(
            *(
                lambda it=it, id=attempt.id: it.attempts.finish(id, DONE, TaskState.COMPLETED)
                for it in ledgers
            )
        )
        assert sum(isinstance(one, LedgerError) for one in ended) == 1


def test_what_is_said_of_an_effect_at_the_same_time_is_all_kept(ledgers: tuple[Ledger, Ledger]) -> None:
    (task,) = ledgers[0].occurrences.record([decision(0)])
    attempt = claim(ledgers[0], task.key)
    effect = ledgers[0].effects.begin(attempt.id, task.key, "post", None, "A0", None, {"posts": "3"})
    for number in range(20):
        at_once(
            *(
                lambda it=it, name=name: it.effects.settle(effect, EffectState.MADE, {name: "1"})
                for it, name in zip(ledgers, (f"one {number}", f"other {number}"), strict=True)
            )
        )
    (kept,) = ledgers[1].effects.of(task.key)
    assert len(kept.evidence) == 41


def test_an_occurrence_that_two_decide_at_once_is_recorded_once(ledgers: tuple[Ledger, Ledger]) -> None:
    for number in range(20):
        one = decision(number, devices=3)
        made = at_once(*(lambda it=it, one=one: it.occurrences.record([one]) for it in ledgers))
        assert sorted(len(one) for one in made if isinstance(one, list)) == [0, 3]
    assert ledgers[1].tasks.counts() == {TaskState.PENDING: 60}


def test_new_tasks_are_seen_in_the_order_of_their_ids(ledgers: tuple[Ledger, Ledger]) -> None:
    """Whoever asks for tasks with higher ids than it knows misses none, though two write."""
    over = threading.Event()
    found: list[int] = []

    def follow() -> None:
        while True:
            is_last = over.is_set()
            found.extend(sorted(row.id for row in ledgers[0].tasks.added_since(max(found, default=0))))
            if is_last:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    at_once(
        *(
            lambda it=it, first=first: [
                it.occurrences.record([decision(number, devices=5)]) for number in range(first, first + 25)
            ]
            for it, first in zip(ledgers, (0, 25), strict=True)
        )
    )
    over.set()
    follower.join()
    assert len(found) == len(set(found)) == 250


def test_one_of_several_writes_that_is_refused_fails_alone(ledgers: tuple[Ledger, Ledger]) -> None:
    """Writes of a kind share their statements, and their errors do not."""
    one = ledgers[0]
    keys = [task.key for task in one.occurrences.record([decision(0, devices=30)])]
    attempts = [claim(one, key) for key in keys]
    one.attempts.finish(attempts[7].id, DONE, TaskState.COMPLETED)
    ended = at_once(*(lambda it=it: one.attempts.finish(it.id, DONE, TaskState.COMPLETED) for it in attempts))
    assert [number for number, came in enumerate(ended) if isinstance(came, LedgerError)] == [7]
    assert one.tasks.counts() == {TaskState.COMPLETED: 30}
    again = at_once(*(lambda key=key: one.attempts.start_all([key]) for key in keys))
    assert again == [{}] * 30


class FastClock(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(seconds=3)


def test_a_host_whose_clock_differs_from_the_databases_says_so_as_it_renews(postgres_ledger: str) -> None:
    for clock, (least, most) in ((FastClock(), (1.0, 3.0)), (SystemClock(), (0.0, 0.0))):
        with Ledger.open(postgres_ledger, clock) as ledger:
            lease = ledger.hosts.register("north", machine="m", version="1", replaces_dead=True)
            for _ in range(2):
                assert ledger.hosts.renew(lease)
            (row,) = ledger.hosts.all()
            assert least <= row.skew.total_seconds() <= most


def test_a_batch_and_a_phones_task_of_another_host_do_not_both_get_the_last_place(
    ledgers: tuple[Ledger, Ledger],
) -> None:
    """The last place under a limit of the device, and of the account: each asks while the other one cannot write."""
    one, other = ledgers
    (made,) = [one.occurrences.record([decision(0, devices=2)])]
    first, second = (claim(ledger, task.key) for ledger, task in zip(ledgers, made, strict=True))
    holds = []
    for ledger, name in ((one, "north"), (other, "south")):
        lease = ledger.hosts.register(name, machine=name, version="1")
        (epoch,) = ledger.lane_leases.take(lease, [name]).values()
        holds.append(LaneHold(lease, name, epoch))
    counted: list[tuple[str, int]] = []
    threads: list[threading.Thread] = []
    keys = [task.key for task in made]

    def of_a_phone(usage: Usage) -> None:
        counted.append(("phone", len(usage.device.get("post", ()))))

    def begin_on_a_phone() -> None:
        about = (second.id, keys[1], "post", None, "A1", "@us", {})
        other.effects.begin(*about, hold=holds[1], judge=of_a_phone)

    def of_the_batch(usage: UsageTable) -> list[str]:
        if not threads:
            threads.append(threading.Thread(target=begin_on_a_phone))
            threads[0].start()
            threads[0].join(0.5)
            assert threads[0].is_alive(), "it waits until the batch is written"
        counted.append(("batch", len(usage.devices.get("A1", {}).get("post", ()))))
        return []

    new = NewEffect(first.id, keys[0], "post", None, "A1", "@us", {})
    _, ids = one.effects.begin_allowed([new], holds[0], of_the_batch)
    threads[0].join()
    assert len(ids) == 1 and counted == [("batch", 0), ("phone", 1)]
    rows, ids = one.effects.begin_allowed([new], holds[0], lambda usage: [keys[0]])
    assert (rows, ids) == ([], [])
