"""How two plans of one window differ, task by task.

The same key is the same task. Of the other tasks, one that was removed and one that was added belong together if they
have the same entry, device or account, and target: a start time that was rewritten moves its tasks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plan import Plan
from runner.planning.source import Clocks
from runner.scripts.post import FILES_KEY, is_from_folder
from runner.tasks import Task, task_key


class TaskChange(StrEnum):
    """What became of a task: `moved` means another due instant, `changed` other settings at the same instant."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A task that differs: `before` and `after`, one of them None if it was added or removed, and the names
    of the settings that are not the same."""

    change: TaskChange
    before: Task | None
    after: Task | None
    settings: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """The task as it is now, or as it was."""
        task = self.after or self.before
        assert task is not None
        return task

    def values(self) -> Iterator[tuple[str, Any, Any]]:
        """The settings that are not the same: name, value before, value after; None where there was none."""
        assert self.before is not None
        assert self.after is not None
        for name in self.settings:
            yield name, _value(self.before, name), _value(self.after, name)


def differences(before: Plan, after: Plan) -> Iterator[Difference]:
    """What differs in the plan `after` from the plan `before`, by due instant.

    A campaign that was renamed, and says so (`formerly`), keeps its tasks. Commits may differ.
    """
    names = _new_names(after.campaigns)
    old = {_key(task, names): task for task in before.tasks()}
    settings, new, found = _Settings(), [], []
    order: dict[str, int] = {}
    for task in after.tasks():
        order[task.key] = len(order)
        was = old.pop(task.key, None)
        if was is None:
            new.append(task)
        elif (names_changed := settings.changed(was, task)) or was.due_utc != task.due_utc:
            change = TaskChange.CHANGED if was.due_utc == task.due_utc else TaskChange.MOVED
            found.append(Difference(change, was, task, names_changed))
    removed = list(old.values())
    for was, task in _moved(removed, new, names, Clocks([*before.campaigns, *after.campaigns])):
        found.append(Difference(TaskChange.MOVED, was, task, settings.changed(was, task)))
    found += (Difference(TaskChange.ADDED, None, task) for task in new)
    found += (Difference(TaskChange.REMOVED, task, None) for task in removed)
    yield from sorted(found, key=lambda one: (one.task.due_utc, order.get(one.task.key, len(order))))


def _moved(
    removed: list[Task], added: list[Task], names: Mapping[str, str], clocks: Clocks
) -> Iterator[tuple[Task, Task]]:
    """The pairs of tasks that belong together, which are taken out of both lists. Tasks of one entry, doer and
    target are paired in their order within a day; across days only where there is one of each."""

    def thing(task: Task) -> tuple[Hashable, ...]:
        return names.get(task.campaign, task.campaign), task.entry, task.doer, task.target

    def day(task: Task) -> tuple[Hashable, ...]:
        return (*thing(task), clocks.local(task).date())

    yield from _pairs(removed, added, day, several=True)
    yield from _pairs(removed, added, thing, several=False)


def _pairs(
    removed: list[Task], added: list[Task], group: Callable[[Task], Hashable], *, several: bool
) -> Iterator[tuple[Task, Task]]:
    groups: dict[Hashable, tuple[list[Task], list[Task]]] = defaultdict(lambda: ([], []))
    for place, tasks in enumerate((removed, added)):
        for task in tasks:
            groups[group(task)][place].append(task)
    taken: set[int] = set()
    for olds, news in groups.values():
        if several or len(olds) == len(news) == 1:
            for pair in zip(olds, news, strict=False):
                taken.update(map(id, pair))
                yield pair
    for tasks in (removed, added):
        tasks[:] = [task for task in tasks if id(task) not in taken]


class _Settings:
    """Compares what tasks carry; the tasks of an entry share a config, so each pair is compared once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[str, ...]] = {}

    def changed(self, before: Task, after: Task) -> tuple[str, ...]:
        # Identity is enough, and cheap: both plans live as long as the comparison.
        pair = (id(before.config), id(after.config))
        if pair not in self._known:
            self._known[pair] = tuple(_differing(before.config, after.config))
        return (*self._own(before, after), *self._known[pair])

    def _own(self, before: Task, after: Task) -> Iterator[str]:
        for name in ("script", "backend", "device", "timeout_s", "options"):
            if getattr(before, name) != getattr(after, name):
                yield name.removesuffix("_s")
        if before.ordinal != after.ordinal and _takes_turns(after.config):
            yield "material"


def _takes_turns(config: Mapping[str, Any]) -> bool:
    """Whether the ordinal of a task within its occurrence decides what it posts."""
    return len(config.get(FILES_KEY, ())) > 1 or is_from_folder(config)


def _value(task: Task, name: str) -> Any:
    """A setting by the name that a difference gives it."""
    match name:
        case "timeout":
            return f"{task.timeout_s:g}s"
        case "options":
            return {key: value for key, value in asdict(task.options).items() if value is not None}
        case "material":
            files = task.config.get(FILES_KEY, ())
            return (
                Path(files[task.ordinal % len(files)]).name
                if files
                else f"file {task.ordinal + 1} of the folder"
            )
        case "script" | "backend" | "device":
            return getattr(task, name)
        case _:
            return task.config.get(name)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The settings that differ. Lists of targets are left out: a task's own target is in its key."""
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key) and not key.startswith("target_"):
            yield key


def _new_names(campaigns: Sequence[ResolvedCampaign]) -> dict[str, str]:
    return {old: campaign.name for campaign in campaigns for old in campaign.formerly}


def _key(task: Task, names: Mapping[str, str]) -> str:
    if task.campaign not in names:
        return task.key
    return task_key(names[task.campaign], task.entry, task.nominal, task.doer, task.target)
