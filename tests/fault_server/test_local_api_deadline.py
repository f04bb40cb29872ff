"""However slowly a server answers, a call is over in time; and what may have been sent is never said not to be."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest
from api_desk import Desk, all_are, made
from batch_desk import MemoryJournal, make_tasks
from fault_server_process import FaultServer
from until import until

from runner.backends.local_api.client import Client
from runner.clock import SystemClock
from runner.errors import ApiInterrupted, ApiUnreachable, NotTheApi, ServerApiError
from runner.tasks import AttemptOutcome, EffectState

PATIENCE_S = 20.0
"""Much more than the timeout of the calls, much less than a server here takes to answer."""


@pytest.fixture
def client(server: FaultServer) -> Iterator[Client]:
    client = Client(server.url, SystemClock(), timeout_s=0.3)
    with closing(client):
        yield client


def error_of(call: Callable[[], object]) -> ServerApiError:
    """What a call raises within the patience."""
    raised: list[ServerApiError] = []

    def catch() -> None:
        try:
            call()
        except ServerApiError as error:
            raised.append(error)

    thread = threading.Thread(target=catch, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive(), "the call goes on"
    (error,) = raised
    return error


@pytest.mark.parametrize("how", ["drip headers", "drip body"])
def test_an_answer_that_drips_is_given_up_in_time(server: FaultServer, client: Client, how: str) -> None:
    server.reset(faults=[{"call": "GET license/check", "after": how}])
    error = error_of(client.licence)
    assert isinstance(error, ApiInterrupted)
    assert error.message.endswith("no whole answer within 0.3 s")
    assert client.licence().plan_name == "Pro"


@pytest.mark.parametrize("how", ["drip headers", "drip body"])
def test_what_was_done_while_the_answer_dripped_is_found(server: FaultServer, how: str) -> None:
    desk = Desk(server.url, timeout_s=0.3)
    server.reset(faults=[{"after": how}])
    desk.perform(make_tasks(devices=["D1", "D2"]))
    assert made(server) == [("D1", None), ("D2", None)]
    assert desk.outcomes() == 2 * [AttemptOutcome.COMPLETED]


def test_a_drip_before_anything_was_done_is_uncertain(server: FaultServer) -> None:
    desk = Desk(server.url, timeout_s=0.3)
    server.reset(faults=[{"before": "drip headers"}])
    desk.perform(make_tasks())
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]
    assert len(server.requests("POST task")) == 1


def test_an_answer_of_any_size_is_cut_off(server: FaultServer) -> None:
    server.reset(faults=[{"call": "GET task", "after": "flood"}])
    with closing(Client(server.url, SystemClock(), timeout_s=PATIENCE_S)) as client:
        error = error_of(client.tasks)
    assert isinstance(error, NotTheApi)
    assert "more than 16 MB" in error.message


def test_a_server_that_takes_the_request_bit_by_bit_is_given_up() -> None:
    is_over = threading.Event()

    def take(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while not is_over.wait(0.02):
                connection.recv(20_000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take, args=[listener])
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with closing(Client(url, SystemClock(), timeout_s=1.0)) as client:
            error = error_of(lambda: client.create({"script_config": {"captions": "x" * 40_000_000}}))
        is_over.set()
        thread.join(PATIENCE_S)
    assert isinstance(error, ApiInterrupted)
    assert error.sent


@pytest.mark.parametrize(("where", "what"), [(socket, "getaddrinfo"), (httpx.Client, "send")])
def test_a_connection_that_is_not_made_in_time_was_not_used(
    monkeypatch: pytest.MonkeyPatch, where: object, what: str
) -> None:
    """Whether the name takes so long, or this machine has not come to it."""
    may_go_on, go_on = threading.Event(), getattr(where, what)

    def slow(*args: object, **kwargs: object) -> object:
        may_go_on.wait(PATIENCE_S)
        return go_on(*args, **kwargs)

    monkeypatch.setattr(where, what, slow)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        slow_name = Client(f"http://127.0.0.1:{listener.getsockname()[1]}/", SystemClock(), timeout_s=0.3)
        with closing(slow_name):
            error = error_of(lambda: slow_name.create({}))
            may_go_on.set()
            listener.settimeout(PATIENCE_S)
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE_S)
                assert connection.recv(1) == b""
    assert isinstance(error, ApiUnreachable)
    assert not error.sent


# many calls of a batch to a server that hangs


def begin_stuck(
    server: FaultServer, desk: Desk, count: int, *, hangs: str
) -> tuple[MemoryJournal, threading.Thread]:
    """Tasks that all have begun on the server and never end there, and calls of one kind that hang."""
    devices = [f"D{number}" for number in range(count)]
    server.reset(stuck=devices, faults=[{"call": hangs, "slow_s": 3600.0, "times": 99}])
    journal, thread = desk.begin(make_tasks(devices=devices))
    until(lambda: len(journal.deadlines) == count)
    return journal, thread


def test_a_server_that_hangs_is_asked_once_before_our_process_ends(server: FaultServer) -> None:
    desk = Desk(server.url, timeout_s=2.0)
    journal, thread = begin_stuck(server, desk, 8, hangs="POST task/./stop")
    journal.stop.update(journal.open)
    until(lambda: any(path.endswith("stop") for _, path, _ in server.truth()["requests"]))
    journal.leave = True
    thread.join(PATIENCE_S)
    assert desk.outcomes() == 8 * [AttemptOutcome.STOPPED]
    assert len([path for _, path, _ in server.truth()["requests"] if path.endswith("stop")]) < 8


def test_a_licence_that_hangs_is_waited_for_once_by_all_who_ask(server: FaultServer) -> None:
    desk = Desk(server.url, timeout_s=2.0)
    server.reset(faults=[{"call": "GET license/check", "slow_s": 3600.0, "times": 99}])
    threads = [desk.begin(make_tasks(entry=f"e{number}"))[1] for number in range(6)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert all_are(desk.outcomes(), AttemptOutcome.FAILED)
    assert len(desk.outcomes()) == 6
    assert len(server.requests("GET license/check")) < 6


@pytest.mark.parametrize("slow_s", [0.0, 0.1])
def test_what_was_asked_to_stop_is_all_stopped(server: FaultServer, desk: Desk, slow_s: float) -> None:
    slow = {"call": "POST task/[0-9]+/stop", "slow_s": slow_s, "times": 999}
    server.reset(wait_s=3600.0, faults=[slow])
    journal, thread = desk.begin(make_tasks(devices=[f"D{number}" for number in range(20)]))
    until(lambda: len(server.requests("GET task")) > 2)
    journal.stop.update(journal.open)
    thread.join(PATIENCE_S)
    assert desk.outcomes() == 20 * [AttemptOutcome.STOPPED]
    assert all_are(desk.effects(), EffectState.REFUTED)


def test_a_stop_that_hangs_keeps_no_other_task_from_being_stopped(server: FaultServer) -> None:
    desk = Desk(server.url, timeout_s=0.3)
    journal, thread = begin_stuck(server, desk, 4, hangs="POST task/[12]/stop")
    journal.stop.update(journal.open)
    thread.join(PATIENCE_S)
    assert all_are(desk.outcomes(), AttemptOutcome.UNCERTAIN)
    assert [made["stopped"] for made in server.truth()["tasks"]] == ["", "", "stopped", "stopped"]
