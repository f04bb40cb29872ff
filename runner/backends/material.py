"""The files that a task posts: those that its config lists, or those that its folder or this machine's material library
has now."""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from runner.backend_registry import declared
from runner.errors import TaskError, Unsupported
from runner.media import Kind, is_posted
from runner.media_file import FileHashes, MediaFile
from runner.planning.rotation import Files, turn
from runner.scripts.post import FILES_KEY, FOLDER_KEY, count, is_from_folder, is_from_library, kind, tags
from runner.settings import material_library
from runner.tasks import SeenFile, Task

LOG = logging.getLogger(__name__)

MOST_AHEAD = 1000
"""How many files of an entry are read before they are asked for."""


class Looks:
    """Looks at what there is to post, and recognises it by its content. Any thread may ask."""

    def __init__(self) -> None:
        self._hashes = FileHashes()

    def files(self, tasks: Iterable[Task]) -> Files:
        """What the entries of these tasks have to post now, as far as this machine knows; an entry whose files cannot
        be found has none: each of its attempts tells why."""
        entries = {(task.campaign, task.entry): task for task in tasks if task.options.order}
        return {
            entry: self.at(task.config)
            for entry, task in entries.items()
            if declared(task.backend).reads_files_here
        }

    def named(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks with the hashes of the other files that their configs name, as they are now. One that has such a
        hash keeps it."""
        seen: dict[SeenFile, SeenFile] = {}

        def look(file: SeenFile) -> SeenFile:
            if file.sha256:
                return file
            if file not in seen:
                seen[file] = self._seen(file.path)
            return seen[file]

        return [
            replace(task, options=replace(task.options, named=tuple(map(look, task.options.named))))
            if task.options.named
            else task
            for task in tasks
        ]

    def at(self, config: Mapping[str, Any]) -> tuple[SeenFile, ...]:
        """The files of a config of the script `post`; none if they cannot be found."""
        return tuple(self._seen(path) for path in _paths(config))

    def ahead(self, config: Mapping[str, Any], stopping: Event) -> None:
        """Read the files of a config before they are asked for, so that nothing waits for that when it is due."""
        self.read_ahead(_paths(config), stopping)

    def read_ahead(self, paths: Sequence[str], stopping: Event) -> None:
        """The same for files."""
        for path in paths[:MOST_AHEAD]:
            if stopping.is_set():
                return
            with suppress(OSError, ValueError), MediaFile(path) as file:
                self._hashes.sha256(file)

    def _seen(self, path: str) -> SeenFile:
        try:
            with MediaFile(path) as file:
                return SeenFile(path, self._hashes.sha256(file), file.fingerprint)
        except (OSError, ValueError) as error:
            LOG.warning("%s cannot be read: %s", path, error)
            return SeenFile(path, "")


def glance(config: Mapping[str, Any]) -> tuple[SeenFile, ...]:
    """The same for a plan, which must not read whole videos: in place of its hash each file has its fingerprint."""
    found = []
    for path in _paths(config):
        try:
            with MediaFile(path) as file:
                found.append(SeenFile(path, file.fingerprint, file.fingerprint))
        except (OSError, ValueError):
            found.append(SeenFile(path, ""))
    return tuple(found)


def _paths(config: Mapping[str, Any]) -> list[str]:
    try:
        return [*map(str, material_files(config))]
    except TaskError as error:
        LOG.debug("%s", error.message)  # each attempt tells why
        return []


def material(config: Mapping[str, Any], ordinal: int) -> tuple[Path, ...]:
    """The files that the task with this ordinal posts: one video, or as many images as its config says.

    `config` is that of the script `post`. The tasks of an occurrence take turns: each begins where the one before it
    ended, and the list starts again at its end. Raises TaskError if there is nothing to post.
    """
    return tuple(turn(material_files(config), count(config), ordinal))


def material_files(config: Mapping[str, Any]) -> Sequence[Path]:
    """All files among which tasks with this config take turns. Raises TaskError if there are none."""
    if is_from_folder(config):
        return _found(config)
    if not is_from_library(config):
        return [Path(text) for text in config[FILES_KEY]]
    if (library := material_library()) is None:
        raise Unsupported(
            f"the config names no {FILES_KEY}, and this machine has no material library",
            hint=f"name the files in {FILES_KEY}, set material_source: localFolder and {FOLDER_KEY}, or set "
            "RUNNER_MATERIAL_LIBRARY to the folder that is the library",
        )
    return _in_library(library, kind(config), tags(config))


def _in_library(library: Path, wanted: Kind, tags: Sequence[str]) -> Sequence[Path]:
    """The videos, or the images, of a folder and of those within it, sorted by path; with tags, only those that have
    one of them as words in their name, or in that of a folder on the way."""
    files = [
        path
        for path in sorted(_walked(library))
        if _is_tagged(path.relative_to(library), tags) and is_posted(str(path), wanted) and path.is_file()
    ]
    if not files:
        tagged = f" tagged {' or '.join(tags)}" if tags else ""
        raise TaskError(
            f"looked for {wanted}s{tagged} in the material library {library} and found none",
            hint="a tag is a word in the name of a file or of a folder; RUNNER_MATERIAL_LIBRARY names the library",
        )
    return files


def _walked(library: Path) -> Iterator[Path]:
    """All files of a folder, but those in hidden folders."""
    for folder, folders, names in os.walk(library):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names)


def _is_tagged(path: Path, tags: Sequence[str]) -> bool:
    words = [f" {_words(part)} " for part in path.with_suffix("").parts]
    return not tags or any(f" {_words(tag)} " in part for tag in tags for part in words)


def _words(text: str) -> str:
    """The words of a name in lower case, a blank between them: `Autumn-launch_2` is `autumn launch 2`."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _found(config: Mapping[str, Any]) -> Sequence[Path]:
    """The videos, or the images, of the config's folder, sorted by name."""
    folder, wanted = Path(config[FOLDER_KEY]), kind(config)
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise TaskError(
            f"looked for {wanted}s in {folder}: {error.strerror}", hint=f"check {FOLDER_KEY}"
        ) from error
    files = [path for path in found if is_posted(str(path), wanted) and path.is_file()]
    if not files:
        raise TaskError(
            f"looked for {wanted}s in {folder} and found none",
            hint=f"{wanted}s are files that end in {', '.join(sorted(wanted.suffixes))}, or whose content is one",
        )
    return files
