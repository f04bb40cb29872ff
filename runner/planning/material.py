"""Which files a task posts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.errors import TaskError, Unsupported

VIDEOS = frozenset({".3gp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
IMAGES = frozenset({".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".webp"})


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
    kind, suffixes = ("images", IMAGES) if config["content_type"] == 1 else ("videos", VIDEOS)
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise TaskError(
            f"looked for {kind} in {folder}: {error.strerror}", hint="check material_path"
        ) from error
    files = [path for path in found if _is_material(path, suffixes)]
    if not files:
        raise TaskError(
            f"looked for {kind} in {folder} and found none",
            hint=f"{kind} are files that end in {', '.join(sorted(suffixes))}",
        )
    return files


def _is_material(path: Path, suffixes: frozenset[str]) -> bool:
    return path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
