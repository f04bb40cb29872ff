"""What a phone keeps when it is switched off, as one JSON file a phone."""

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol, TextIO
from urllib.parse import quote

CLAIM_TIMEOUT_S = 10.0
_CLAIM_POLL_S = 0.05
PRIVATE_FOLDER = 0o700


@contextlib.asynccontextmanager
async def claim(folder: Path) -> AsyncIterator[None]:
    """Hold a folder of memories for this process, after waiting for one that is just ending.

    Raises ValueError if another process keeps it.
    """
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    with _private(folder / ".lock") as lock:
        try:
            async with asyncio.timeout(CLAIM_TIMEOUT_S):
                while not _lock(lock.fileno()):
                    await asyncio.sleep(_CLAIM_POLL_S)
        except TimeoutError:
            raise ValueError(f"{folder} is in use by other virtual phones") from None
        yield


def _private(path: Path) -> TextIO:
    """A file to write anew: what was done to a phone is for its owner's eyes."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class MemoryStore(Protocol):
    """Where a phone's memory survives the process."""

    def load(self) -> dict[str, Any] | None: ...

    def save(self, memory: dict[str, Any]) -> None: ...


class MemoryFile:
    """The file is complete at any moment: a process that is killed loses nothing that `save` was given."""

    def __init__(self, folder: Path, serial: str) -> None:
        self._path = folder / f"{quote(serial, safe='')}.json"
        self._written = ""
        self._is_forgotten = False

    def load(self) -> dict[str, Any] | None:
        """What was saved last, or None for a new phone. Raises ValueError for a file that is no memory."""
        if not self._path.exists():
            return None
        self._written = self._path.read_text(encoding="utf-8")
        try:
            memory = json.loads(self._written)
        except ValueError as error:
            raise ValueError(f"{self._path} is not the memory of a virtual phone: {error}") from error
        if not isinstance(memory, dict):
            raise ValueError(f"{self._path} is not the memory of a virtual phone")
        return memory

    def save(self, memory: dict[str, Any]) -> None:
        """Write if something differs from what was saved last."""
        text = json.dumps(memory, ensure_ascii=False, indent=1)
        if text == self._written or self._is_forgotten:
            return
        unfinished = self._path.with_suffix(".new")
        with _private(unfinished) as file:
            file.write(text)
        unfinished.replace(self._path)
        self._written = text

    def forget(self) -> None:
        """Remove what was saved, and save nothing more: a phone that was replaced may still end what it had begun."""
        self._is_forgotten = True
        self._path.unlink(missing_ok=True)
