"""Hosts that write to one PostgreSQL at the same moment: of several that want one thing exactly one has it, and nobody
waits for one that is frozen."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import psycopg
import pytest
from ledgers import DONE, NOON, SECOND, add
from passing_time import let_pass
from sqlalchemy import Connection

from runner.clock import ManualClock, SystemClock
from runner.errors import HeldBack, HostTaken, LeaseLost
from runner.execution.recovery import take_lanes
from runner.planning.limits import Usage
from runner.store.account_uses import AccountWish
from runner.store.leader import check_leads
from runner.store.leases import HOST_LEASE, LaneHold
from runner.store.ledger import Ledger
from runner.tasks import TaskState

T = TypeVar("T")

NAMES = ("north", "south", "east", "west")
ROUNDS = 25
PATIENCE_S = 60
RENEW_S = 0.5


class Hosts:
    """Several hosts, each with a ledger of its own, as in processes of their own."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.ledgers = [stack.enter_context(Ledger.open(url, SystemClock())) for _ in NAMES]
        for name, ledger in zip(NAMES, self.ledgers, strict=True):
            ledger.fence.begin(ledger.hosts.register(name, machine=name, version="1"))
        over = threading.Event()
        renewing = threading.Thread(target=self._renew, args=[over])
        renewing.start()
        stack.callback(renewing.join)
        stack.callback(over.set)

    def _renew(self, over: threading.Event) -> None:
        """Keep their leases, however slow the machine is."""
        while not over.wait(RENEW_S):
            for ledger in self.ledgers:
                ledger.hosts.renew(lease_of(ledger))

    def at_once(self, do: Callable[[Ledger], T]) -> list[T | Exception]:
        """What each host gets if all do the same at the same moment."""
        start = threading.Barrier(len(self.ledgers), timeout=PATIENCE_S)

        def one(ledger: Ledger) -> T | Exception:
            start.wait()
            try:
                return do(ledger)
            except (HostTaken, HeldBack, LeaseLost) as error:
                return error

        with ThreadPoolExecutor(len(self.ledgers)) as pool:
            return list(pool.map(one, self.ledgers))


@pytest.fixture
def hosts(postgres_ledger: str) -> Iterator[Hosts]:
    with ExitStack() as stack:
        yield Hosts(postgres_ledger, stack)


