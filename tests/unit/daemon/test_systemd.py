import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runner.daemon.systemd import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A service manager's socket, and NOTIFY_SOCKET as it would set it."""
    name = f"@runner-test-{secrets.token_hex(8)}" if request.param == "abstract" else str(tmp_path / "notify")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.settimeout(5)
        listener.bind(name.replace("@", "\0"))
        yield name, listener


def test_it_says_what_systemd_knows_how_to_read(manager: tuple[str, socket.socket]) -> None:
    address, listener = manager
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address})

    notifier.ready("3 campaigns in force")
    notifier.status("2 tasks run\nnext at 09:00")
    notifier.alive()
    notifier.stopping("2 tasks are ending")

    assert [listener.recv(4096).decode() for _ in range(4)] == [
        "READY=1\nSTATUS=3 campaigns in force",
        "STATUS=2 tasks run next at 09:00",
        "WATCHDOG=1",
        "STOPPING=1\nSTATUS=2 tasks are ending",
    ]


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1234"])
def test_without_a_socket_that_it_knows_it_says_nothing(address: str) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})

    notifier.ready("ready")

    assert notifier.alive_every_s is None


def test_nobody_listening_is_no_failure(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).ready("ready")


def test_a_full_socket_does_not_make_the_daemon_wait(tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(str(tmp_path / "notify"))
        notifier = Notifier(str(tmp_path / "notify"))

        for _ in range(10_000):
            notifier.alive()

        assert listener.recv(64) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(variables: dict[str, str], seconds: float | None) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": "/run/systemd/notify", **variables})

    assert notifier.alive_every_s == seconds
