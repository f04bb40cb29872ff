"""The uiautomator2 server: HTTP on a port of the phone, JSON-RPC inside."""

import asyncio
import json
import logging
import re
from http import HTTPStatus
from typing import Any

from runner.virtual import rpc
from runner.virtual.automation import Automation
from runner.virtual.faults import BadAnswerError, DrippedError, OrderedError
from runner.virtual.http import Request, json_response, read_request, response
from runner.virtual.phone import Phone
from runner.virtual.rpc_methods import JavaError
from runner.virtual.wire import Stream, StreamClosedError

SERVER_ERROR = -32001
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602

IDLE_S = 5.0
"""How long a stream may be silent between two requests before the server closes it, as the real one does."""


async def serve(phone: Phone, automation: Automation, stream: Stream) -> None:
    """Answer the HTTP requests of one stream until either end closes it."""
    automation.streams.add(stream)
    try:
        while request := await _next_request(stream):
            if request.path == "/ping":
                await stream.write(response(HTTPStatus.OK, "text/plain", b"pong"))
            elif request.path == "/jsonrpc/0" and request.method == "POST":
                await _post(phone, request.body, stream)
            else:
                await stream.write(response(HTTPStatus.NOT_FOUND, "text/plain", b"Not Found"))
    except ValueError as error:
        await stream.write(response(HTTPStatus.BAD_REQUEST, "text/plain", str(error).encode()))
    finally:
        automation.streams.discard(stream)


async def _next_request(stream: Stream) -> Request | None:
    """None at the end, and if none comes."""
    try:
        async with asyncio.timeout(IDLE_S):
            return await read_request(stream.reader)
    except TimeoutError:
        return None


async def _post(phone: Phone, body: bytes, stream: Stream) -> None:
    try:
        await stream.write(json_response(HTTPStatus.OK, await _answer(phone, body)))
    except DrippedError as fault:
        answer = {"jsonrpc": "2.0", "id": json.loads(body).get("id"), "result": fault.result}
        for byte in json_response(HTTPStatus.OK, answer):
            await stream.write(bytes([byte]))
            await asyncio.sleep(fault.seconds)
    except BadAnswerError as fault:
        if fault.kind == "garbage":
            await stream.write(response(HTTPStatus.OK, "text/plain", b"<html>no JSON</html>"))
        else:
            await stream.write(
                response(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"Internal Server Error")
            )


async def _answer(phone: Phone, body: bytes) -> dict[str, Any]:
    call = json.loads(body)
    answer = {"jsonrpc": "2.0", "id": call.get("id")}
    params = call.get("params") or []
    try:
        return answer | {
            "result": await _call(phone, call["method"], params if isinstance(params, list) else [])
        }
    except JavaError as error:
        code, message, data = SERVER_ERROR, error.java_class, str(error)
    except OrderedError as error:
        code, message, data = SERVER_ERROR, error.message, error.data
    except rpc.UnknownMethodError:
        code, message, data = METHOD_NOT_FOUND, "method not found", None
    except rpc.ParametersError as error:
        code, message, data = INVALID_PARAMS, "method parameters invalid", str(error)
    except re.error as error:
        code, message, data = SERVER_ERROR, "java.util.regex.PatternSyntaxException", str(error)
    except (StreamClosedError, BadAnswerError, DrippedError):
        raise  # a fault breaks the connection, spoils the answer, or makes it slow
    except Exception as error:
        logging.getLogger(__name__).exception("%s %s", call["method"], params)
        code, message, data = SERVER_ERROR, "java.lang.RuntimeException", repr(error)
    return answer | {"error": {"code": code, "message": message, "data": data}}


async def _call(phone: Phone, method: str, params: list[Any]) -> Any:
    if phone.latency_s:
        await asyncio.sleep(phone.latency_s)
    return await phone.run_faulty(
        method,
        lambda: rpc.call(phone, method, params),
        lambda text: rpc.mentions(phone, method, params, text),
    )
