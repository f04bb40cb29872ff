"""Screenshots: drawn once for each state of the screen and format."""

import io
from typing import TYPE_CHECKING

from runner.virtual.phone import Phone

if TYPE_CHECKING:
    from PIL import Image


def png(phone: Phone) -> bytes:
    return _cached(phone, "PNG", 1.0, None)


def jpeg(phone: Phone, scale: float = 1.0, quality: int = 80) -> bytes:
    return _cached(phone, "JPEG", scale, quality)


def _cached(phone: Phone, picture_format: str, scale: float, quality: int | None) -> bytes:
    key = (picture_format, scale, quality)
    if key not in phone.pictures:
        picture = _draw(phone, scale)
        buffer = io.BytesIO()
        if quality is None:
            picture.save(buffer, picture_format, compress_level=1)
        else:
            picture.save(buffer, picture_format, quality=quality)
        phone.pictures[key] = buffer.getvalue()
    return phone.pictures[key]


def _draw(phone: Phone, scale: float) -> "Image.Image":
    from runner.virtual.render import draw  # Pillow is loaded with the first screenshot

    is_dark = phone.is_protected or not phone.screen_on
    windows = [] if is_dark else phone.drawn_windows
    toast = None if is_dark else phone.toast_shown
    return draw(windows, phone.width, phone.height, toast, f"{phone.now():%H:%M}", scale)
