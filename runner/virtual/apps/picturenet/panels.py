"""Panels over a page: a sheet from below, a dialog in the middle."""

from collections.abc import Sequence
from dataclasses import dataclass

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    HEIGHT,
    IMAGE,
    LINEAR,
    SCREEN,
    WHITE,
    WIDTH,
    Action,
    box,
    button,
    text,
)
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.views import View

_ROW = 88
_SHADE = "#4a4a4e"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet; `desc` is told instead of the words by its button, `name` is the last part of its id."""

    words: str
    on_tap: Action
    name: str = ""
    desc: str = ""


def sheet(title: str, rows: Sequence[Row], close: Action) -> View:
    """A panel at the bottom; a tap above it closes it."""
    top = HEIGHT - 180 - _ROW * len(rows)
    lines = [_line(row, top + 120 + _ROW * n) for n, row in enumerate(rows)]
    handle = View((334, top, 386, top + 40), cls=IMAGE, rid=rid("bottom_sheet_drag_handle_prism"))
    head = text(
        (40, top + 40, 680, top + 112),
        title,
        rid=rid("title_text_view"),
        size=30,
        bold=True,
        align="center",
    )
    panel = box(
        (0, top, WIDTH, HEIGHT),
        handle,
        head,
        *lines,
        rid=rid("layout_container_bottom_sheet"),
        background=WHITE,
        radius=24,
        on_tap=_nothing,
    )
    return box(SCREEN, dimmer(close), panel, rid=rid("bottom_sheet_container"), background=_SHADE)


def dimmer(close: Action) -> View:
    """What darkens the page behind a panel; its description is a reference that was never resolved."""
    return box(SCREEN, cls=BUTTON, rid=rid("background_dimmer"), desc="@2131954894", on_tap=close)


def _line(row: Row, top: int) -> View:
    bounds = (0, top, WIDTH, top + _ROW)
    words = text((91, top, 694, top + _ROW), row.words, rid=rid("label"), size=30)
    line = box(bounds, words, cls=BUTTON, desc=row.desc, on_tap=row.on_tap)
    if row.name:
        line.rid = rid(row.name)
    return line


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a dialog; `name` is the last part of its id."""

    words: str
    on_tap: Action
    name: str


def dialog(
    title: str,
    words: str,
    choices: Sequence[Choice],
    *,
    title_id: str = "igds_alert_dialog_headline",
    words_id: str = "igds_alert_dialog_subtext",
) -> View:
    """A card in the middle, with its buttons one below the other."""
    top, bottom = 540, 800 + 84 * len(choices)
    head = text((150, top + 30, 570, top + 110), title, rid=rid(title_id), size=32, bold=True, align="center")
    body = text(
        (150, top + 110, 570, top + 240), words, rid=rid(words_id), size=26, color=GREY, align="center"
    )
    buttons = [
        button(
            (130, top + 260 + 84 * n, 590, top + 340 + 84 * n),
            one.words,
            one.on_tap,
            rid=rid(one.name),
            background=None,
        )
        for n, one in enumerate(choices)
    ]
    card = box((110, top, 610, bottom + 20), head, body, *buttons, cls=LINEAR, background=WHITE, radius=24)
    return box(SCREEN, card, rid=rid("dialog_container"), background=_SHADE)


def _nothing() -> None:
    """A tap beside the lines of a panel."""
