"""Which of the server's tasks are ours: told by device or account, script, target and config. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from typing import Any

from runner.backends.local_api.bodies import placed
from runner.backends.local_api.shapes import ServerTask
from runner.backends.local_api.view import Newest
from runner.scripts import SCRIPTS
from runner.scripts.script import listed
from runner.targets import account
from runner.tasks import Task

STILL_UNDER_WAY = timedelta(minutes=15)
"""For how long after it was sent a call may still make tasks."""

Found = dict[str, list[ServerTask]]
"""By task key, the server's tasks that are its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A call that has made tasks of some content, or may have: `newest` was the highest id before it, `ids` are
    those that are known to be its own, `effect` the ledger's id of its intent; `several` calls make more than one."""

    effect: int
    newest: int
    sent_utc: datetime
    ids: tuple[int, ...] = ()
    several: bool = False


def by_answer(tasks: Sequence[Task], answered: Sequence[ServerTask]) -> tuple[Found, set[str]]:
    """The tasks of one call joined to those that its answer names, by the details that the server tells.

    Where it tells too little to tell tasks apart, they go by their order, if there are as many of them: the second
    value has the keys of those.
    """
    found: Found = {}
    unclear: dict[tuple[str, ...], list[ServerTask]] = {}
    for one in sorted(answered, key=lambda one: one.id):
        possible = [task for task in tasks if not contradicts(task, one)]
        if len(possible) == 1:
            found.setdefault(possible[0].key, []).append(one)
        elif possible:
            unclear.setdefault(tuple(task.key for task in possible), []).append(one)
    by_order: set[str] = set()
    for keys, ones in unclear.items():
        left = [key for key in keys if key not in found]
        if len(left) == len(ones):
            found |= {key: [one] for key, one in zip(left, ones, strict=True)}
            by_order |= set(left)
    return found, by_order


def by_content(task: Task, newer: Sequence[ServerTask], newest: Newest) -> list[ServerTask]:
    """The server's tasks, by id, that a call without an answer can have made for a task: those that agree with it in
    every field that the server tells, and tell enough. `newest` was the newest one before the call."""
    alike = (
        one
        for one in newer
        if one.id > newest.id
        and one.source != "ui"
        and not _is_before(one.created_at, newest.created_at)
        and _agrees(task, one)
    )
    return sorted(alike, key=lambda one: one.id)


def own_share(own: Claim, others: Sequence[Claim], candidates: Sequence[int]) -> tuple[int, ...]:
    """The ids that are this call's among those that calls of the same content may have made; none if that cannot
    be told.

    What is known to be another's is left to it. Of calls that are as open as this one, the first takes the first
    id. One that came much later had been preceded by all ids that this one can have made.
    """
    taken = {number for other in others for number in other.ids}
    later = [other.newest for other in others if other.sent_utc > own.sent_utc + STILL_UNDER_WAY]
    free = [number for number in candidates if number not in taken and number <= min(later, default=number)]
    open_ones = [
        other for other in others if not other.ids and abs(other.sent_utc - own.sent_utc) <= STILL_UNDER_WAY
    ]
    if len(free) > 1 + len(open_ones):
        return tuple(free) if own.several and not open_ones else ()
    for one in sorted([own, *open_ones], key=lambda one: (one.newest, one.effect)):
        number = next((number for number in free if number > one.newest), None)
        if one is own:
            return () if number is None else (number,)
        if number is not None:
            free.remove(number)
    return ()


def target_of(one: ServerTask) -> str | None:
    """The only target that the server tells of its task, as our tasks name it; None if it tells none or several."""
    script = SCRIPTS.get(one.script or "")
    if script is None or script.target_keys is None:
        return None
    several, single = script.target_keys
    told = {**(one.config or {}), **{key: one.raw[key] for key in (several, single) if one.raw.get(key)}}
    items, text = told.get(several), told.get(single)
    names = listed(items if isinstance(items, list) else [], text if isinstance(text, str) else "")
    if not names and isinstance(one.raw.get("target"), str):
        names = (one.raw["target"],)
    if len(names) != 1:
        return None
    return script.normal_target(str(names[0]))


def contradicts(task: Task, one: ServerTask) -> bool:
    """Whether something that the server tells cannot be said of the task."""
    target = target_of(one)
    return (
        (one.script is not None and one.script != task.script)
        or (target is not None and task.target is not None and target != task.target)
        or not _same_lane(task, one, unknown=True)
    )


def _agrees(task: Task, one: ServerTask) -> bool:
    """Whether what the server tells is enough, and all of it can be said of the task."""
    return (
        one.script == task.script
        and _same_lane(task, one, unknown=False)
        and (task.target is None or target_of(one) == task.target)
        and _same_config(task, one.config or {})
    )


def _same_lane(task: Task, one: ServerTask, *, unknown: bool) -> bool:
    if task.device is not None:
        return unknown if one.serial is None else one.serial == task.device
    if one.username is None or task.username is None:
        return unknown
    return account(one.username) == account(task.username)


def _same_config(task: Task, told: Mapping[str, Any]) -> bool:
    """Whether every setting that both know is the same; targets have been compared, secrets are not told."""
    script = SCRIPTS[task.script]
    apart = {*(script.target_keys or ()), *(way[0] for way in script.secrets)}
    compared = told.keys() - apart
    here, there = (placed(script, task.config, is_here=is_here) for is_here in (True, False))
    return all(_plain(told[key]) in (_plain(here[key]), _plain(there[key])) for key in here.keys() & compared)


def _plain(value: Any) -> Any:
    """A setting without regard to how it was written down: 30, 30.0 and "30" are the same."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return value if isnan(number) else number
    return float(value) if isinstance(value, int | float) else value


def _is_before(told: str | None, than: str | None) -> bool:
    """Whether one of the server's instants is surely earlier than another of them."""
    try:
        return (
            told is not None
            and than is not None
            and datetime.fromisoformat(told) < datetime.fromisoformat(than)
        )
    except (ValueError, TypeError):
        return False
