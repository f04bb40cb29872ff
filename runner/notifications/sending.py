"""Sends one message to one recipient: through apprise, or as a signed webhook. It says what came back, never a secret.

Both libraries are imported when something is sent: a daemon without recipients never pays for them.
"""

import hmac
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from runner.notifications.hiding import hidden
from runner.notifications.recipients import Recipient
from runner.notifications.wording import Message
from runner.reports.shown import visible

CONNECT_S, ANSWER_S = 5.0, 15.0
"""How long a service may take to take a connection, and then for each part of its answer."""

LONGEST_PROBLEM = 300
NO_SERVICE = "apprise knows no such URL"

TIMESTAMP, SIGNATURE, MESSAGE_ID = "Runner-Timestamp", "Runner-Signature", "Runner-Message-Id"


def send(recipient: Recipient, message: Message) -> str | None:
    """Send a message; returns None once the other side has taken it, else why not, in one line without secrets."""
    try:
        problem = _post(recipient, message) if recipient.is_webhook else _notify(recipient, message)
    except Exception as error:  # noqa: BLE001 - plugins raise anything, and nothing of it may reach a task
        problem = f"{type(error).__name__}: {error}"
    if problem is None:
        return None
    line = visible(hidden(" ".join(problem.split()), recipient.secrets))
    return line[:LONGEST_PROBLEM] or "it failed without a word"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves that a webhook's message is ours: `sha256=` and an HMAC over the timestamp, a full stop, and the
    body."""
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, sha256).hexdigest()}"


def refused(recipient: Recipient) -> str | None:
    """Why a recipient's URL can never work; None if nothing speaks against it."""
    if recipient.is_webhook:
        return None
    with _said() as said:
        problem = None if _service(recipient) else said.text or NO_SERVICE
    return problem and hidden(problem, recipient.secrets)


def _post(recipient: Recipient, message: Message) -> str | None:
    import httpx

    body, timestamp = message.body(), str(int(time.time()))
    headers = {"Content-Type": "application/json", TIMESTAMP: timestamp, MESSAGE_ID: message.id}
    if recipient.secret:
        headers[SIGNATURE] = signature(recipient.secret, timestamp, body)
    timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
    # Streamed, and the answer's body never read: it says nothing that counts, and may have no end.
    with (
        httpx.Client(timeout=timeout, follow_redirects=False) as client,
        client.stream("POST", recipient.url, content=body, headers=headers) as answer,
    ):
        return None if answer.is_success else f"the webhook answered {answer.status_code}"


def _notify(recipient: Recipient, message: Message) -> str | None:
    import apprise
    from apprise.attachment.file import AttachFile

    with _said() as said:
        service = _service(recipient)
        if service is None:
            return said.text or NO_SERVICE
        # Objects, not paths: of a path apprise would take everything behind a question mark for options.
        pictures = apprise.AppriseAttachment(
            [AttachFile(str(path)) for path in message.pictures]  # type: ignore[no-untyped-call]
        )
        is_sent = service.notify(
            body=message.text,
            title=message.title,
            body_format=apprise.NotifyFormat.TEXT,
            attach=pictures if message.pictures else None,
        )
        return None if is_sent else said.text or "the service did not take it"


def _service(recipient: Recipient) -> Any:
    """apprise with this recipient; None if it knows no such URL."""
    import apprise

    # Without a deadline of its own apprise sends in this thread; its threads would hold up the end of the process.
    asset = apprise.AppriseAsset(
        app_id="runner", app_desc="runner", app_url="", async_mode=False, service_timeout=0
    )
    service = apprise.Apprise(asset=asset)
    return service if service.add(recipient.url) else None


class _Said(logging.Handler):
    """What apprise logs in one thread: others send at the same time, and their secrets are none of this one."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._lines.append(record.getMessage())

    @property
    def text(self) -> str:
        return "; ".join(self._lines)


@contextmanager
def _said() -> Iterator[_Said]:
    """Keep what apprise logs from everybody else: it may quote a URL."""
    logger, said = logging.getLogger("apprise"), _Said()
    logger.propagate = False
    logger.addHandler(said)
    try:
        yield said
    finally:
        logger.removeHandler(said)
