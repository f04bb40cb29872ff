"""The column `options` of a task."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from runner.store.json_text import to_json
from runner.tasks import NO_OPTIONS, SeenFile, TaskOptions

SELDOM = ("files", "order", "app", "language", "named")
"""Fields that most tasks leave as they are, and that rows of older ledgers do not have."""


def options_of(stored: Mapping[str, Any]) -> TaskOptions:
    """The options of a row."""
    options = TaskOptions(**stored)
    if not (options.files or options.named):
        return options
    files, named = (tuple(SeenFile(*file) for file in some) for some in (options.files, options.named))
    return replace(options, files=files, named=named)


def options_row(options: TaskOptions) -> dict[str, Any]:
    """Options as their row holds them."""
    values = asdict(options)
    for key in SELDOM:
        if values[key] == getattr(NO_OPTIONS, key):
            del values[key]
    return values


@lru_cache(maxsize=64)
def options_text(options: TaskOptions) -> str:
    """The same as text, for many rows with one statement."""
    return to_json(options_row(options))
