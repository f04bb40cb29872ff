"""Makes screenshots small enough to keep one of each step."""

import io

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


def size_of(picture: bytes) -> tuple[int, int] | None:
    """Width and height of a picture, from its first bytes; None if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture)) as image:
            return image.size
    except OSError:
        return None


def scale_for(picture: bytes, scale: float) -> float:
    """At which scale the phone makes pictures that are `WIDTH` wide, by one that it has made at another."""
    size = size_of(picture)
    return min(1.0, scale * WIDTH / size[0]) if size is not None else scale


def thumbnail(picture: bytes, serial: str) -> bytes:
    """A picture of a phone's screen, JPEG or PNG, as a JPEG that is hardly wider than `WIDTH`. Raises AutomationFailed
    if it is no picture."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(picture))
        if picture.startswith(_JPEG) and image.width <= WIDTH + _NEARLY:
            return picture  # the phone has made it so
        # A JPEG is decoded at a fraction of its size, which saves most of the time of making it small.
        image.draft("RGB", (WIDTH, WIDTH))
        image.thumbnail((WIDTH, 10 * WIDTH))
    except OSError as error:
        came_back = f"no picture ({len(picture)} bytes)"
        raise phone_error(AutomationFailed, serial, "take a screenshot", came_back) from error
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=QUALITY)
    return jpeg.getvalue()
