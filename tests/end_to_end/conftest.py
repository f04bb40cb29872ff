"""Virtual phones for the tests that use a real adb server."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import adbutils
import pytest
from browsers import chromium
from daemon_process import Daemons
from dashboard_daemon import DashboardDaemon
from local_api_daemon import ApiDaemon
from picture_shelf import PictureShelf
from playwright.sync_api import Browser

from runner.virtual.adbserver import find_adb
from runner.virtual.process import PhonesProcess
from runner.virtual.testing import VirtualPhone


class VirtualPhones:
    """Running virtual phones: `adb_port`, and the phones by serial."""

    def __init__(self, process: PhonesProcess) -> None:
        self.process = process
        self.adb_port = process.adb_server_port
        self.by_serial = {phone.serial: VirtualPhone(phone) for phone in process.phones}

    def __getitem__(self, serial: str) -> VirtualPhone:
        return self.by_serial[serial]

    def adb(
        self, *words: str, data: str | None = None, timeout_s: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """Run the plain adb command against these phones."""
        command = [find_adb(), "-P", str(self.adb_port), *words]
        return subprocess.run(
            command, input=data, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def device(self, serial: str) -> adbutils.AdbDevice:
        """One phone through adbutils."""
        return self[serial].device

    def wait_for_states(self, serial: str, *states: str, action: Callable[[], object] | None = None) -> None:
        """Carry out `action`, and wait until adb has shown the phone in these states, one after the other."""
        waiting = list(states)
        for event in adbutils.AdbClient(port=self.adb_port).track_devices():
            # Only once adb tracks devices: a state before that would be missed.
            if action is not None:
                action, _ = None, action()
            if (event.serial, event.status) == (self[serial].address, waiting[0]):
                waiting.pop(0)
            if not waiting:
                return


Start = Callable[..., VirtualPhones]


@pytest.fixture(scope="module")
def phones() -> Iterator[Start]:
    """Start virtual phones: `phones("SERIAL", ..., folder=None)`. They end with the tests of the file: each adb server
    holds one of the few notifications of files that the system gives to a user."""
    started: list[PhonesProcess] = []

    def start(*serials: str, folder: Path | None = None) -> VirtualPhones:
        process = PhonesProcess(serials, folder)
        started.append(process)
        return VirtualPhones(process.start())

    yield start
    for process in started:
        process.stop()
    assert [process.complaints for process in started if process.complaints] == []


@pytest.fixture(scope="module")
def started(phones: Start) -> VirtualPhones:
    """One virtual phone for all tests of a file."""
    return phones("VIRTUAL01")


@pytest.fixture
def pictures(started: VirtualPhones, tmp_path: Path) -> Iterator[PictureShelf]:
    """That phone with its picture network; nothing may be published or sent there that nobody asked for."""
    shelf = PictureShelf(started, tmp_path)
    shelf.calm_down()
    yield shelf
    assert shelf.harmless()
    shelf.backend.close()


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    """Start daemons on a state directory and a folder of campaigns of their own. They end with the test."""
    daemons = Daemons(tmp_path)
    yield daemons
    daemons.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiDaemon]:
    """A daemon that serves the Local API on two virtual phones, for all tests of a file."""
    daemons = Daemons(tmp_path_factory.mktemp("api"))
    yield ApiDaemon(daemons, tmp_path_factory.getbasetemp()).start()
    daemons.close()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A browser for all tests of a file; `browsers.quiet_page` opens a page in it."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardDaemon]:
    """A daemon with its dashboard, and a campaign on two virtual phones that is due when a test says so, for all tests
    of a file."""
    daemons = Daemons(tmp_path_factory.mktemp("dashboard"))
    yield DashboardDaemon(daemons).start()
    daemons.close()
