"""How a host takes the lanes of its phones, and gives them back, on a real PostgreSQL."""

from collections.abc import Collection, Iterator
from typing import Any, cast

import pytest
from until import until

from runner.clock import SystemClock
from runner.errors import AdbUnavailable
from runner.execution.executor import Executor
from runner.hosts.doorbell_tables import install
from runner.hosts.held_lanes import HeldLanes
from runner.hosts.host import Host
from runner.store.ledger import Ledger

PATIENCE_S = 60.0


class Board:
    """In place of an executor: `busy` are the lanes in which something runs."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.proved: list[str] = []

    def start(self) -> None: ...

    def take_over(self, lanes: Collection[str]) -> None:
        self.proved += lanes

    def lose(self, lanes: Collection[str]) -> None: ...

    def at_rest(self, lane: str) -> bool:
        return lane not in self.busy


class Life:
    """A host, whose phones are `plugged`."""

    def __init__(self, url: str, name: str) -> None:
        self.ledger = Ledger.open(url, SystemClock())
        install(self.ledger.database)
        self.lease = self.ledger.hosts.register(name, machine=name, version="1")
        self.held = HeldLanes(self.ledger, self.lease)
        self.board = Board()
        self.plugged: set[str] | None = {"A1"}
        self.said: list[str] = []
        self.hints: list[object] = []
        executor = cast(Executor, self.board)
        self.host = Host(self.ledger, self.lease, self.held, executor, self._look, SystemClock(), self._say)

    def until(self, *lanes: str) -> None:
        until(lambda: set(lanes) == self.held.names)

    def stop(self) -> None:
        self.host.__exit__()
        self.ledger.hosts.stop(self.lease, "stopped")
        self.ledger.close()

    def _look(self) -> set[str]:
        if self.plugged is None:
            raise AdbUnavailable("no adb server answers", hint="start one")
        return self.plugged

    def _say(self, words: str, *_: Any, **values: Any) -> None:
        self.said.append(words)
        self.hints.append(values.get("hint"))


@pytest.fixture
def life(postgres_ledger: str) -> Iterator[Life]:
    life = Life(postgres_ledger, "north")
    with life.host:
        life.until("A1")
        yield life
    life.ledger.close()


def test_lanes_come_and_go_with_phones(life: Life) -> None:
    life.plugged = {"A1", "B2"}
    life.until("A1", "B2")
    assert life.board.proved == ["A1", "B2"]
    life.plugged = {"B2"}
    life.until("B2")
    # This host begins nothing there any more, and says so in the ledger then.
    until(lambda: (lane := life.ledger.lane_leases.get("A1")) is not None and not lane.is_held)


def test_a_lane_stays_while_something_runs_there(life: Life) -> None:
    life.board.busy = {"A1"}
    life.plugged = {"B2"}
    life.until("A1", "B2")
    life.board.busy = set()
    life.until("B2")
    life.plugged = {"A1"}
    life.until("A1")


def test_lanes_stay_while_adb_is_away(life: Life) -> None:
    life.host.want(["backend local_api"])
    life.plugged = None
    life.until("A1", "backend local_api")
    until(lambda: ("adb tells of no phones", "start one") in zip(life.said, life.hints, strict=False))
    life.host.want(())
    life.until("A1")


def test_a_phone_that_two_hosts_see_stays_until_the_first_has_ended(life: Life, postgres_ledger: str) -> None:
    other = Life(postgres_ledger, "south")
    with other.host:
        until(lambda: (lane := life.ledger.lane_leases.get("A1")) is not None and lane.wanted_by == "south")
        assert not other.held.names
        life.stop()
        other.until("A1")
    other.ledger.close()
