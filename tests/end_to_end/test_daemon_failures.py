"""`runner daemon` when its ledger or a part of it fails. The phones' memories are the truth."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from daemon_process import NEVER, Daemons, campaign_text

from runner.virtual.process import PhonesProcess

APP = "com.zhiliaoapp.musically"
FAILING = Path(__file__).with_name("failing_daemon.py")

pytestmark = pytest.mark.phones


def follows(phone: Any) -> list[str]:
    return [follow["user"] for follow in phone.memory(APP)["follows"]]


class Disk:
    """A small disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(b"0" * 4096):
                    pass
            except OSError:
                return

    def free(self) -> None:
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_at_the_start_time_is_waited_for(phones: Any, disk: Disk, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port, daemons.state = shelf.adb_port, disk.folder / "state"
    daemon = daemons.start_soon("A1")
    daemon.wait_for("campaign changed", what="moved")
    disk.fill()
    troubled = daemon.wait_for("daemon troubled")
    assert (troubled["level"], "the disk is full" in troubled["message"]) == ("error", True)
    disk.free()
    assert daemon.wait_for("task finished")["state"] == "completed"
    assert daemon.end() == 0
    assert follows(shelf["A1"]) == ["demo_north"]


def test_a_disk_that_fills_up_in_mid_task_ends_the_daemon_and_the_next_one_goes_on(
    phones: Any, disk: Disk, daemons: Daemons
) -> None:
    shelf = phones("A1")
    shelf["A1"].post("latency", seconds=0.1)
    daemons.adb_port, daemons.state = shelf.adb_port, disk.folder / "state"
    daemon = daemons.start_soon("A1")
    daemon.wait_for("step finished", ordinal=2)
    disk.fill()
    assert daemon.wait() == 1, daemon.said
    failed = daemon.wait_for("failed")
    assert failed["level"] == "error" and failed["hint"]
    disk.free()
    again = daemons.start().ready()
    again.until(lambda: again.metric('runner_tasks{state="completed"}') == 1)
    assert again.end() == 0
    assert follows(shelf["A1"]) == ["demo_north"]


def test_a_disk_that_may_only_be_read_is_told_at_the_start(disk: Disk, daemons: Daemons) -> None:
    daemons.state = disk.folder / "state"
    daemons.write(campaign_text("A1", at=NEVER))
    assert daemons.start().ready().end() == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk.folder)], check=True)
    daemon = daemons.start()
    assert daemon.wait() == 1
    assert "Read-only file system" in daemon.plain[0] and len(daemon.plain) == 2
    assert daemon.lines == []


def test_a_ledger_that_somebody_keeps_locked_ends_the_daemon(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    shelf["A1"].post("latency", seconds=0.1)
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    daemon.wait_for("step finished", ordinal=2)
    with closing(sqlite3.connect(daemons.state / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert daemon.wait() == 1, daemon.said
    assert "locked" in daemon.wait_for("failed")["reason"]
    again = daemons.start().ready()
    again.until(lambda: again.metric('runner_tasks{state="completed"}') == 1)
    assert again.end() == 0
    assert follows(shelf["A1"]) == ["demo_north"]


def test_an_adb_server_that_hangs_keeps_nobody_from_knowing(daemons: Daemons) -> None:
    with PhonesProcess(["A1", "B2"]) as shelf:
        (server,) = psutil.Process(shelf.pid).children()
        daemons.adb_port = shelf.adb_server_port
        daemons.write(campaign_text("A1", at=NEVER))
        daemon = daemons.start().ready()
        assert daemon.metric('runner_devices{state="device"}') == 2
        server.suspend()
        try:
            for path in ("/metrics", "/healthz", "/readyz"):
                assert (
                    daemon.get(path)[0] == 200
                )  # within the patience of `get`; the server would hang for ever
            assert daemon.metric('runner_devices{state="device"}') == 2
            assert daemon.metric("runner_adb_answers") == 0
        finally:
            server.resume()
        daemon.until(lambda: daemon.metric("runner_adb_answers") == 1)
        assert daemon.end() == 0


@pytest.mark.parametrize("when", ["at the start", "later"])
def test_names_that_are_no_utf8_end_nothing(daemons: Daemons, when: str) -> None:
    def appear() -> None:
        for place in ("", ".git", "media"):
            (daemons.campaigns / place).mkdir(exist_ok=True)
            (daemons.campaigns / place / os.fsdecode(b"caf\xe9.yaml")).write_text("version: 1")
        (daemons.campaigns / "media" / os.fsdecode(b"caf\xe9.mp4")).write_bytes(b"\0\0\0\x18ftypisom")

    (daemons.campaigns / "media").mkdir()
    (daemons.campaigns / "media" / "a.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    entry = {"script": "post", "config": {"material_source": "localFolder", "material_path": "media"}}
    if when == "at the start":
        appear()
    daemons.write(campaign_text("A1", at=NEVER, **entry))
    daemon = daemons.start().ready()
    if when == "later":
        appear()
    daemon.wait_for("campaign changed", what="invalid")
    since = len(daemon.lines)
    daemons.write(campaign_text("A1", at="2098-01-01T00:00:00+00:00", **entry))
    daemon.wait_for("campaign changed", since, what="moved")
    assert daemon.metric("runner_invalid_files") == 1
    assert daemon.end() == 0
    assert daemon.plain == []


@pytest.mark.parametrize(
    "part",
    [
        "runner.daemon.retention:RetentionJob.prune",
        "runner.daemon.self_check:SelfCheck.run",
        "runner.execution.board:Board.take",
        "runner.scheduling.timetable:Timetable.beat",
        "runner.server.serving:Serving._run",
    ],
)
def test_a_part_that_fails_ends_the_whole(
    part: str, daemons: Daemons, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAILS_IN", part)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start(program=FAILING)
    assert daemon.wait() == 3, daemon.said
    failed = daemon.wait_for("failed, this is a bug")
    assert failed["reason"] == "ZeroDivisionError: provoked"
    assert "ZeroDivisionError: provoked" in Path(failed["crash_log"]).read_text()
    assert daemon.plain == []
