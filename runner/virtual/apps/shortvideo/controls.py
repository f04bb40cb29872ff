"""What a rehearsal may ask of the app."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from runner.virtual.apps.arguments import Action, Arguments, choice, needed, number
from runner.virtual.apps.shortvideo import interruptions
from runner.virtual.apps.shortvideo.interruptions import KINDS, MOMENTS
from runner.virtual.apps.shortvideo.labels import LANGUAGES
from runner.virtual.apps.shortvideo.memory import FOLLOWING, POSTED, REQUESTED, Draft, Post, Standing
from runner.virtual.apps.shortvideo.own_profile import TABS
from runner.virtual.apps.shortvideo.own_videos import own_videos
from runner.virtual.apps.shortvideo.places import PLACES
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import HANDLE, Video
from runner.virtual.apps.shortvideo.world import KINDS as CARDS

Setting = Action[Surroundings]
_MOST_VIEWS = 10**10


# Interrupting screens, and screens to start from.


def _show(app: Surroundings, arguments: Arguments) -> None:
    interruptions.clear(app)
    interruptions.interrupt(app, choice(arguments, "screen", tuple(KINDS)))


def _clear(app: Surroundings, _arguments: Arguments) -> None:
    interruptions.clear(app)


def _interrupt_at(app: Surroundings, arguments: Arguments) -> None:
    moment, screen = choice(arguments, "moment", MOMENTS), choice(arguments, "screen", tuple(KINDS))
    app.state.settings.interrupt_at.setdefault(moment, []).append(screen)


def _set_permissions(app: Surroundings, arguments: Arguments) -> None:
    settings = app.state.settings
    settings.asks_permissions = _flag(arguments, "ask", settings.asks_permissions)
    settings.google_permissions = _flag(arguments, "google", settings.google_permissions)
    settings.capital_permissions = _flag(arguments, "capitals", settings.capital_permissions)
    app.state.permissions.clear()


def _open_screen(app: Surroundings, arguments: Arguments) -> None:
    PLACES[choice(arguments, "screen", tuple(PLACES))](app)


# Accounts, and what they did before.


def _set_account(app: Surroundings, arguments: Arguments) -> None:
    app.state.rename_account(_new_account(app, arguments))


def _add_account(app: Surroundings, arguments: Arguments) -> None:
    account = _new_account(app, arguments)
    if account == app.state.account:
        raise ValueError(f"@{account} is on this phone already")
    app.state.others[account] = Standing()


def _switch_account(app: Surroundings, arguments: Arguments) -> None:
    if not app.state.others:
        raise ValueError("there is no other account on this phone; add_account adds one")
    app.switch_account(choice(arguments, "account", tuple(app.state.others)))


def _set_relation(app: Surroundings, arguments: Arguments) -> None:
    user, state = _handle(arguments, "user"), choice(arguments, "state", (FOLLOWING, REQUESTED, "none"))
    app.state.relations.pop(user, None)
    if state != "none":
        app.state.relations[user] = state


def _pin_tile(app: Surroundings, arguments: Arguments) -> None:
    video = _own_video(app, arguments)
    if video.id not in app.state.pinned:
        app.state.pinned.append(video.id)


def _delete_post(app: Surroundings, arguments: Arguments) -> None:
    app.state.deleted.append(_own_video(app, arguments).id)


def _set_views(app: Surroundings, arguments: Arguments) -> None:
    views = int(number(arguments, "views", 0, _MOST_VIEWS))
    app.state.views[_own_video(app, arguments).id] = views


def _post_elsewhere(app: Surroundings, arguments: Arguments) -> None:
    views = int(number({"views": 0, **arguments}, "views", 0, _MOST_VIEWS))
    caption, account = str(arguments.get("caption", "")), app.state.account
    post = Post(app.new_id(), caption, [], app.now(), POSTED, account=account)
    app.state.elsewhere.append(post)
    app.state.views[post.id] = views


def _add_draft(app: Surroundings, arguments: Arguments) -> None:
    caption, account = str(arguments.get("caption", "")), app.state.account
    app.state.drafts.append(Draft(caption, [], app.now(), account))


# What the app does and shows from now on, where it is more than one setting.


def _shuffle_ids(app: Surroundings, arguments: Arguments) -> None:
    settings = app.state.settings
    settings.ids_seed = int(number({"seed": settings.ids_seed + 1, **arguments}, "seed", 0, 2**32))


def _fail_next_upload(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.fail_next_upload = True


def _ignore_next_post(app: Surroundings, _arguments: Arguments) -> None:
    app.state.settings.ignore_next_post = True


def _set_result(app: Surroundings, arguments: Arguments) -> None:
    effect = choice(arguments, "effect", ("unfollow", "like", "favourite", "comment"))
    app.state.settings.results[effect] = choice(arguments, "result", ("normal", "ignored", "limited"))


def _set_comments(app: Surroundings, arguments: Arguments) -> None:
    settings = app.state.settings
    settings.comments_off = _flag(arguments, "off", settings.comments_off)
    settings.send_label = _flag(arguments, "send_label", settings.send_label)


def _set_next_cards(app: Surroundings, arguments: Arguments) -> None:
    kinds = needed(arguments, "kinds")
    if not isinstance(kinds, list) or any(kind not in CARDS for kind in kinds):
        raise ValueError(f"kinds is a list of {', '.join(CARDS)}, not {kinds!r}")
    app.state.settings.next_cards = list(kinds)


def _withhold(app: Surroundings, arguments: Arguments) -> None:
    what = choice(arguments, "what", ("nothing", "captions", "videos", "tiles"))
    app.state.settings.withheld = "" if what == "nothing" else what


def _setting(name: str, argument: str, read: Callable[[Arguments, str], Any]) -> Setting:
    """An action that changes one setting, as `read` gives it."""

    def change(app: Surroundings, arguments: Arguments) -> None:
        setattr(app.state.settings, name, read(arguments, argument))

    return (argument,), change


def _choosing(name: str, argument: str, legal: Sequence[str]) -> Setting:
    return _setting(name, argument, partial(choice, legal=legal))


def _timing(name: str) -> Setting:
    return _setting(name, "seconds", partial(number, low=0, high=3600))


def _switching(name: str) -> Setting:
    return _setting(name, "on", lambda arguments, argument: _flag(arguments, argument, True))


def _counting(name: str, argument: str, most: int) -> Setting:
    return _setting(name, argument, lambda arguments, key: int(number(arguments, key, 0, most)))


ACTIONS: dict[str, Setting] = {
    "show": (("screen",), _show),
    "interrupt_at": (("moment", "screen"), _interrupt_at),
    "clear": ((), _clear),
    "set_permissions": (("ask", "google", "capitals"), _set_permissions),
    "open_screen": (("screen",), _open_screen),
    "set_account": (("account",), _set_account),
    "add_account": (("account",), _add_account),
    "switch_account": (("account",), _switch_account),
    "set_relation": (("user", "state"), _set_relation),
    "pin_tile": (("position",), _pin_tile),
    "delete_post": (("position",), _delete_post),
    "set_views": (("position", "views"), _set_views),
    "post_elsewhere": (("caption", "views"), _post_elsewhere),
    "add_draft": (("caption",), _add_draft),
    "set_earlier_posts": _counting("earlier_posts", "count", 24),
    "set_not_recommended": _switching("not_recommended"),
    "shuffle_ids": (("seed",), _shuffle_ids),
    "set_language": _choosing("language", "language", LANGUAGES),
    "set_text_noise": _switching("text_noise"),
    "set_launch_seconds": _timing("launch_seconds"),
    "set_grid_seconds": _timing("grid_seconds"),
    "set_own_tab": _choosing("own_tab", "tab", tuple(TABS)),
    "set_suggestions": _switching("suggestions"),
    "set_next_cards": (("kinds",), _set_next_cards),
    "withhold": (("what",), _withhold),
    "set_editor_seconds": _timing("editor_seconds"),
    "set_caption_editor": _choosing("caption_editor", "style", ("fixed", "unfolds")),
    "set_photo_sound": _switching("photo_sound"),
    "set_gallery_entry": _choosing("gallery_entry", "style", ("thumbnail", "upload")),
    "set_upload_seconds": _timing("upload_seconds"),
    "fail_next_upload": ((), _fail_next_upload),
    "ignore_next_post": ((), _ignore_next_post),
    "set_after_post": _choosing("after_post", "screen", ("feed", "profile", "friends", "new_post")),
    "set_follow_result": _choosing("follow_result", "result", ("normal", "ignored", "requested", "limited")),
    "set_unfollow_style": _choosing("unfollow_style", "style", ("sheet", "toggle")),
    "set_result": (("effect", "result"), _set_result),
    "set_like_style": _choosing("like_style", "style", ("counted", "plain", "flag")),
    "set_comments": (("off", "send_label"), _set_comments),
}


def _flag(arguments: Arguments, name: str, default: bool) -> bool:
    value = arguments.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false, not {value!r}")
    return value


def _own_video(app: Surroundings, arguments: Arguments) -> Video:
    """The one at a position of the own page, from 0, drafts apart."""
    videos = own_videos(app.state)
    return videos[int(number({"position": 0, **arguments}, "position", 0, len(videos) - 1))]


def _new_account(app: Surroundings, arguments: Arguments) -> str:
    """A name that no other account on the phone has."""
    account = _handle(arguments, "account")
    if account in app.state.others:
        raise ValueError(f"@{account} is on this phone already")
    return account


def _handle(arguments: Arguments, name: str) -> str:
    handle = str(needed(arguments, name)).lstrip("@").lower()
    if not HANDLE.fullmatch(handle):
        raise ValueError(f"{name} is 2 to 24 of a-z, 0-9, _ and ., not {handle!r}")
    return handle
