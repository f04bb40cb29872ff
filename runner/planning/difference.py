"""How two plans of one window differ, task by task: the same key is the same task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runner.planning.plan import Plan
from runner.planning.source import Source
from runner.planning.work import due_instant
from runner.tasks import Task, task_key


class Change(StrEnum):
    """What became of a task: `moved` is another due instant, `changed` other settings at the same instant."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A task that differs: `before` and `after`, one of them None if it was added or removed, and the names
    of the settings that are not the same."""

    change: Change
    before: Task | None
    after: Task | None
    settings: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """The task as it is now, or as it was."""
        task = self.after or self.before
        assert task is not None
        return task


def differences(before: Plan, after: Plan) -> Iterator[Difference]:
    """What the plan `after` has other than the plan `before`, by due instant.

    A campaign that was renamed, and says so (`formerly`), has the tasks that it had. Commits may differ.
    """
    names = _new_names(after.sources)
    old = {_key(task, names): task for task in before.tasks()}
    settings = _Settings()
    found = []
    for task in after.tasks():
        was = old.pop(task.key, None)
        if was is None:
            found.append(Difference(Change.ADDED, None, task))
        elif (names_changed := settings.changed(was, task)) or was.due_utc != task.due_utc:
            change = Change.CHANGED if was.due_utc == task.due_utc else Change.MOVED
            found.append(Difference(change, was, task, names_changed))
    found += (Difference(Change.REMOVED, task, None) for task in old.values())
    yield from sorted(found, key=lambda difference: due_instant(difference.task))


class _Settings:
    """Compares what tasks carry; the tasks of an entry share a config, so each pair is compared once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[str, ...]] = {}

    def changed(self, before: Task, after: Task) -> tuple[str, ...]:
        pair = (id(before.config), id(after.config))
        if pair not in self._known:
            self._known[pair] = tuple(_differing(before.config, after.config))
        return (*self._own(before, after), *self._known[pair])

    def _own(self, before: Task, after: Task) -> Iterator[str]:
        for name in ("script", "backend", "timeout_s", "options"):
            if getattr(before, name) != getattr(after, name):
                yield name.removesuffix("_s")
        if before.ordinal != after.ordinal and _takes_turns(after.config):
            yield "material"


def _takes_turns(config: Mapping[str, Any]) -> bool:
    """Whether the place of a task among those of its occurrence decides what it posts."""
    return len(config.get("material_list", ())) > 1 or config.get("material_source") == "localFolder"


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The settings that differ. Lists of targets are none: a task's own target is in its key."""
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key) and not key.startswith("target_"):
            yield key


def _new_names(sources: Sequence[Source]) -> dict[str, str]:
    return {old: source.campaign.name for source in sources for old in source.campaign.formerly}


def _key(task: Task, names: Mapping[str, str]) -> str:
    if task.campaign not in names:
        return task.key
    return task_key(names[task.campaign], task.entry, task.nominal, task.lane, task.target)
