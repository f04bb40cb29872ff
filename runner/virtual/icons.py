"""The shapes that stand for icons, drawn large once and scaled down: smooth edges without picture files."""

import math
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

_Draw = ImageDraw.ImageDraw
_SIDE = 96
"""Side of the square that the shapes below are drawn in."""
_LINE = 8


@lru_cache(maxsize=512)
def icon_mask(name: str, size: int) -> Image.Image:
    """A grey picture of `size` x `size`, white where the icon is; an unknown name gives a ring."""
    canvas = Image.new("L", (_SIDE, _SIDE), 0)
    _SHAPES.get(name, _ring)(ImageDraw.Draw(canvas))
    return canvas.resize((size, size), Image.Resampling.LANCZOS)


def _ring(draw: _Draw) -> None:
    draw.ellipse((10, 10, 86, 86), outline=255, width=_LINE)


def _heart_points(shrink: float) -> list[tuple[float, float]]:
    points = []
    for step in range(60):
        t = step / 60 * 2 * math.pi
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((48 + x * 2.6 * shrink, 45 - y * 2.6 * shrink))
    return points


def _heart(draw: _Draw) -> None:
    draw.polygon(_heart_points(1), fill=255)


def _heart_line(draw: _Draw) -> None:
    draw.polygon(_heart_points(1), fill=255)
    draw.polygon(_heart_points(0.78), fill=0)


def _comment(draw: _Draw) -> None:
    draw.ellipse((8, 12, 88, 78), fill=255)
    draw.polygon([(28, 70), (58, 74), (34, 92)], fill=255)
    for x in (28, 48, 68):
        draw.ellipse((x - 6, 39, x + 6, 51), fill=0)


def _share(draw: _Draw) -> None:
    draw.polygon([(52, 12), (92, 46), (52, 80), (52, 60), (8, 84), (20, 50), (52, 34)], fill=255)


def _share_line(draw: _Draw) -> None:
    draw.line(
        [(16, 80), (24, 46), (52, 38), (52, 18), (86, 46), (52, 74), (52, 56), (34, 60), (16, 80)],
        255,
        7,
        "curve",
    )


def _plus(draw: _Draw) -> None:
    draw.rounded_rectangle((42, 12, 54, 84), 6, fill=255)
    draw.rounded_rectangle((12, 42, 84, 54), 6, fill=255)


def _cross(draw: _Draw) -> None:
    draw.line([(18, 18), (78, 78)], 255, _LINE)
    draw.line([(78, 18), (18, 78)], 255, _LINE)


def _home(draw: _Draw) -> None:
    draw.polygon([(48, 8), (92, 46), (80, 46), (80, 88), (16, 88), (16, 46), (4, 46)], fill=255)
    draw.rectangle((40, 60, 56, 88), fill=0)


def _person(draw: _Draw) -> None:
    draw.ellipse((30, 8, 66, 46), fill=255)
    draw.pieslice((12, 52, 84, 132), 180, 360, fill=255)


def _people(draw: _Draw) -> None:
    draw.ellipse((16, 20, 46, 50), fill=255)
    draw.pieslice((4, 56, 58, 112), 180, 360, fill=255)
    draw.ellipse((56, 16, 82, 42), outline=255, width=7)
    draw.arc((52, 50, 94, 104), 200, 350, 255, 7)


def _inbox(draw: _Draw) -> None:
    draw.rounded_rectangle((8, 16, 88, 74), 12, outline=255, width=_LINE)
    draw.polygon([(38, 72), (58, 72), (48, 88)], fill=255)
    draw.rounded_rectangle((30, 42, 66, 50), 4, fill=255)


def _search(draw: _Draw) -> None:
    draw.ellipse((10, 10, 66, 66), outline=255, width=10)
    draw.line([(60, 60), (86, 86)], 255, 11)


def _back(draw: _Draw) -> None:
    draw.line([(62, 14), (28, 48), (62, 82)], 255, 10, "curve")


def _forward(draw: _Draw) -> None:
    draw.line([(34, 14), (68, 48), (34, 82)], 255, 10, "curve")


def _down(draw: _Draw) -> None:
    draw.polygon([(14, 30), (82, 30), (48, 72)], fill=255)


def _bookmark(draw: _Draw) -> None:
    draw.polygon([(20, 8), (76, 8), (76, 90), (48, 66), (20, 90)], fill=255)


def _check(draw: _Draw) -> None:
    draw.line([(12, 50), (38, 76), (84, 22)], 255, 12, "curve")


def _play(draw: _Draw) -> None:
    draw.polygon([(26, 12), (84, 48), (26, 84)], fill=255)


def _note(draw: _Draw) -> None:
    draw.ellipse((14, 60, 46, 88), fill=255)
    draw.rectangle((38, 10, 46, 74), fill=255)
    draw.arc((22, -12, 84, 50), 10, 90, 255, 10)


def _bell(draw: _Draw) -> None:
    draw.pieslice((22, 14, 74, 74), 180, 360, fill=255)
    draw.polygon([(22, 44), (74, 44), (84, 72), (12, 72)], fill=255)
    draw.pieslice((38, 64, 58, 92), 0, 180, fill=255)


