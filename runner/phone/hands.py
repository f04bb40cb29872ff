"""A person's eyes and hands on a phone: pictures of its screen, and touches, keys and text as they come.

Nothing here decides anything: whoever looks at the picture does.
"""

import base64
import io
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from runner.errors import AutomationFailed, PhoneError
from runner.phone.rpc import ServerGone
from runner.phone.translate import error_text, hint, phone_error, translated

SCALE, QUALITY = 0.5, 70
"""The phone makes its picture half as wide, and as JPEG: that is enough to read, and a third of the work."""

PICTURE_S = 6.0
"""How long a phone may take for a picture: no task begins on it meanwhile."""

BLACK = 8
"""The brightest that a picture is in its middle, of 255, that shows nothing."""

KEYS = {
    "back": "back",
    "home": "home",
    "recents": "recent",
    "enter": "enter",
    "delete": "delete",
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
}
"""uiautomator2's names of keys, by ours."""

WAKE = "wake"
"""The key that switches a dark screen on."""

SWIPE_STEPS_PER_S = 200


class PictureShows(StrEnum):
    """What a picture shows: the screen, or nothing, since that is off, or since the app has it protected."""

    SCREEN = "screen"
    OFF = "off"
    PROTECTED = "protected"


class ScreenPicture(NamedTuple):
    """A JPEG of a screen; `size` is that of the screen in pixels, of which the picture may have fewer."""

    jpeg: bytes
    size: tuple[int, int]
    shown: PictureShows


class Hands:
    """One thread at a time, and only while no task has the phone. Every method raises PhoneError."""

    def __init__(
        self,
        serial: str,
        call: Callable[..., Any],
        shell: Callable[..., str],
        screencap: Callable[[], bytes],
    ) -> None:
        self.serial = serial
        self._call, self._shell, self._screencap = call, shell, screencap

    def picture(self) -> ScreenPicture:
        """What the phone shows now."""
        with translated(self.serial, "take a picture"):
            encoded = self._call("takeScreenshot", SCALE, QUALITY, again=(ServerGone,), timeout_s=PICTURE_S)
            # uiautomator2 takes no picture of a protected screen; Android's own tool gives a black one.
            jpeg = base64.b64decode(encoded) if encoded else _halved(self._screencap())
            (width, height), is_black = _look(jpeg, self.serial)
            size = (round(width / SCALE), round(height / SCALE))
            return ScreenPicture(jpeg, size, self._nothing() if is_black else PictureShows.SCREEN)

    def tap(self, x: int, y: int) -> None:
        self._call("click", x, y)

    def long_press(self, x: int, y: int, duration_s: float) -> None:
        self._call("click", x, y, round(duration_s * 1000))

    def swipe(self, start: tuple[int, int], end: tuple[int, int], duration_s: float) -> None:
        self._call("swipe", *start, *end, max(2, round(duration_s * SWIPE_STEPS_PER_S)))

    def press(self, key: str) -> None:
        """Press one of KEYS, or WAKE."""
        if key == WAKE:
            self._call("wakeUp")
        else:
            self._call("pressKey", KEYS[key])

    def type_text(self, text: str) -> None:
        """Type where the cursor is. The text is in no error and no log: it may be a password."""
        try:
            if text.isascii() and text.isprintable():
                self._type(text)
            else:
                self._paste(text)
        except PhoneError as error:
            # Made anew: what a library said may quote the text, and so may the error that it comes from.
            kind, sent = type(error), error.sent
        else:
            return
        action = f"type {len(text)} characters"
        raise kind(f"{self.serial}: could not {action}", hint=hint(kind), sent=sent)

    def _type(self, text: str) -> None:
        """As a keyboard does. `input` takes %s for a blank, so one that is meant is typed in two parts."""
        for part in text.replace("%s", "%\ns").split("\n"):
            self._shell("input", "text", part.replace(" ", "%s"))

    def _paste(self, text: str) -> None:
        """`input` knows only the letters of ASCII: others go over the phone's clipboard, which is emptied after."""
        self._call("setClipboard", None, text)
        try:
            if self._call("pasteClipboard") is False:
                raise phone_error(AutomationFailed, self.serial, "paste", "no field takes it")
        finally:
            self._call("setClipboard", None, "")

    def _nothing(self) -> PictureShows:
        """Why a picture is black."""
        info = self._call("deviceInfo", timeout_s=PICTURE_S)
        is_on = not isinstance(info, dict) or info.get("screenOn", True)
        return PictureShows.PROTECTED if is_on else PictureShows.OFF


def _halved(png: bytes) -> bytes:
    """A picture of Android's own tool, as uiautomator2 would have made it."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB")
    jpeg = io.BytesIO()
    image.resize((round(image.width * SCALE), round(image.height * SCALE))).save(
        jpeg, "JPEG", quality=QUALITY
    )
    return jpeg.getvalue()


def _look(jpeg: bytes, serial: str) -> tuple[tuple[int, int], bool]:
    """The size of a picture, and whether its middle is black: above and below are the bars of the system, which are
    shown over protected screens too. Raises AutomationFailed if it is no picture."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(jpeg))
        size = image.size
        image.draft("L", (90, 200))  # decoded at an eighth of its size
        small = image.convert("L")
    except OSError as error:
        raise phone_error(AutomationFailed, serial, "take a picture", error_text(error)) from error
    middle = small.crop((0, small.height // 8, small.width, small.height * 7 // 8))
    brightest = middle.getextrema()[1]
    return size, isinstance(brightest, int | float) and brightest <= BLACK
