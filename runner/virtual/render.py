"""A picture of the screen, drawn from the same views that accessibility tells of."""

import unicodedata
from dataclasses import replace
from functools import lru_cache
from math import ceil

from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageStat

from runner.virtual.hierarchy import clip
from runner.virtual.icons import icon_mask
from runner.virtual.pictures import picture, round_mask
from runner.virtual.views import Bounds, Paint, View, Window

_STATUS_BAR = 48
_HINT_COLOR = "#a0a0a6"
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw(
    windows: list[Window],
    width: int,
    height: int,
    toast: str | None = None,
    clock: str = "09:41",
    scale: float = 1.0,
) -> Image.Image:
    """The windows (frontmost first) with the system's status bar, and the toast if one shows. Mode RGB.

    It is drawn small where a small one is wanted: to draw it whole and to make it smaller takes most of the time that
    a virtual phone uses.
    """
    canvas = Image.new("RGB", (round(width * scale), round(height * scale)), "#000000")
    for window in reversed(windows):
        _view(canvas, window.root, scale)
    _status_bar(canvas, clock, scale)
    if toast:
        _toast(canvas, toast, scale)
    return canvas


def _view(canvas: Image.Image, view: View, scale: float) -> None:
    bounds = clip(_at_scale(view.bounds, scale), (0, 0, canvas.width, canvas.height))
    if bounds is None:
        return
    paint = _paint_at_scale(view.paint, scale)
    if paint.image is not None:
        _picture(canvas, bounds, paint.image, paint.radius)
    if paint.background is not None or paint.outline is not None:
        ImageDraw.Draw(canvas).rounded_rectangle(
            _inclusive(bounds),
            _fitting_radius(bounds, paint.radius),
            fill=paint.background,
            outline=paint.outline,
        )
    if paint.icon is not None:
        _icon(canvas, bounds, paint)
    if view.shown_text and not paint.hidden:
        _text(canvas, view, bounds, paint)
    for child in view.children:
        _view(canvas, child, scale)


def _at_scale(bounds: Bounds, scale: float) -> Bounds:
    if scale == 1.0:
        return bounds
    left, top, right, bottom = bounds
    left, top = round(left * scale), round(top * scale)
    # A thin line stays visible.
    return left, top, max(round(right * scale), left + 1), max(round(bottom * scale), top + 1)


@lru_cache(maxsize=1024)  # a screen has few kinds of paint
def _paint_at_scale(paint: Paint, scale: float) -> Paint:
    return replace(paint, size=round(paint.size * scale), radius=round(paint.radius * scale))


def _inclusive(bounds: Bounds) -> Bounds:
    """Pillow's corners belong to the shape, Android's right and bottom do not."""
    return (bounds[0], bounds[1], bounds[2] - 1, bounds[3] - 1)


