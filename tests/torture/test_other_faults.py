"""Faults that do not end the daemon, or not at once: of the disk, the ledger, the clock, the phones and adb."""

import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from adb_server import PlainAdbServer
from episode import Episode, Kill

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("faults"), pytest.mark.timeout(300)]

LOOK_SOON = ["--hasty", "runner.execution.retry:FIRST_LOOK_S=1"]
"""For phones that are away."""


def assert_exact(episode: Episode) -> None:
    result = episode.run()
    assert result.exact, "\n".join([str(result), *result.problems])
    assert result.deeds


def wait_for_effects(episode: Episode, number: int) -> None:
    """Until so many effects have been begun."""
    while not episode.reading.rows("SELECT 1 FROM effects")[number - 1 :]:
        time.sleep(0.02)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB at the state folder of an episode in `tmp_path`."""
    folder = tmp_path / "state"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        assert not (os.environ.get("CI") == "true" and os.geteuid() == 0), mounted.stderr
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    def fill_now_and_then(episode: Episode) -> None:
        for number in (1, 5, 9):
            wait_for_effects(episode, number)
            filler = small_disk / "filler"
            try:
                with filler.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
            except OSError:
                time.sleep(2)
            filler.unlink()

    assert_exact(Episode(small_disk.parent, disturb=fill_now_and_then))


def test_a_disk_that_became_read_only(small_disk: Path) -> None:
    class ReadOnlyFirst(Episode):
        def finish(self) -> None:
            subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
            process = self.start(Kill())
            assert process.wait(30) == 1
            said = self.log.read_text()
            assert str(self.ledger) in said and "read-only" in said.lower(), said
            assert "Traceback" not in said
            subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
            super().finish()

    assert_exact(ReadOnlyFirst(small_disk.parent, [Kill("tap after", 3)]))


def test_a_ledger_that_another_process_keeps_locked(tmp_path: Path) -> None:
    def keep_locked(episode: Episode) -> None:
        wait_for_effects(episode, 2)
        with closing(sqlite3.connect(episode.ledger, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            episode.wait_for_end()

    assert_exact(
        Episode(tmp_path, wrapping=["--hasty", "runner.store.sqlite:BUSY_TIMEOUT_S=1"], disturb=keep_locked)
    )


@pytest.mark.parametrize("hours", [(5, 0), (-5, 0), (3, -3, 0)], ids=str)
def test_clock_steps_of_hours(tmp_path: Path, hours: tuple[int, ...]) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")

    def step(episode: Episode) -> None:
        wait_for_effects(episode, 1)
        for number, hour in enumerate(hours):
            partial = offset.with_suffix(".partial")
            partial.write_text(str(3600 * hour))
            partial.replace(offset)
            while (
                len(episode.reading.rows("SELECT 1 FROM daemon_spans")) < number + 2
            ):  # a step begins a new one
                time.sleep(0.05)

    wrapping = ["--clock-offset", str(offset)]
    in_time_s = 15.0  # for the daemon to see all start times before they come and before the clock is set
    assert_exact(Episode(tmp_path, wrapping=wrapping, disturb=step, ahead_s=in_time_s))


def test_phones_that_go_and_come_back(tmp_path: Path) -> None:
    choice = random.Random(1)

    def drop(episode: Episode) -> None:
        wait_for_effects(episode, 1)
        for number in range(12):
            phone = choice.choice(episode.phones.phones)
            kind = ("drop", "offline", "unplug", "Post", "Follow")[number % 5]
            if kind in ("Post", "Follow"):
                fault = choice.choice(("drop", "drop_after", "offline", "offline_after"))
                episode.wish(phone, "fault", method="click", kind=fault, target=kind)
                time.sleep(2)
            else:
                episode.wish(phone, kind)
                time.sleep(1)
            episode.wish(phone, "online")
        for phone in episode.phones.phones:
            episode.wish(phone, "clear-faults")

    assert_exact(Episode(tmp_path, wrapping=LOOK_SOON, disturb=drop))


def test_an_adb_server_that_is_killed_and_started_again(tmp_path: Path) -> None:
    with PlainAdbServer(tmp_path) as server:

        class OwnServer(Episode):
            def add_wave(self) -> None:
                self.adb_port = server.port
                server.connect([phone.address for phone in self.phones.phones])
                super().add_wave()

        def restart(episode: Episode) -> None:
            for number in (1, 4, 8, 12):
                wait_for_effects(episode, number)
                server.kill()
                time.sleep(1)
                server.start()
                server.connect([phone.address for phone in episode.phones.phones])

        assert_exact(OwnServer(tmp_path, wrapping=LOOK_SOON, disturb=restart))
