"""A Local API in a process of its own, with every fault that a server can have.

`python fault_server.py` prints its port, and ends when its standard input does. `/control/*` sets it up and tells the
truth; everything else is under `/api/v1/`. It is plain asyncio, so that it can drop a connection at any point.
"""

import asyncio
import json
import os
import re
import sys
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fault_memory import CODES, FaultMemory, Refused


class Dropped(Exception):
    """Close the connection without an answer."""


class Connection:
    """One HTTP/1.1 connection: requests one after another, with the faults that tests ask for."""

    def __init__(
        self, server: FaultMemory, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer

    async def serve(self) -> None:
        try:
            while head := await self.reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                method, target, _ = lines[0].split(" ")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
                }
                body = await self.reader.readexactly(int(headers.get("content-length", 0)))
                await self.handle(method, target, headers, json.loads(body) if body else None)
        except (asyncio.IncompleteReadError, ConnectionError, Dropped):
            pass
        finally:
            self.writer.transport.abort()

    async def handle(self, method: str, target: str, headers: dict[str, str], body: Any) -> None:
        parts = urlsplit(target)
        if parts.path.startswith("/control/"):
            await self.control(parts.path.removeprefix("/control/"), body)
            return
        path = parts.path.removeprefix("/api/v1/")
        self.server.requests.append([method, path, time.monotonic()])
        token = self.server.setup.token
        if token and headers.get("authorization") != f"Bearer {token}":
            self.answer(401, b"who are you?", "text/plain")
            return
        fault = self.take_fault(method, path)
        await self.before(fault)
        try:
            data = self.server.call(method, path, dict(parse_qsl(parts.query)), body)
            envelope, status = {"code": 0, "message": "success", "data": data}, 200
        except Refused as error:
            envelope = {"code": error.code, "message": error.message, "data": None}
            status = CODES[error.code]
        await self.after(fault, envelope)
        self.answer(status, json.dumps(envelope).encode())
        await self.writer.drain()

    def take_fault(self, method: str, path: str) -> dict[str, Any]:
        faults = self.server.setup.faults
        for fault in faults:
            if re.fullmatch(fault.get("call", "POST task"), f"{method} {path}"):
                fault["times"] = fault.get("times", 1) - 1
                if fault["times"] <= 0:
                    faults.remove(fault)
                return fault
        return {}

    async def before(self, fault: dict[str, Any]) -> None:
        """Faults before anything is done."""
        await asyncio.sleep(fault.get("slow_s", 0))
        match fault.get("before"):
            case "drop":
                raise Dropped
            case "drip headers" | "drip body" as where:
                await self.pour(where)
            case "500":
                self.answer(500, b"Internal Server Error", "text/plain")
                raise Dropped
            case "html":
                self.answer(200, b"<!doctype html><title>Printer</title>", "text/html")
                raise Dropped
            case int(code):
                envelope = {"code": code, "message": "as asked", "data": None}
                self.answer(CODES.get(code, 200), json.dumps(envelope).encode())
                raise Dropped

    async def after(self, fault: dict[str, Any], envelope: dict[str, Any]) -> None:
        """Faults after the work was done."""
        await asyncio.sleep(fault.get("slow_after_s", 0))
        match fault.get("after"):
            case "drop":
                raise Dropped
            case "drip headers" | "drip body" | "flood" as how:
                await self.pour(how)
            case "half":
                self.writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"code": 0, ')
                await self.writer.drain()
                raise Dropped
            case "500":
                self.answer(502, b"<html>bad gateway</html>", "text/html")
                raise Dropped
            case "html":
                self.answer(200, b"<!doctype html><title>Printer</title>", "text/html")
                raise Dropped
            case "50001":
                self.answer(500, json.dumps({"code": 50001, "message": "inside", "data": None}).encode())
                raise Dropped
            case {"data": data}:
                envelope["data"] = data
            case {"ids": change}:
                ids = envelope["data"]["task_ids"]
                changed = {
                    "none": [],
                    "double": [*ids, *ids],
                    "short": ids[:-1],
                    "text": [str(number) for number in ids],
                    "wrong": [number + 1000 for number in ids],
                }
                envelope["data"]["task_ids"] = changed[change]

    async def pour(self, how: str) -> None:
        """Send an answer without an end, until the client gives up: a byte at a time, or as much as it takes."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        head += b"X-Slow: " if how == "drip headers" else b"Content-Length: 9999999999\r\n\r\n"
        self.writer.write(head)
        while True:
            self.writer.write(b" " * (1_000_000 if how == "flood" else 1))
            await self.writer.drain()
            await asyncio.sleep(0 if how == "flood" else 0.02)

    async def control(self, path: str, body: Any) -> None:
        server = self.server
        if path == "reset":
            server.reset(body)
        elif path == "setup":
            server.next_id = body.pop("next_id", server.next_id)
            for name, value in body.items():
                setattr(server.setup, name, value)
        elif path == "delete":
            for number in body["ids"]:
                server.remove(number)
        elif path == "make":
            server.create(body)
        self.answer(200, json.dumps(server.truth()).encode())
        await self.writer.drain()

    def answer(self, status: int, content: bytes, kind: str = "application/json") -> None:
        ledger = self.server.setup.ledger
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        head += f"X-Runner-Ledger: {ledger}\r\n" if ledger else ""
        self.writer.write(head.encode() + b"\r\n" + content)


async def main() -> None:
    state = FaultMemory()
    listener = await asyncio.start_server(lambda r, w: Connection(state, r, w).serve(), "127.0.0.1", 0)
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # its parent has closed the pipe, or ended


if __name__ == "__main__":
    asyncio.run(main())
