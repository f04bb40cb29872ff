"""A session keeps its stream to uiautomator2 on a phone behind a real adb server, which may end it at any time."""

import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from runner.errors import PhoneError, PhoneTimeout
from runner.phone import rpc
from runner.phone import session as session_module
from runner.phone.fleet import Fleet
from runner.phone.session import Session

pytestmark = pytest.mark.phones

SERIAL = "KEPT01"
NOTES = "org.example.notes"
SHORT_S = 1.0


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL)


@pytest.fixture
def phone(shelf: Any) -> Iterator[Any]:
    """The control interface of a phone that is well before and after."""
    yield shelf[SERIAL]
    shelf[SERIAL].calm()
    shelf.wait_for_states(SERIAL, "device")


@pytest.fixture
def session(shelf: Any, phone: Any) -> Iterator[Session]:
    """On the notes app, with a stream that is kept."""
    opened = Session(Fleet(shelf.adb_port), SERIAL)
    opened.open()
    opened.stop(NOTES)
    opened.launch(NOTES, None)
    opened.screen()
    yield opened
    opened.close()


def shows_editor(session: Session) -> bool:
    return any(element.rid.endswith("note_title_field") for element in session.screen().elements())


def tap_new_note(session: Session) -> None:
    button = next(element for element in session.screen().elements() if element.desc == "New note")
    left, top, right, bottom = button.bounds
    session.tap((left + right) // 2, (top + bottom) // 2)


def reach(session: Session) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            return session.reconnect()
        except PhoneError:
            assert time.monotonic() < until
            time.sleep(0.1)  # nothing tells when an adb server will have a phone


def test_the_phone_closes_a_stream_that_is_idle(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc, "KEPT_S", 3600.0)
    kept = session._calls._kept
    assert kept is not None
    kept.sock.limit(30)
    assert kept.sock.recv(1) == b""
    tap_new_note(session)
    assert shows_editor(session)


def test_uiautomator2_dies_between_two_calls(shelf: Any, session: Session) -> None:
    tap_new_note(session)
    shelf.device(SERIAL).shell("pkill -f com.wetest.uia2")
    session.press("back")
    assert not shows_editor(session)


def test_the_adb_server_is_started_anew_between_two_calls(shelf: Any, session: Session) -> None:
    (server,) = (one for one in psutil.Process(shelf.process.pid).children() if "adb" in one.name())
    server.kill()
    server.wait()  # the phones start it again
    reach(session)
    tap_new_note(session)
    assert shows_editor(session)


def test_an_answer_that_drips_ends_with_the_call(phone: Any, session: Session) -> None:
    phone.fault("dumpWindowHierarchy", "drip", seconds=0.05)
    with pytest.raises(PhoneTimeout):
        session._call("dumpWindowHierarchy", False, 50, timeout_s=SHORT_S)
    tap_new_note(session)
    assert shows_editor(session)


@pytest.mark.parametrize("away", ["unplug", "pause"])
def test_of_a_phone_that_is_away_it_is_sure_that_an_effect_was_not_sent(
    phone: Any, session: Session, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    monkeypatch.setattr(session_module, "CALL_TIMEOUT_S", SHORT_S)
    session.screen()
    phone.post(away)
    with pytest.raises(PhoneError) as caught:
        session.tap_once(1, 1)
    assert caught.value.sent is False
