"""A server that is told of news, as the services of chats and webhooks are."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Services:
    """A server for webhooks (`/hook/...`) and for apprise's JSON. While `answers` is cleared it takes messages and says
    nothing."""

    def __init__(self, secret: str) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers = threading.Event()
        self.answers.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, json.loads(body)))
                outer.answers.wait()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that has gone."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.where = f"127.0.0.1:{self.server.server_port}/hook/{secret}"

    def events(self, name: str = "hook") -> list[str]:
        return [str(body["event"]) for path, body in self.got if "event" in body and name in path]


@contextmanager
def notified_services(secret: str) -> Iterator[Services]:
    """`secret` is part of its address."""
    made = Services(secret)
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.answers.set()
        made.server.shutdown()
        thread.join()
        made.server.server_close()
