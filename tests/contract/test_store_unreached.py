"""What the leader misses in place of hosts that are gone."""

from datetime import timedelta

import pytest
from claims import claim
from host_shelf import HostShelf
from ledgers import add, begin, decided, occurrence, state, task

from runner.clock import ManualClock
from runner.events import Event
from runner.hosts.unreached import UnreachedTasks
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, TaskState

GRACE_S = 1800  # of the tasks in `ledgers`
INTERRUPTED = Outcome(AttemptOutcome.INTERRUPTED, "it was cut off")


class Leader:
    """The leader's job, and what it tells."""

    def __init__(self, ledger: Ledger, clock: ManualClock) -> None:
        self.events: list[Event] = []
        self.job = UnreachedTasks(ledger, clock, self.events.append, lambda *words, **more: None)

    def miss(self) -> list[str]:
        self.events.clear()
        self.job.miss()
        return [event.key for event in self.events]


@pytest.fixture
def leader(ledger: Ledger, clock: ManualClock) -> Leader:
    return Leader(ledger, clock)


@pytest.fixture
def shelf(ledger: Ledger, clock: ManualClock) -> HostShelf:
    return HostShelf(ledger, clock)


def test_tasks_of_a_host_that_died_are_missed_when_their_grace_is_over(
    ledger: Ledger, clock: ManualClock, leader: Leader, shelf: HostShelf
) -> None:
    dead, living, nowhere = add(ledger, "A1", "B1", "C1")
    shelf.host("north", "A1")
    shelf.host("south", "B1")
    clock.advance(GRACE_S - 1)
    shelf.dies("north", ago=timedelta(hours=1))
    assert leader.miss() == [], "their grace goes on"
    clock.advance(2)
    assert leader.miss() == [dead, nowhere]
    assert [state(ledger, key) for key in (dead, living, nowhere)] == [
        TaskState.MISSED,
        TaskState.PENDING,
        TaskState.MISSED,
    ]
    missed, unseen = ledger.tasks.get(dead), ledger.tasks.get(nowhere)
    assert missed is not None and unseen is not None
    assert missed.reason == "the host north, which had the phone A1, was gone until its grace was over"
    assert unseen.reason == "no host had the phone C1 until its grace was over"
    assert leader.miss() == [], "once"


def test_what_is_in_doubt_waits_for_whoever_takes_the_lane(
    ledger: Ledger, clock: ManualClock, leader: Leader
) -> None:
    (key,) = add(ledger, "A1")
    attempt = claim(ledger, key)
    begin(ledger, attempt)
    ledger.attempts.finish(attempt.id, INTERRUPTED, TaskState.PENDING)
    clock.advance(3600)
    assert leader.miss() == []
    assert state(ledger, key) is TaskState.PENDING


def test_tasks_of_a_batch_backend_belong_to_no_host(
    ledger: Ledger, clock: ManualClock, leader: Leader
) -> None:
    one = occurrence()
    ledger.occurrences.record([decided(one, task(one, backend="local_api"))])
    clock.advance(3600)
    assert leader.miss() == []
