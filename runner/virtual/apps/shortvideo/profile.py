"""Somebody else's page."""

from functools import partial

from runner.virtual.apps.parts import GREY, HEIGHT, WIDTH, icon, text
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.account_header import GRID_TOP, counters, names, tabs, wide_button
from runner.virtual.apps.shortvideo.chrome import Tile, back_arrow, grid, last_first_row, page, title_bar
from runner.virtual.apps.shortvideo.late_grid import LateGrid
from runner.virtual.apps.shortvideo.memory import FOLLOWING
from runner.virtual.apps.shortvideo.own_videos import own_videos
from runner.virtual.apps.shortvideo.screen import PROFILE, Screen, Surroundings
from runner.virtual.apps.shortvideo.suggestions import suggestions
from runner.virtual.apps.shortvideo.unfollow_sheet import unfollow_sheet
from runner.virtual.apps.shortvideo.world import User, Video, compact, find_user, user_video
from runner.virtual.views import View

_VIDEOS = 24


class Profile(Screen):
    """An account, or the notice that there is none of that name."""

    activity = PROFILE

    def __init__(self, app: Surroundings, handle: str) -> None:
        super().__init__(app)
        self.handle = handle
        self.sheet_open = False
        self.first_row = 0
        self.grid = LateGrid(app)

    def build(self) -> View:
        user = find_user(self.handle)
        if user is None:
            return self._not_found()
        if self.sheet_open:
            return unfollow_sheet(self.app, self.handle, self._close_sheet)
        return self._page(user)

    def back(self) -> bool:
        was_open, self.sheet_open = self.sheet_open, False
        return was_open

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.first_row = min(max(0, self.first_row + step), last_first_row(len(self._videos())))

    def _not_found(self) -> View:
        notice = text((60, 700, 660, 760), "Couldn't find this account", size=32, bold=True, align="center")
        hint = text((60, 760, 660, 810), "Check the name and try again", size=26, color=GREY, align="center")
        return page(*title_bar(self.app, f"@{self.handle}"), notice, hint)

    def _page(self, user: User) -> View:
        relation = self.app.state.relations.get(user.handle)
        head = [
            back_arrow(self.app),
            icon((552, 56, 632, 136), "bell", desc="Notifications", rid=self.app.ids("profile_bell")),
            icon((632, 56, 712, 136), "share_line", desc="Share", rid=self.app.ids("profile_share")),
            *names(self.app, user.name, user.handle),
            counters(self.app, user.following, user.followers + (relation == FOLLOWING), user.likes),
            *self._buttons(user, relation),
            *self._below_buttons(),
        ]
        if user.private and relation != FOLLOWING:
            return page(*head, *self._locked())
        shapes = {"Videos": "grid", "Reposted videos": "repeat", "Liked videos": "heart_line"}
        return page(*head, tabs(self.app, shapes), self._grid())

    def _buttons(self, user: User, relation: str | None) -> list[View]:
        label = relations.follow_label(self.app, user.handle)

        def message() -> None:
            self.app.device.toast("Messages are not part of this rehearsal")

        def follow() -> None:
            relations.follow(self.app, user.handle)

        more = icon((632, 552, 680, 632), "down", size=28, background="#f1f1f2", radius=12, on_tap=message)
        if relation is None:
            wide = wide_button(self.app, 40, 420, label, follow, strong=True)
            return [wide, wide_button(self.app, 436, 616, "Message", message, strong=False), more]
        wide = wide_button(self.app, 40, 420, "Message", message, strong=False)
        return [wide, wide_button(self.app, 436, 616, label, self._end_following, strong=False), more]

    def _below_buttons(self) -> list[View]:
        if self.app.state.settings.suggestions:
            return suggestions(self.app, self.handle)
        return [text((60, 648, 660, 700), "Made up for rehearsals", size=26, align="center")]

    def _end_following(self) -> None:
        if self.app.state.settings.unfollow_style == "toggle":
            relations.unfollow(self.app, self.handle)
        else:
            self.sheet_open = True

    def _close_sheet(self) -> None:
        self.sheet_open = False

    def _locked(self) -> list[View]:
        lock = icon((310, 860, 410, 960), "lock", size=80, color=GREY)
        title = text((60, 980, 660, 1030), "This account is private", size=32, bold=True, align="center")
        words = "Follow this account to see their videos and likes"
        return [lock, title, text((60, 1030, 660, 1080), words, size=26, color=GREY, align="center")]

    def _grid(self) -> View:
        tiles = [self._tile(video) for video in self._videos()] if self.grid.filled else []
        return grid(self.app.ids, (0, GRID_TOP, WIDTH, HEIGHT), tiles, self.first_row)

    def _videos(self) -> list[Video]:
        """Those that were really made, if it is another account of this phone."""
        memory = self.app.state
        if self.handle in memory.others:
            return own_videos(memory, self.handle)
        return [user_video(self.handle, position) for position in range(_VIDEOS)]

    def _tile(self, video: Video) -> Tile:
        return Tile(video.image, compact(video.views), partial(self.app.go_video, video))
