"""The notice that a running daemon leaves beside its ledger for commands: where it serves, where its phones are."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from runner.private_files import write_file
from runner.store.url import ledger_path


@dataclass(frozen=True, slots=True)
class Notice:
    """A daemon's process, the URL that it serves, the port of its adb server, and when it started (ISO 8601)."""

    pid: int
    url: str
    adb_port: int
    started_utc: str

    def post(self, store_url: str) -> None:
        """Leave the notice beside the ledger, if the folder takes files: it is only a convenience."""
        path = _path(store_url)
        if path is None:
            return
        new = path.with_name(f"{path.name}.new")  # replaced as a whole: a command may read at any moment
        with suppress(OSError):
            write_file(new, json.dumps(asdict(self)).encode())
            new.replace(path)

    @classmethod
    def read(cls, store_url: str, pid: int | None) -> Self | None:
        """The notice of the process that holds the ledger's lock, by its id; a notice of any other process is old."""
        path = _path(store_url)
        if path is None or pid is None:
            return None
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # none, or another version's: commands do without
            return None
        return found if found.pid == pid else None


def _path(store_url: str) -> Path | None:
    ledger = ledger_path(store_url)
    return ledger.with_name(f"{ledger.name}.daemon.json") if ledger else None
