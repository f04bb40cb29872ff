"""A relay to a real adb server that shows lists and names which only real phones would give."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class AdbRelay:
    """Passes everything on, but shows phones under the names in `called` (real name: shown name), and lists `more` rows
    (name, state, what the long list adds)."""

    def __init__(
        self, real_port: int, called: Mapping[str, str], more: Sequence[tuple[str, str, str]] = ()
    ) -> None:
        self._real_port = real_port
        self._called = called
        self._more = more
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _relay(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            question = _read_block(client)
            for real, shown in self._called.items():
                question = question.replace(shown, real)
            with socket.create_connection(("127.0.0.1", self._real_port)) as server:
                server.sendall(_block(question))
                if question in ("host:devices", "host:devices-l"):
                    client.sendall(_read(server, 4) + _block(self._shown(_read_block(server), question)))
                    return
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()

    def _shown(self, rows: str, question: str) -> str:
        is_long = question.endswith("-l")
        for real, shown in self._called.items():
            rows = rows.replace(f"{real:<22} ", f"{shown:<22} ").replace(f"{real}\t", f"{shown}\t")
        for name, state, tags in self._more:
            rows += f"{name:<22} {state} {tags}\n" if is_long else f"{name}\t{state}\n"
        return rows


@contextmanager
def relayed(
    real_port: int, called: Mapping[str, str], more: Sequence[tuple[str, str, str]] = ()
) -> Iterator[int]:
    """Run a relay; gives its port."""
    relay = AdbRelay(real_port, called, more)
    thread = threading.Thread(target=relay.serve)
    thread.start()
    try:
        yield relay.port
    finally:
        relay.close()
        thread.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _block(text: str) -> bytes:
    return b"%04x" % len(text.encode()) + text.encode()


def _read_block(stream: socket.socket) -> str:
    return _read(stream, int(_read(stream, 4), 16)).decode()


def _read(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ValueError("the stream has ended")
        data += more
    return data
