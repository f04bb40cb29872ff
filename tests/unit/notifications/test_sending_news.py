"""Messages on the wire: to a webhook, through apprise to a JSON service and by mail; secrets stay secret."""

import base64
import json
import logging
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from runner.notifications.news import News, NewsEvent
from runner.notifications.recipients import Recipient
from runner.notifications.sending import refused, send
from runner.notifications.wording import Message, MessageOrigin, message_of
from runner.store.artifacts import Artifacts
from runner.store.notification_rows import NotificationRow

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "notifications.md"
SECRET = "open-sesame-4711"


@pytest.fixture
def message(tmp_path: Path) -> Message:
    (tmp_path / "1.jpg").write_bytes(b"\xff\xd8picture")
    why = "a caption: <b>bold</b> & [x](http://evil.example) \x1b[2J"
    news = News(
        NewsEvent.NEEDS_PERSON, "hold/1", "A1", "the phone A1 needs a person", why, NOW, "/p", "1.jpg"
    )
    row = NotificationRow(1, *news.to("ops", NOW)[:5], NOW, NOW, 1, None, "", None, False)
    return message_of([row], MessageOrigin(UTC, "https://shelf.example", Artifacts(tmp_path)), NOW)


class Service:
    """An HTTP server that keeps what it gets, and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", f"http://127.0.0.1:{outer.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.port = self.server.server_port


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    with served(made.server):
        yield made


def webhook(service: Service) -> Recipient:
    return Recipient("ops", f"http://127.0.0.1:{service.port}/hooks/{SECRET}", is_webhook=True, secret=SECRET)


def documented() -> Any:
    """The function of the documentation that verifies a message."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_from_the_runner"]


def test_a_webhook_gets_json_that_the_documented_code_knows_as_ours(
    service: Service, message: Message
) -> None:
    assert send(webhook(service), message) is None
    ((_, headers, body),) = service.got
    told = json.loads(body)
    assert (told["id"], told["event"], told["count"]) == (message.id, "needs-person", 1)
    assert headers["Runner-Message-Id"] == message.id
    assert told["items"][0]["screenshot"] == "https://shelf.example/artifacts/1.jpg"
    verify = documented()
    assert verify(SECRET, headers, body)
    assert not verify(SECRET, headers, body + b" ")
    assert not verify("another", headers, body)
    assert not verify(SECRET, headers | {"Runner-Timestamp": "1"}, body)


def test_the_documented_message_has_the_keys_of_a_real_one(message: Message) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    shown, told = json.loads(example), json.loads(message.body())
    assert list(shown) == list(told)
    assert list(shown["items"][0]) == list(told["items"][0])


@pytest.mark.parametrize("status", [301, 404, 500])
def test_every_other_answer_of_a_webhook_is_a_failure(
    service: Service, message: Message, status: int
) -> None:
    service.status = status
    assert send(webhook(service), message) == f"the webhook answered {status}"
    assert len(service.got) == 1


def test_apprise_sends_text_and_screenshot(service: Service, message: Message) -> None:
    url = f"json://anna:{SECRET}@127.0.0.1:{service.port}/{SECRET}"
    assert send(Recipient("chat", url), message) is None
    ((path, _, body),) = service.got
    told = json.loads(body)
    assert path == f"/{SECRET}"
    assert (told["title"], told["message"].splitlines()[0]) == (message.title, message.text.splitlines()[0])
    assert base64.b64decode(told["attachments"][0]["base64"]) == b"\xff\xd8picture"


def test_what_a_service_refuses_is_said_without_its_secrets(service: Service, message: Message) -> None:
    service.status = 404
    url = f"json://anna:{SECRET}@127.0.0.1:{service.port}/{SECRET}"
    problem = send(Recipient("chat", url), message)
    assert problem is not None
    assert "404" in problem and SECRET not in problem


@pytest.mark.parametrize("is_webhook", [True, False])
def test_nobody_there_is_said_without_secrets(message: Message, is_webhook: bool) -> None:
    scheme = "http" if is_webhook else "json"
    url = f"{scheme}://127.0.0.1:1/{SECRET}"
    problem = send(Recipient("ops", url, is_webhook=is_webhook), message)
    assert problem
    assert SECRET not in problem


def test_what_is_quoted_of_a_url_is_hidden(message: Message) -> None:
    problem = send(Recipient("x", f"http://127.0.0.1:{SECRET}/", is_webhook=True), message)
    assert problem is not None
    assert "***" in problem and SECRET not in problem


def test_what_apprise_logs_reaches_no_log(message: Message) -> None:
    logged = StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    try:
        send(Recipient("chat", f"json://127.0.0.1:1/{SECRET}"), message)
    finally:
        logging.getLogger().removeHandler(handler)
    assert logged.getvalue() == ""


def test_a_url_that_apprise_does_not_know_is_refused() -> None:
    assert refused(Recipient("x", "json://127.0.0.1/a")) is None
    assert refused(Recipient("x", "http://127.0.0.1/a", is_webhook=True)) is None
    problem = refused(Recipient("x", f"nonsense://{SECRET}"))
    assert problem and SECRET not in problem


class Mail(socketserver.StreamRequestHandler):
    """As little of SMTP as a client needs."""

    def handle(self) -> None:
        server: Any = self.server
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                server.mails.append(b"".join(takewhile(b".\r\n".__ne__, self.rfile)))
                self.wfile.write(b"250 taken\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_mail_is_plain_text_or_escaped(message: Message, form: str) -> None:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
    server.mails = []
    with served(server):
        where = f"127.0.0.1:{server.server_address[1]}"
        url = f"mailto://{where}?from=runner@x.example&to=anna@x.example&mode=insecure&format={form}"
        assert send(Recipient("mail", url), message) is None
    (raw,) = server.mails
    parts = {part.get_content_type(): part for part in message_from_bytes(raw).walk()}
    shown = parts[f"text/{'plain' if form == 'text' else 'html'}"].get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert ("<b>" in shown.decode()) is (form == "text")
    assert ("&lt;b&gt;bold" in shown.decode()) is (form == "html")
    assert "image/jpeg" in parts
