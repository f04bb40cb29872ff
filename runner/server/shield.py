"""Protects every answer of the server, whoever asks: it adds headers that keep browsers from misusing the answer, and
refuses a request whose end two programs could see in two places."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of an answer that is no page: it loads nothing, and nothing frames it."""

POLICY = "content-security-policy"

HEADERS: tuple[Header, ...] = (
    (POLICY.encode(), NOTHING_LOADS.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

TWO_ENDS = b"the request names both Content-Length and Transfer-Encoding: send one of them\n"
FAILED = b"the server failed; its log says more\n"


class Shield:
    """Stands in front of everything that is served. An answer keeps the headers that it gives itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = with_headers(message.get("headers", ()))
            await send(message)

        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
            await _end(answer, 400, TWO_ENDS)  # nobody can tell where the next request begins
            return
        try:
            await self._app(scope, receive, answer)
        except Exception:
            if not begun:
                await _end(answer, 500, FAILED)
            raise  # the server logs it


def with_headers(given: Iterable[Header]) -> list[Header]:
    """The headers of an answer, and those of HEADERS that it does not give itself."""
    own = list(given)
    named = {name.lower() for name, _ in own}
    return own + [header for header in HEADERS if header[0] not in named]


async def _end(send: Send, status: int, text: bytes) -> None:
    """Answer, and end the connection."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
