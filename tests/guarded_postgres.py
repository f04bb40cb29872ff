"""A PostgreSQL server that takes one user only with a password, behind TLS with certificates made for it.

The server of the wheel is built without TLS. So TLS ends before it, in this process; what is tried is the side of
libpq: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
"""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from postgres_server import PostgresServer, name_of

USER, PASSWORD = "guarded", "ge/h@im %word"
ASKS_FOR_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
RULES = f"""\
host all {USER} all scram-sha-256
host all all 127.0.0.1/32 trust
local all {USER} scram-sha-256
local all all trust
"""


@dataclass(frozen=True)
class GuardedServer:
    """`authority` has signed the certificate of the server at `port`, whose name is `localhost`; `other` has not."""

    server: PostgresServer
    port: int
    authority: Path
    other: Path

    def new_url(self, *parameters: str, host: str = "localhost", user: str = USER) -> str:
        """The URL of a new database for `user`, who may be followed by a reference to the password."""
        name = name_of(self.server.new_database())
        self.server.execute(f"ALTER DATABASE {name} OWNER TO {USER}")
        query = "&".join(parameters)
        return f"postgresql://{user}@{host}:{self.port}/{name}?{query}"

    @property
    def verified(self) -> tuple[str, str]:
        """The parameters with which the server is verified."""
        return "sslmode=verify-full", f"sslrootcert={self.authority}"


@contextmanager
def guarded_postgres(folder: Path) -> Iterator[GuardedServer]:
    authority, other = _authority(folder, "authority"), _authority(folder, "other")
    server = PostgresServer()
    try:
        (server.folder / "data" / "pg_hba.conf").write_text(RULES)
        server.start()
        quoted = PASSWORD.replace("'", "''")
        server.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{quoted}'")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*_certificate(folder, "localhost"))
            threading.Thread(target=_listen, args=(listening, context, server.port), daemon=True).start()
            yield GuardedServer(server, listening.getsockname()[1], authority, other)
            listening.shutdown(socket.SHUT_RDWR)
    finally:
        server.close()


def _listen(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            visitor, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(visitor, context, port), daemon=True).start()


def _serve(visitor: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """Answer the question for TLS, begin it, and hand on what is said within."""
    with visitor, socket.create_connection(("127.0.0.1", port)) as server, suppress(OSError):
        if visitor.recv(len(ASKS_FOR_TLS), socket.MSG_WAITALL) != ASKS_FOR_TLS:
            return
        visitor.sendall(b"S")
        with context.wrap_socket(visitor, server_side=True) as within:
            back = threading.Thread(target=_hand_on, args=(server, within), daemon=True)
            back.start()
            _hand_on(within, server)
            back.join()


def _hand_on(origin: socket.socket, goal: socket.socket) -> None:
    with suppress(OSError):
        while some := origin.recv(65536):
            goal.sendall(some)
    with suppress(OSError):
        goal.shutdown(socket.SHUT_RDWR)


def _authority(folder: Path, name: str) -> Path:
    _openssl(folder, "req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "rsa:2048", "-subj", f"/CN={name}",
             "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    return folder / f"{name}.pem"


def _certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate of the authority for a host, and its key."""
    _openssl(folder, "req", "-new", "-nodes", "-newkey", "rsa:2048", "-subj", f"/CN={host}",
             "-keyout", "server.key", "-out", "server.csr")  # fmt: skip
    (folder / "names").write_text(f"subjectAltName=DNS:{host}")
    _openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
             "-CAcreateserial", "-days", "2", "-out", "server.crt", "-extfile", "names")  # fmt: skip
    return folder / "server.crt", folder / "server.key"


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
