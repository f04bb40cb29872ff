"""Every answer of the Local API: `{"code": 0, "message": "success", "data": ...}`."""

import json
from enum import IntEnum
from typing import Any

from fastapi import Response


class Code(IntEnum):
    """The meaning of an answer; the first three digits are its HTTP status. INTERNAL is ours, not the contract's."""

    SUCCESS = 0
    INVALID = 40001
    SCRIPT_MISSING = 40002
    SCRIPT_UNAVAILABLE = 40003
    PLAN = 40301
    REFUSED = 40302
    NOT_FOUND = 40401
    INTERNAL = 50001

    @property
    def status(self) -> int:
        return self // 100 or 200


class ApiError(Exception):
    """The answer to a call instead of data; `message` says what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def success(data: Any) -> Response:
    return _answer(Code.SUCCESS, "success", data, 200)


def failure(code: Code, message: str, status: int | None = None) -> Response:
    """`status` replaces the code's own where HTTP has a more exact one."""
    return _answer(code, message, None, status or code.status)


def _answer(code: Code, message: str, data: Any, status: int) -> Response:
    body = {"code": int(code), "message": message, "data": data}
    # Names of files may hold lone surrogates, which UTF-8 cannot encode.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Response(text, status, media_type="application/json")
