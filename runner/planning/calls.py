"""Which calls of the Local API tasks become: one POST /task for each entry and due instant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from runner.backend_registry import declared
from runner.tasks import Task


@dataclass(frozen=True, slots=True)
class Call:
    """One POST: its tasks are every target on every device, or by every account where no device is known."""

    serials: tuple[str, ...]
    usernames: tuple[str, ...]
    targets: tuple[str | None, ...]
    tasks: tuple[Task, ...]


def calls(tasks: Iterable[Task]) -> Iterator[Call]:
    """The calls that tasks of a plan become; tasks for another backend become none.

    With jitter the tasks of a device are due at instants of their own, so that each call names fewer targets.
    """
    posted = (task for task in tasks if declared(task.backend).speaks_local_api)
    # groupby needs no sorting first: tasks of a plan come by due instant, then as declared.
    for _, together in groupby(
        posted, key=lambda task: (task.due_utc, task.campaign, task.entry, task.nominal)
    ):
        yield from _calls(list(together))


def _calls(tasks: list[Task]) -> Iterator[Call]:
    """Devices that are due with the same targets share a call: it makes every target on every device."""
    by_lane: dict[str, list[Task]] = {}
    for task in tasks:
        by_lane.setdefault(task.lane, []).append(task)
    by_targets: dict[tuple[str | None, ...], list[Task]] = {}
    for queue in by_lane.values():
        by_targets.setdefault(tuple(task.target for task in queue), []).extend(queue)
    for targets, shared in by_targets.items():
        lanes = [(task.device, task.username) for task in shared]
        serials = tuple(dict.fromkeys(device for device, _ in lanes if device))
        usernames = tuple(dict.fromkeys(username for _, username in lanes if username))
        yield Call(serials, usernames, targets, tuple(shared))
