"""The notice that a running daemon leaves for commands of its machine: where it serves, where its phones are."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from runner.private_files import write_file


@dataclass(frozen=True, slots=True)
class Notice:
    """A daemon's process, the URL that it serves, the port of its adb server, and when it started (ISO 8601)."""

    pid: int
    url: str
    adb_port: int
    started_utc: str

    def post(self, beside: Path | None) -> None:
        """Leave the notice beside this file (`StateDir.beside`), if the folder takes files: it is only a
        convenience."""
        if beside is None:
            return
        path = _path(beside)
        new = path.with_name(f"{path.name}.new")  # replaced as a whole: a command may read at any moment
        with suppress(OSError):
            write_file(new, json.dumps(asdict(self)).encode())
            new.replace(path)

    @classmethod
    def read(cls, beside: Path | None, pid: int | None) -> Self | None:
        """The notice of the process that holds the lock beside this file, by its id; a notice of any other process is
        old."""
        if beside is None or pid is None:
            return None
        path = _path(beside)
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # none, or another version's: commands do without
            return None
        return found if found.pid == pid else None


def _path(beside: Path) -> Path:
    return beside.with_name(f"{beside.name}.daemon.json")
