"""What a rehearsal may ask of the app."""

from runner.virtual.apps import arguments as wish
from runner.virtual.apps.arguments import Action, Arguments
from runner.virtual.apps.picturenet.kinds import KINDS
from runner.virtual.apps.picturenet.memory import (
    ALBUM,
    FOLLOWING,
    PHOTO,
    POSTED,
    REEL,
    REQUESTED,
    STORY,
    Draft,
)
from runner.virtual.apps.picturenet.own_posts import own_cards
from runner.virtual.apps.picturenet.places import PAGES, PLACES
from runner.virtual.apps.picturenet.profile_header import TABS
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.share_screen import QUESTIONS
from runner.virtual.apps.picturenet.world import HANDLE, Card

_TAB_NAMES = {"grid": TABS[0], "reels": TABS[1], "reposts": TABS[2], "tagged": TABS[3]}


def _show(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.interruption = wish.choice(arguments, "screen", tuple(KINDS))


def _show_at(app: Surroundings, arguments: Arguments) -> None:
    screen = wish.choice(arguments, "screen", tuple(KINDS))
    app.state.settings.awaited[wish.choice(arguments, "page", PAGES)] = screen


def _clear(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.interruption = ""
    app.state.settings.awaited = {}


def _set_account(app: Surroundings, arguments: Arguments) -> None:
    app.state.account = _handle(arguments, "account")


def _set_upload_seconds(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.upload_seconds = wish.number(arguments, "seconds", 0, 3600)


def _fail_next_upload(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.fail_next_upload = True


def _ignore_next_post(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.ignore_next_post = True


def _leave_failed_row(app: Surroundings, arguments: Arguments) -> None:
    app.state.cannot_post.append(wish.choice(arguments, "what", ("Video", "Photo")))


def _ask_before_share(app: Surroundings, arguments: Arguments) -> None:
    question = wish.choice(arguments, "question", ("nothing", *QUESTIONS))
    app.state.settings.ask_before_share = "" if question == "nothing" else question


def _set_share_says_next(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.share_says_next = bool(arguments.get("on", True))


def _set_after_share(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.after_share = wish.choice(arguments, "screen", ("reels", "feed", "profile"))


def _set_earlier_posts(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.earlier_posts = int(wish.number(arguments, "count", 0, 24))


def _post_elsewhere(app: Surroundings, arguments: Arguments) -> None:
    kind = wish.choice({"kind": REEL, **arguments}, "kind", (REEL, PHOTO, ALBUM, STORY))
    post = app.new_post(kind, [], str(arguments.get("caption", "")))
    post.state = POSTED
    app.state.elsewhere.append(post)


def _delete_post(app: Surroundings, arguments: Arguments) -> None:
    app.state.deleted.append(_own_card(app, arguments).id)


def _pin_post(app: Surroundings, arguments: Arguments) -> None:
    card = _own_card(app, arguments)
    if card.id not in app.state.pinned:
        app.state.pinned.append(card.id)


def _add_draft(app: Surroundings, arguments: Arguments) -> None:
    app.state.drafts.append(Draft(str(arguments.get("caption", "")), [], app.now()))


def _set_relation(app: Surroundings, arguments: Arguments) -> None:
    user = _handle(arguments, "user")
    state = wish.choice(arguments, "state", (FOLLOWING, REQUESTED, "none"))
    app.state.relations.pop(user, None)
    if state != "none":
        app.state.relations[user] = state


def _set_follow_result(app: Surroundings, arguments: Arguments) -> None:
    results = ("normal", "ignored", "requested", "limited", "review")
    app.state.settings.follow_result = wish.choice(arguments, "result", results)


def _block_next_action(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.block_next_action = True


def _set_comments_off(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.comments_off = bool(arguments.get("on", True))


def _set_confirm_rename(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.confirm_rename = bool(arguments.get("on", True))


def _set_profile_tab(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.profile_tab = _TAB_NAMES[wish.choice(arguments, "tab", tuple(_TAB_NAMES))]


def _set_permissions(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.asks_permissions = bool(arguments.get("ask", True))
    app.state.permissions.clear()


def _set_grid_seconds(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.grid_seconds = wish.number(arguments, "seconds", 0, 60)


def _set_old_tabs(app: Surroundings, arguments: Arguments) -> None:
    app.state.settings.old_tabs = bool(arguments.get("on", True))


def _withhold(app: Surroundings, arguments: Arguments) -> None:
    what = wish.choice(arguments, "what", ("nothing", "captions", "posts", "tiles", "uploads"))
    app.state.settings.withheld = "" if what == "nothing" else what


def _open_screen(app: Surroundings, arguments: Arguments) -> None:
    PLACES[wish.choice(arguments, "screen", tuple(PLACES))](app)


ACTIONS: dict[str, Action[Surroundings]] = {
    "show": (("screen",), _show),
    "show_at": (("screen", "page"), _show_at),
    "clear": ((), _clear),
    "set_account": (("account",), _set_account),
    "set_upload_seconds": (("seconds",), _set_upload_seconds),
    "fail_next_upload": ((), _fail_next_upload),
    "ignore_next_post": ((), _ignore_next_post),
    "leave_failed_row": (("what",), _leave_failed_row),
    "ask_before_share": (("question",), _ask_before_share),
    "set_share_says_next": (("on",), _set_share_says_next),
    "set_after_share": (("screen",), _set_after_share),
    "set_earlier_posts": (("count",), _set_earlier_posts),
    "post_elsewhere": (("caption", "kind"), _post_elsewhere),
    "delete_post": (("position",), _delete_post),
    "pin_post": (("position",), _pin_post),
    "add_draft": (("caption",), _add_draft),
    "set_relation": (("user", "state"), _set_relation),
    "set_follow_result": (("result",), _set_follow_result),
    "block_next_action": ((), _block_next_action),
    "set_comments_off": (("on",), _set_comments_off),
    "set_confirm_rename": (("on",), _set_confirm_rename),
    "set_permissions": (("ask",), _set_permissions),
    "set_profile_tab": (("tab",), _set_profile_tab),
    "set_grid_seconds": (("seconds",), _set_grid_seconds),
    "set_old_tabs": (("on",), _set_old_tabs),
    "withhold": (("what",), _withhold),
    "open_screen": (("screen",), _open_screen),
}


def _own_card(app: Surroundings, arguments: Arguments) -> Card:
    """The one at a position of the own grid, from 0."""
    cards = own_cards(app.state)
    return cards[int(wish.number(arguments, "position", 0, len(cards) - 1))]


def _handle(arguments: Arguments, name: str) -> str:
    handle = str(wish.needed(arguments, name)).lstrip("@").lower()
    if not HANDLE.fullmatch(handle):
        raise ValueError(f"{name} is 2 to 30 of a-z, 0-9, _ and ., not {handle!r}")
    return handle
