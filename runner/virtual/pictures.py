"""Invented pictures: what a video, a face or a verification looks like, by a seed."""

import hashlib
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageOps

_Color = tuple[int, ...]
_WIDTH, _HEIGHT = 180, 320
"""Size of the landscapes, which are scaled to where they are shown."""


@lru_cache(maxsize=16)  # one that fills the screen takes 3 MB, and to scale it takes longer than all else
def picture(seed: str, size: tuple[int, int]) -> Image.Image:
    """The picture of a seed, filling `size` undistorted: a landscape, or what `face/` and `puzzle/` say.

    It is shared by all who ask for it: not to be drawn on.
    """
    kind, _, _ = seed.partition("/")
    if kind == "face":
        return _face(seed).resize(size, Image.Resampling.BILINEAR)
    if kind == "puzzle":
        return _puzzle(seed, size)
    return ImageOps.fit(_landscape(seed), size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=128)
def round_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A rounded rectangle with smooth edges, white on black."""
    width, height = size
    mask = Image.new("L", (width * 2, height * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 2 - 1, height * 2 - 1), radius * 2, fill=255)
    return mask.resize(size, Image.Resampling.BILINEAR)


@lru_cache(maxsize=128)
def _landscape(seed: str) -> Image.Image:
    """A sky with a sun, and three rows of hills, each darker than the one behind."""
    digest = hashlib.sha256(seed.encode()).digest()
    hue, width, height = digest[0] * 360 // 256, _WIDTH * 2, _HEIGHT * 2
    image = _gradient(_hsl(hue, 60, 24), _hsl(hue + 50, 70, 66), (width, height))
    pen = ImageDraw.Draw(image)
    x, y, radius = width // 4 + digest[1] % (width // 2), 110 + digest[2] % 160, 40 + digest[3] % 30
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_hsl(hue + 60, 90, 80))
    for layer in range(3):
        foot = 340 + 90 * layer
        heights = [foot + (digest[4 + layer * 8 + n] % 90) for n in range(8)]
        points = [(n * width // 7, height_px) for n, height_px in enumerate(heights)]
        pen.polygon(
            [(0, height), *points, (width, height)], fill=_hsl(hue + 160 + 15 * layer, 38, 34 - 11 * layer)
        )
    return image.reduce(2)


@lru_cache(maxsize=128)
def _face(seed: str) -> Image.Image:
    digest = hashlib.sha256(seed.encode()).digest()
    hue, variant = digest[0] * 360 // 256, digest[1]
    image = Image.new("RGB", (192, 192), _hsl(hue, 55, 62))
    pen = ImageDraw.Draw(image)
    pen.ellipse((32, 136, 160, 264), fill=_hsl(hue + 180, 45, 40))
    pen.rectangle((80, 120, 112, 150), fill=_hsl(18 + variant % 20, 45, 40 + variant % 30))
    pen.ellipse((58, 44, 134, 134), fill=_hsl(18 + variant % 20, 45, 48 + variant % 32))
    pen.pieslice((52, 28, 140, 124), 180, 360, fill=_hsl(variant % 40, 35, 20))
    return image.reduce(2)


def _puzzle(seed: str, size: tuple[int, int]) -> Image.Image:
    """A picture with a piece missing, over a slider: a verification that no program should answer."""
    width, height = size
    image = Image.new("RGB", size, "#f1f1f2")
    panel = (width * 8 // 10, height // 4)
    left, top = width // 10, height // 3
    image.paste(ImageOps.fit(_landscape(seed), panel, Image.Resampling.BICUBIC), (left, top))
    pen = ImageDraw.Draw(image)
    piece = width // 8
    x, y = left + panel[0] * 6 // 10, top + panel[1] // 3
    pen.rounded_rectangle((x, y, x + piece, y + piece), 12, fill="#3a3a3c")
    pen.rounded_rectangle(
        (left + 12, y, left + 12 + piece, y + piece), 12, fill="#c8c8cc", outline="#ffffff", width=4
    )
    track = top + panel[1] + 40
    pen.rounded_rectangle((left, track, left + panel[0], track + 80), 40, fill="#dcdce0")
    pen.rounded_rectangle((left, track, left + 120, track + 80), 40, fill="#fe2c55")
    return image


def _gradient(top: _Color, bottom: _Color, size: tuple[int, int]) -> Image.Image:
    pair = Image.new("RGB", (1, 2))
    pair.putpixel((0, 0), top)
    pair.putpixel((0, 1), bottom)
    return pair.resize(size, Image.Resampling.BILINEAR)


def _hsl(hue: int, saturation: int, lightness: int) -> _Color:
    return ImageColor.getrgb(f"hsl({hue % 360}, {saturation}%, {lightness}%)")[:3]
