"""What the runner changes on a phone is undone: after an attempt, and by the next process if one was killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text
from phone_shelf import Shelf, untouched

from runner.backends.device import DeviceBackend
from runner.phone.traces import TraceKind, Traces
from runner.tasks import AttemptOutcome

pytestmark = pytest.mark.phones

FOLDER = "/sdcard/Movies/campaign-runner"

KILLED = """
import sys
from pathlib import Path
from runner.phone.fleet import Fleet
from runner.phone.session import Session
from runner.phone.traces import Traces
port, serial, video, traces = sys.argv[1:]
session = Session(Fleet(int(port)), serial, traces=Traces(Path(traces)))
session.open("a/task")
session.add_to_gallery(Path(video), "video/mp4", ".mp4")
print("copied", flush=True)
sys.stdin.read()
"""


class Traced(Shelf):
    """A shelf whose backend writes its traces down; `unsettled` are the tasks whose effects nobody knows."""

    def __init__(self, phones: Any, folder: Path) -> None:
        super().__init__(phones, folder)
        self.phones, self.folder = phones, folder / "traces"
        self.unsettled: set[str] = set()
        self.begin_anew()

    def begin_anew(self) -> None:
        """As a new process does."""
        self.traces = Traces(self.folder)
        self.backend = DeviceBackend(
            self.settings, traces=self.traces, is_settled=lambda key: key not in self.unsettled
        )

    def adb(self, *words: str) -> str:
        return str(self.phones.adb("-s", self.phone.address, "shell", *words).stdout)

    def sleep(self) -> None:
        self.adb("input", "keyevent", "KEYCODE_SLEEP")

    @property
    def is_on(self) -> bool:
        return bool(self.phone.get()["screen_on"])

    @property
    def media(self) -> list[str]:
        return self.adb(f"ls {FOLDER} 2>/dev/null").split()

    def die(self) -> None:
        """Have a process wake the phone, copy a video to it, and be killed."""
        words = (str(self.settings.adb_port), self.phone.serial, str(self.video), str(self.folder))
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "copied\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def shelf(phones: Any, tmp_path: Path) -> Iterator[Traced]:
    made = phones("VIRTUAL01", "AWAY01")
    shelf = Traced(made, tmp_path)
    shelf.phone = untouched(made, tmp_path, "TRACE").phone
    yield shelf
    shelf.backend.close()


def test_a_screen_that_was_dark_is_dark_again_and_one_that_was_not_stays(shelf: Traced) -> None:
    assert shelf.follow("demo_north").outcome is AttemptOutcome.COMPLETED
    assert shelf.is_on
    shelf.sleep()
    assert shelf.follow("demo_south").outcome is AttemptOutcome.COMPLETED
    assert not shelf.is_on
    assert shelf.traces.serials() == []


def test_media_of_a_post_is_removed_with_its_folder(shelf: Traced) -> None:
    assert shelf.post("hello").outcome is AttemptOutcome.COMPLETED
    assert (shelf.media, shelf.traces.serials()) == ([], [])
    assert "campaign-runner" not in shelf.adb("ls", "/sdcard/Movies")


def test_what_a_killed_process_left_is_undone_by_the_next_one(shelf: Traced) -> None:
    shelf.sleep()
    shelf.die()
    assert shelf.is_on and len(shelf.media) == 1
    shelf.begin_anew()
    assert {one.kind for one in shelf.traces.of(shelf.phone.serial)} == {TraceKind.MEDIA, TraceKind.SCREEN}
    assert shelf.backend.traced() == [shelf.phone.serial]

    shelf.phone.post("rest", seconds=300)
    shelf.backend.undo(shelf.phone.serial, may_sleep=True)

    assert (shelf.is_on, shelf.media, shelf.backend.traced()) == (False, [], [])
    assert not any(shelf.folder.iterdir())


def test_media_stays_while_nobody_knows_whether_it_was_posted(shelf: Traced) -> None:
    shelf.sleep()
    shelf.die()
    shelf.begin_anew()
    shelf.unsettled = {"a/task"}
    assert shelf.backend.traced() == []
    assert shelf.post("the same video").outcome is AttemptOutcome.COMPLETED
    assert len(shelf.media) == 1, "another task had the same file there"
    shelf.unsettled = set()
    assert shelf.backend.traced() == [shelf.phone.serial]
    shelf.backend.undo(shelf.phone.serial, may_sleep=True)
    assert (shelf.media, shelf.traces.serials()) == ([], [])


@pytest.mark.parametrize("has_toggled", [False, True], ids=["in use", "woken anew"])
def test_a_phone_that_a_person_uses_meanwhile_stays_awake(shelf: Traced, *, has_toggled: bool) -> None:
    shelf.sleep()
    shelf.die()
    if has_toggled:
        shelf.sleep()
        shelf.adb("input", "keyevent", "KEYCODE_WAKEUP")
        shelf.phone.post("rest", seconds=300)
    shelf.begin_anew()
    shelf.backend.undo(shelf.phone.serial, may_sleep=True)
    assert (shelf.is_on, shelf.media, shelf.traces.serials()) == (True, [], [])


def test_a_file_that_somebody_has_put_in_its_place_stays(shelf: Traced) -> None:
    shelf.die()
    (name,) = shelf.media
    shelf.adb(f"echo more of it >> {FOLDER}/{name}")
    shelf.begin_anew()
    shelf.backend.undo(shelf.phone.serial, may_sleep=True)
    assert (shelf.media, shelf.traces.serials()) == ([name], [])


def test_a_daemon_undoes_it_once_the_phone_is_back(shelf: Traced, daemons: Daemons) -> None:
    shelf.folder = daemons.state / "traces"
    shelf.die()
    shelf.phone.post("offline")
    daemons.adb_port = shelf.settings.adb_port
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    daemon = daemons.start().ready()
    daemon.wait_for("phone not tidied", serial=shelf.phone.serial)
    assert Traces(shelf.folder).serials() == [shelf.phone.serial]
    shelf.phone.post("online")
    daemon.wait_for("phone tidied", serial=shelf.phone.serial)
    assert (shelf.media, Traces(shelf.folder).serials()) == ([], [])
    assert daemon.end() == 0
