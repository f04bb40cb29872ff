"""Makes screenshots small enough to keep one of each step."""

import io

from runner.errors import AutomationFailed
from runner.phone.translate import phone_error

WIDTH = 300
"""Of what is kept, in pixels."""

SCALE = 0.5
"""The phone makes its picture smaller, which is less to encode, to send and to decode; phones are 720 pixels wide, or
more."""


def size_of(picture: bytes) -> tuple[int, int] | None:
    """Width and height of a picture, from its first bytes; None if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture)) as image:
            return image.size
    except OSError:
        return None


def thumbnail(picture: bytes, serial: str) -> bytes:
    """A picture of a phone's screen, JPEG or PNG, as a JPEG that is at most `WIDTH` wide. Raises AutomationFailed if it
    is no picture."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(picture))
        # A JPEG is decoded at a fraction of its size, which saves most of the time of making it small.
        image.draft("RGB", (WIDTH, WIDTH))
        image.thumbnail((WIDTH, 10 * WIDTH))
    except OSError as error:
        came_back = f"no picture ({len(picture)} bytes)"
        raise phone_error(AutomationFailed, serial, "take a screenshot", came_back) from error
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=60)
    return jpeg.getvalue()