def _menu(draw: _Draw) -> None:
    for y in (24, 48, 72):
        draw.rounded_rectangle((10, y - 4, 86, y + 4), 4, fill=255)


def _grid(draw: _Draw) -> None:
    for x in (18, 42, 66):
        draw.rounded_rectangle((x, 16, x + 14, 80), 3, fill=255)


def _repeat(draw: _Draw) -> None:
    draw.line([(16, 52), (16, 30), (76, 30)], 255, _LINE, "curve")
    draw.polygon([(68, 14), (92, 30), (68, 46)], fill=255)
    draw.line([(80, 44), (80, 68), (20, 68)], 255, _LINE, "curve")
    draw.polygon([(28, 52), (4, 68), (28, 84)], fill=255)


def _lock(draw: _Draw) -> None:
    draw.arc((28, 10, 68, 70), 180, 360, 255, _LINE)
    draw.rounded_rectangle((18, 42, 78, 88), 10, fill=255)


def _globe(draw: _Draw) -> None:
    draw.ellipse((10, 10, 86, 86), outline=255, width=7)
    draw.ellipse((32, 10, 64, 86), outline=255, width=6)
    draw.line([(12, 48), (84, 48)], 255, 6)


def _place(draw: _Draw) -> None:
    draw.pieslice((20, 8, 76, 64), 150, 390, fill=255)
    draw.polygon([(23, 48), (73, 48), (48, 92)], fill=255)
    draw.ellipse((38, 26, 58, 46), fill=0)


def _dots(draw: _Draw) -> None:
    for x in (20, 48, 76):
        draw.ellipse((x - 8, 40, x + 8, 56), fill=255)


def _dot(draw: _Draw) -> None:
    draw.ellipse((8, 8, 88, 88), fill=255)


def _gear(draw: _Draw) -> None:
    for step in range(8):
        angle = step * math.pi / 4
        x, y = 48 + 36 * math.cos(angle), 48 + 36 * math.sin(angle)
        draw.ellipse((x - 10, y - 10, x + 10, y + 10), fill=255)
    draw.ellipse((16, 16, 80, 80), fill=255)
    draw.ellipse((34, 34, 62, 62), fill=0)


def _live(draw: _Draw) -> None:
    draw.rounded_rectangle((6, 30, 90, 88), 12, outline=255, width=_LINE)
    draw.line([(32, 8), (48, 30), (64, 8)], 255, _LINE)
    _bars(draw, (34, 48, 62))


def _bars(draw: _Draw, places: tuple[int, ...]) -> None:
    for x in places:
        draw.rounded_rectangle((x - 4, 46, x + 4, 74), 4, fill=255)


def _send(draw: _Draw) -> None:
    draw.polygon([(48, 8), (80, 44), (58, 44), (58, 88), (38, 88), (38, 44), (16, 44)], fill=255)


def _warning(draw: _Draw) -> None:
    draw.polygon([(48, 6), (94, 88), (2, 88)], fill=255)
    draw.rounded_rectangle((43, 34, 53, 62), 4, fill=0)
    draw.ellipse((42, 68, 54, 80), fill=0)


def _text(draw: _Draw) -> None:
    draw.rounded_rectangle((14, 14, 82, 26), 3, fill=255)
    draw.rounded_rectangle((42, 14, 54, 84), 3, fill=255)


def _sticker(draw: _Draw) -> None:
    _ring(draw)
    draw.ellipse((30, 34, 40, 46), fill=255)
    draw.ellipse((56, 34, 66, 46), fill=255)
    draw.arc((28, 36, 68, 70), 20, 160, 255, 7)


def _spark(draw: _Draw) -> None:
    draw.polygon([(48, 4), (58, 38), (92, 48), (58, 58), (48, 92), (38, 58), (4, 48), (38, 38)], fill=255)


def _filter(draw: _Draw) -> None:
    for x, y in ((34, 12), (14, 40), (46, 40)):
        draw.ellipse((x, y, x + 40, y + 40), outline=255, width=7)


def _mic(draw: _Draw) -> None:
    draw.rounded_rectangle((34, 8, 62, 58), 14, fill=255)
    draw.arc((20, 26, 76, 74), 0, 180, 255, 7)
    draw.rectangle((44, 72, 52, 90), fill=255)


_SHAPES: dict[str, Callable[[_Draw], None]] = {
    "back": _back,
    "bell": _bell,
    "bookmark": _bookmark,
    "check": _check,
    "comment": _comment,
    "cross": _cross,
    "dot": _dot,
    "dots": _dots,
    "down": _down,
    "filter": _filter,
    "forward": _forward,
    "gear": _gear,
    "globe": _globe,
    "grid": _grid,
    "heart": _heart,
    "heart_line": _heart_line,
    "home": _home,
    "inbox": _inbox,
    "live": _live,
    "lock": _lock,
    "menu": _menu,
    "mic": _mic,
    "note": _note,
    "people": _people,
    "person": _person,
    "place": _place,
    "play": _play,
    "plus": _plus,
    "repeat": _repeat,
    "search": _search,
    "send": _send,
    "share": _share,
    "share_line": _share_line,
    "spark": _spark,
    "sticker": _sticker,
    "text": _text,
    "warning": _warning,
}
