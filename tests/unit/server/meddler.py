"""A TCP proxy that stands before a server, and cuts or changes what it sends."""

import socket
import threading
from contextlib import closing, suppress
from typing import Self


class Meddler:
    """Lets through so many bytes of each answer, one number a connection, then ends it; after the last number it lets
    all through. `flips` is the place of a byte of each answer that it changes, counted from its end."""

    def __init__(self, port: int, cuts: tuple[int, ...] = (), flips: int | None = None) -> None:
        self._port = port
        self._cuts = list(cuts)
        self._flips = flips
        self.connections = 0
        self.hold = threading.Event()
        """Answers wait for it."""
        self.hold.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _accept(self) -> None:
        workers = []
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                break
            self.connections += 1
            most = self._cuts.pop(0) if self._cuts else None
            workers.append(threading.Thread(target=self._pass, args=(client, most), daemon=True))
            workers[-1].start()
        for worker in workers:
            worker.join(5)

    def _pass(self, client: socket.socket, most: int | None) -> None:
        with closing(client), closing(socket.create_connection(("127.0.0.1", self._port))) as server:
            asked = b""
            while b"\r\n\r\n" not in asked:
                if not (piece := client.recv(65536)):
                    return
                asked += piece
            server.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            self.hold.wait(10)
            answer = b""
            while piece := server.recv(65536):
                answer += piece
            if self._flips is not None:
                changed = answer[-self._flips] ^ 1
                answer = answer[: -self._flips] + bytes([changed]) + answer[len(answer) - self._flips + 1 :]
            with suppress(OSError):
                client.sendall(answer if most is None else answer[:most])
