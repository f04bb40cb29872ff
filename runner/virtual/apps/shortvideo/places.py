"""Screens that a rehearsal can put on top, so that whoever comes next has to find a way from there."""

from collections.abc import Callable

from runner.virtual.apps.shortvideo.account_switcher import AccountSwitcher
from runner.virtual.apps.shortvideo.camera import Camera
from runner.virtual.apps.shortvideo.comments import Comments
from runner.virtual.apps.shortvideo.detail import Detail
from runner.virtual.apps.shortvideo.following_list import FollowingList
from runner.virtual.apps.shortvideo.other_tabs import Inbox
from runner.virtual.apps.shortvideo.own_profile import Drafts
from runner.virtual.apps.shortvideo.profile import Profile
from runner.virtual.apps.shortvideo.screen import Screen, Surroundings
from runner.virtual.apps.shortvideo.search import Search
from runner.virtual.apps.shortvideo.sound_page import SoundPage
from runner.virtual.apps.shortvideo.world import user_video

_SOMEBODY = "demo_passer_by"


def _user(app: Surroundings) -> None:
    app.show(Profile(app, _SOMEBODY))


def _sheet(app: Surroundings) -> None:
    page = Profile(app, _SOMEBODY)
    page.sheet_open = True
    app.show(page)


def _video(app: Surroundings) -> None:
    app.show(Detail(app, user_video(_SOMEBODY, 0)))


def _comments(app: Surroundings) -> None:
    _video(app)
    app.show(Comments(app, user_video(_SOMEBODY, 0)))


def _sound(app: Surroundings) -> None:
    app.show(SoundPage(app, "a tune for demos"))


def _shown(screen: Callable[[Surroundings], Screen]) -> Callable[[Surroundings], None]:
    return lambda app: app.show(screen(app))


PLACES: dict[str, Callable[[Surroundings], None]] = {
    "user": _user,
    "sheet": _sheet,
    "following": _shown(FollowingList),
    "video": _video,
    "comments": _comments,
    "search": _shown(Search),
    "camera": _shown(Camera),
    "sound": _sound,
    "inbox": _shown(Inbox),
    "drafts": _shown(Drafts),
    "accounts": _shown(AccountSwitcher),
}
"""What to call each of them, and how it is reached. `sheet` asks whether to end a following."""
