"""The files that a task posts: those that its config lists, or those that its folder has now."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.errors import TaskError, Unsupported
from runner.media import is_posted
from runner.scripts.post import FILES_KEY, FOLDER_KEY, count, is_from_folder, kind


def material(config: Mapping[str, Any], ordinal: int) -> tuple[Path, ...]:
    """The files that the task with this ordinal posts: one video, or as many images as its config says.

    `config` is that of the script `post`. The tasks of an occurrence take turns: each begins where the one before it
    ended, and the list starts again at its end. Raises TaskError if there is nothing to post.
    """
    return turn(material_files(config), config, ordinal)


def material_files(config: Mapping[str, Any]) -> Sequence[Path]:
    """All files among which tasks with this config take turns. Raises TaskError if there are none."""
    if is_from_folder(config):
        return _found(config)
    if listed := config[FILES_KEY]:
        return [Path(text) for text in listed]
    raise Unsupported(
        f"the config names no {FILES_KEY}, and this backend has no material library",
        hint=f"name the files in {FILES_KEY}, or set material_source: localFolder and {FOLDER_KEY}",
    )


def turn(files: Sequence[Path], config: Mapping[str, Any], ordinal: int) -> tuple[Path, ...]:
    """The files whose turn it is for the task with this ordinal."""
    several = count(config)
    first = ordinal * several
    return tuple(files[(first + step) % len(files)] for step in range(min(several, len(files))))


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