def _fitting_radius(bounds: Bounds, radius: int) -> int:
    return min(radius, (bounds[2] - bounds[0]) // 2, (bounds[3] - bounds[1]) // 2)


def _picture(canvas: Image.Image, bounds: Bounds, seed: str, radius: int) -> None:
    size = (bounds[2] - bounds[0], bounds[3] - bounds[1])
    mask = round_mask(size, _fitting_radius(bounds, radius)) if radius else None
    canvas.paste(picture(seed, size), bounds[:2], mask)


def _icon(canvas: Image.Image, bounds: Bounds, paint: Paint) -> None:
    left = (bounds[0] + bounds[2] - paint.size) // 2
    top = (bounds[1] + bounds[3] - paint.size) // 2
    canvas.paste(ImageColor.getrgb(paint.color), (left, top), icon_mask(paint.icon or "", paint.size))


def _text(canvas: Image.Image, view: View, bounds: Bounds, paint: Paint) -> None:
    color = paint.color if view.text else _HINT_COLOR
    inset = 16 if paint.background is not None and paint.align == "left" else 0
    left, right = bounds[0] + inset, bounds[2] - inset
    line_height = round(paint.size * 1.25)
    room = max(1, (bounds[3] - bounds[1]) // line_height)
    lines = _lines(view.shown_text, paint.size, right - left, room)
    top = bounds[1] + 4
    if paint.valign == "middle":
        top = bounds[1] + (bounds[3] - bounds[1] - line_height * len(lines)) // 2
    for number, line in enumerate(lines):
        width = _width(line, paint.size)
        start = {"left": left, "right": right - width}.get(paint.align, (left + right - width) / 2)
        place = (round(start), round(top + number * line_height + line_height * 0.08))
        canvas.paste(ImageColor.getrgb(color), place, _line(line, paint.size, paint.bold))
    if view.focused:
        x = left + 3 + (_width(lines[-1], paint.size) if view.text else 0)
        y = top + (len(lines) - 1) * line_height
        ImageDraw.Draw(canvas).rectangle((x, y + 2, x + 2, y + line_height - 2), fill="#fe2c55")


@lru_cache(maxsize=2048)  # the same labels come again on every screen
def _lines(words: str, size: int, width: int, most_lines: int) -> tuple[str, ...]:
    return tuple(wrap(words, _font(size), width, most_lines))


@lru_cache(maxsize=2048)
def _width(line: str, size: int) -> float:
    return _font(size).getlength(line)


def wrap(words: str, font: _Font, width: int, most_lines: int) -> list[str]:
    """The text in lines of at most `width` pixels; what does not fit in `most_lines` ends in three dots."""
    lines: list[str] = []
    for paragraph in drawable(words).split("\n"):
        lines.extend(_broken(paragraph, font, width))
    if len(lines) > most_lines:
        lines = lines[:most_lines]
        lines[-1] = _shortened(lines[-1] + "...", font, width)
    return [_shortened(line, font, width) for line in lines]


def _broken(paragraph: str, font: _Font, width: int) -> list[str]:
    lines, line = [], ""
    for word in paragraph.split(" "):
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _shortened(line: str, font: _Font, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "...") > width:
        line = line[:-1]
    return line.rstrip(".") + "..."


def drawable(words: str) -> str:
    """The text in letters that the built-in font has: no accents, a star for an emoji and the like."""
    plain = unicodedata.normalize("NFKD", words)
    letters = (
        sign for sign in plain if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"
    )
    return "".join(sign if sign == "\n" or " " <= sign <= "~" else _substitute(sign) for sign in letters)


def _substitute(sign: str) -> str:
    return {"\N{BULLET}": "*", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{EN DASH}": "-"}.get(sign, "*")


@lru_cache(maxsize=2048)  # the same labels come again on every screen
def _line(words: str, size: int, bold: bool) -> Image.Image:
    """One line of text, white on black; a descender needs more room than the size says."""
    font = _font(size)
    mask = Image.new("L", (ceil(_width(words, size)) + 2, round(size * 1.5)), 0)
    ImageDraw.Draw(mask).text((0, 0), words, fill=255, font=font, stroke_width=0.5 if bold else 0)
    return mask


@lru_cache(maxsize=64)
def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


def _status_bar(canvas: Image.Image, clock: str, scale: float) -> None:
    """Clock at the left, network and battery at the right, light on dark screens and dark on light ones."""

    def at(*sides: float) -> tuple[float, ...]:
        return tuple(side * scale for side in sides)

    pen = ImageDraw.Draw(canvas)
    behind = canvas.crop((0, 0, canvas.width, round(_STATUS_BAR * scale)))
    color = "#161823" if ImageStat.Stat(behind.convert("L")).mean[0] > 140 else "#ffffff"
    pen.text((32 * scale, 10 * scale), clock, fill=color, font=_font(round(26 * scale)), stroke_width=0.5)
    right = canvas.width / scale - 32
    pen.rounded_rectangle(
        at(right - 44, 15, right - 6, 33), 5 * scale, outline=color, width=max(1, round(2 * scale))
    )
    pen.rectangle(at(right - 40, 19, right - 16, 29), fill=color)
    pen.rectangle(at(right - 4, 20, right - 2, 28), fill=color)
    for bar in range(4):
        pen.rectangle(at(right - 96 + bar * 9, 29 - bar * 4, right - 91 + bar * 9, 32), fill=color)


def _toast(canvas: Image.Image, words: str, scale: float) -> None:
    font, line_height = _font(round(28 * scale)), 36 * scale
    lines = wrap(words, font, round(canvas.width - 200 * scale), 3)
    width = int(max(font.getlength(line) for line in lines)) + 64 * scale
    left, top = (canvas.width - width) // 2, canvas.height - 300 * scale
    pen = ImageDraw.Draw(canvas)
    height = line_height * (len(lines) + 1)
    pen.rounded_rectangle((left, top, left + width, top + height), line_height, fill="#2b2b2e")
    for number, line in enumerate(lines):
        x = (canvas.width - font.getlength(line)) / 2
        pen.text((x, top + 18 * scale + number * line_height), line, fill="#ffffff", font=font)
