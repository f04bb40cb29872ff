"""What a task posts or writes, for people and for programs: its files and its texts."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from runner.planning.content import files, texts
from runner.reports.shown import visible, width
from runner.tasks import Task

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

LONGEST = 40
"""Where a text is cut in a table, in columns."""


def content_words(task: Task, mark: str = "") -> list[str]:
    """`launch.mp4` and `"New drop! #autumn"`, each in one line; `mark` follows the files."""
    names = [visible(PurePath(path).name) for path in files(task)]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return [*([f"{names[0]}{more}{mark}"] if names else []), *map(_quoted, texts(task).values())]


def content_data(task: Task, folder: str | None = None) -> dict[str, Any]:
    """The same as JSON: `{"files": [path], "texts": {variable: text}}`; paths below `folder` are relative to it."""
    return {"files": [_below(path, folder) for path in files(task)], "texts": texts(task)}


def content_lines(task: Task) -> Mapping[str, str]:
    """The same as facts about one task, whole."""
    paths: Sequence[str] = files(task)
    return {**({"files" if len(paths) > 1 else "file": ", ".join(paths)} if paths else {}), **texts(task)}


def cut(words: str, columns: int) -> str:
    """Words in at most this many columns; of a quoted text the closing quote stays."""
    if width(words) <= columns:
        return words
    words = words[: 2 * columns]  # a caption may have thousands of characters
    end = _ELLIPSIS + ('"' if words.startswith('"') else "")
    while width(words) > max(columns - len(end), 0):
        words = words[:-1]
    return words.rstrip() + end


def _quoted(text: str) -> str:
    return cut(f'"{visible(" ".join(text.split()))}"', LONGEST)


def _below(path: str, folder: str | None) -> str:
    whole = PurePath(path)
    return str(whole.relative_to(folder)) if folder and whole.is_relative_to(folder) else path
