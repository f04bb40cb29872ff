"""The phone's pictures and films, to choose from: a panel over the camera."""

from collections.abc import Callable
from functools import partial

from runner.virtual.apps.app import MediaFile
from runner.virtual.apps.parts import (
    ACCENT,
    BUTTON,
    GREY,
    HEIGHT,
    INK,
    LINEAR,
    RELATIVE,
    SIDEWAYS,
    WHITE,
    WIDTH,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.composition import Composition
from runner.virtual.apps.shortvideo.editor import Editor
from runner.virtual.apps.shortvideo.memory import Media
from runner.virtual.apps.shortvideo.screen import CAMERA, Screen, Surroundings
from runner.virtual.views import Bounds, View

_TABS = {"All": ("video/", "image/"), "Videos": ("video/",), "Photos": ("image/",), "AI gallery": ()}
_COLUMNS, _CELL, _TOP, _FOOTER = 3, 240, 260, 1460
_RECENTS = "Recents"
_MOST = 35


class Gallery(Screen):
    """Newest first. A tap on a cell chooses it; Next is there once something is chosen.

    One is chosen at a time, until Select multiple was tapped; then Next tells how many.
    """

    activity = CAMERA

    def __init__(self, app: Surroundings, sound: str, behind: Callable[[], list[View]]) -> None:
        super().__init__(app)
        self.sound = sound
        self.behind = behind
        self.tab = "All"
        self.album = _RECENTS
        self.choosing_album = False
        self.multiple = False
        self.chosen: list[MediaFile] = []
        self.first_row = 0

    def build(self) -> View:
        body = self._albums() if self.choosing_album else [self._tabs(), self._grid(), *self._footer()]
        # A clickable panel: a tap beside a cell must not reach the camera's shutter.
        panel = box(
            (0, 48, WIDTH, HEIGHT), *self._head(), *body, background=WHITE, on_tap=lambda: None, cls=RELATIVE
        )
        return page(*self.behind(), panel)

    def back(self) -> bool:
        was_choosing, self.choosing_album = self.choosing_album, False
        return was_choosing

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        last = max(0, (len(self._shown()) - 1) // _COLUMNS)
        self.first_row = min(max(0, self.first_row + step), last)

    def _head(self) -> list[View]:
        close = icon((16, 64, 76, 124), "cross", desc="Close", on_tap=self.app.leave)
        album = box(
            (240, 64, 480, 124),
            text((250, 64, 420, 124), self.album, size=30, bold=True, align="center"),
            icon((425, 74, 465, 114), "down", size=28, desc="Down"),
            cls=LINEAR,
            rid=self.app.ids("album"),
            on_tap=self._toggle_albums,
        )
        return [close, album]

    def _tabs(self) -> View:
        width = WIDTH // len(_TABS)
        tabs = [self._tab(name, (n * width, 140, (n + 1) * width, 220)) for n, name in enumerate(_TABS)]
        return box((0, 140, WIDTH, 220), box((0, 140, WIDTH, 220), *tabs, cls=LINEAR), cls=SIDEWAYS)

    def _tab(self, name: str, bounds: Bounds) -> View:
        chosen = name == self.tab
        words = text(bounds, name, align="center", color=INK if chosen else GREY, selected=chosen)
        return box(bounds, words, desc=name, selected=chosen, on_tap=partial(self._choose_tab, name))

    def _grid(self) -> View:
        cells = []
        for n, media in enumerate(self._shown()[self.first_row * _COLUMNS :]):
            left, top = n % _COLUMNS * _CELL, _TOP + n // _COLUMNS * _CELL
            if top + 60 > _FOOTER:
                break
            cells.append(self._cell(media, (left, top, left + _CELL - 4, min(top + _CELL - 4, _FOOTER))))
        return box(
            (0, _TOP, WIDTH, _FOOTER),
            *cells,
            cls="android.widget.GridView",
            rid=self.app.ids("gallery_grid"),
            scrollable=True,
        )

    def _cell(self, media: MediaFile, bounds: Bounds) -> View:
        right, top = bounds[2], bounds[1]
        order = self.chosen.index(media) + 1 if media in self.chosen else 0
        circle = (right - 60, top, right, top + 60)
        sign = icon(
            (right - 50, top + 10, right - 10, top + 50),
            "check" if order else "ring",
            cls=BUTTON,
            size=30,
            color=ACCENT if order else WHITE,
        )
        children = [
            picture(bounds, f"media/{media.uri}"),
            box(circle, sign, rid=self.app.ids("cell_circle"), on_tap=partial(self._choose, media)),
        ]
        return box(bounds, *children, rid=self.app.ids("cell"), on_tap=partial(self._choose, media))

    def _footer(self) -> list[View]:
        several = box(
            (24, 1490, 340, 1580),
            icon((30, 1515, 70, 1555), "check" if self.multiple else "ring", size=30, color=GREY),
            text((80, 1490, 330, 1580), "Select multiple", rid=self.app.ids("select_multiple")),
            cls=RELATIVE,
            on_tap=self._toggle_multiple,
        )
        if not self.chosen:
            return [several]
        words = f"Next ({len(self.chosen)})" if self.multiple else "Next"
        go_on = button(
            (370, 1490, 696, 1580),
            words,
            self._next,
            rid=self.app.ids("gallery_next"),
            background=ACCENT,
            color=WHITE,
        )
        return [several, go_on]

    def _albums(self) -> list[View]:
        names = [_RECENTS, *dict.fromkeys(media.folder for media in self._known())]
        return [
            box(
                (0, 150 + 100 * n, WIDTH, 250 + 100 * n),
                text((60, 150 + 100 * n, 660, 250 + 100 * n), name, rid=self.app.ids("album_name"), size=30),
                cls=LINEAR,
                on_tap=partial(self._choose_album, name),
            )
            for n, name in enumerate(names[:13])
        ]

    def _known(self) -> list[MediaFile]:
        """All that the app may see."""
        if self.app.state.permissions.get("photos", "").startswith("denied"):
            return []
        return self.app.device.media_files()

    def _shown(self) -> list[MediaFile]:
        kinds = _TABS[self.tab]
        return [
            media
            for media in self._known()
            if self.album in (_RECENTS, media.folder) and kinds and media.mime_type.startswith(kinds)
        ]

    def _choose(self, media: MediaFile) -> None:
        if media in self.chosen:
            self.chosen.remove(media)
        elif not self.multiple:
            self.chosen = [media]
        elif len(self.chosen) < _MOST:
            self.chosen.append(media)

    def _choose_tab(self, name: str) -> None:
        self.tab = name
        self.first_row = 0

    def _choose_album(self, name: str) -> None:
        self.album = name
        self.choosing_album = False
        self.first_row = 0

    def _toggle_albums(self) -> None:
        self.choosing_album = not self.choosing_album

    def _toggle_multiple(self) -> None:
        self.multiple = not self.multiple
        self.chosen = self.chosen[:1]

    def _next(self) -> None:
        media = []
        for file in self.chosen:
            content = self.app.device.content(file.uri)
            if content is None:
                self.app.device.toast("Couldn't load this file")
                return
            media.append(Media(content.digest("sha256"), content.size, file.mime_type))
        self.app.show(Editor(self.app, Composition(media, sound=self.sound)))
