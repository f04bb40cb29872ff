"""A real pgbouncer in transaction mode, in front of a PostgreSQL server of the tests."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from postgres_server import PATIENCE_S, USER, PostgresServer, name_of

POOL = 4
"""How many connections to the server all clients of a database share."""


def find_pgbouncer() -> str | None:
    """The program, which Debian keeps where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class PgBouncer:
    """While this is open, `url` reaches a database of the server through it."""

    def __init__(self, server: PostgresServer) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="runner-pgbouncer-"))
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            self.port = int(asked.getsockname()[1])
        config = self._folder / "pgbouncer.ini"
        config.write_text(
            f"[databases]\n* = host={server.folder} port={server.port} user={USER}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {POOL}\n"
        )
        self._command = [find_pgbouncer() or "pgbouncer", str(config)]
        if os.geteuid() == 0:
            self._command[1:1] = ["-u", "nobody"]
            self._folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name_of(database)}"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url("/postgres")).close()
                return self
            except psycopg.OperationalError:
                assert self._process.poll() is None and time.monotonic() < give_up_at
            time.sleep(0.05)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        shutil.rmtree(self._folder)
