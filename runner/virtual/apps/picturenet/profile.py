"""Somebody else's page."""

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    LINEAR,
    PALE,
    SCREEN,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.chrome import BLUE, page
from runner.virtual.apps.picturenet.grid import post_grid
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import FOLLOWING
from runner.virtual.apps.picturenet.panels import Choice, Row, dialog, sheet
from runner.virtual.apps.picturenet.profile_header import (
    TAB_HEIGHT,
    TABS,
    bar_icon,
    head,
    lines,
    name_bar,
    tab_row,
    wide_button,
)
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.suggestions import HEIGHT, suggestions
from runner.virtual.apps.picturenet.world import User, find_user, user_card
from runner.virtual.views import View

_ACTIONS_TOP = 430


class Profile(Screen):
    """A follow ends by a sheet, and for a private account by a dialog after it."""

    place = "profile"

    def __init__(self, app: Surroundings, handle: str) -> None:
        super().__init__(app)
        self.handle = handle
        self.first_row = 0
        self.panel = ""
        """Which panel lies over the page: empty, sheet, dialog."""
        self.suggesting = False
        self.tab = TABS[0]

    def build(self) -> View:
        user = find_user(self.handle)
        assert user is not None, "the app opens this page only for an account that exists"
        counts = (user.posts, user.followers, user.following)
        bar = name_bar(
            user.handle,
            bar_icon("back", "Back", 0, self.app.leave),
            bar_icon("dots", "Options", 632, self.app.not_here),
        )
        top = head(
            user.handle,
            user.name,
            counts,
            ring="Profile picture",
            avatar=f"face/{user.handle}",
            on_tap=self.app.not_here,
        )
        below, views = _ACTIONS_TOP + 80, [bar, top, *lines(["Invented for rehearsals."], 310)]
        views += [self._context(), self._actions()]
        if self.suggesting:
            views.append(suggestions(self.app, user.handle, below))
            below += HEIGHT
        return page(*views, *self._posts(user, below), *self._panels(user))

    def _context(self) -> View:
        """Words that begin as the state of the button does, and name others."""
        words = "Followed by demo_user_21 and demo_user_22"
        face = picture(
            (26, 360, 78, 412),
            "face/demo_user_21",
            rid=rid("profile_header_follow_context_facepile"),
            radius=26,
        )
        told = text(
            (91, 362, 694, 410), words, rid=rid("profile_header_follow_context_text"), size=22, color=GREY
        )
        told.desc = words
        bounds = (26, 356, 694, 416)
        context = box(bounds, face, told, cls=LINEAR, rid=rid("profile_header_follow_context"))
        context.on_tap = self.app.not_here
        return context

    def _actions(self) -> View:
        label, top = relations.follow_label(self.app, self.handle), _ACTIONS_TOP
        user = find_user(self.handle)
        strong = label.startswith("Follow") and label != "Following"
        follow = text(
            (20, top, 324, top + 64),
            label,
            cls=BUTTON,
            rid=rid("profile_header_follow_button"),
            size=26,
            bold=True,
            align="center",
            color="#ffffff" if strong else "#161823",
            background=BLUE if strong else PALE,
            radius=12,
            selected=strong,
            on_tap=self._follow if strong else self._open_sheet,
        )
        follow.desc = f"{label} {user.name if user else self.handle}"
        boxed = box((20, top, 324, top + 64), follow, rid=rid("profile_header_user_action_follow_button"))
        message = wide_button((334, top, 638, top + 64), "Message", self.app.not_here)
        more = icon(
            (648, top, 700, top + 64),
            "person",
            cls=BUTTON,
            rid=rid("row_profile_header_button_chaining"),
            desc="@2131977816",
            size=32,
            background=PALE,
            radius=12,
            on_tap=self._toggle_suggestions,
        )
        bounds = (0, top, WIDTH, top + 64)
        return box(bounds, boxed, message, more, cls=LINEAR, rid=rid("profile_header_actions_top_row"))

    def _posts(self, user: User, top: int) -> list[View]:
        if user.private and self.app.state.relations.get(user.handle) != FOLLOWING:
            title = text((60, top + 120, 660, top + 180), "This account is private", size=32, bold=True)
            title.rid = rid("igds_headline_headline")
            more = text(
                (60, top + 190, 660, top + 250), "Follow to see its photos and videos.", size=26, color=GREY
            )
            bounds = (0, top + 100, WIDTH, top + 260)
            return [box(bounds, title, more, rid=rid("private_profile_empty_state"))]
        shown = {name: self._choosing(name) for name in (TABS[0], TABS[1], TABS[3])}
        tabs = tab_row(top, self.tab, shown)
        cards = [user_card(user.handle, n) for n in range(12)] if self.grid_is_there() else []
        grid = post_grid(
            cards,
            user.name,
            (top + TAB_HEIGHT, SCREEN[3]),
            self.first_row,
            self.app.go_post,
            capitals=True,
        )
        return [tabs, grid]

    def _choosing(self, name: str) -> Action:
        def choose() -> None:
            self.tab = name

        return choose

    def _panels(self, user: User) -> list[View]:
        if self.panel == "sheet":
            rows = [
                Row("Add to close friends list", self.app.not_here, "follow_sheet_close_friends_row"),
                Row("Mute", self.app.not_here, "follow_sheet_mute_row"),
                Row("Restrict", self.app.not_here, "follow_sheet_restrict_row"),
                Row("Unfollow", self._unfollow, "follow_sheet_unfollow_row"),
            ]
            return [sheet(user.handle, rows, self._close)]
        if self.panel == "dialog":
            choices = [
                Choice("Unfollow", self._confirm, "primary_button"),
                Choice("Cancel", self._close, "negative_button"),
            ]
            words = f"To see this account again you would have to ask {user.handle} to accept you."
            return [dialog(f"Unfollow {user.handle}?", words, choices)]
        return []

    def _follow(self) -> None:
        relations.follow(self.app, self.handle)
        self.suggesting = self.handle in self.app.state.relations

    def _open_sheet(self) -> None:
        self.panel = "sheet"

    def _unfollow(self) -> None:
        user = find_user(self.handle)
        if user is not None and user.private:
            self.panel = "dialog"
        else:
            self._confirm()

    def _confirm(self) -> None:
        relations.unfollow(self.app, self.handle)
        self._close()

    def _close(self) -> None:
        self.panel = ""

    def _toggle_suggestions(self) -> None:
        self.suggesting = not self.suggesting

    def back(self) -> bool:
        open_before, self.panel = self.panel, ""
        return bool(open_before)

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.first_row = min(max(0, self.first_row + step), 3)
