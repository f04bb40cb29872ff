"""The table of faults: how each is provoked on a virtual phone, and what becomes of a call and of a task."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from runner.errors import (
    AppMissing,
    AutomationFailed,
    ConnectionLost,
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    ElementMissing,
    NeedsPerson,
    PhoneFull,
    PhoneTimeout,
    RunnerError,
    TaskError,
)
from runner.phone.fleet import Fleet
from runner.phone.session import Session

SERIAL = "TABLE01"
NOTES = "org.example.notes"
REMOTE = "/sdcard/Movies/clip.mp4"

NOT_CONNECTED = {"message": "java.lang.IllegalStateException", "data": "UiAutomation not connected"}
REGISTERED = "java.lang.IllegalStateException: UiAutomationService already registered!"
ALWAYS = 99
BACK, ANY = "back", "any"
"""Of adb's words: it lists the phone as `device` again without anybody's help; it is not asked."""

Strike = Callable[["Table"], object]
Call = Callable[["Table"], object]


class Table:
    """A phone with the notes app in front, and the session of the runner on it."""

    def __init__(self, shelf: Any, folder: Path) -> None:
        self.shelf, self.phone, self.folder = shelf, shelf[SERIAL], folder
        self.session = Session(Fleet(shelf.adb_port), SERIAL)
        self.file = folder / "clip.mp4"
        self.file.write_bytes(b"a film")

    def begin(self) -> None:
        self.session.open()
        self.session.stop(NOTES)
        self.session.launch(NOTES, None)
        (new,) = [one for one in self.session.screen().elements() if one.desc == "New note"]
        left, top, right, bottom = new.bounds
        self.button = (left + right) // 2, (top + bottom) // 2

    def calm(self) -> None:
        """End all that was wrong with the phone."""
        self.phone.calm()
        self.phone.post("storage", free_mb=30_000)
        self.phone.post("lock", on=False)
        self.phone.post("screen", on=True)
        self.shelf.wait_for_states(SERIAL, "device")

    @property
    def taps(self) -> int:
        """How often the button has been pressed: it opens the page of a new note, where it is no more."""
        return sum(one.rid.endswith("note_title_field") for one in self.session.screen().elements())

    @property
    def adb_state(self) -> str:
        """adb's word for the phone; `gone` if adb does not list it."""
        rows = [line.split("\t") for line in self.shelf.adb("devices").stdout.splitlines()]
        return dict(row for row in rows if len(row) == 2).get(self.phone.address, "gone")


def tap(table: Table) -> None:
    table.session.tap(*table.button)


def tap_once(table: Table) -> None:
    table.session.tap_once(*table.button)


def shell(table: Table) -> None:
    table.session.stop("com.nobody")


def push(table: Table) -> None:
    table.session.push(table.file, REMOTE)


def pull(table: Table) -> None:
    table.session.pull(REMOTE, table.folder / "pulled")


def look(table: Table) -> None:
    table.session.screen()


def fault(method: str, kind: str, **more: Any) -> Strike:
    return lambda table: table.phone.fault(method, kind, **more)


def post(name: str, **wish: Any) -> Strike:
    return lambda table: table.phone.post(name, **wish)


def becomes(state: str, name: str) -> Strike:
    """A request to the phone, after which adb calls it so."""
    return lambda table: table.shelf.wait_for_states(SERIAL, state, action=lambda: table.phone.post(name))


