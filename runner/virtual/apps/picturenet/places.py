"""Screens that a rehearsal can put on top, and pages that it can wait for."""

from collections.abc import Callable

from runner.virtual.apps.picturenet.comments import Comments
from runner.virtual.apps.picturenet.direct import SendSheet
from runner.virtual.apps.picturenet.gallery import POST, Gallery
from runner.virtual.apps.picturenet.post_page import PostPage
from runner.virtual.apps.picturenet.profile import Profile
from runner.virtual.apps.picturenet.reels import Reels
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.search import Search
from runner.virtual.apps.picturenet.world import user_card

_SOMEBODY = "demo_passer_by"


def _user(app: Surroundings) -> None:
    app.show(Profile(app, _SOMEBODY))


def _follow_sheet(app: Surroundings) -> None:
    profile = Profile(app, _SOMEBODY)
    profile.panel = "sheet"
    app.show(profile)


def _post(app: Surroundings) -> None:
    app.show(PostPage(app, user_card(_SOMEBODY, 0)))


def _comments(app: Surroundings) -> None:
    _post(app)
    app.show(Comments(app, user_card(_SOMEBODY, 0)))


def _send(app: Surroundings) -> None:
    _post(app)
    app.show(SendSheet(app, user_card(_SOMEBODY, 0)))


def _reel(app: Surroundings) -> None:
    app.show(Reels(app, user_card(_SOMEBODY, 0)))


def _search(app: Surroundings) -> None:
    app.show(Search(app))


def _gallery(app: Surroundings) -> None:
    app.show(Gallery(app, POST))


def _create(app: Surroundings) -> None:
    app.go_create()


PLACES: dict[str, Callable[[Surroundings], None]] = {
    "user": _user,
    "follow_sheet": _follow_sheet,
    "post": _post,
    "reel": _reel,
    "comments": _comments,
    "send": _send,
    "search": _search,
    "create": _create,
    "gallery": _gallery,
}
"""What to call each of them, and how it is reached. `follow_sheet` asks whether to end a following."""

PAGES = (
    "feed",
    "reels",
    "search",
    "own_profile",
    "profile",
    "post",
    "comments",
    "gallery",
    "camera",
    "editor",
    "share_screen",
    "story_editor",
    "also_share",
    "edit_profile",
    "audio",
    "shared",
)
"""Pages that bring up an interrupting screen when they are opened; `shared` is right after publishing."""
