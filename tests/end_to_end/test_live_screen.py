"""What a person sees and does on a virtual phone, through the executor that drives it."""

import io
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from phone_shelf import APP, eventually
from PIL import Image

from runner.backends.device import DeviceBackend
from runner.clock import SystemClock
from runner.errors import PhoneError, PhoneInUse, UsageError
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.live_screen import (
    Key,
    LiveScreens,
    LongPress,
    SwipeInput,
    TapInput,
    TextInput,
    input_of,
)
from runner.execution.state import Mode
from runner.phone.hands import PictureShows
from runner.planning.limits import effective_limits
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger

pytestmark = pytest.mark.phones

SERIAL = "VIRTUAL01"
SECRET = "p%ss wörd 'x' $HOME"
PLAIN = "pl%sin s3cret;"
NUMBER = (0.6, 365 / 1600)
"""Where the number is typed."""
CONTINUE = (0.5, 925 / 1600)


class Desk:
    """One phone on hold, its executor, and the screens of it."""

    def __init__(self, folder: Path, phones: Any) -> None:
        clock = SystemClock()
        self.phone = phones[SERIAL]
        self.file = folder / "ledger.db"
        self.ledger = Ledger.open(f"sqlite:///{self.file}", clock)
        self.backend = DeviceBackend(Settings(folder, "", phones.adb_port, ZoneInfo("UTC")))
        self.executor = Executor(
            ledger=self.ledger,
            artifacts=Artifacts(folder),
            backends={"device": self.backend},
            limiter=Limiter(self.ledger.effects, lambda task: effective_limits({}), ZoneInfo("UTC"), clock),
            clock=clock,
            sink=lambda event: None,
            mode=Mode.daemon(),
        )
        self.executor.start()
        self.screens = LiveScreens(self.executor, self.ledger)
        self.ledger.holds.place(SERIAL, "the app asks for a login")

    def close(self) -> None:
        self.executor.close()
        self.backend.close()
        self.ledger.close()

    def show(self, screen: str) -> None:
        self.phone.app(APP, "show", screen=screen)

    @property
    def settings(self) -> Any:
        return self.phone.memory(APP)["settings"]

    def record(self) -> list[tuple[str, str, str]]:
        return [(one.by, one.kind, one.detail) for one in reversed(self.ledger.actions.of(SERIAL))]


@pytest.fixture
def desk(started: Any, tmp_path: Path, quick_ledgers: None) -> Iterator[Desk]:
    made = Desk(tmp_path, started)
    started.device(SERIAL).shell(f"monkey -p {APP} -c android.intent.category.LAUNCHER 1")
    yield made
    made.phone.calm()
    made.phone.post("protect", on=False)
    made.phone.app(APP, "clear")
    made.close()


def test_a_login_is_cleared_by_hand_and_each_touch_is_on_record(desk: Desk) -> None:
    desk.show("short_login")
    loan = desk.screens.borrow(SERIAL, "anna")
    before = desk.screens.frame(SERIAL)
    assert before.picture.size == (720, 1600) and before.picture.shown is PictureShows.SCREEN
    assert Image.open(io.BytesIO(before.picture.jpeg)).size == (360, 800)
    desk.screens.touch(SERIAL, loan.id, TapInput(NUMBER))
    desk.screens.touch(SERIAL, loan.id, TextInput("0700000000"))
    assert desk.settings["typed_number"] == "0700000000"
    assert desk.screens.frame(SERIAL).tag != before.tag
    desk.screens.touch(SERIAL, loan.id, TapInput(CONTINUE))
    assert desk.settings["interruption"] == ""
    assert desk.record() == [
        ("anna", "input", "tap 432,365"),
        ("anna", "input", "typed 10 characters"),
        ("anna", "input", "tap 360,925"),
    ]


