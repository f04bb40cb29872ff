"""A PostgreSQL server whose disk can be filled."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

import psycopg
from postgres_server import PostgresServer

SIZE_MB = 220


def may_mount() -> bool:
    """Whether this process may mount a small disk."""
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True, check=False
    ).returncode == 0  # fmt: skip


class ServerOnSmallDisk(PostgresServer):
    """Its data, with the log of what is written, is on a disk of `SIZE_MB` of its own."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> Self:
        if not self.data.is_mount():
            first = self.data.rename(self.folder / "first")
            self.data.mkdir()
            options = f"size={SIZE_MB}m,mode=700,uid={first.stat().st_uid},gid={first.stat().st_gid}"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.data)], check=True)
            subprocess.run(["cp", "-a", f"{first}/.", str(self.data)], check=True)
            shutil.rmtree(first)
        return super().start()

    def fill(self) -> None:
        """Leave no room, neither in what is there nor in a new file of the log."""
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                pass

    def make_room(self) -> None:
        """Take the filler away, and wait until the server answers again; start it if it could not go on by itself."""
        self._filler.unlink(missing_ok=True)
        while self._process is not None:
            if self._process.poll() is not None:
                self._process = None
                self.start()
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:  # it recovers, or is about to end
                time.sleep(0.05)

    def close(self) -> None:
        self.kill()
        if self.data.is_mount():
            subprocess.run(["umount", "--lazy", str(self.data)], check=True)
        super().close()

    @property
    def _filler(self) -> Path:
        return self.data / "filler"