@contextmanager
def transaction(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of somebody who does not go on, until the block ends."""
    with psycopg.connect(url) as connection:
        yield connection


def lease_of(ledger: Ledger) -> Any:
    assert ledger.fence.lease is not None
    return ledger.fence.lease


def held(ledger: Ledger, lane: str) -> LaneHold:
    hold = ledger.fence.of(lane)
    assert hold is not None
    return hold


# several who want the same at one moment


def test_each_lane_is_taken_by_one_host(hosts: Hosts) -> None:
    lanes = [f"L{number}" for number in range(ROUNDS)]
    taken = hosts.at_once(lambda ledger: ledger.lane_leases.take(lease_of(ledger), lanes))
    again = hosts.at_once(lambda ledger: ledger.lane_leases.take(lease_of(ledger), lanes))
    for got in (taken, again):
        assert all(isinstance(one, dict) for one in got)
    found = Counter(lane for one in again for lane in one)  # type: ignore[union-attr]
    assert found == Counter(lanes)
    assert {row.epoch for row in hosts.ledgers[0].lane_leases.all()} == {1}


def test_a_name_is_registered_by_one_process(hosts: Hosts) -> None:
    for number in range(ROUNDS):
        got = hosts.at_once(lambda ledger, n=number: ledger.hosts.register(f"h{n}", machine="m", version="1"))
        assert sum(isinstance(one, HostTaken) for one in got) == len(NAMES) - 1


def test_one_host_leads(hosts: Hosts) -> None:
    for _ in range(ROUNDS):
        got = [lease for lease in hosts.at_once(lambda ledger: ledger.leader.try_take("x")) if lease]
        assert len(got) <= 1
        row = hosts.ledgers[0].leader.now()
        assert row is not None and row.is_alive
        for lease in got:
            hosts.ledgers[0].leader.release(lease)  # type: ignore[arg-type]


def test_the_leader_renews_its_lease_while_it_writes_and_nobody_takes_the_lead(hosts: Hosts) -> None:
    leading, other = hosts.ledgers[:2]
    lease = leading.leader.try_take("north")
    assert lease is not None

    def work(connection: Connection) -> bool:
        check_leads(connection, lease)
        assert other.leader.try_take("south", gone=lease.epoch) is None
        return leading.leader.renew(lease)

    assert leading.database.write("write many tasks down", work)
    assert other.leader.try_take("south", gone=lease.epoch) is not None


def test_a_task_is_claimed_once(hosts: Hosts) -> None:
    keys = add(hosts.ledgers[0], *(f"D{number}" for number in range(ROUNDS)))
    for key in keys:
        got = hosts.at_once(lambda ledger, k=key: ledger.attempts.start_all([k]))
        assert sum(key in one for one in got if isinstance(one, dict)) == 1
    together = hosts.at_once(lambda ledger: ledger.attempts.start_all(add(ledger, "Z1", "Z2", hour=13)))
    claimed = Counter(key for one in together for key in one)  # type: ignore[union-attr]
    assert set(claimed.values()) <= {1}


def test_an_account_and_the_last_place_of_its_limit_are_given_once(hosts: Hosts) -> None:
    first = hosts.ledgers[0]
    keys = dict(zip(NAMES, add(first, *NAMES), strict=True))
    attempts = {}
    for ledger in hosts.ledgers:
        name = lease_of(ledger).host
        take_lanes(ledger, [name])
        attempts[name] = ledger.attempts.start_all([keys[name]], held(ledger, name))[keys[name]]

    def work(ledger: Ledger, number: int) -> str:
        name = lease_of(ledger).host
        wish = AccountWish(keys[name], "tiktok", f"@a{number}")
        return "refused" if ledger.account_uses.claim([wish], held(ledger, name)) else "works"

    def make(ledger: Ledger, number: int) -> str:
        name = lease_of(ledger).host

        def last_place(usage: Usage) -> None:
            if usage.account.get(f"like{number}"):
                raise HeldBack("1 of 1", not_before=NOON + SECOND)

        about = (attempts[name].id, keys[name], f"like{number}", None, name, "@all", {})
        ledger.effects.begin(*about, hold=held(ledger, name), judge=last_place)
        return "works"

    for number in range(ROUNDS):
        assert hosts.at_once(lambda ledger, n=number: work(ledger, n)).count("works") == 1
        assert hosts.at_once(lambda ledger, n=number: make(ledger, n)).count("works") == 1


# one who is in the midst of something


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def two(postgres_ledger: str, clock: ManualClock) -> Iterator[tuple[Ledger, Ledger]]:
    """A host with the lane A1, and another one."""
    with Ledger.open(postgres_ledger, clock) as north, Ledger.open(postgres_ledger, clock) as south:
        for name, ledger in (("north", north), ("south", south)):
            ledger.fence.begin(ledger.hosts.register(name, machine=name, version="1"))
        take_lanes(north, ["A1"])
        yield north, south


def let_the_lease_end(north: Ledger, south: Ledger, clock: ManualClock) -> None:
    """Only that of the north, at least on the database's clock."""
    let_pass(north, clock, HOST_LEASE.total_seconds())
    south.fence.begin(south.hosts.register("south", machine="south", version="1"))


@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
def test_a_renewal_that_came_just_in_time_counts(
    postgres_ledger: str, two: tuple[Ledger, Ledger], clock: ManualClock, ends: str
) -> None:
    north, south = two
    let_the_lease_end(north, south, clock)
    with transaction(postgres_ledger) as other:
        # It began while the lease went on, and has not ended yet: nobody else sees it.
        other.execute("UPDATE hosts SET until_utc = until_utc + 60000000 WHERE name = 'north'")
        assert take_lanes(south, ["A1"]) == [], "it neither takes the lane nor waits"
        other.execute(ends.encode())
    assert take_lanes(south, ["A1"]) == ([] if ends == "COMMIT" else ["A1"])


def test_a_lane_in_which_its_host_writes_is_not_taken(
    postgres_ledger: str, two: tuple[Ledger, Ledger], clock: ManualClock
) -> None:
    north, south = two
    let_the_lease_end(north, south, clock)
    with transaction(postgres_ledger) as other:
        other.execute("SELECT epoch FROM lanes WHERE name = 'A1' FOR SHARE")
        assert take_lanes(south, ["A1"]) == []
    assert take_lanes(south, ["A1"]) == ["A1"]


@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
def test_an_effect_that_is_begun_while_somebody_takes_the_lane_is_refused(
    postgres_ledger: str, two: tuple[Ledger, Ledger], ends: str
) -> None:
    north, _ = two
    (key,) = add(north, "A1")
    hold = held(north, "A1")
    attempt = north.attempts.start_all([key], hold)[key]
    with transaction(postgres_ledger) as other, ThreadPoolExecutor(1) as pool:
        taking = "UPDATE lanes SET epoch = epoch + 1, host = 'south', host_epoch = 1 WHERE name = 'A1'"
        other.execute(taking)
        begun = pool.submit(north.effects.begin, attempt.id, key, "post", None, "A1", "@us", {}, hold=hold)
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with psycopg.connect(postgres_ledger, autocommit=True) as watch:
            while not begun.done() and watch.execute(waits).fetchone() == (0,):
                pass
        other.execute(ends.encode())
        if ends == "COMMIT":
            with pytest.raises(LeaseLost):
                begun.result(PATIENCE_S)
        else:
            assert begun.result(PATIENCE_S)
    assert len(north.effects.of(key)) == (ends == "ROLLBACK")
    assert hold.is_sure() is (ends == "ROLLBACK")


def test_a_leader_that_is_frozen_while_it_writes_is_passed_over(
    postgres_ledger: str, two: tuple[Ledger, Ledger], clock: ManualClock
) -> None:
    north, south = two
    assert north.leader.try_take("north") is not None
    let_pass(north, clock, 10)
    with transaction(postgres_ledger) as other:
        other.execute("SELECT epoch FROM leader FOR SHARE")
        assert south.leader.try_take("south") is None
    assert south.leader.try_take("south") is not None


def test_an_account_about_which_a_frozen_host_decides_is_waited_for_no_longer_than_a_moment(
    postgres_ledger: str, two: tuple[Ledger, Ledger]
) -> None:
    north, _ = two
    (key,) = add(north, "A1")
    attempt = north.attempts.start_all([key], held(north, "A1"))[key]
    about = (attempt.id, key, "post", None, "A1", "@us", {})
    with transaction(postgres_ledger) as other, Ledger.open(postgres_ledger, SystemClock()):
        for name in ("account @us", "device A1"):
            locked = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7243610937423))"
            other.execute(locked, [name])
        with pytest.raises(HeldBack, match="account @us and device A1"):
            north.effects.begin(*about, hold=held(north, "A1"), judge=lambda usage: None)
        refused = north.account_uses.claim([AccountWish(key, None, "@us")], held(north, "A1"))
        assert refused[key].name == "another host"
    north.fence.begin(north.hosts.register("north", machine="north", version="1"))
    north.attempts.finish(attempt.id, DONE, TaskState.PENDING)
    take_lanes(north, ["A1"])
    again = north.attempts.start_all([key], held(north, "A1"))[key]
    assert north.effects.begin(again.id, *about[1:], hold=held(north, "A1"), judge=lambda usage: None)