def kill_adb_during_the_call(table: Table, kind: str = "hang", **more: Any) -> None:
    """The adb server dies while the phone is about to answer a tap, which with `drip` has happened by then."""
    table.phone.fault("click", kind, **more)
    server = adb_server_of(table.shelf)

    def kill() -> None:
        while table.phone.get()["faults"]:
            threading.Event().wait(0.02)
        os.kill(server, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()


def adb_server_of(shelf: Any) -> int:
    """The process of the phones' own adb server: a child of theirs."""
    host = shelf.process.pid
    return int(Path(f"/proc/{host}/task/{host}/children").read_text().split()[0])


def drop_in_a_pull(table: Table) -> None:
    push(table)
    table.phone.fault("sync:RECV", "drop")


def kill_u2(table: Table) -> None:
    assert table.shelf.device(SERIAL).shell("pkill -f com.wetest.uia2; echo $?") == "0"


def never_starts(table: Table, said: str) -> None:
    kill_u2(table)
    table.phone.fault("shell:app_process", "error", times=ALWAYS, data=said)


def open_and_tap(table: Table) -> None:
    table.session.open()
    table.session.tap(*table.button)


class Then(Enum):
    """What becomes of a task whose flow meets a fault, which can be tried again once."""

    DONE = "its first attempt completes"
    TRIED_AGAIN = "its first attempt fails, and the second one completes"
    FAILS = "both attempts fail"
    WAITS = "it waits for the phone, which costs no try, and completes when that is back"
    WAITS_AFTER_A_TRY = (
        "its first attempt fails; the second one waits for the phone, and completes when that is back"
    )
    HELD_BACK = (
        "the phone is held back after its attempts, which cost no try; it completes when that is released"
    )
    HOLDS = "it fails, and the phone waits for a person"


@dataclass(frozen=True)
class Row:
    """`error` is what the runner raises, None if it copes; `sent` whether the action may have happened, `taps` how
    often the button was pressed in truth (None: that depends on when the phone goes on), `adb` adb's word for the phone
    meanwhile. `then` is what becomes of a task whose flow (see fault_desk.py) meets the fault, `counts` whether the
    phone has failed; what `hits_all` may disturb other phones of the same adb server, too."""

    name: str
    strike: Strike
    call: Call = tap
    error: type[RunnerError] | None = None
    words: str = ""
    sent: bool | None = None
    taps: int | None = 0
    adb: str = "device"
    then: Then | None = None
    counts: bool = False
    flow: str = "press"
    hits_all: bool = False


ROWS = (
    # the way to the phone
    Row(
        "offline",
        becomes("offline", "offline"),
        tap,
        DeviceOffline,
        "device offline",
        False,
        adb="offline",
        then=Then.WAITS,
    ),
    Row(
        "disconnected",
        post("unplug"),
        tap,
        DeviceNotConnected,
        "not found",
        False,
        adb="gone",
        then=Then.WAITS,
    ),
    Row(
        "unauthorized",
        becomes("unauthorized", "unauthorized"),
        tap,
        DeviceUnauthorized,
        "unauthorized",
        False,
        adb="unauthorized",
        then=Then.WAITS,
    ),
    Row(
        "dropped before a tap",
        fault("click", "drop"),
        tap,
        ConnectionLost,
        "call click",
        True,
        adb=BACK,
        then=Then.TRIED_AGAIN,
    ),
    Row(
        "dropped after a tap",
        fault("click", "drop_after"),
        tap,
        ConnectionLost,
        "call click",
        True,
        taps=1,
        adb=BACK,
        then=Then.TRIED_AGAIN,
    ),
    Row(
        "dropped before the one tap",
        fault("click", "drop"),
        tap_once,
        ConnectionLost,
        "call click",
        True,
        adb=BACK,
    ),
    Row(
        "dropped after the one tap",
        fault("click", "drop_after"),
        tap_once,
        ConnectionLost,
        "",
        True,
        taps=1,
        adb=BACK,
    ),
    Row(
        "unplugged inside a tap",
        fault("click", "offline_after"),
        tap,
        ConnectionLost,
        "",
        True,
        taps=1,
        adb=ANY,
        then=Then.WAITS_AFTER_A_TRY,
    ),
    Row(
        "the adb server dies inside a tap",
        kill_adb_during_the_call,
        tap,
        ConnectionLost,
        "",
        True,
        adb=ANY,
        then=Then.TRIED_AGAIN,
        hits_all=True,
    ),
    Row(
        "dropped in a shell command",
        fault("shell:am", "drop"),
        shell,
        ConnectionLost,
        "run `am",
        True,
        adb=BACK,
        then=Then.DONE,
    ),
    Row(
        "dropped in a push",
        fault("sync:SEND", "drop"),
        push,
        ConnectionLost,
        "copy clip.mp4",
        True,
        adb=BACK,
        then=Then.TRIED_AGAIN,
        flow="copy",
    ),
    Row(
        "dropped in a pull",
        drop_in_a_pull,
        pull,
        ConnectionLost,
        "copy /sdcard",
        True,
        adb=BACK,
        then=Then.TRIED_AGAIN,
        flow="fetch",
    ),
    # uiautomator2's server on the phone
    Row("u2 died between calls", kill_u2, tap, taps=1, then=Then.DONE),
    Row(
        "u2 died between calls, and one tap",
        kill_u2,
        tap_once,
        AutomationFailed,
        "",
        False,
    ),
    Row(
        "u2 dies inside a tap",
        fault("click", "kill_u2"),
        tap,
        ConnectionLost,
        "call click",
        True,
        then=Then.TRIED_AGAIN,
    ),
    Row(
        "u2 cannot start",
        lambda table: never_starts(table, "Aborted"),
        tap,
        AutomationFailed,
        "start uiautom",
        True,
        then=Then.HELD_BACK,
    ),
    Row(
        "u2 is registered already",
        lambda table: never_starts(table, REGISTERED),
        tap,
        AutomationFailed,
        "",
        True,
        then=Then.HELD_BACK,
    ),
    Row(
        "UiAutomation not connected, once",
        fault("click", "error", **NOT_CONNECTED),
        tap,
        taps=1,
        then=Then.DONE,
    ),
    Row(
        "UiAutomation not connected",
        fault("click", "error", times=ALWAYS, **NOT_CONNECTED),
        tap,
        AutomationFailed,
        "IllegalState",
        True,
        then=Then.FAILS,
        counts=True,
    ),
    Row(
        "another Java exception",
        fault("click", "error"),
        tap,
        AutomationFailed,
        "IllegalStateExc",
        True,
        then=Then.TRIED_AGAIN,
    ),
    Row(
        "an unknown method",
        lambda table: None,
        lambda table: table.session._call("dance"),
        AutomationFailed,
        "method not found",
        True,
    ),
    Row("HTTP 500, once", fault("click", "http_500"), tap, taps=1, then=Then.DONE),
    Row(
        "HTTP 500, once, and one tap",
        fault("click", "http_500"),
        tap_once,
        AutomationFailed,
        "HTTP 500",
        True,
    ),
    Row(
        "HTTP 500",
        fault("click", "http_500", times=ALWAYS),
        tap,
        AutomationFailed,
        "HTTP 500",
        True,
        then=Then.FAILS,
        counts=True,
    ),
    Row(
        "garbage",
        fault("click", "garbage"),
        tap,
        AutomationFailed,
        "JSONDecodeError",
        True,
        then=Then.TRIED_AGAIN,
    ),
    Row("an empty hierarchy", fault("dumpWindowHierarchy", "null"), look, then=Then.DONE),
    # no answer
    Row(
        "a phone that hangs in a tap",
        fault("click", "hang"),
        tap,
        PhoneTimeout,
        "call click",
        True,
        then=Then.TRIED_AGAIN,
    ),
    Row(
        "a shell command that hangs",
        fault("shell:am", "hang"),
        shell,
        PhoneTimeout,
        "run `am",
        True,
        then=Then.DONE,
    ),
    Row("a phone that hangs", post("pause"), tap, PhoneTimeout, "", None, None, then=Then.WAITS),
    # apps and files
    Row(
        "a missing element",
        lambda table: None,
        lambda table: table.session._call("getText", {"mask": 1, "text": "Nobody", "childOrSibling": []}),
        ElementMissing,
        "no such element",
        then=Then.FAILS,
        flow="seek",
    ),
    Row(
        "no space",
        post("storage", free_mb=0),
        push,
        PhoneFull,
        "no space is left",
        True,
        then=Then.FAILS,
        counts=True,
        flow="copy",
    ),
    # what would succeed in silence
    Row(
        "a start of an app that is not there",
        lambda table: None,
        lambda table: table.session.launch("com.nobody", None),
        AppMissing,
        "not installed",
        then=Then.FAILS,
        flow="visit",
    ),
    Row(
        "a start of a page that the app has not",
        lambda table: None,
        lambda table: table.session.launch(NOTES, ".Nowhere"),
        TaskError,
        "could not start org.example.notes: Error",
    ),
    Row(
        "a pull of a file that is not there",
        lambda table: None,
        lambda table: table.session.pull("/sdcard/nothing", table.folder / "nothing"),
        TaskError,
        "nothing",
        then=Then.FAILS,
        flow="fetch_nothing",
    ),
    Row("the app crashes at a tap", fault("click", "crash"), tap, then=Then.TRIED_AGAIN),
    Row("a tap that is told to have happened", fault("click", "ignored"), tap, then=Then.TRIED_AGAIN),
    Row(
        "one tap that is confirmed by nothing",
        fault("click", "null"),
        tap_once,
        AutomationFailed,
        "confirms",
        True,
    ),
    Row(
        "`adb connect` of a phone that is offline",
        becomes("offline", "offline"),
        lambda table: table.session.reconnect(),
        DeviceOffline,
        "adb lists it",
        False,
        adb="offline",
    ),
    # the screen
    Row("the screen is off", post("screen", on=False), tap),
    Row(
        "the screen is off when a task begins", post("screen", on=False), open_and_tap, taps=1, then=Then.DONE
    ),
    Row("a lock that a swipe opens", post("lock", on=True), open_and_tap, taps=1, then=Then.DONE),
    Row(
        "a lock that wants a code",
        post("lock", on=True, secure=True),
        open_and_tap,
        NeedsPerson,
        "is locked",
        then=Then.HOLDS,
    ),
)
