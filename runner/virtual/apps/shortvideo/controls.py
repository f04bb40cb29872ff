"""What a rehearsal may ask of the app."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.virtual.apps.shortvideo.interruptions import KINDS
from runner.virtual.apps.shortvideo.memory import FOLLOWING, REQUESTED, Draft, Memory
from runner.virtual.apps.shortvideo.own_videos import own_videos
from runner.virtual.apps.shortvideo.world import HANDLE

Arguments = Mapping[str, Any]


def control(memory: Memory, action: str, arguments: Arguments, now: str) -> None:
    """Do what a rehearsal asks; raises ValueError that names what would have been legal."""
    if action not in ACTIONS:
        raise ValueError(f"no control action {action!r}; there are {', '.join(sorted(ACTIONS))}")
    known, act = ACTIONS[action]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        legal = ", ".join(known) or "no arguments"
        raise ValueError(f"{action}: unknown argument {', '.join(unknown)}; it takes {legal}")
    act(memory, arguments, now)


def _show(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.interruption = _choice(arguments, "screen", tuple(KINDS))


def _clear(memory: Memory, _arguments: Arguments, _now: str) -> None:
    memory.settings.interruption = ""


def _shuffle_ids(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.ids_seed = int(_number(arguments, "seed", memory.settings.ids_seed + 1))


def _set_account(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.account = _handle(arguments, "account")


def _set_upload_seconds(memory: Memory, arguments: Arguments, _now: str) -> None:
    _needed(arguments, "seconds")
    seconds = _number(arguments, "seconds", 0)
    if not 0 <= seconds <= 3600:
        raise ValueError(f"seconds is 0 to 3600, not {seconds:g}")
    memory.settings.upload_seconds = seconds


def _fail_next_upload(memory: Memory, _arguments: Arguments, _now: str) -> None:
    memory.settings.fail_next_upload = True


def _set_follow_result(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.follow_result = _choice(
        arguments, "result", ("normal", "ignored", "requested", "limited")
    )


def _set_unfollow_style(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.unfollow_style = _choice(arguments, "style", ("sheet", "toggle"))


def _set_after_post(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.after_post = _choice(arguments, "screen", ("feed", "profile"))


def _set_text_noise(memory: Memory, arguments: Arguments, _now: str) -> None:
    memory.settings.text_noise = bool(arguments.get("on", True))


def _set_relation(memory: Memory, arguments: Arguments, _now: str) -> None:
    user, state = _handle(arguments, "user"), _choice(arguments, "state", (FOLLOWING, REQUESTED, "none"))
    memory.relations.pop(user, None)
    if state != "none":
        memory.relations[user] = state


def _pin_tile(memory: Memory, arguments: Arguments, _now: str) -> None:
    place, videos = int(_number(arguments, "position", 0)), own_videos(memory)
    if not 0 <= place < len(videos):
        raise ValueError(f"position is 0 to {len(videos) - 1}, not {place}")
    if videos[place].id not in memory.pinned:
        memory.pinned.append(videos[place].id)


def _add_draft(memory: Memory, arguments: Arguments, now: str) -> None:
    memory.drafts.append(Draft(str(arguments.get("caption", "")), [], now))


ACTIONS: dict[str, tuple[tuple[str, ...], Callable[[Memory, Arguments, str], None]]] = {
    "show": (("screen",), _show),
    "clear": ((), _clear),
    "shuffle_ids": (("seed",), _shuffle_ids),
    "set_account": (("account",), _set_account),
    "set_upload_seconds": (("seconds",), _set_upload_seconds),
    "fail_next_upload": ((), _fail_next_upload),
    "set_follow_result": (("result",), _set_follow_result),
    "set_unfollow_style": (("style",), _set_unfollow_style),
    "set_after_post": (("screen",), _set_after_post),
    "set_text_noise": (("on",), _set_text_noise),
    "set_relation": (("user", "state"), _set_relation),
    "pin_tile": (("position",), _pin_tile),
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


def _choice(arguments: Arguments, name: str, legal: Sequence[str]) -> str:
    value = _needed(arguments, name)
    if value not in legal:
        raise ValueError(f"{name} is one of {', '.join(legal)}, not {value!r}")
    return str(value)


def _handle(arguments: Arguments, name: str) -> str:
    handle = str(_needed(arguments, name)).lstrip("@").lower()
    if not HANDLE.fullmatch(handle):
        raise ValueError(f"{name} is 2 to 24 of a-z, 0-9, _ and ., not {handle!r}")
    return handle