@pytest.mark.parametrize("text", [SECRET, PLAIN])
def test_typed_text_arrives_and_is_kept_nowhere(
    desk: Desk, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.phone.app(APP, "clear")
    desk.show("short_login")
    loan = desk.screens.borrow(SERIAL, "anna")
    desk.screens.touch(SERIAL, loan.id, TapInput(NUMBER))
    while desk.settings["typed_number"]:
        desk.screens.touch(SERIAL, loan.id, Key("delete"))
    desk.screens.touch(SERIAL, loan.id, TextInput(text))
    assert desk.settings["typed_number"] == text
    assert ("anna", "input", f"typed {len(text)} characters") in desk.record()
    assert text not in repr(TextInput(text))
    kept = b"".join(path.read_bytes() for path in desk.file.parent.rglob("*") if path.is_file())
    for part in (text, text.replace(" ", "%s"), text.split(maxsplit=1)[0]):
        assert part.encode() not in kept and part not in caplog.text


def test_a_failure_to_type_does_not_tell_the_text(desk: Desk) -> None:
    loan = desk.screens.borrow(SERIAL, "anna")
    desk.screens.frame(SERIAL)
    desk.phone.fault("setClipboard", "error", message=SECRET)
    with pytest.raises(PhoneError) as raised:
        desk.screens.touch(SERIAL, loan.id, TextInput(SECRET))
    assert raised.value.message == f"{SERIAL}: could not type {len(SECRET)} characters"
    assert raised.value.__cause__ is None and raised.value.__context__ is None


def test_keys_and_swipes_arrive(desk: Desk) -> None:
    loan = desk.screens.borrow(SERIAL, "anna")
    desk.screens.touch(SERIAL, loan.id, Key("home"))
    assert desk.phone.get()["package"] != APP
    for made in (SwipeInput((0.5, 0.8), (0.5, 0.2)), LongPress((0.5, 0.5)), Key("back"), Key("recents")):
        desk.screens.touch(SERIAL, loan.id, made)
    assert [detail for _, _, detail in desk.record()] == [
        "key home",
        "swipe 360,1280 to 360,320",
        "long press 360,800",
        "key back",
        "key recents",
    ]


def test_a_dark_and_a_protected_screen_say_so(desk: Desk, started: Any) -> None:
    loan = desk.screens.borrow(SERIAL, "anna")
    started.device(SERIAL).shell("input keyevent 223")
    assert desk.screens.frame(SERIAL).picture.shown is PictureShows.OFF
    desk.screens.touch(SERIAL, loan.id, Key("wake"))
    assert desk.screens.frame(SERIAL).picture.shown is PictureShows.SCREEN
    desk.phone.post("protect", on=True)
    shown = eventually(lambda: desk.screens.frame(SERIAL).picture.shown is PictureShows.PROTECTED)
    assert shown
    assert desk.screens.frame(SERIAL).picture.size == (720, 1600)


def test_a_phone_is_touched_only_on_hold_and_only_by_whoever_has_it(desk: Desk) -> None:
    loan = desk.screens.borrow(SERIAL, "anna")
    with pytest.raises(PhoneInUse, match="in the hands of anna"):
        desk.screens.borrow(SERIAL, "bob")
    with pytest.raises(PhoneInUse):
        desk.screens.touch(SERIAL, "another", Key("home"))
    desk.ledger.holds.release(SERIAL)
    with pytest.raises(UsageError, match="is not on hold"):
        desk.screens.touch(SERIAL, loan.id, Key("home"))
    desk.screens.give_back(SERIAL, loan.id)
    with pytest.raises(UsageError, match="is not on hold"):
        desk.screens.borrow(SERIAL, "anna")
    assert desk.record() == []
    assert desk.screens.frame(SERIAL).picture.jpeg  # an idle phone may be looked at


def test_all_who_watch_a_phone_share_its_pictures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    session = desk.executor.session(SERIAL)
    real = session.hands

    def hands() -> Any:
        taken.append(SERIAL)
        return real()

    monkeypatch.setattr(session, "hands", hands)
    monkeypatch.setattr("runner.execution.live_screen.LEAST_S", 30.0)
    watching = [threading.Thread(target=desk.screens.frame, args=[SERIAL]) for _ in range(12)]
    for thread in watching:
        thread.start()
    for thread in watching:
        thread.join()
    assert len(taken) == 1


def test_a_phone_that_is_away_says_so(desk: Desk) -> None:
    desk.phone.post("unplug")
    with pytest.raises(PhoneError):
        desk.screens.frame(SERIAL)


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"kind": "tap", "x": 0.5, "y": 1}, TapInput((0.5, 1.0))),
        ({"kind": "long_press", "x": 0, "y": 0}, LongPress((0.0, 0.0))),
        (
            {"kind": "swipe", "x": 0, "y": 0, "to_x": 1, "to_y": 1, "seconds": 99},
            SwipeInput((0, 0), (1, 1), 3.0),
        ),
        ({"kind": "key", "key": "wake"}, Key("wake")),
        ({"kind": "text", "text": "ä"}, TextInput("ä")),
    ],
)
def test_what_a_page_says_is_an_input(said: dict[str, object], made: object) -> None:
    assert input_of(said) == made


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"kind": "shell", "text": "reboot"},
        {"kind": "tap", "x": 2, "y": 0},
        {"kind": "tap", "x": "1", "y": 0},
        {"kind": "tap", "x": float("nan"), "y": 0},
        {"kind": "swipe", "x": 0, "y": 0},
        {"kind": "key", "key": "power"},
        {"kind": "text", "text": ""},
        {"kind": "text", "text": "x" * 1001},
        {"kind": "text", "text": 7},
    ],
)
def test_what_is_no_input_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        input_of(said)
