"""As much of HTTP/1.1 as the uiautomator2 server and the control interface need."""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

MAX_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes
    keep_alive: bool


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
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Request(words[0], words[1], body, keep_alive=headers.get("connection", "").lower() != "close")


def response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
    return f"{head}Connection: keep-alive\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def json_response(status: HTTPStatus, value: object) -> bytes:
    return response(status, "application/json", json.dumps(value, ensure_ascii=False).encode())
