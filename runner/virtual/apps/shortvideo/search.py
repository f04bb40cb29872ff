"""Looking for accounts and videos."""

import re
from collections.abc import Sequence

from runner.virtual.apps.parts import (
    GREY,
    HEIGHT,
    INK,
    LINEAR,
    PALE,
    SIDEWAYS,
    WHITE,
    WIDTH,
    box,
    button,
    field,
    picture,
    text,
)
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.chrome import Tile, back_arrow, grid, page
from runner.virtual.apps.shortvideo.noise import counted, isolated
from runner.virtual.apps.shortvideo.screen import SEARCH, Screen, Surroundings
from runner.virtual.apps.shortvideo.sound_page import SoundPage
from runner.virtual.apps.shortvideo.world import User, Video, compact, find_user, user_video
from runner.virtual.views import View

_TABS = ("Top", "Users", "Videos", "Sounds", "LIVE", "Hashtags")
_RESULTS_TOP, _ROW = 240, 144


class Search(Screen):
    """A field with the focus; results once the Search button was tapped."""

    activity = SEARCH

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.query = ""
        self.submitted = False
        self.focused = True
        self.tab = "Top"

    def build(self) -> View:
        entry = field(
            (96, 60, 560, 132),
            self.query,
            "Search",
            on_tap=self._focus,
            on_text=self._type,
            focused=self.focused,
            rid=self.app.ids("search_field"),
            background=PALE,
            radius=12,
        )
        submit = button(
            (576, 60, 708, 132),
            "Search",
            self._submit,
            rid=self.app.ids("search_submit"),
            background=None,
            color="#fe2c55",
        )
        body = self._results() if self.submitted else [self._suggestions()]
        return page(back_arrow(self.app), entry, submit, *body)

    def _focus(self) -> None:
        self.focused = True
        self.submitted = False

    def _type(self, words: str) -> None:
        self.query = words
        self._focus()

    def _submit(self) -> None:
        if not self.query.strip():
            return
        self.submitted = True
        self.focused = False
        self.tab = "Top"
        self.app.state.searches.append({"query": self.query, "at": self.app.now()})

    def _suggestions(self) -> View:
        lines = ["You may like", "demo harbour at dawn", "paper boats", "quiet studio tour"]
        rows = [
            text((40, 160 + 72 * n, 680, 224 + 72 * n), words, bold=n == 0, color=INK if n == 0 else GREY)
            for n, words in enumerate(lines)
        ]
        return box((0, 150, WIDTH, 460), *rows, cls=LINEAR)

    def _results(self) -> list[View]:
        users = find_users(self.query)
        if not users:
            notice = text((60, 700, 660, 760), "No results found", size=32, bold=True, align="center")
            return [self._tab_strip(), notice]
        if self.tab == "Users":
            return [self._tab_strip(), *(self._row(user, n) for n, user in enumerate(users))]
        if self.tab == "Sounds":
            return [self._tab_strip(), *(self._sound_row(name, n) for n, name in enumerate(self._sounds()))]
        if self.tab == "Top":
            return [self._tab_strip(), self._row(users[0], 0), self._videos(users[0], _RESULTS_TOP + _ROW)]
        return [self._tab_strip(), self._videos(users[0], _RESULTS_TOP)]

    def _tab_strip(self) -> View:
        tabs = [self._tab(name, 12 + 116 * n) for n, name in enumerate(_TABS)]
        return box((0, 148, WIDTH, 228), box((0, 148, WIDTH, 228), *tabs, cls=LINEAR), cls=SIDEWAYS)

    def _tab(self, name: str, left: int) -> View:
        bounds = (left, 148, left + 116, 228)
        chosen = name == self.tab

        def choose() -> None:
            self.tab = name

        words = text(
            bounds, name, size=26, bold=chosen, color=INK if chosen else GREY, align="center", selected=chosen
        )
        return box(bounds, words, desc=name, on_tap=choose, selected=chosen, rid=self.app.ids("result_tab"))

    def _row(self, user: User, place: int) -> View:
        top = _RESULTS_TOP + place * _ROW
        label = relations.follow_label(self.app, user.handle)

        def open_profile() -> None:
            self.app.go_profile(user.handle)

        def follow() -> None:
            relations.follow(self.app, user.handle)

        strong = label.startswith("Follow") and label != "Following"
        ids = self.app.ids
        children = [
            picture((24, top + 20, 128, top + 124), f"face/{user.handle}", radius=52, rid=ids("result_face")),
            text(
                (148, top + 18, 500, top + 58),
                isolated(self.app, user.handle),
                rid=ids("result_handle"),
                bold=True,
            ),
            text((148, top + 58, 500, top + 92), user.name, rid=ids("result_name"), size=24, color=GREY),
            text(
                (148, top + 92, 500, top + 126),
                counted(self.app, f"{compact(user.followers)} followers · {compact(user.likes)} likes"),
                rid=ids("result_followers"),
                size=22,
                color=GREY,
            ),
            button(
                (520, top + 38, 696, top + 106),
                label,
                follow if strong else None,
                rid=ids("result_follow"),
                background="#fe2c55" if strong else PALE,
                color=WHITE if strong else INK,
                size=26,
            ),
        ]
        bounds = (0, top, WIDTH, top + _ROW)
        return box(bounds, *children, cls=LINEAR, rid=ids("result_row"), on_tap=open_profile)

    def _sounds(self) -> list[str]:
        """The sound that was asked for, behind one that resembles it."""
        asked = self.query.strip()
        return [f"{asked} (slowed)", asked, f"{asked} remix"]

    def _sound_row(self, name: str, place: int) -> View:
        top, ids = _RESULTS_TOP + place * _ROW, self.app.ids
        children = [
            picture((24, top + 20, 128, top + 124), f"sound/{name}", rid=ids("sound_cover")),
            text((148, top + 24, 680, top + 74), name, rid=ids("sound_title"), bold=True),
            text((148, top + 78, 680, top + 120), "demo_user_21 · 00:30", size=24, color=GREY),
        ]

        def open_sound() -> None:
            self.app.show(SoundPage(self.app, name))

        return box(
            (0, top, WIDTH, top + _ROW), *children, cls=LINEAR, rid=ids("sound_row"), on_tap=open_sound
        )

    def _videos(self, user: User, top: int) -> View:
        videos = [user_video(user.handle, n) for n in range(12)]
        tiles = [self._tile(video, videos) for video in videos]
        return grid(self.app.ids, (0, top, WIDTH, HEIGHT), tiles, 0)

    def _tile(self, video: Video, others: Sequence[Video]) -> Tile:
        def open_video() -> None:
            self.app.go_video(video, others)

        return Tile(video.image, compact(video.views), open_video)


def find_users(query: str) -> list[User]:
    """The account that was asked for, if there is one, and some whose names resemble it."""
    wanted = re.sub(r"[^a-z0-9_.]+", "_", query.strip().lstrip("@").lower()).strip("_")
    if len(wanted) < 2:
        return []
    names = [wanted, f"{wanted}_clips"[-24:], f"real_{wanted}"[:24], f"{wanted[:18]}_daily"]
    return [user for user in map(find_user, names) if user is not None]
