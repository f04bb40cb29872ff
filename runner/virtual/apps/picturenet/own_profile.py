"""The page of the phone's own account."""

from collections.abc import Sequence

from runner.virtual.apps.parts import Action
from runner.virtual.apps.picturenet.chrome import BAR_TOP, PROFILE, page, tab_bar
from runner.virtual.apps.picturenet.edit_profile import EditProfile
from runner.virtual.apps.picturenet.grid import post_grid
from runner.virtual.apps.picturenet.memory import FOLLOWING, REEL
from runner.virtual.apps.picturenet.own_posts import has_story, own_cards
from runner.virtual.apps.picturenet.profile_header import (
    TAB_HEIGHT,
    TABS,
    about_box,
    bar_icon,
    head,
    name_bar,
    tab_row,
    wide_button,
)
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.world import Card, user_card
from runner.virtual.views import View

_ACTIONS_TOP = 400
_TABS_TOP = 490


class OwnProfile(Screen):
    """The last tab, or opened by a link with a way back. It remembers which tab of it was looked at last."""

    place = "own_profile"

    def __init__(self, app: Surroundings, *, opened_by_link: bool = False) -> None:
        super().__init__(app)
        self.opened_by_link = opened_by_link
        self.first_row = 0

    def build(self) -> View:
        app, memory = self.app, self.app.state
        account, about = memory.account, memory.about
        counts = (len(own_cards(memory)), 41, 30 + sum(s == FOLLOWING for s in memory.relations.values()))
        ring = "Your profile. Unseen story" if has_story(memory) else "Your profile. No story"
        left = bar_icon("plus", "Create New", 0, app.go_create)
        if self.opened_by_link:
            left = bar_icon("back", "Back", 0, app.leave)
        bar = name_bar(
            account,
            left,
            bar_icon("text", "View profile on Threads", 549, app.not_here),
            bar_icon("menu", "Options", 632, app.not_here),
        )
        avatar = f"media/{about.avatar}" if about.avatar else f"face/{account}"
        top = head(account, about.full_name, counts, ring=ring, avatar=avatar, on_tap=app.not_here)
        edit = wide_button((20, _ACTIONS_TOP, 355, _ACTIONS_TOP + 64), "Edit profile", self._edit)
        share = wide_button((365, _ACTIONS_TOP, 700, _ACTIONS_TOP + 64), "Share profile", app.not_here)
        chosen = memory.settings.profile_tab
        tabs = tab_row(_TABS_TOP, chosen, {name: self._choosing(name) for name in TABS})
        area = (_TABS_TOP + TAB_HEIGHT, BAR_TOP)
        grid = post_grid(self._cards(chosen), self._name(chosen), area, self.first_row, app.go_post)
        bio = about_box(about.bio, 314) if about.bio else []
        foot = tab_bar(app, PROFILE)
        return page(bar, top, *bio, edit, share, tabs, grid, foot)

    def _cards(self, tab: str) -> Sequence[Card]:
        """What the chosen tab shows: only the first two are the account's own posts."""
        if not self.grid_is_there():
            return []
        if tab == TABS[0]:
            return own_cards(self.app.state)
        if tab == TABS[1]:
            return [card for card in own_cards(self.app.state) if card.kind == REEL]
        return [user_card(self._name(tab), n) for n in range(3)]

    def _name(self, tab: str) -> str:
        """Whose posts a tab shows."""
        if tab in TABS[:2]:
            return self.app.state.about.full_name or self.app.state.account
        return "demo_user_31" if tab == TABS[2] else "demo_user_32"

    def _choosing(self, name: str) -> Action:
        def choose() -> None:
            self.app.state.settings.profile_tab = name
            self.first_row = 0

        return choose

    def _edit(self) -> None:
        self.app.show(EditProfile(self.app))

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        last = max(0, (len(self._cards(self.app.state.settings.profile_tab)) - 1) // 3)
        self.first_row = min(max(0, self.first_row + step), last)
