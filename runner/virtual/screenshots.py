"""Screenshots: drawn once for each state of the screen and format."""

import io
import struct
from typing import TYPE_CHECKING

from runner.virtual.phone import Phone

if TYPE_CHECKING:
    from PIL import Image

_RAW, _FRAMEBUFFER = struct.Struct("<4I"), struct.Struct("<14I")
_RGBA_8888, _SRGB = 1, 1
_PLACES = (0, 8, 16, 8, 8, 8, 24, 8)
"""Where red, blue, green and alpha begin in a pixel, each with its length, in bits."""


def png(phone: Phone) -> bytes:
    return _cached(phone, "PNG", 1.0, None)


def jpeg(phone: Phone, scale: float = 1.0, quality: int = 80) -> bytes:
    return _cached(phone, "JPEG", scale, quality)


def raw(phone: Phone) -> bytes:
    """As `screencap` writes it without -p: width, height, format, color space, and four bytes for each pixel."""
    return _RAW.pack(phone.width, phone.height, _RGBA_8888, _SRGB) + _pixels(phone)


def framebuffer(phone: Phone) -> bytes:
    """As the adb daemon sends it: a header of version 2, and four bytes for each pixel."""
    pixels = _pixels(phone)
    about = (2, 32, _SRGB, len(pixels), phone.width, phone.height)
    return _FRAMEBUFFER.pack(*about, *_PLACES) + pixels


def _pixels(phone: Phone) -> bytes:
    key = "RGBA"
    if key not in phone.pictures:
        phone.pictures[key] = _draw(phone, 1.0).convert("RGBA").tobytes()
    return phone.pictures[key]


def picture(phone: Phone) -> "Image.Image":
    """The screen as it is, in the mode RGB."""
    return _draw(phone, 1.0)


def _cached(phone: Phone, picture_format: str, scale: float, quality: int | None) -> bytes:
    key = (picture_format, scale, quality)
    if key not in phone.pictures:
        drawn = _draw(phone, scale)
        buffer = io.BytesIO()
        if quality is None:
            drawn.save(buffer, picture_format, compress_level=1)
        else:
            drawn.save(buffer, picture_format, quality=quality)
        phone.pictures[key] = buffer.getvalue()
    return phone.pictures[key]


def _draw(phone: Phone, scale: float) -> "Image.Image":
    from runner.virtual.render import draw  # Pillow is loaded with the first screenshot

    is_dark = phone.is_protected or not phone.screen_on
    windows = [] if is_dark else phone.drawn_windows
    toast = None if is_dark else phone.toast_shown
    return draw(windows, phone.width, phone.height, toast, f"{phone.now():%H:%M}", scale)
