"""Whom the own account follows: a row for each, with a button that ends it."""

from functools import partial

from runner.virtual.apps.parts import (
    ACCENT,
    GREY,
    INK,
    LINEAR,
    PALE,
    WHITE,
    WIDTH,
    box,
    button,
    picture,
    text,
)
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.chrome import back_arrow, page
from runner.virtual.apps.shortvideo.memory import FOLLOWING
from runner.virtual.apps.shortvideo.screen import PROFILE, Screen, Surroundings
from runner.virtual.apps.shortvideo.unfollow_sheet import unfollow_sheet
from runner.virtual.apps.shortvideo.world import find_user
from runner.virtual.views import View

_TOP, _ROW, _ROWS = 240, 130, 10


class FollowingList(Screen):
    """A row stays, with another word on its button, when its following has ended: only a new list leaves it out."""

    activity = PROFILE

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.handles = [handle for handle, state in app.state.relations.items() if state == FOLLOWING][::-1]
        self.first = 0
        self.asking = ""

    def build(self) -> View:
        if self.asking:
            return unfollow_sheet(self.app, self.asking, self._close)
        shown = self.handles[self.first : self.first + _ROWS]
        rows = [self._row(handle, _TOP + _ROW * n) for n, handle in enumerate(shown)]
        return page(back_arrow(self.app), self._title(), self._tabs(), *rows)

    def back(self) -> bool:
        was_asking, self.asking = self.asking, ""
        return bool(was_asking)

    def swipe(self, across: int, down: int) -> None:
        step = _ROWS if down < -100 else -_ROWS if down > 100 else 0
        self.first = max(0, min(self.first + step, (len(self.handles) - 1) // _ROWS * _ROWS))

    def _title(self) -> View:
        return text((120, 56, 600, 136), self.app.state.account, size=32, bold=True, align="center")

    def _tabs(self) -> View:
        following = [name for name, state in self.app.state.relations.items() if state == FOLLOWING]
        friends = sum(_follows_back(name) for name in following)
        words = (f"Following {len(following)}", "Followers 240", f"Friends {friends}")
        tabs = [
            text((240 * n, 148, 240 * n + 240, 220), name, bold=n == 0, align="center", selected=n == 0)
            for n, name in enumerate(words)
        ]
        return box((0, 148, WIDTH, 220), *tabs, cls=LINEAR, rid=self.app.ids("list_tabs"))

    def _row(self, handle: str, top: int) -> View:
        ids, label = self.app.ids, relations.follow_label(self.app, handle)
        is_followed = handle in self.app.state.relations
        user = find_user(handle)
        children = [
            picture((24, top + 16, 120, top + 112), f"face/{handle}", radius=48, rid=ids("list_face")),
            text((140, top + 20, 480, top + 64), handle, rid=ids("list_handle"), bold=True),
            text((140, top + 64, 480, top + 106), user.name if user else "", size=24, color=GREY),
            button(
                (500, top + 30, 696, top + 96),
                label,
                partial(self._end if is_followed else self._follow, handle),
                rid=ids("list_follow"),
                background=PALE if is_followed else ACCENT,
                color=INK if is_followed else WHITE,
                size=26,
            ),
        ]
        open_profile = partial(self.app.go_profile, handle)
        return box(
            (0, top, WIDTH, top + _ROW), *children, cls=LINEAR, rid=ids("list_row"), on_tap=open_profile
        )

    def _end(self, handle: str) -> None:
        if self.app.state.settings.unfollow_style == "toggle":
            relations.unfollow(self.app, handle)
        else:
            self.asking = handle

    def _follow(self, handle: str) -> None:
        relations.follow(self.app, handle)

    def _close(self) -> None:
        self.asking = ""


def _follows_back(handle: str) -> bool:
    user = find_user(handle)
    return user is not None and user.follows_back
