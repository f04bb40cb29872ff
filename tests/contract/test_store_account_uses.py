"""What every store promises of accounts that hosts share: one task at a time, on whatever phone of whatever host."""

import pytest
from ledgers import DONE, add, decided, occurrence, task
from passing_time import let_pass

from runner.clock import ManualClock
from runner.errors import HeldBack, LeaseLost
from runner.execution.recovery import take_lanes
from runner.planning.limits import Usage
from runner.store.account_uses import AccountElsewhere, AccountWish
from runner.store.leases import HOST_LEASE, LaneHold
from runner.store.ledger import Ledger
from runner.store.rows import Attempt
from runner.tasks import AttemptOutcome, EffectState, Outcome, TaskState

US = "@us"


class Host:
    """One host with one phone, at work on a task there."""

    def __init__(self, ledger: Ledger, clock: ManualClock, name: str, lane: str, key: str) -> None:
        self.ledger = Ledger(ledger._database, clock)
        self.name, self.lane, self.key = name, lane, key
        self.begin()

    def begin(self) -> None:
        registered = self.ledger.hosts.register(self.name, machine=self.name, version="1")
        self.ledger.fence.begin(registered)
        take_lanes(self.ledger, [self.lane])
        self.attempt: Attempt = self.ledger.attempts.start_all([self.key], self.hold)[self.key]

    @property
    def hold(self) -> LaneHold:
        hold = self.ledger.fence.of(self.lane)
        assert hold is not None
        return hold

    def claim(self, app: str | None = "tiktok", name: str = US) -> AccountElsewhere | None:
        return self.ledger.account_uses.claim([AccountWish(self.key, app, name)], self.hold).get(self.key)

    def effect(self, kind: str = "post", app: str | None = "tiktok", **changes: object) -> int:
        about = (self.attempt.id, self.key, kind, None, self.lane, US, {}, app)
        return self.ledger.effects.begin(*about, hold=self.hold, **changes)  # type: ignore[arg-type]

    def finish(self, outcome: Outcome = DONE, state: TaskState = TaskState.COMPLETED) -> None:
        self.ledger.attempts.finish(self.attempt.id, outcome, state)


@pytest.fixture
def hosts(ledger: Ledger, clock: ManualClock) -> tuple[Host, Host]:
    first, second = add(ledger, "A1", "B2")
    return Host(ledger, clock, "north", "A1", first), Host(ledger, clock, "south", "B2", second)


def test_an_account_works_on_one_phone_at_a_time(hosts: tuple[Host, Host]) -> None:
    north, south = hosts
    assert north.claim() is None
    assert north.claim() is None, "a task may say so twice"
    other = south.claim()
    assert other == AccountElsewhere("A1", "north", north.key) and other.name == "A1 of the host north"
    assert south.claim(name="@them") is None
    north.finish()
    wish = AccountWish(south.key, "tiktok", US)
    assert south.ledger.account_uses.refusals([wish], south.hold) == {}
    assert south.claim() is None


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [("tiktok", "tiktok", True), ("tiktok", "other", False), (None, "tiktok", True), ("tiktok", None, True)],
)
def test_one_name_in_two_apps_is_two_accounts(
    hosts: tuple[Host, Host], first: str | None, second: str | None, is_same: bool
) -> None:
    north, south = hosts
    assert north.claim(first) is None
    assert (south.claim(second) is not None) is is_same


def test_tasks_of_one_lane_of_hosts_are_for_the_host_itself(ledger: Ledger, clock: ManualClock) -> None:
    """Those of a batch are side by side."""
    first, second = add(ledger, "A1", "B2")
    north = Host(ledger, clock, "north", "backend local_api", first)
    assert north.claim() is None
    assert north.ledger.account_uses.claim([AccountWish(second, None, US)], north.hold) == {}


