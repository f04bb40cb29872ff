"""Which files a task posts, in the order that its entry asks for.

Pure: the plan simulates with it what the ledger then does with it, when the rows of tasks are made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath
from typing import Any, NamedTuple

from runner.planning.draw import draw
from runner.scripts.post import FILES_KEY, count, has_material
from runner.targets import INSTAGRAM, account
from runner.tasks import SeenFile, Task


class Order(StrEnum):
    """How the tasks of an entry share its files out.

    `next`: each account gets every file once before it gets one again; `same`: each occurrence begins with the first
    file anew; `random`: by the task's key.
    """

    NEXT = "next"
    SAME = "same"
    RANDOM = "random"


Files = Mapping[tuple[str, str], Sequence[SeenFile]]
"""What there is to post, by campaign and entry. A file that cannot be read has no hash."""


class Given(NamedTuple):
    """The files of a task, and those of them that its owner has had before."""

    files: tuple[SeenFile, ...]
    again: tuple[SeenFile, ...] = ()


def order_of(script: str, config: Mapping[str, Any], written: str | None) -> Order | None:
    """The order of an entry's files: as written, else `next` where there may be several. None if it posts none."""
    if script != "post" or not has_material(config):
        return None
    if written is not None:
        return Order(written)
    return Order.SAME if len(set(config[FILES_KEY])) == 1 else Order.NEXT


def owner(task: Task) -> str:
    """Who must not get a file twice: the account of an app, or the device where no account is known. In another app a
    file is another post, and so it is among the stories of an account, which are gone after a day."""
    return owner_of(task.options.app, task.device, task.username, task.config)


def owner_of(app: str, device: str | None, username: str | None, config: Mapping[str, Any]) -> str:
    where = " story" if app == INSTAGRAM and config.get("placement") == "story" else ""
    return f"{app}{where}:{account(username) if username else device or ''}"


class Rotation:
    """Gives files to tasks, in the order in which their rows are made, and remembers who had which.

    `used` has the hashes of the files that each owner has had, oldest first.
    """

    def __init__(self, used: Mapping[str, Iterable[str]] | None = None) -> None:
        self._last: dict[str, dict[str, int]] = {}
        self._count = 0
        for name, hashes in (used or {}).items():
            for sha256 in hashes:
                self._remember(name, sha256)

    def give(self, task: Task, files: Sequence[SeenFile]) -> Given:
        """The files that a task gets out of all that its entry has."""
        name = owner(task)
        had = self._last.get(name, {})
        several, order = count(task.config), task.options.order
        chosen = pick(files, order, several, ordinal=task.ordinal, key=task.key, had=had)
        again = tuple(file for file in chosen if file.sha256 in had)
        self.take(name, chosen)
        return Given(chosen, again)

    def take(self, name: str, files: Iterable[SeenFile]) -> None:
        """Remember that somebody has got files."""
        for file in files:
            if file.sha256:
                self._remember(name, file.sha256)

    def _remember(self, name: str, sha256: str) -> None:
        self._count += 1
        self._last.setdefault(name, {})[sha256] = self._count


def with_files(task: Task, files: tuple[SeenFile, ...]) -> Task:
    """The task with these files in its row."""
    return replace(task, options=replace(task.options, files=files))


def turn(files: Sequence[Any], several: int, ordinal: int) -> list[Any]:
    """The items whose turn it is for the task with this ordinal: each begins where the one before it ended."""
    first = ordinal * several
    return [files[(first + step) % len(files)] for step in range(min(several, len(files)))]


def pick(
    files: Sequence[SeenFile],
    order: str | None,
    several: int,
    *,
    ordinal: int,
    key: str,
    had: Mapping[str, int],
) -> tuple[SeenFile, ...]:
    """So many files for the task with this ordinal and key. `had` has the hashes of those that its owner has had; a
    higher number is later."""
    readable = [file for file in files if file.sha256]
    if order == Order.SAME or not readable:
        return tuple(turn(files, several, ordinal)) if files else ()
    if order == Order.RANDOM:
        return tuple(sorted(_once(readable), key=lambda file: _drawn(file, key))[:several])
    return tuple(_next(_once(_from_turn(readable, several, ordinal)), several, had))


def _from_turn(files: Sequence[SeenFile], several: int, ordinal: int) -> Iterable[SeenFile]:
    """All files once, from the one whose turn it is: the devices of an occurrence post different files."""
    first = ordinal * several % len(files)
    return (*files[first:], *files[:first])


def _once(files: Iterable[SeenFile]) -> list[SeenFile]:
    """Each content once: two paths may lead to one."""
    found: dict[str, SeenFile] = {}
    for file in files:
        found.setdefault(file.sha256, file)
    return list(found.values())


def _next(files: Sequence[SeenFile], several: int, had: Mapping[str, int]) -> list[SeenFile]:
    """Files that their owner never had; then those that it had, the longest ago first."""
    fresh = [file for file in files if file.sha256 not in had][:several]
    if len(fresh) < min(several, len(files)):
        rest = sorted((file for file in files if file.sha256 in had), key=lambda file: had[file.sha256])
        fresh += rest[: several - len(fresh)]
    return fresh


def _drawn(file: SeenFile, key: str) -> int:
    # By its name, so that a file keeps its place in the draw when others come and go, and its folder moves.
    return draw(f"{PurePath(file.path).name}:{key}")
