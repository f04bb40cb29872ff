"""Makes screenshots small enough to keep one of each step."""

import io
from functools import lru_cache
from typing import NamedTuple

from runner.errors import AutomationFailed
from runner.phone.translate import phone_error

WIDTH = 300
"""Of what is kept, in pixels."""

SCALE, QUALITY = 0.5, 60
"""The phone makes its picture smaller, which is less to encode, to send and to decode; phones are 720 pixels wide, or
more. This is the scale of the first one, by which the phone's width is known."""

_NEARLY = 2
"""Pixels by which a phone may round the width that it is asked for."""

_JPEG = b"\xff\xd8"


@lru_cache(32)  # of a screenshot several ask, and the next step often leaves the same one
def size_of(picture: bytes) -> tuple[int, int] | None:
    """Width and height of a picture, from its first bytes; None if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture)) as image:
            return image.size
    except OSError:
        return None


class Thumbnail(NamedTuple):
    """A small JPEG, and how wide the picture was of which it was made, in pixels."""

    jpeg: bytes
    made_of: int

    def scale(self, scale: float) -> float:
        """At which scale the phone makes pictures that are `WIDTH` wide, if it has made this one at another."""
        return min(1.0, scale * WIDTH / self.made_of)


def thumbnail(picture: bytes, serial: str) -> Thumbnail:
    """A picture of a phone's screen, JPEG or PNG, as a JPEG that is hardly wider than `WIDTH`. Raises AutomationFailed
    if it is no picture."""
    from PIL import Image

    width, _ = size_of(picture) or (0, 0)
    if picture.startswith(_JPEG) and 0 < width <= WIDTH + _NEARLY:
        return Thumbnail(picture, width)  # the phone has made it so
    try:
        image = Image.open(io.BytesIO(picture))
        # A JPEG is decoded at a fraction of its size, which saves most of the time of making it small.
        image.draft("RGB", (WIDTH, WIDTH))
        image.thumbnail((WIDTH, 10 * WIDTH))
    except OSError as error:
        came_back = f"no picture ({len(picture)} bytes)"
        raise phone_error(AutomationFailed, serial, "take a screenshot", came_back) from error
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=QUALITY)
    return Thumbnail(jpeg.getvalue(), width)
