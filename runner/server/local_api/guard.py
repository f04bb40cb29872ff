"""Decides who may call the Local API, and with how large a body.

A page in the user's browser must not be able to call it. Such a page can send requests to this machine, under its own
origin or, with a name server that changes its answer (DNS rebinding), under a name of its choice; in both cases the
browser tells the truth in `Origin`, `Sec-Fetch-Site` and `Host`.
"""

import asyncio
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runner.server.local_api.envelope import ApiError, Code, failure

MAX_BODY_BYTES = 1024 * 1024
BODY_TIMEOUT_S = 10.0
"""How long a request's body may take to arrive."""

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""Types that a page may send anywhere without asking the server first (CORS-safelisted)."""


class Guard:
    """Refuses requests that may not come in, and hands the whole body to the application behind.

    With a token every call must show it (`Authorization: Bearer TOKEN`); without one only names of this
    machine may be called.
    """

    def __init__(self, app: ASGIApp, token: str | None, headers: Mapping[str, str]) -> None:
        self._app = app
        self._token = token
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            self._admit(headers)
            if body := await _body(headers, receive):  # PowerShell and others call an empty body a form
                _require_no_form(headers)
        except ApiError as error:
            await failure(error.code, error.message)(scope, receive, answer)
            return
        await self._app(scope, _replayed(body, receive), answer)

    def _admit(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        if self._token is None:
            if not is_this_machine(host):
                raise ApiError(Code.REFUSED, f"this server is not called {host!r}; call it as 127.0.0.1")
        elif not shows(headers.get("authorization", ""), self._token):
            raise ApiError(Code.REFUSED, "this server wants its token: send `Authorization: Bearer TOKEN`")
        origin = headers.get("origin")
        if origin is not None and _place(origin) != host.lower():
            raise ApiError(Code.REFUSED, f"a page of {origin!r} may not call this server")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise ApiError(Code.REFUSED, "a page of another site may not call this server")


HOST = re.compile(
    r"(?P<name>[a-z0-9._-]+|\[(?P<ipv6>[0-9a-f:.]+)\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE
)
"""A `Host` as a browser sends it: a name or an address, and perhaps a port. Nothing else is taken, since a text that
two programs read in two ways can deceive one of them."""


@lru_cache(maxsize=64)
def is_this_machine(host: str) -> bool:
    """Whether a `Host` names this machine by a name that nobody else can choose for it."""
    found = HOST.fullmatch(host)
    if found is None:
        return False
    try:
        return found["name"].lower() == "localhost" or ip_address(found["ipv6"] or found["name"]).is_loopback
    except ValueError:
        return False


def _place(origin: str) -> str | None:
    """Host and port of an origin; None for text that is no origin of a page."""
    scheme, separator, place = origin.lower().partition("://")
    return place if separator and scheme in ("http", "https") and HOST.fullmatch(place) else None


def shows(authorization: str, token: str) -> bool:
    """Whether an `Authorization` shows the token."""
    scheme, _, shown = authorization.partition(" ")
    # Takes as long for a wrong token as for the right one: the time tells nothing about it.
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())


def _require_no_form(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in FORM_TYPES:
        raise ApiError(Code.INVALID, f"the body is {kind}; send JSON with `Content-Type: application/json`")


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body. Raises ApiError if it is too long, or takes too long."""
    if not ("content-length" in headers or "transfer-encoding" in headers):
        return b""
    too_long = ApiError(Code.INVALID, f"the body is longer than {MAX_BODY_BYTES} bytes")
    if int(headers.get("content-length", "0")) > MAX_BODY_BYTES:  # h11 has refused what is no number
        raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ApiError(Code.INVALID, "the body was not sent to its end")
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise too_long
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise ApiError(Code.INVALID, f"the body did not arrive within {BODY_TIMEOUT_S:.0f} s") from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, then the messages of the connection, so that a disconnect is noticed."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
