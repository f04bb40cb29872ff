"""The page of the phone's own account: what it posted, and its drafts."""

from runner.virtual.apps.parts import BUTTON, GREY, INK, WIDTH, button, icon, text
from runner.virtual.apps.shortvideo.account_header import GRID_TOP, counters, names, tabs
from runner.virtual.apps.shortvideo.account_switcher import AccountSwitcher
from runner.virtual.apps.shortvideo.chrome import (
    BAR_TOP,
    Tile,
    back_arrow,
    bottom_bar,
    grid,
    last_first_row,
    page,
    title_bar,
)
from runner.virtual.apps.shortvideo.following_list import FollowingList
from runner.virtual.apps.shortvideo.late_grid import LateGrid
from runner.virtual.apps.shortvideo.memory import FOLLOWING, Draft
from runner.virtual.apps.shortvideo.own_videos import own_videos, videos_of_tab
from runner.virtual.apps.shortvideo.screen import MAIN, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video, compact
from runner.virtual.views import View

TABS = {
    "Videos": "grid",
    "Private videos": "lock",
    "Reposted videos": "repeat",
    "Favorites": "bookmark",
    "Liked videos": "heart_line",
}


class OwnProfile(Screen):
    """The last tab, or opened by a link with a way back. Drafts and pinned tiles come before the newest.

    The page remembers the tab over its grid: it may open with what others posted.
    """

    activity = MAIN
    tells_uploads = True

    def __init__(self, app: Surroundings, *, opened_by_link: bool = False) -> None:
        super().__init__(app)
        self.opened_by_link = opened_by_link
        self.first_row = 0
        self.grid = LateGrid(app)

    def build(self) -> View:
        app, account = self.app, self.app.state.account
        lead = back_arrow(app) if self.opened_by_link else self._find_friends()
        menu = icon(
            (632, 56, 712, 136),
            "menu",
            desc="Profile menu",
            rid=app.ids("profile_menu"),
            on_tap=self._not_here,
        )
        followed = sum(state == FOLLOWING for state in app.state.relations.values())
        return page(
            lead,
            menu,
            *names(app, account.replace("_", " ").title(), account, on_name=self._open_accounts),
            counters(
                app, followed, 240, 31 * len(own_videos(app.state)), open_following=self._open_following
            ),
            button((150, 552, 350, 632), "Edit profile", self._not_here, rid=app.ids("edit_profile")),
            button((366, 552, 570, 632), "Share profile", self._not_here, rid=app.ids("share_profile")),
            text((210, 648, 510, 700), "+ Add bio", cls=BUTTON, size=26, color=GREY, align="center"),
            tabs(app, TABS, app.state.settings.own_tab, self._choose),
            grid(app.ids, (0, GRID_TOP, WIDTH, BAR_TOP), self._tiles(), self.first_row),
            bottom_bar(app, "Profile"),
        )

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.first_row = min(max(0, self.first_row + step), last_first_row(len(self._tiles())))

    def _choose(self, tab: str) -> None:
        self.app.state.settings.own_tab = tab
        self.first_row = 0

    def _open_accounts(self) -> None:
        self.app.show(AccountSwitcher(self.app))

    def _open_following(self) -> None:
        self.app.show(FollowingList(self.app))

    def _find_friends(self) -> View:
        return icon((8, 56, 88, 136), "people", desc="Add friends", color=INK, on_tap=self._not_here)

    def _not_here(self) -> None:
        self.app.device.toast("This is not part of this rehearsal")

    def _tiles(self) -> list[Tile]:
        memory = self.app.state
        if memory.settings.withheld == "tiles" or not self.grid.filled:
            return []
        if memory.settings.own_tab != "Videos":
            return [self._tile(video) for video in videos_of_tab(memory, memory.settings.own_tab)]
        tiles = [self._tile(video) for video in own_videos(memory)]
        drafts = _own_drafts(self.app)
        if not drafts:
            return tiles
        words = f"Drafts: {len(drafts)}"
        return [Tile(f"draft/{len(drafts)}", words, self._open_drafts), *tiles]

    def _tile(self, video: Video) -> Tile:
        def open_video() -> None:
            self.app.go_video(video)

        badge = "Pinned" if video.id in self.app.state.pinned else ""
        is_photo = video.kind == "photo"
        words = "" if is_photo else compact(video.views)
        return Tile(video.image, words, open_video, badge=badge, is_photo=is_photo)

    def _open_drafts(self) -> None:
        self.app.show(Drafts(self.app))


def _own_drafts(app: Surroundings) -> list[Draft]:
    return [draft for draft in app.state.drafts if draft.account == app.state.account]


class Drafts(Screen):
    """The kept drafts, newest first."""

    activity = MAIN

    def build(self) -> View:
        drafts = _own_drafts(self.app)[::-1]
        rows = [
            text(
                (40, 180 + 80 * n, 680, 250 + 80 * n),
                draft.caption or "No description",
                rid=self.app.ids("draft"),
            )
            for n, draft in enumerate(drafts[:15])
        ]
        return page(*title_bar(self.app, "Drafts"), *rows)
