"""As much of HTTP/1.1 as the uiautomator2 server and the control interface need."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

MAX_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def keep_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None at the end. Raises ValueError if it is not HTTP."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise ValueError("the request's head is too long") from None
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise ValueError(f"not an HTTP request: {first!r}")
    headers = _headers(line for line in lines if line)
    return Request(words[0], words[1], headers, await reader.readexactly(_length(headers)))


def _headers(lines: Iterable[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if headers.setdefault(name.strip().lower(), value.strip()) != value.strip():
            raise ValueError(f"the header {name!r} has two values")
    return headers


def _length(headers: Mapping[str, str]) -> int:
    """Of the body. Raises ValueError where it is not said in the one way that is understood here."""
    if "transfer-encoding" in headers:
        raise ValueError("the body comes with Transfer-Encoding; send it with Content-Length")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
        raise ValueError(f"Content-Length is {length[:40]!r}; legal: 0 to {MAX_BODY}")
    return int(length)


def response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
    return f"{head}Connection: keep-alive\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def json_response(status: HTTPStatus, value: object) -> bytes:
    return response(status, "application/json", json.dumps(value, ensure_ascii=False).encode())
