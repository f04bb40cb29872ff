"""Who leads, on a real PostgreSQL: one at a time, and the next one at once when the process of the first has ended."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from runner.clock import SystemClock
from runner.errors import FolderError
from runner.hosts.leading import Leading, NoLock
from runner.hosts.session_lock import PostgresLock
from runner.store.leases import LeaderLease
from runner.store.ledger import Ledger
from runner.store.url import libpq_url

PATIENCE_S = 60.0


class Daemon:
    """Stands for leader while it is open; `leads` is set while it leads."""

    def __init__(self, url: str, name: str, *, fails: bool = False, locks: bool = True) -> None:
        self.leads = threading.Event()
        self.said: list[str] = []
        self.refused = threading.Event()
        self._fails = fails
        self._stack = ExitStack()
        self._ledger = self._stack.enter_context(Ledger.open(url, SystemClock()))
        self.lock = PostgresLock(lambda: libpq_url(url)) if locks else NoLock()
        self.leading = Leading(self._ledger, name, self.lock, self._begin, self._say, self._fail)

    def __enter__(self) -> "Daemon":
        self._stack.enter_context(self.leading)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        if isinstance(self.lock, PostgresLock):
            self.lock.close()

    @contextmanager
    def _begin(self, lease: LeaderLease) -> Iterator[None]:
        if self._fails:
            raise FolderError("there are no campaigns here")
        self.leads.set()
        yield
        self.leads.clear()

    def _say(self, words: str, *_: object, **values: object) -> None:
        self.said.append(words)
        if words == "cannot lead":
            self.refused.set()

    def _fail(self, error: BaseException) -> None:
        raise error


@pytest.mark.parametrize("locks", [True, False])
def test_one_leads_and_the_next_one_when_that_gives_the_lead_back(postgres_ledger: str, locks: bool) -> None:
    with Daemon(postgres_ledger, "north", locks=locks) as first:
        assert first.leads.wait(PATIENCE_S)
        with Daemon(postgres_ledger, "south", locks=locks) as second:
            assert not second.leads.is_set()
            first.__exit__()
            assert not first.leads.is_set()
            assert second.leads.wait(PATIENCE_S)
            assert second.leading.lease is not None


def test_one_whose_files_are_gone_leaves_the_lead_to_another(postgres_ledger: str) -> None:
    with Daemon(postgres_ledger, "north", fails=True) as first:
        assert first.refused.wait(PATIENCE_S)
        with Daemon(postgres_ledger, "south") as second:
            assert second.leads.wait(PATIENCE_S)


def test_whoever_has_the_lock_of_a_lead_knows_that_its_process_has_ended(postgres_ledger: str) -> None:
    leader, other = (PostgresLock(lambda: libpq_url(postgres_ledger)) for _ in range(2))
    assert leader.take(7) and leader.take(7)
    assert not other.take(7) and other.take(6)
    other.give_back()
    leader.close()  # as the server does when the process has gone
    while not other.take(7):  # it learns of that a moment later
        pass
    other.close()


def test_a_lock_that_cannot_be_reached_is_nobodys() -> None:
    lock = PostgresLock(lambda: "postgresql://nobody@127.0.0.1:1/none")
    assert not lock.take(1)
    lock.give_back()
    lock.close()
