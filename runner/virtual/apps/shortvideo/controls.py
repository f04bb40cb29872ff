"""What a rehearsal may ask of the app."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.virtual.apps.shortvideo import interruptions
from runner.virtual.apps.shortvideo.interruptions import KINDS
from runner.virtual.apps.shortvideo.labels import LANGUAGES
from runner.virtual.apps.shortvideo.memory import FOLLOWING, POSTED, REQUESTED, Draft, Post, Standing
from runner.virtual.apps.shortvideo.own_profile import TABS
from runner.virtual.apps.shortvideo.own_videos import own_videos
from runner.virtual.apps.shortvideo.places import PLACES
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import HANDLE, Video
from runner.virtual.apps.shortvideo.world import KINDS as CARDS

Arguments = Mapping[str, Any]


def control(app: Surroundings, action: str, arguments: Arguments, now: str) -> None:
    """Do what a rehearsal asks; raises ValueError that names what would have been legal."""
    if action not in ACTIONS:
        raise ValueError(f"no control action {action!r}; there are {', '.join(sorted(ACTIONS))}")
    known, act = ACTIONS[action]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        legal = ", ".join(known) or "no arguments"
        raise ValueError(f"{action}: unknown argument {', '.join(unknown)}; it takes {legal}")
    act(app, arguments, now)


def _show(app: Surroundings, arguments: Arguments, _now: str) -> None:
    interruptions.clear(app)
    interruptions.interrupt(app, _choice(arguments, "screen", tuple(KINDS)))


def _clear(app: Surroundings, _arguments: Arguments, _now: str) -> None:
    interruptions.clear(app)


def _interrupt_at(app: Surroundings, arguments: Arguments, _now: str) -> None:
    moment = _choice(arguments, "moment", interruptions.MOMENTS)
    screen = _choice(arguments, "screen", tuple(KINDS))
    app.state.settings.interrupt_at.setdefault(moment, []).append(screen)


def _shuffle_ids(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.ids_seed = int(_number(arguments, "seed", app.state.settings.ids_seed + 1))


def _set_language(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.language = _choice(arguments, "language", LANGUAGES)


def _set_account(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.rename_account(_new_account(app, arguments))


def _add_account(app: Surroundings, arguments: Arguments, _now: str) -> None:
    account = _new_account(app, arguments)
    if account == app.state.account:
        raise ValueError(f"@{account} is on this phone already")
    app.state.others[account] = Standing()


def _switch_account(app: Surroundings, arguments: Arguments, _now: str) -> None:
    if not app.state.others:
        raise ValueError("there is no other account on this phone; add_account adds one")
    app.switch_account(_choice(arguments, "account", tuple(app.state.others)))


def _set_upload_seconds(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.upload_seconds = _seconds(arguments)


def _set_launch_seconds(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.launch_seconds = _seconds(arguments)


def _fail_next_upload(app: Surroundings, _arguments: Arguments, _now: str) -> None:
    app.state.settings.fail_next_upload = True


def _set_follow_result(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.follow_result = _choice(
        arguments, "result", ("normal", "ignored", "requested", "limited")
    )


def _set_unfollow_style(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.unfollow_style = _choice(arguments, "style", ("sheet", "toggle"))


def _set_result(app: Surroundings, arguments: Arguments, _now: str) -> None:
    effect = _choice(arguments, "effect", ("unfollow", "like", "favourite", "comment"))
    app.state.settings.results[effect] = _choice(arguments, "result", ("normal", "ignored", "limited"))


def _set_like_style(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.like_style = _choice(arguments, "style", ("counted", "plain", "flag"))


def _set_next_cards(app: Surroundings, arguments: Arguments, _now: str) -> None:
    kinds = _needed(arguments, "kinds")
    if not isinstance(kinds, list) or not set(kinds) <= set(CARDS):
        raise ValueError(f"kinds is a list of {', '.join(CARDS)}, not {kinds!r}")
    app.state.settings.next_cards = list(kinds)


def _set_gallery_entry(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.gallery_entry = _choice(arguments, "style", ("thumbnail", "upload"))


def _set_own_tab(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.own_tab = _choice(arguments, "tab", tuple(TABS))


def _set_grid_seconds(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.grid_seconds = _seconds(arguments)


def _set_not_recommended(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.not_recommended = bool(arguments.get("on", True))


def _set_comments(app: Surroundings, arguments: Arguments, _now: str) -> None:
    settings = app.state.settings
    settings.comments_off = bool(arguments.get("off", settings.comments_off))
    settings.send_label = bool(arguments.get("send_label", settings.send_label))


def _set_suggestions(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.suggestions = bool(arguments.get("on", True))


def _set_after_post(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.after_post = _choice(arguments, "screen", ("feed", "profile", "friends", "new_post"))


def _set_text_noise(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.text_noise = bool(arguments.get("on", True))


def _set_editor_seconds(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.editor_seconds = _seconds(arguments)


def _set_caption_editor(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.caption_editor = _choice(arguments, "style", ("fixed", "unfolds"))


def _set_photo_sound(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.settings.photo_sound = bool(arguments.get("on", True))


def _set_permissions(app: Surroundings, arguments: Arguments, _now: str) -> None:
    settings = app.state.settings
    settings.asks_permissions = bool(arguments.get("ask", settings.asks_permissions))
    settings.google_permissions = bool(arguments.get("google", settings.google_permissions))
    settings.capital_permissions = bool(arguments.get("capitals", settings.capital_permissions))
    app.state.permissions.clear()


def _set_relation(app: Surroundings, arguments: Arguments, _now: str) -> None:
    user, state = _handle(arguments, "user"), _choice(arguments, "state", (FOLLOWING, REQUESTED, "none"))
    app.state.relations.pop(user, None)
    if state != "none":
        app.state.relations[user] = state


def _pin_tile(app: Surroundings, arguments: Arguments, _now: str) -> None:
    video = _own_video(app, arguments)
    if video.id not in app.state.pinned:
        app.state.pinned.append(video.id)


def _delete_post(app: Surroundings, arguments: Arguments, _now: str) -> None:
    app.state.deleted.append(_own_video(app, arguments).id)


def _set_views(app: Surroundings, arguments: Arguments, _now: str) -> None:
    _needed(arguments, "views")
    app.state.views[_own_video(app, arguments).id] = int(_number(arguments, "views", 0))


def _post_elsewhere(app: Surroundings, arguments: Arguments, now: str) -> None:
    post = Post(app.new_id(), str(arguments.get("caption", "")), [], now, POSTED, account=app.state.account)
    app.state.elsewhere.append(post)
    app.state.views[post.id] = int(_number(arguments, "views", 0))


def _set_earlier_posts(app: Surroundings, arguments: Arguments, _now: str) -> None:
    _needed(arguments, "count")
    count = int(_number(arguments, "count", 0))
    if not 0 <= count <= 24:
        raise ValueError(f"count is 0 to 24, not {count}")
    app.state.settings.earlier_posts = count


def _ignore_next_post(app: Surroundings, _arguments: Arguments, _now: str) -> None:
    app.state.settings.ignore_next_post = True


def _withhold(app: Surroundings, arguments: Arguments, _now: str) -> None:
    what = _choice(arguments, "what", ("nothing", "captions", "videos", "tiles"))
    app.state.settings.withheld = "" if what == "nothing" else what


def _open_screen(app: Surroundings, arguments: Arguments, _now: str) -> None:
    PLACES[_choice(arguments, "screen", tuple(PLACES))](app)


def _add_draft(app: Surroundings, arguments: Arguments, now: str) -> None:
    app.state.drafts.append(Draft(str(arguments.get("caption", "")), [], now, app.state.account))


ACTIONS: dict[str, tuple[tuple[str, ...], Callable[[Surroundings, Arguments, str], None]]] = {
    "show": (("screen",), _show),
    "interrupt_at": (("moment", "screen"), _interrupt_at),
    "clear": ((), _clear),
    "shuffle_ids": (("seed",), _shuffle_ids),
    "set_language": (("language",), _set_language),
    "add_account": (("account",), _add_account),
    "switch_account": (("account",), _switch_account),
    "set_account": (("account",), _set_account),
    "set_upload_seconds": (("seconds",), _set_upload_seconds),
    "set_launch_seconds": (("seconds",), _set_launch_seconds),
    "fail_next_upload": ((), _fail_next_upload),
    "set_follow_result": (("result",), _set_follow_result),
    "set_unfollow_style": (("style",), _set_unfollow_style),
    "set_result": (("effect", "result"), _set_result),
    "set_like_style": (("style",), _set_like_style),
    "set_next_cards": (("kinds",), _set_next_cards),
    "set_gallery_entry": (("style",), _set_gallery_entry),
    "set_own_tab": (("tab",), _set_own_tab),
    "set_grid_seconds": (("seconds",), _set_grid_seconds),
    "set_not_recommended": (("on",), _set_not_recommended),
    "set_comments": (("off", "send_label"), _set_comments),
    "set_suggestions": (("on",), _set_suggestions),
    "set_after_post": (("screen",), _set_after_post),
    "set_editor_seconds": (("seconds",), _set_editor_seconds),
    "set_caption_editor": (("style",), _set_caption_editor),
    "set_photo_sound": (("on",), _set_photo_sound),
    "set_permissions": (("ask", "google", "capitals"), _set_permissions),
    "set_text_noise": (("on",), _set_text_noise),
    "set_relation": (("user", "state"), _set_relation),
    "pin_tile": (("position",), _pin_tile),
    "delete_post": (("position",), _delete_post),
    "set_views": (("position", "views"), _set_views),
    "post_elsewhere": (("caption", "views"), _post_elsewhere),
    "set_earlier_posts": (("count",), _set_earlier_posts),
    "ignore_next_post": ((), _ignore_next_post),
    "withhold": (("what",), _withhold),
    "open_screen": (("screen",), _open_screen),
    "add_draft": (("caption",), _add_draft),
}


def _needed(arguments: Arguments, name: str) -> Any:
    if name not in arguments:
        raise ValueError(f"the argument {name} is missing")
    return arguments[name]


def _number(arguments: Arguments, name: str, default: float) -> float:
    value = arguments.get(name, default)
    if not isinstance(value, int | float):
        raise ValueError(f"{name} is a number, not {value!r}")
    return float(value)


def _seconds(arguments: Arguments) -> float:
    _needed(arguments, "seconds")
    seconds = _number(arguments, "seconds", 0)
    if not 0 <= seconds <= 3600:
        raise ValueError(f"seconds is 0 to 3600, not {seconds:g}")
    return seconds


def _own_video(app: Surroundings, arguments: Arguments) -> Video:
    """The one at a position of the own page, from 0, drafts apart."""
    place, videos = int(_number(arguments, "position", 0)), own_videos(app.state)
    if not 0 <= place < len(videos):
        raise ValueError(f"position is 0 to {len(videos) - 1}, not {place}")
    return videos[place]


def _choice(arguments: Arguments, name: str, legal: Sequence[str]) -> str:
    value = _needed(arguments, name)
    if value not in legal:
        raise ValueError(f"{name} is one of {', '.join(legal)}, not {value!r}")
    return str(value)


def _new_account(app: Surroundings, arguments: Arguments) -> str:
    """A name that no other account on the phone has."""
    account = _handle(arguments, "account")
    if account in app.state.others:
        raise ValueError(f"@{account} is on this phone already")
    return account


def _handle(arguments: Arguments, name: str) -> str:
    handle = str(_needed(arguments, name)).lstrip("@").lower()
    if not HANDLE.fullmatch(handle):
        raise ValueError(f"{name} is 2 to 24 of a-z, 0-9, _ and ., not {handle!r}")
    return handle
