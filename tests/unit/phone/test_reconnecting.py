"""Tries to reach a phone again: by which way, and ever less often."""

import adbutils
import pytest

from runner.errors import AdbUnavailable
from runner.phone.reconnecting import Reconnects
from runner.phone.transport import AdbServer


class Server(AdbServer):
    """Writes down what adb is asked; `error` is what it answers."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.error = error

    def connect(self, addr: str, timeout: float | None = None) -> str:
        return self.ask(f"connect {addr}", 0)

    def ask(self, question: str, timeout_s: float) -> str:
        self.asked.append(question)
        if self.error:
            raise self.error
        return "already connected"


def test_the_wait_between_tries_doubles_until_the_phone_is_back() -> None:
    now = [0.0]
    reconnects, server = Reconnects(lambda: now[0]), Server()
    tried = []
    while now[0] < 4000:
        if reconnects.is_due("A"):
            reconnects.reach(server, "A", "10.0.0.5:5555", is_listed=False)
            tried.append(now[0])
        now[0] += 5
    assert tried == [0, 15, 45, 105, 225, 465, 945, 1845, 2745, 3645]
    reconnects.is_back("A")
    assert reconnects.is_due("A")


def test_a_cable_is_asked_for_only_while_adb_lists_the_phone() -> None:
    reconnects, server = Reconnects(), Server()
    reconnects.reach(server, "A", "R58M1", is_listed=True)
    reconnects.reach(server, "B", "R58M2", is_listed=False)
    reconnects.reach(server, "C", "10.0.0.5:5555", is_listed=True)
    assert server.asked == ["host-serial:R58M1:reconnect", "connect 10.0.0.5:5555"]


def test_what_adb_answers_is_not_the_end_of_it() -> None:
    reconnects = Reconnects()
    reconnects.reach(Server(adbutils.AdbError("failed to connect")), "A", "10.0.0.5:5555", is_listed=False)
    assert not reconnects.is_due("A")
    with pytest.raises(AdbUnavailable):
        unavailable = AdbUnavailable("no adb server answers", sent=False)
        reconnects.reach(Server(unavailable), "B", "10.0.0.5:5555", is_listed=False)
