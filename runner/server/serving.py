"""The HTTP server in a thread of its own."""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from runner.server.connections import BACKLOG, ImpatientProtocol

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0


class Serving:
    """While this is open, an app answers on a socket that already listens."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,  # its lines go into the runner's log; requests are not logged, since they may hold tokens
            access_log=False,
            lifespan="off",
            http=ImpatientProtocol,
            backlog=BACKLOG,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._socket = listening
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
