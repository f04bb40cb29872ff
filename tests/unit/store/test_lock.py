import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.clock import SystemClock
from runner.errors import LedgerBusy, LedgerError
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock, Holder
from runner.store.lock import holder as holder_of

HOLDER = """
import sys
from runner.store.lock import ExecutorLock
with ExecutorLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@contextmanager
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its standard input closes."""
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_executor_is_told_who_the_first_one_is(url: str) -> None:
    with holder(url) as process:
        with pytest.raises(LedgerBusy) as caught, ExecutorLock(url):
            pass
        assert f"process {process.pid} (-c {url})" in caught.value.message
        assert f"kill -INT {process.pid}" in str(caught.value.hint)


def test_anybody_may_ask_who_holds_the_lock_and_leaves_no_trace(url: str, tmp_path: Path) -> None:
    assert holder_of(url) is None
    assert not list(tmp_path.iterdir())
    with holder(url) as process:
        assert holder_of(url) == Holder(process.pid, f"-c {url}")
    with ExecutorLock(url):
        assert holder_of(url) is not None
    assert holder_of(url) is None


def test_who_asks_all_the_time_keeps_nobody_from_the_lock(url: str) -> None:
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            holder_of(url)

    with ExecutorLock(url):
        asking = threading.Thread(target=ask)
        asking.start()
    try:
        for _ in range(100):
            with ExecutorLock(url):
                pass
    finally:
        over.set()
        asking.join()


def test_the_lock_dies_with_its_process(url: str) -> None:
    with holder(url) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with ExecutorLock(url):
            pass


def test_a_process_that_was_started_by_the_holder_does_not_inherit_the_lock(url: str) -> None:
    with ExecutorLock(url):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child, ExecutorLock(url):
        assert child.poll() is None


def test_a_lock_is_free_again_after_its_block(url: str, tmp_path: Path) -> None:
    for _ in range(2):
        with ExecutorLock(url):
            assert (tmp_path / "ledger.db.lock").read_text().startswith(f"{os.getpid()} ")
            with pytest.raises(LedgerBusy), ExecutorLock(url):
                pass


def test_two_names_of_one_ledger_are_one_lock(url: str, tmp_path: Path) -> None:
    (tmp_path / "alias.db").symlink_to(tmp_path / "ledger.db")
    with ExecutorLock(url), pytest.raises(LedgerBusy), ExecutorLock(f"sqlite:///{tmp_path / 'alias.db'}"):
        pass


def test_a_hard_link_is_the_same_ledger(url: str, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "other.db"
    other.parent.mkdir()
    with ExecutorLock(url), Ledger.open(url, SystemClock()):
        other.hardlink_to(tmp_path / "ledger.db")
        with pytest.raises(LedgerBusy, match="by another name"), ExecutorLock(f"sqlite:///{other}"):
            pass
    with holder(url), pytest.raises(LedgerBusy, match="by another name"), ExecutorLock(f"sqlite:///{other}"):
        pass
    with ExecutorLock(f"sqlite:///{other}"), pytest.raises(LedgerBusy), ExecutorLock(url):
        pass


READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
connection.execute("PRAGMA locking_mode=EXCLUSIVE")
try:
    connection.execute("BEGIN EXCLUSIVE")
    print("alone")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_taking_and_leaving_the_lock_leaves_sqlites_own_locks_alone(url: str, tmp_path: Path) -> None:
    """A process that closes a file takes all of SQLite's locks from it: another one could then have it alone."""
    with Ledger.open(url, SystemClock()):
        for _ in range(2):
            with ExecutorLock(url):
                holder_of(url)
        command = [sys.executable, "-c", READER, str(tmp_path / "ledger.db")]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == (
            "database is locked\n"
        )


def test_a_ledger_in_memory_needs_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with ExecutorLock("sqlite://"), ExecutorLock("sqlite://"):
        assert holder_of("sqlite://") is None
        assert not list(tmp_path.iterdir())


def test_the_folder_is_made_before_the_ledger_is(tmp_path: Path) -> None:
    with ExecutorLock(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.db'}"):
        assert (tmp_path / "nowhere" / "ledger.db.lock").is_file()


def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "nowhere").write_text("a file in the way")
    lock = ExecutorLock(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.db'}")
    with pytest.raises(LedgerError, match=r"cannot lock the ledger .*ledger\.db\.lock: File exists"), lock:
        pass


def test_a_ledger_that_was_locked_and_never_written_leaves_no_empty_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with ExecutorLock(url):
        assert (tmp_path / "new.db").stat().st_size == 0
    assert not (tmp_path / "new.db").exists()
    with ExecutorLock(url), Ledger.open(url, SystemClock()):
        pass
    assert (tmp_path / "new.db").exists()
