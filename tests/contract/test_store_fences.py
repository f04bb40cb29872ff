"""What every store promises of a lane that a host has lost: nothing more is written of it."""

from collections.abc import Callable

import pytest
from ledgers import BROKEN, DONE, NOON, SECOND, add, decided, occurrence, state, task
from passing_time import let_pass

from runner.clock import ManualClock
from runner.errors import LeaseLost, LedgerError
from runner.execution.recovery import settle_interrupted, take_lanes
from runner.journals import Settlement
from runner.store.leases import HOST_LEASE, LaneHold
from runner.store.ledger import Ledger
from runner.store.rows import Attempt, AttemptEnd, NewEffect
from runner.tasks import AttemptOutcome, EffectState, TaskState

ALL_OF_IT_S = HOST_LEASE.total_seconds()

Losing = Callable[[Ledger, Ledger, ManualClock], None]


@pytest.fixture
def other(ledger: Ledger, clock: ManualClock) -> Ledger:
    """The same ledger, as another process has it open."""
    return Ledger(ledger._database, clock)


def host(ledger: Ledger, name: str, *lanes: str) -> None:
    """Begin a life of a host that takes these lanes."""
    ledger.fence.begin(ledger.hosts.register(name, machine=name, version="1", replaces_dead=True))
    take_lanes(ledger, lanes)


def hold(ledger: Ledger, lane: str = "A1") -> LaneHold:
    found = ledger.fence.of(lane)
    assert found is not None
    return found


def begun(ledger: Ledger, key: str) -> Attempt:
    return ledger.attempts.start_all([key], hold(ledger))[key]


def effect(ledger: Ledger, attempt: Attempt, under: LaneHold) -> int:
    return ledger.effects.begin(attempt.id, attempt.task_key, "post", None, "A1", "@us", {}, hold=under)


