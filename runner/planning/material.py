"""Which files a task posts."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.errors import TaskError, Unsupported
from runner.file_names import is_utf8
from runner.media import Kind, by_name, is_silent, read_format


def material(config: Mapping[str, Any], ordinal: int) -> tuple[Path, ...]:
    """The files that the task with this ordinal posts: one video, or as many images as its config says.

    `config` is that of the script `post`. The tasks of an occurrence take turns: each begins where the one
    before it ended, and the list starts again at its end. Raises TaskError if there is nothing to post.
    """
    files = _listed(config) or _found(config)
    count = config["image_count"] if config["content_type"] == 1 else 1
    first = ordinal * count
    return tuple(files[(first + step) % len(files)] for step in range(min(count, len(files))))


def _listed(config: Mapping[str, Any]) -> Sequence[Path]:
    return [Path(text) for text in config["material_list"]]


def _found(config: Mapping[str, Any]) -> Sequence[Path]:
    """The videos, or the images, of the config's folder, sorted by name."""
    if config["material_source"] != "localFolder":
        raise Unsupported(
            "the config names no material_list, and this backend has no material library",
            hint="name the files in material_list, or set material_source: localFolder and material_path",
        )
    folder = Path(config["material_path"])
    kind = Kind.IMAGE if config["content_type"] == 1 else Kind.VIDEO
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise TaskError(
            f"looked for {kind}s in {folder}: {error.strerror}", hint="check material_path"
        ) from error
    files = [path for path in found if is_posted(str(path), kind) and path.is_file()]
    if not files:
        raise TaskError(
            f"looked for {kind}s in {folder} and found none",
            hint=f"{kind}s are files that end in {', '.join(sorted(kind.suffixes))}, or whose content is one",
        )
    return files


def is_posted(path: str, kind: Kind) -> bool:
    """Whether a file of a folder is among those that are posted: by its name, and by its content where the name
    says nothing. One that is hidden is not, nor one whose name is no text, which no record could tell of."""
    name = os.path.basename(path)  # noqa: PTH119 - folders hold thousands
    if name.startswith(".") or not is_utf8(name):
        return False
    if not is_silent(name):
        found = by_name(name)
        return found is not None and found.kind is kind
    try:
        content = read_format(path)
    except OSError:
        return False
    return content is not None and content.kind is kind
