"""A task in the words of a Local API: the body of the call that makes it, and whether one of the server's tasks can be
this one. Pure, except for files that hold secrets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isnan
from typing import Any

from runner.backends.local_api.answers import ServerTask
from runner.campaign import paths
from runner.campaign.secrets import Way, with_secrets
from runner.planning.calls import Call, calls
from runner.scripts import SCRIPTS, Script
from runner.scripts.script import listed, written_targets
from runner.targets import account
from runner.tasks import Task

MOST_LANES = 50
MOST_TASKS = 100
"""The most devices or accounts of one call, and the most tasks, as far as one can part them."""


def chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """The tasks of one entry and instant, in parts that one call each sends."""
    for call in calls(tasks):
        lanes = list(dict.fromkeys(task.lane for task in call.tasks))
        size = max(1, min(MOST_LANES, MOST_TASKS // len(call.targets)))
        for start in range(0, len(lanes), size):
            chosen = set(lanes[start : start + size])
            yield [task for task in call.tasks if task.lane in chosen]


def secrets_of(task: Task) -> tuple[dict[str, Any], list[str]]:
    """The task's config with its secrets in place, and the secrets. Raises TaskError."""
    script = SCRIPTS[task.script]
    config = with_secrets(task.config, script.secrets)
    found = (_at(config, way) for way in script.secrets)
    return config, [secret for secret in found if secret]


def placed(script: Script, config: Mapping[str, Any], *, is_here: bool) -> dict[str, Any]:
    """A config whose paths fit a server on this machine, or on another one."""
    change = paths.here if is_here else paths.there
    return {
        key: _each(value, change) if key in script.paths and value else value for key, value in config.items()
    }


def _each(value: str | list[str], change: Callable[[str], str]) -> str | list[str]:
    return change(value) if isinstance(value, str) else [change(path) for path in value]


def body(call: Call, config: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a call's POST; `config` is that of its tasks, with its secrets."""
    first = call.tasks[0]
    options = {
        "enable_multi_account": first.options.multi_account and not call.usernames,
        "min_interval": first.options.min_interval,
        "max_interval": first.options.max_interval,
    }
    return {
        **({"usernames": list(call.usernames)} if call.usernames else {"serials": list(call.serials)}),
        "script_name": first.script,
        "script_config": for_targets(first.script, config, call.targets),
        **{key: value for key, value in options.items() if value},
    }


def for_targets(name: str, config: Mapping[str, Any], targets: Iterable[str | None]) -> dict[str, Any]:
    """A script's config that names these targets only, each as it is written in the file."""
    keys, written = script_targets(name, config)
    if keys is None:
        return dict(config)
    several, *single = keys
    named = [written.get(target, target) for target in targets if target]
    return {**config, several: named, **dict.fromkeys(single, "")}


def script_targets(name: str, config: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    """The keys of a config that name targets, if the script has any; and, by target, how the config writes it."""
    script = SCRIPTS.get(name)
    if script is None or script.target_keys is None:
        return None, {}
    return script.target_keys, {
        script.normal_target(text): text for text in reversed(written_targets(config, script.target_keys))
    }


def target_of(one: ServerTask) -> str | None:
    """The one target of a server's task, as our tasks name it; None if the server tells none or several."""
    script = SCRIPTS.get(one.script or "")
    if script is None or script.target_keys is None:
        return None
    several, *single = script.target_keys
    config = {**(one.config or {}), **{key: one.raw[key] for key in script.target_keys if one.raw.get(key)}}
    items, text = config.get(several), config.get(single[0]) if single else None
    names = listed(items if isinstance(items, list) else [], text if isinstance(text, str) else "")
    if not names and isinstance(one.raw.get("target"), str):
        names = (one.raw["target"],)
    if len(names) != 1:
        return None
    return script.normal_target(str(names[0]))


def contradicts(task: Task, one: ServerTask) -> bool:
    """Whether something that the server tells is not true of the task."""
    target = target_of(one)
    return (
        (one.script is not None and one.script != task.script)
        or (target is not None and task.target is not None and target != task.target)
        or not _same_lane(task, one, unknown=True)
    )


def agrees(task: Task, one: ServerTask) -> bool:
    """Whether the server tells enough, and all of it is true of the task."""
    return (
        one.script == task.script
        and _same_lane(task, one, unknown=False)
        and (task.target is None or target_of(one) == task.target)
        and _same_config(task, one.config or {})
    )


def _at(config: Mapping[str, Any], way: Way) -> str | None:
    value: Any = config
    for key in way:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def _same_lane(task: Task, one: ServerTask, *, unknown: bool) -> bool:
    if task.device is not None:
        return unknown if one.serial is None else one.serial == task.device
    if one.username is None or task.username is None:
        return unknown
    return account(one.username) == account(task.username)


def _same_config(task: Task, shown: Mapping[str, Any]) -> bool:
    """Whether every setting that both know is the same, except targets, which have been compared, and secrets, which a
    server does not tell."""
    script = SCRIPTS[task.script]
    apart = {*(script.target_keys or ()), *(way[0] for way in script.secrets)}
    compared = shown.keys() - apart
    # Either form of a path: the server keeps the one that it was sent, which an earlier process may have chosen.
    here, there = (placed(script, task.config, is_here=is_here) for is_here in (True, False))
    return all(
        _plain(shown[key]) in (_plain(here[key]), _plain(there[key])) for key in here.keys() & compared
    )


def _plain(value: Any) -> Any:
    """A setting, however it is written: 30, 30.0 and "30" are the same."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return value if isnan(number) else number  # nan would differ from itself
    return float(value) if isinstance(value, int | float) else value