@pytest.mark.parametrize("outcome", [AttemptOutcome.FAILED, AttemptOutcome.HELD_BACK])
def test_an_account_is_free_however_the_attempt_has_ended(
    hosts: tuple[Host, Host], outcome: AttemptOutcome
) -> None:
    north, south = hosts
    assert north.claim() is None and south.claim() is not None
    north.finish(Outcome(outcome, "no"), TaskState.PENDING)
    assert south.claim() is None


def test_a_host_that_has_died_keeps_no_account_for_which_nothing_was_begun(
    hosts: tuple[Host, Host], clock: ManualClock
) -> None:
    north, south = hosts
    assert north.claim() is None
    let_pass(north.ledger, clock, HOST_LEASE.total_seconds())
    south.ledger.attempts.finish(south.attempt.id, DONE, TaskState.PENDING)
    south.begin()
    assert south.claim() is None


def test_nobody_works_as_an_account_before_what_a_dead_host_began_as_it_is_proved(
    hosts: tuple[Host, Host], ledger: Ledger, clock: ManualClock
) -> None:
    north, south = hosts
    assert north.claim() is None
    effect = north.effect()
    let_pass(ledger, clock, HOST_LEASE.total_seconds())
    south.finish(DONE, TaskState.PENDING)
    south.begin()
    other = south.claim()
    assert other is not None and (other.lane, other.host) == ("A1", "north")
    north.begin()  # it settles the attempt, and the effect stays in doubt
    south_again = south.claim()
    assert south_again == AccountElsewhere("A1", "north", north.key, in_doubt="post")
    ledger.effects.settle(effect, EffectState.REFUTED, {})
    assert south.claim() is None


def test_what_a_host_has_in_doubt_in_a_lane_that_it_gave_back_keeps_its_account(
    hosts: tuple[Host, Host], ledger: Ledger
) -> None:
    north, _ = hosts
    (key,) = add(ledger, "C3", hour=14)
    take_lanes(north.ledger, ["C3"])
    here = north.ledger.fence.of("C3")
    assert here is not None
    wish = AccountWish(key, "tiktok", US)
    north.effect()
    north.finish(Outcome(AttemptOutcome.FAILED, "the phone is away"), TaskState.PENDING)
    assert north.ledger.account_uses.refusals([wish], here) == {}, "the host itself looks at it first"
    assert north.ledger.fence.lease is not None
    north.ledger.lane_leases.release(north.ledger.fence.lease, ["A1"])
    refused = north.ledger.account_uses.refusals([wish], here)[key]
    assert (refused.lane, refused.host, refused.in_doubt) == ("A1", None, "post")


def test_whoever_has_lost_the_lane_gets_no_account(hosts: tuple[Host, Host], clock: ManualClock) -> None:
    north, _ = hosts
    hold = north.hold
    let_pass(north.ledger, clock, HOST_LEASE.total_seconds())
    with pytest.raises(LeaseLost):
        north.ledger.account_uses.claim([AccountWish(north.key, None, US)], hold)


def test_limits_are_judged_with_what_all_hosts_have_made(hosts: tuple[Host, Host]) -> None:
    north, south = hosts
    seen: list[Usage] = []

    def once(usage: Usage) -> None:
        seen.append(usage)
        if usage.account.get("post"):
            raise HeldBack("1 of 1 post by @us", not_before=south.ledger._clock.now())

    assert north.effect(judge=once)
    with pytest.raises(HeldBack, match="1 of 1"):
        south.effect(judge=once)
    assert south.ledger.effects.of(south.key) == []
    assert [len(usage.account.get("post", ())) for usage in seen] == [0, 1]
    assert south.effect(app="other", judge=once), "that is another account"


def test_batches_have_what_they_began_in_doubt_for_themselves(ledger: Ledger, clock: ManualClock) -> None:
    one = occurrence(13)
    (called,) = ledger.occurrences.record([decided(one, task(one, "A1", backend="local_api"))])
    attempt = ledger.attempts.start_all([called.key])[called.key]
    ledger.effects.begin(attempt.id, called.key, "post", None, "A1", US, {}, None)
    (key,) = add(ledger, "B2")
    assert Host(ledger, clock, "south", "B2", key).claim() is None
