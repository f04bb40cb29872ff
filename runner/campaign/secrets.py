"""Secrets by reference: the file has `${env:NAME}` or `${file:path}`, which is read when a task is sent.

What a reference stands for is never stored and never part of a message; errors name only the reference.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.errors import TaskError
from runner.regular_file import open_regular

Way = tuple[str, ...]
"""The keys that lead through a config to a secret."""

REFERENCE = re.compile(r"\$\{(?:env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|file:(?P<path>[^{}]+))\}")
_MAX_BYTES = 64 * 1024


def is_reference(text: str) -> bool:
    """Whether a text is a reference to a secret, as a whole."""
    return REFERENCE.fullmatch(text) is not None


def anchored(config: Mapping[str, Any], ways: Iterable[Way], folder: Path) -> dict[str, Any]:
    """A config whose references to files, relative to `folder`, no longer depend on where they are read."""
    return _changed(config, ways, lambda reference: _anchored(reference, folder))


def with_secrets(config: Mapping[str, Any], ways: Iterable[Way]) -> dict[str, Any]:
    """A config with its secrets in place, for the moment of sending. Raises TaskError."""
    return _changed(config, ways, read_secret)


def read_secret(reference: str) -> str:
    """What a reference stands for, without the blanks and line breaks around it. Raises TaskError."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        hint = "write ${env:NAME} or ${file:path}"
        raise TaskError("a secret is written out where a reference to it belongs", hint=hint)
    if match["name"]:
        secret = os.environ.get(match["name"], "").strip()
        hint = f"set the environment variable {match['name']} where the runner runs"
    else:
        secret, hint = _read(Path(match["path"]), reference), "the file is empty"
    if not secret:
        raise TaskError(f"the secret {reference} is not there", hint=hint)
    return secret


def _read(path: Path, reference: str) -> str:
    try:
        with open_regular(path) as file:
            return file.read(_MAX_BYTES).decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no UTF-8 text"
        raise TaskError(f"the secret {reference} cannot be read: {reason}", hint="check the path") from None


def _anchored(reference: str, folder: Path) -> str:
    match = REFERENCE.fullmatch(reference)
    return f"${{file:{folder / match['path']}}}" if match and match["path"] else reference


def _changed(config: Mapping[str, Any], ways: Iterable[Way], change: Callable[[str], str]) -> dict[str, Any]:
    """A config with each of its secrets changed; secrets that are not given stay absent."""
    changed = dict(config)
    for first, *rest in ways:
        value = changed.get(first)
        if rest and isinstance(value, Mapping):
            changed[first] = _changed(value, [tuple(rest)], change)
        elif not rest and value:
            changed[first] = change(value)
    return changed
