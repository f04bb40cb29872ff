"""What many screens share: the bottom bar, a title bar, a sheet, the grid of an account's videos."""

from collections.abc import Sequence
from dataclasses import dataclass

from runner.virtual.apps.parts import (
    ACCENT,
    BLACK,
    BUTTON,
    FRAME,
    GREY,
    HEIGHT,
    IMAGE,
    INK,
    LINEAR,
    SCREEN,
    STATUS_BAR,
    WHITE,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.ids import CONTENT, Ids
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import Bounds, View

BAR_TOP = 1504
"""Top edge of the bottom bar."""

_TABS = (
    ("Home", "home"),
    ("Friends", "people"),
    ("Create", "plus"),
    ("Inbox", "inbox"),
    ("Profile", "person"),
)
_COLUMNS = 3
_TILE_WIDTH, _TILE_HEIGHT = WIDTH // _COLUMNS, 312


def page(*children: View, background: str = WHITE) -> View:
    """A whole screen."""
    content = box(SCREEN, *children, rid=CONTENT)
    return box(SCREEN, box(SCREEN, content, cls=LINEAR), background=background)


def bottom_bar(app: Surroundings, current: str, *, dark: bool = False) -> View:
    """The five tabs; only Create is a Button."""
    slots = [
        _tab(app, name, shape, place, current=current, dark=dark) for place, (name, shape) in enumerate(_TABS)
    ]
    bounds = (0, BAR_TOP, WIDTH, HEIGHT)
    return box(bounds, *slots, cls=LINEAR, rid=app.ids("bottom_bar"), background=BLACK if dark else WHITE)


def _tab(app: Surroundings, name: str, shape: str, place: int, *, current: str, dark: bool) -> View:
    left, right = place * 144, (place + 1) * 144
    bounds = (left, BAR_TOP, right, HEIGHT)
    bright = WHITE if dark else INK
    color = bright if name == current else "#a0a0a6" if dark else GREY

    def go() -> None:
        app.go_tab(name)

    if name == "Create":
        inner = (left + 34, BAR_TOP + 22, right - 34, BAR_TOP + 74)
        plus = icon(inner, shape, size=36, color=BLACK if dark else WHITE, background=bright, radius=14)
        return box(bounds, plus, cls=BUTTON, rid=app.ids("tab_create"), desc=name, on_tap=go)
    words = text(
        (left, BAR_TOP + 62, right, BAR_TOP + 90),
        name,
        size=20,
        color=color,
        align="center",
        selected=name == current,
    )
    children = [icon((left, BAR_TOP + 10, right, BAR_TOP + 62), shape, color=color), words]
    if name == "Inbox":
        children.append(_badge((left + 80, BAR_TOP + 8, left + 116, BAR_TOP + 36), "3", radius=14))
    rid = app.ids(f"tab_{name.lower()}")
    return box(bounds, *children, rid=rid, desc=name, on_tap=go, selected=name == current)


def back_arrow(app: Surroundings, *, color: str = INK) -> View:
    return icon(
        (8, STATUS_BAR + 8, 88, STATUS_BAR + 88),
        "back",
        desc="Back",
        color=color,
        on_tap=app.leave,
        rid=app.ids("back"),
    )


def unlabelled_back(app: Surroundings, *, color: str = INK) -> View:
    """A back arrow without words, as the pages of a post have it."""
    arrow = back_arrow(app, color=color)
    arrow.desc = app.ids.unresolved("back")
    return arrow


def title_bar(app: Surroundings, words: str) -> list[View]:
    """A back arrow and a centred title."""
    title = text((120, STATUS_BAR + 8, 600, STATUS_BAR + 88), words, size=32, bold=True, align="center")
    return [back_arrow(app), title]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet."""

    words: str
    on_tap: Action
    color: str = INK


def sheet(app: Surroundings, title: str, rows: Sequence[Row], close: Action) -> View:
    """A panel at the bottom over a darkened screen; a tap above it closes it."""
    top = HEIGHT - 160 - 104 * len(rows)
    lines = [
        box(
            (0, top + 100 + 104 * n, WIDTH, top + 204 + 104 * n),
            text(
                (0, top + 100 + 104 * n, WIDTH, top + 204 + 104 * n),
                row.words,
                size=32,
                color=row.color,
                align="center",
            ),
            cls=LINEAR,
            rid=app.ids("sheet_row"),
            on_tap=row.on_tap,
        )
        for n, row in enumerate(rows)
    ]
    head = text((40, top + 10, 680, top + 90), title, size=26, color=GREY, align="center")
    panel = box((0, top, WIDTH, HEIGHT), head, *lines, desc="Bottom sheet", background=WHITE, radius=24)
    outside = box((0, 0, WIDTH, top), cls="android.view.View", rid=app.ids("outside"), on_tap=close)
    return page(outside, panel, background="#4a4a4e")


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of a grid. `badge` is a word in its upper left corner (Pinned); photos have a sign in the right one."""

    seed: str
    words: str
    on_tap: Action
    badge: str = ""
    is_photo: bool = False


def grid(ids: Ids, area: Bounds, tiles: Sequence[Tile], first_row: int) -> View:
    """Tiles in three columns from `first_row` on, cut at the area's lower edge."""
    left, top, right, bottom = area
    cells = []
    for n, tile in enumerate(tiles[first_row * _COLUMNS :]):
        x, y = left + (n % _COLUMNS) * _TILE_WIDTH, top + (n // _COLUMNS) * _TILE_HEIGHT
        if y + 60 > bottom:
            break
        cells.append(_cell(ids, tile, (x, y, x + _TILE_WIDTH - 3, min(y + _TILE_HEIGHT - 3, bottom))))
    return box(
        (left, top, right, bottom),
        *cells,
        cls="androidx.recyclerview.widget.RecyclerView",
        rid=ids("grid"),
        scrollable=True,
    )


def last_first_row(tiles: int) -> int:
    """How far a grid can be scrolled."""
    return max(0, (tiles - 1) // _COLUMNS)


def _cell(ids: Ids, tile: Tile, bounds: Bounds) -> View:
    left, top, right, bottom = bounds
    children = [picture(bounds, tile.seed, rid=ids("cover"), cls=IMAGE)]
    if tile.words:
        children.append(
            text(
                (left + 12, bottom - 40, right - 8, bottom - 8),
                tile.words,
                rid=ids("tile_views"),
                size=22,
                color=WHITE,
                bold=True,
            )
        )
    if tile.badge:
        children.append(
            _badge((left + 8, top + 8, left + 100, top + 40), tile.badge, radius=6, rid=ids("tv_top"))
        )
    if tile.is_photo:
        sign = (right - 48, top + 10, right - 12, top + 46)
        children.append(icon(sign, "grid", rid=ids("tile_photo"), size=30, color=WHITE))
    return box(bounds, *children, cls=FRAME, rid=ids("tile"), on_tap=tile.on_tap)


def _badge(bounds: Bounds, words: str, *, radius: int, rid: str = "") -> View:
    return text(
        bounds,
        words,
        rid=rid,
        size=20,
        color=WHITE,
        bold=True,
        align="center",
        background=ACCENT,
        radius=radius,
    )