def too_late(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """The lease has ended, and nobody else has come yet."""
    let_pass(ledger, clock, ALL_OF_IT_S)


def taken(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """The lease has ended, and another host has taken the lane."""
    let_pass(ledger, clock, ALL_OF_IT_S)
    host(other, "south", "A1")


def stopped(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """The host has stopped."""
    assert ledger.fence.lease is not None
    ledger.hosts.stop(ledger.fence.lease, "stopped")


def given_back(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """The host has given the lane back, and does not know it yet."""
    assert ledger.fence.lease is not None
    ledger.lane_leases.release(ledger.fence.lease, ["A1"])


def replaced(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """Another process of the machine has the name of the host, whose lease the former one still counts on."""
    host(other, "north")


def let_go(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    ledger.fence.let_go(["A1"])


def another_life(ledger: Ledger, other: Ledger, clock: ManualClock) -> None:
    """The same process has registered its host anew, and has the lane again."""
    host(ledger, "north", "A1")


WAYS = [too_late, taken, stopped, given_back, replaced, let_go, another_life]


@pytest.mark.parametrize("lose", WAYS)
def test_nothing_is_begun_under_a_lease_that_is_lost(
    ledger: Ledger, other: Ledger, clock: ManualClock, lose: Losing
) -> None:
    first, second = add(ledger, "A1", "B2")
    host(ledger, "north", "A1")
    under = hold(ledger)
    attempt = begun(ledger, first)
    made = effect(ledger, attempt, under)
    lose(ledger, other, clock)
    new = NewEffect(attempt.id, first, "like", None, "A1", "@us", {})
    for write in (
        lambda: ledger.attempts.start_all([second], under),
        lambda: effect(ledger, attempt, under),
        lambda: ledger.effects.begin_all([new], under),
        lambda: ledger.effects.begin_allowed([new], under, lambda usage: ()),
        lambda: ledger.effects.settle(made, EffectState.MADE, {}, hold=under),
        lambda: ledger.effects.settle_all([Settlement(made, EffectState.MADE, {})], under),
        lambda: ledger.attempts.finish_and_start(
            AttemptEnd(attempt.id, DONE, TaskState.COMPLETED), second, hold=under
        ),
    ):
        with pytest.raises(LeaseLost, match=r"A1|has ended"):
            write()
    assert not under.is_sure()
    assert [one.state for one in ledger.effects.of(first)] == [EffectState.COMMITTING]
    assert state(ledger, second) is TaskState.PENDING
    assert state(ledger, first) in (TaskState.RUNNING, TaskState.PENDING)


@pytest.mark.parametrize("lose", WAYS)
def test_the_other_lanes_go_on(ledger: Ledger, other: Ledger, clock: ManualClock, lose: Losing) -> None:
    """Only that host has lost something."""
    first, second = add(ledger, "A1", "B2")
    host(ledger, "north", "A1")
    east = Ledger(ledger._database, clock)
    lose(ledger, other, clock)
    host(east, "east", "B2")
    assert east.attempts.start_all([second], hold(east, "B2"))
    assert state(ledger, first) is TaskState.PENDING


def test_a_hold_that_is_renewed_goes_on(ledger: Ledger, clock: ManualClock) -> None:
    (key,) = add(ledger, "A1")
    host(ledger, "north", "A1")
    under, lease = hold(ledger), ledger.fence.lease
    assert lease is not None
    for _ in range(3):
        let_pass(ledger, clock, 2)
        assert ledger.hosts.renew(lease)
    attempt = begun(ledger, key)
    assert take_lanes(ledger, ["A1"]) == [], "it holds the lane already, and what goes on in it goes on"
    made = effect(ledger, attempt, under)
    ledger.effects.settle(made, EffectState.COMMITTED, {}, hold=under)
    ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    assert state(ledger, key) is TaskState.COMPLETED


def test_a_lane_that_is_not_held_has_no_hold(ledger: Ledger) -> None:
    assert ledger.fence.of("A1") is None, "without hosts every lane is this process's own"
    host(ledger, "north", "A1")
    assert ledger.fence.held() == ["A1"]
    with pytest.raises(LeaseLost, match="B2"):
        ledger.fence.of("B2")


def test_an_attempt_says_on_which_host_it_was_made(ledger: Ledger) -> None:
    first, second = add(ledger, "A1", "B2")
    ledger.attempts.start_all([second])
    host(ledger, "north", "A1")
    begun(ledger, first)
    hosts = {
        row.row.task.key: row.attempts[0].host for row in map(ledger.tasks.record_of, [first, second]) if row
    }
    assert hosts == {first: "north", second: None}


def test_an_end_that_somebody_else_has_written_down_stays(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    attempt = ledger.attempts.start_all([key])[key]
    ledger.attempts.finish(attempt.id, BROKEN, TaskState.FAILED)
    with pytest.raises(LeaseLost, match="has ended"):
        ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    with pytest.raises(LedgerError, match="does not hold it") as caught:
        ledger.attempts.finish(99, DONE, TaskState.COMPLETED)
    assert not isinstance(caught.value, LeaseLost)
    assert state(ledger, key) is TaskState.FAILED


# what whoever takes a lane finds in it


def test_whoever_takes_a_lane_settles_what_was_left_open_in_it(
    ledger: Ledger, other: Ledger, clock: ManualClock
) -> None:
    mine, its, batched = add(ledger, "A1", "B2", "C3")
    server = occurrence(13)
    (called,) = ledger.occurrences.record([decided(server, task(server, "A1", backend="local_api"))])
    host(ledger, "north", "A1", "backend local_api")
    host(other, "south", "B2", "C3")
    begun(ledger, mine)
    ledger.attempts.start_all([called.key], hold(ledger, "backend local_api"))
    other.attempts.start_all([its], hold(other, "B2"))
    let_pass(ledger, clock, ALL_OF_IT_S)
    host(other, "south", "A1")
    assert {key: state(ledger, key) for key in (mine, its, called.key)} == {
        mine: TaskState.PENDING,
        its: TaskState.RUNNING,
        called.key: TaskState.RUNNING,
    }
    record = ledger.tasks.record_of(mine)
    assert record is not None and record.attempts[0].outcome is AttemptOutcome.INTERRUPTED
    assert take_lanes(other, ["B2", "C3", "backend local_api"]) == ["B2", "C3", "backend local_api"]
    assert {state(ledger, key) for key in (its, called.key)} == {TaskState.PENDING}
    assert state(ledger, batched) is TaskState.PENDING


def test_a_process_settles_its_own_attempts_of_an_earlier_life(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    host(ledger, "north", "A1")
    begun(ledger, key)
    host(ledger, "north", "A1")
    assert state(ledger, key) is TaskState.PENDING


def test_an_end_that_came_just_before_the_taking_counts(
    ledger: Ledger, other: Ledger, clock: ManualClock
) -> None:
    (key,) = add(ledger, "A1")
    host(ledger, "north", "A1")
    attempt = begun(ledger, key)
    interrupted = other.attempts.interrupted(["A1"])
    assert [one.id for one in interrupted] == [attempt.id]
    other.attempts.interrupted = lambda lanes=None: interrupted  # type: ignore[method-assign]
    ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    settle_interrupted(other, ["A1"])
    assert state(ledger, key) is TaskState.COMPLETED


# who leads


def test_only_the_leader_writes_what_is_decided_once(ledger: Ledger, clock: ManualClock) -> None:
    lease = ledger.leader.try_take("north")
    assert lease is not None
    one, led = occurrence(), ledger.led(lease)
    assert led.executor == ledger.executor and led.fence is ledger.fence
    assert len(led.occurrences.record([decided(one, task(one))])) == 1
    span = led.spans.begin("1.2", "it leads", NOON)
    let_pass(ledger, clock, 10)
    later = occurrence(13)
    with pytest.raises(LeaseLost, match="no longer leads"):
        led.occurrences.record([decided(later, task(later))])
    with pytest.raises(LeaseLost):
        led.spans.heartbeat(span, NOON + SECOND)
    with pytest.raises(LeaseLost):
        led.campaigns.record("autumn", "autumn.yaml", "text", None)
    assert not lease.is_sure()
    assert ledger.occurrences.known([(later.campaign, later.entry, later.nominal)]) == set()
    assert len(ledger.occurrences.record([decided(later, task(later))])) == 1, "a person may, on any host"


def test_a_leader_that_was_followed_writes_nothing(ledger: Ledger) -> None:
    first = ledger.leader.try_take("north")
    assert first is not None
    second = ledger.leader.try_take("south", gone=first.epoch)
    assert second is not None
    one = occurrence()
    with pytest.raises(LeaseLost):
        ledger.led(first).occurrences.record([decided(one, task(one))])
    assert len(ledger.led(second).occurrences.record([decided(one, task(one))])) == 1
