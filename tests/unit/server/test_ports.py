"""The daemon's address: taken at once, or refused with who has it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from runner.errors import RunnerError, UsageError
from runner.server.ports import is_loopback, listen, url_of

LISTEN = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other() -> Iterator[tuple[int, int]]:
    """The pid of another process, and the port on which it listens."""
    process = subprocess.Popen(
        [sys.executable, "-c", LISTEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())


def test_port_0_is_a_free_one_and_its_url_says_which() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert url_of(listening) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)):
            pass


def test_a_port_that_is_taken_names_the_process_and_the_option(other: tuple[int, int]) -> None:
    pid, port = other
    with pytest.raises(RunnerError) as refused:
        listen("127.0.0.1", port)
    assert f"cannot serve on 127.0.0.1:{port}: process {pid} (" in refused.value.message
    assert "--port" in str(refused.value.hint)


def test_a_port_that_was_just_left_can_be_taken_again() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = first.accept()
        accepted.close()  # this side closes first, so the port lingers in TIME_WAIT
        client.close()
    with listen("127.0.0.1", port) as second:
        assert second.getsockname()[1] == port


def test_a_host_of_another_machine_is_refused() -> None:
    with pytest.raises(RunnerError, match=r"cannot serve on 192\.0\.2\.1:0") as refused:
        listen("192.0.2.1", 0)  # TEST-NET-1
    assert "--host" in str(refused.value.hint)


def test_a_name_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"no address has this name"):
        listen("no.such.host.invalid", 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may take any port")
def test_the_systems_ports_are_refused_with_what_to_do() -> None:
    with pytest.raises(RunnerError, match="Permission denied") as refused:
        listen("127.0.0.1", 1)
    assert "1024" in str(refused.value.hint)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_what_only_this_machine_reaches(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_any_other_host_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)
