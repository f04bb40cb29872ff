"""The live screen: what a phone shows now, and what a person does on it. Nothing here acts by itself.

A picture is taken only while no task has the phone, and none begins meanwhile. A phone is touched only while it is on
hold, by whoever has it in his hands, and each touch is on record before it is made.
"""

import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from runner.errors import UsageError
from runner.execution.executor import Executor
from runner.execution.loans import Loan
from runner.phone.hands import KEYS, WAKE, Hands, ScreenPicture
from runner.store.actions import ActionKind
from runner.store.ledger import Ledger

LEAST_S = 0.3
"""How long lies between two pictures of a phone at least, however many people watch it."""

MOST_TEXT = 1000
"""How many characters may be typed at once."""


class Input(Protocol):
    """Something that a person does on a phone; places are parts of the screen, from 0 to 1."""

    def words(self, size: tuple[int, int]) -> str:
        """What is put on record, of a screen of this size."""
        ...

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        """Do it. Raises PhoneError."""
        ...


Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TapInput:
    at: Place

    def words(self, size: tuple[int, int]) -> str:
        return f"tap {_told(self.at, size)}"

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        hands.tap(*_pixels(self.at, size))


@dataclass(frozen=True, slots=True)
class LongPress:
    at: Place
    duration_s: float = 1.0

    def words(self, size: tuple[int, int]) -> str:
        return f"long press {_told(self.at, size)}"

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        hands.long_press(*_pixels(self.at, size), self.duration_s)


@dataclass(frozen=True, slots=True)
class SwipeInput:
    start: Place
    end: Place
    duration_s: float = 0.3

    def words(self, size: tuple[int, int]) -> str:
        return f"swipe {_told(self.start, size)} to {_told(self.end, size)}"

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        hands.swipe(_pixels(self.start, size), _pixels(self.end, size), self.duration_s)


@dataclass(frozen=True, slots=True)
class Key:
    name: str

    def __post_init__(self) -> None:
        if self.name not in KEYS and self.name != WAKE:
            raise UsageError(f"there is no key {self.name!r}", hint=f"keys: {', '.join([*KEYS, WAKE])}")

    def words(self, size: tuple[int, int]) -> str:
        return f"key {self.name}"

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        hands.press(self.name)


@dataclass(frozen=True, slots=True)
class TextInput:
    """Its text is shown nowhere: it may be a password."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= MOST_TEXT:
            raise UsageError(f"from 1 to {MOST_TEXT} characters can be typed at once")

    def words(self, size: tuple[int, int]) -> str:
        count = len(self.text)
        return f"typed {count} character{'' if count == 1 else 's'}"

    def do(self, hands: Hands, size: tuple[int, int]) -> None:
        hands.type_text(self.text)


@dataclass(frozen=True, slots=True)
class ScreenFrame:
    """A picture of a phone; `tag` is the same as long as the picture is, `taken` in monotonic seconds."""

    picture: ScreenPicture
    tag: str
    taken: float


@dataclass(slots=True)
class _Screen:
    """The newest frame of a phone. Whoever has the lock talks to the phone."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    frame: ScreenFrame | None = None


class LiveScreens:
    """The phones of an executor, for people. Any thread may call it."""

    def __init__(self, executor: Executor, ledger: Ledger) -> None:
        self._executor = executor
        self._ledger = ledger
        self._screens: dict[str, _Screen] = {}

    def frame(self, serial: str) -> ScreenFrame:
        """What a phone shows now, or has shown LEAST_S ago: all who watch it share its pictures.

        Raises PhoneInUse while a task has the phone, and PhoneError.
        """
        screen = self._screen(serial)
        with screen.lock:
            frame = screen.frame
            if frame is not None and time.monotonic() - frame.taken < LEAST_S:
                return frame
            with self._executor.glance(serial):
                return self._take(serial, screen)

    def borrow(self, serial: str, by: str, loan_id: str | None = None) -> Loan:
        """Give a phone that is on hold into somebody's hands. Raises UsageError if it is not on hold, PhoneInUse."""
        self._need_hold(serial)
        return self._executor.lend(serial, by, loan_id)

    def touch(self, serial: str, loan_id: str, made: Input) -> None:
        """Do what a person does, and put it on record first. Raises UsageError if the phone is not on hold any more,
        PhoneInUse if it is not in this person's hands any more, and PhoneError."""
        screen = self._screen(serial)
        # Asked once nobody else talks to the phone: that may have taken longer than the loan lasts.
        with screen.lock, self._executor.using(serial, loan_id) as loan:
            self._need_hold(serial)
            frame = screen.frame or self._take(serial, screen)
            size = frame.picture.size
            self._ledger.actions.note(loan.by, ActionKind.INPUT, serial, made.words(size))
            made.do(self._executor.session(serial).hands(), size)
            screen.frame = None  # whoever looks next sees what became of it

    def give_back(self, serial: str, loan_id: str | None = None) -> None:
        """End a loan, or any of the phone."""
        self._executor.give_back(serial, loan_id)

    def lent(self, serial: str) -> Loan | None:
        """Who has a phone in his hands, if anybody."""
        return self._executor.lent(serial)

    def _need_hold(self, serial: str) -> None:
        if all(hold.device != serial for hold in self._ledger.holds.current()):
            raise UsageError(
                f"{serial} is not on hold: it is touched only while no task may begin on it",
                hint="put it on hold first, and release it when you are done",
            )

    def _screen(self, serial: str) -> _Screen:
        return self._screens.setdefault(serial, _Screen())

    def _take(self, serial: str, screen: _Screen) -> ScreenFrame:
        picture = self._executor.session(serial).hands().picture()
        tag = sha256(picture.jpeg).hexdigest()[:20]
        screen.frame = ScreenFrame(picture, tag, time.monotonic())
        return screen.frame


def _pixels(place: Place, size: tuple[int, int]) -> tuple[int, int]:
    """A place in pixels, always on the screen."""
    x, y = (min(max(round(part * side), 0), side - 1) for part, side in zip(place, size, strict=True))
    return x, y


def _told(place: Place, size: tuple[int, int]) -> str:
    return ",".join(map(str, _pixels(place, size)))


def input_of(said: dict[str, object]) -> Input:
    """What a page says that a person does. Raises UsageError for what is none."""
    try:
        match said.get("kind"):
            case "tap":
                return TapInput(_place(said, "x", "y"))
            case "long_press":
                return LongPress(_place(said, "x", "y"))
            case "swipe":
                lasts_s = min(max(_number(said.get("seconds", 0.3)), 0.05), 3.0)
                return SwipeInput(_place(said, "x", "y"), _place(said, "to_x", "to_y"), lasts_s)
            case "key":
                return Key(str(said.get("key")))
            case "text" if isinstance(text := said.get("text"), str):
                return TextInput(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    raise UsageError("that is no input", hint="kinds: tap, long_press, swipe, key, text")


def _place(said: dict[str, object], x: str, y: str) -> Place:
    place = (_number(said.get(x)), _number(said.get(y)))
    if not all(0 <= part <= 1 for part in place):
        raise ValueError("a place is two parts of the screen, from 0 to 1")
    return place


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a place is two numbers")
    return float(value)
