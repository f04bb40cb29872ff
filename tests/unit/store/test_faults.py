"""What goes wrong with a ledger's file, provoked for real, and what a person is told then."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.store import sqlite
from runner.store.ledger import Ledger
from runner.tasks import EffectState, TaskState

CLOCK = ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
PREAMBLE = """
import json, os, signal, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.store.ledger import Ledger
from runner.tasks import Occurrence, Task
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
path = Path(sys.argv[1])
def ledger():
    return Ledger.open(f"sqlite:///{path}", ManualClock(NOW))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def opened(path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{path}", CLOCK)


def refusal(path: Path) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        opened(path)
    assert str(path) in caught.value.message
    return caught.value


def in_own_process(
    script: str, path: Path, *, wrapper: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*wrapper, sys.executable, "-W", "error", "-c", PREAMBLE + dedent(script), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# What is no ledger


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("name: autumn\n" * 100)
    error = refusal(path)
    assert "the file is no SQLite database" in error.message
    assert error.hint is not None and "--store" in error.hint
    assert path.read_text() == "name: autumn\n" * 100


def test_the_database_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.commit()
    assert "it is another program's database (it has a table bookmarks)" in refusal(path).message


def test_a_ledger_from_a_newer_version(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '0042'")
        newer.commit()
    error = refusal(path)
    assert "a newer version of the runner has written it (its schema is 0042" in error.message
    assert error.hint is not None and "update the runner" in error.hint


def test_a_damaged_file(path: Path) -> None:
    with opened(path) as ledger:
        ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    pages = path.read_bytes()
    path.write_bytes(pages[:4096] + b"\xa5" * (len(pages) - 4096))
    error = refusal(path)
    assert "the file is damaged" in error.message
    assert error.hint is not None and "restore a backup" in error.hint


def test_a_folder(path: Path) -> None:
    path.mkdir()
    assert "the file cannot be opened" in refusal(path).message


def test_a_place_where_no_folder_can_be_made(path: Path) -> None:
    path.write_text("")
    with pytest.raises(LedgerError, match="cannot make the ledger"):
        opened(path / "below" / "ledger.db")


@pytest.mark.parametrize(
    "url",
    [
        "ledger.db",
        "mysql://host/ledger",
        "sqlite:///",
        "sqlite://host/ledger.db",
        "sqlite:///ledger.db?mode=ro",
    ],
)
def test_a_url_that_names_no_ledger(url: str) -> None:
    with pytest.raises(LedgerError, match="a ledger is named by a URL like sqlite:///FILE") as caught:
        Ledger.open(url, CLOCK)
    assert caught.value.hint is not None and "write sqlite:///ledger.db," in caught.value.hint


def test_a_path_with_unusual_characters(tmp_path: Path) -> None:
    path = tmp_path / "50%25 of år#" / "ledger 1.db"
    with opened(path) as ledger:
        ledger.holds.place("A1", "captcha")
    assert path.exists()


# Several at once


def test_a_ledger_that_another_process_keeps_locked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    with opened(path) as ledger, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"cannot hold the device A1 .* kept it locked") as caught:
            ledger.holds.place("A1", "captcha")
        assert caught.value.hint is not None
        assert ledger.holds.current() == []  # a reader is not kept waiting
        other.rollback()
        ledger.holds.place("A1", "captcha")
        assert len(ledger.holds.current()) == 1


def test_many_that_make_the_same_ledger_at_once(path: Path) -> None:
    gate = threading.Barrier(4)

    def make(number: int) -> None:
        gate.wait()
        with opened(path) as ledger:
            ledger.holds.place(f"D{number}", "captcha")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    with opened(path) as ledger:
        assert len(ledger.holds.current()) == 4


# A process that dies

KILLED = """
kept = ledger()
version = kept.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1", None)
occurrence = Occurrence("autumn", "publish", "run:1", "now", NOW)
task = Task("k", "autumn", "publish", "post", "device", "A1", None, None, "run:1", 0, NOW, 60.0, {})
kept.occurrences.add(version, [occurrence], [task], "1")
attempt = kept.attempts.start_all(["k"])["k"]
kept.effects.begin(attempt.id, "k", "post", None, "A1", "tiktok:@us", {"posts": "3"})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_the_truth_behind(path: Path) -> None:
    assert in_own_process(KILLED, path).returncode == -signal.SIGKILL
    with opened(path) as ledger:
        (left,) = ledger.attempts.interrupted()
        assert (left.task_key, left.number, left.executor != ledger.executor) == ("k", 1, True)
        assert ledger.tasks.all()[0].state is TaskState.RUNNING
        (effect,) = ledger.effects.of("k")
        assert (effect.state, effect.evidence) == (EffectState.COMMITTING, {"posts": "3"})


# Disks

MOUNT = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"')
"""Run a command with a disk of 1 MB at a folder; no other process sees it, and it goes with the command."""


@pytest.fixture
def small_disk(path: Path) -> tuple[str, ...]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mount = (*MOUNT, str(path.parent))
    tried = subprocess.run([*mount, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr}")
    return mount


FULL = """
kept, written = ledger(), 0
try:
    while True:
        kept.campaigns.record(f"c{written}", "/srv/c.yaml", "x" * 20_000, None)
        written += 1
except LedgerError as error:
    told = [error.message, error.hint]
kept.close()
import sqlite3
print(json.dumps({"told": told, "written": written,
    "held": sqlite3.connect(path).execute("SELECT count(*) FROM campaign_versions").fetchone()[0]}))
"""


def test_a_full_disk_loses_nothing_that_was_written(path: Path, small_disk: tuple[str, ...]) -> None:
    done = in_own_process(FULL, path, wrapper=small_disk)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "the disk is full" in answer["told"][0]
    assert "make room" in answer["told"][1]
    assert answer["written"] == answer["held"] > 5


CROWD = """
from concurrent.futures import ThreadPoolExecutor
kept = ledger()
def fill(number):
    told, written = None, 0
    while told is None:
        try:
            kept.campaigns.record(f"c{number}-{written}", "/srv/c.yaml", "x" * 20_000, None)
            written += 1
        except LedgerError as error:
            told = error.message
    return told, written
with ThreadPoolExecutor(8) as pool:
    told, written = zip(*pool.map(fill, range(8)))
kept.close()
import sqlite3
print(json.dumps({"told": told, "written": sum(written),
    "held": sqlite3.connect(path).execute("SELECT count(*) FROM campaign_versions").fetchone()[0]}))
"""


def test_on_a_full_disk_each_of_many_writers_is_told_the_truth(
    path: Path, small_disk: tuple[str, ...]
) -> None:
    done = in_own_process(CROWD, path, wrapper=small_disk)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert all("the disk is full" in message for message in answer["told"])
    assert answer["written"] == answer["held"] > 5


READ_ONLY = """
ledger().close()
subprocess.run(["mount", "-o", "remount,ro", path.parent], check=True)
try:
    ledger()
except LedgerError as error:
    print(json.dumps([error.message, error.hint]))
"""


def test_a_disk_that_may_only_be_read(path: Path, small_disk: tuple[str, ...]) -> None:
    done = in_own_process(READ_ONLY, path, wrapper=small_disk)
    assert done.returncode == 0, done.stderr
    message, hint = json.loads(done.stdout)
    assert str(path) in message
    assert "--store" in hint or "may write there" in hint
