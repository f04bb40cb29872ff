"""A stream to uiautomator2's server is used again where that can do no harm, and a call ends when its time is up."""

import socket
import threading
from typing import Any

import pytest
from scripted_phone import CALL_S, ScriptedPhone, answer

from runner import errors
from runner.phone import rpc

LOOK, INPUT = "dumpWindowHierarchy", "click"


def call(
    calls: rpc.Calls, phone: Any, method: str = LOOK, *, timeout_s: float = CALL_S, anew: bool = False
) -> Any:
    return calls.call(phone, method, [], timeout_s=timeout_s, anew=anew)


@pytest.fixture
def calls() -> rpc.Calls:
    return rpc.Calls("S1")


def test_calls_share_a_stream(calls: rpc.Calls) -> None:
    with ScriptedPhone(answer("one"), answer("two"), answer("three")) as phone:
        assert [call(calls, phone, method) for method in (LOOK, INPUT, LOOK)] == ["one", "two", "three"]
    assert (phone.opened, phone.asked) == (1, [LOOK, INPUT, LOOK])


def test_a_large_answer_leaves_the_stream_as_good_as_new(calls: rpc.Calls) -> None:
    large = "a <node>" * 100_000
    with ScriptedPhone(answer(large), answer("small")) as phone:
        assert [call(calls, phone), call(calls, phone)] == [large, "small"]
    assert phone.opened == 1


@pytest.mark.parametrize("method", [LOOK, INPUT])
def test_a_stream_that_the_phone_has_closed_is_opened_anew(calls: rpc.Calls, method: str) -> None:
    with ScriptedPhone() as phone:
        call(calls, phone)
        phone.close_streams()
        assert call(calls, phone, method) is True
    assert (phone.opened, phone.asked) == (2, [LOOK, method])


def test_a_look_is_repeated_when_the_phone_closes_its_stream_meanwhile(calls: rpc.Calls) -> None:
    with ScriptedPhone(answer(), None, answer("seen")) as phone:
        call(calls, phone)
        assert call(calls, phone) == "seen"
    assert (phone.opened, phone.asked) == (2, [LOOK, LOOK, LOOK])


def test_an_input_is_not_repeated_then_since_it_may_have_happened(calls: rpc.Calls) -> None:
    with ScriptedPhone(answer(), None) as phone:
        call(calls, phone)
        with pytest.raises(errors.ConnectionLost) as caught:
            call(calls, phone, INPUT)
    assert caught.value.sent is True
    assert phone.asked == [LOOK, INPUT]


def test_a_look_on_a_new_stream_is_not_repeated(calls: rpc.Calls) -> None:
    with ScriptedPhone(None) as phone, pytest.raises(errors.ConnectionLost):
        call(calls, phone)
    assert phone.asked == [LOOK]


def test_a_call_may_ask_for_a_stream_of_its_own(calls: rpc.Calls) -> None:
    with ScriptedPhone() as phone:
        call(calls, phone)
        call(calls, phone, INPUT, anew=True)
        call(calls, phone)  # goes over the newer one
    assert (phone.opened, phone.asked) == (2, [LOOK, INPUT, LOOK])


def test_a_stream_that_was_silent_for_long_is_not_used_again(
    calls: rpc.Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "KEPT_S", -1.0)
    with ScriptedPhone() as phone:
        call(calls, phone)
        call(calls, phone)
    assert phone.opened == 2


def test_a_stream_leads_to_the_phone_for_which_it_was_opened(calls: rpc.Calls) -> None:
    with ScriptedPhone() as phone, ScriptedPhone() as other:
        call(calls, phone)
        call(calls, other)
    assert (phone.opened, other.opened) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [
        answer(head="Connection: close\r\n"),
        answer(head="connection:CLOSE\r\n"),
        answer(version="1.0"),
    ],
)
def test_only_a_stream_that_the_phone_keeps_is_kept(calls: rpc.Calls, said: bytes) -> None:
    with ScriptedPhone(said, answer("next")) as phone:
        call(calls, phone)
        assert call(calls, phone) == "next"
    assert phone.opened == 2


def test_an_answer_in_chunks_is_read(calls: rpc.Calls) -> None:
    body = b'5\r\n{"res\r\n9\r\nult": 17}\r\n0\r\n\r\n'
    with ScriptedPhone(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body) as phone:
        assert [call(calls, phone), call(calls, phone)] == [17, True]
    assert phone.opened == 1


def test_bytes_that_nobody_asked_for_are_the_answer_to_nothing(calls: rpc.Calls) -> None:
    with ScriptedPhone(answer("asked") + answer("not asked"), answer("next")) as phone:
        assert [call(calls, phone), call(calls, phone)] == ["asked", "next"]
    assert phone.opened == 2


def test_an_answer_without_a_body_is_none(calls: rpc.Calls) -> None:
    nothing = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with ScriptedPhone(nothing) as phone, pytest.raises(errors.AutomationFailed):
        call(calls, phone)


def test_each_screen_is_the_one_that_was_answered(calls: rpc.Calls) -> None:
    screens = ["<one/>", "<one/>", "<two/>", "<one/>"]
    with ScriptedPhone(*map(answer, screens)) as phone:
        assert [call(calls, phone) for _ in screens] == screens


def test_an_answer_that_ends_early_is_a_lost_connection(calls: rpc.Calls) -> None:
    def half(stream: socket.socket) -> None:
        stream.sendall(answer("a long word")[:-5])
        stream.shutdown(socket.SHUT_RDWR)

    with ScriptedPhone(half) as phone, pytest.raises(errors.ConnectionLost) as caught:
        call(calls, phone)
    assert caught.value.sent is True


@pytest.mark.parametrize("whole", [answer("x" * 500), b"HTTP/1.1 200 OK\r\n" + b"X-More: of this\r\n" * 50])
def test_an_answer_that_comes_byte_by_byte_ends_when_its_time_is_up(calls: rpc.Calls, whole: bytes) -> None:
    over = threading.Event()

    def drip(stream: socket.socket) -> None:
        for byte in whole:
            stream.sendall(bytes([byte]))
            if over.wait(0.02):
                return

    with ScriptedPhone(drip) as phone:
        with pytest.raises(errors.PhoneTimeout) as caught:
            call(calls, phone, timeout_s=0.3)
        over.set()
        assert caught.value.sent is True
        assert call(calls, phone) is True  # on a new stream: the rest of that answer is nobody's
    assert phone.opened == 2


def test_hanging_up_closes_the_stream_that_is_kept(calls: rpc.Calls) -> None:
    with ScriptedPhone() as phone:
        call(calls, phone)
        calls.hang_up()
        calls.hang_up()
        call(calls, phone)
    assert phone.opened == 2
