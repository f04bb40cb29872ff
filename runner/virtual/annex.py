"""A further process with virtual phones and an adb server of its own, for more phones than one adb server carries."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from runner.virtual.adbserver import AdbServerError

MOST_PHONES = 250
"""One adb server aborts with a connection too many: a busy phone takes four of its 1,024 descriptors."""
_LONGEST_LINE = 1 << 24
_ANSWER_TIMEOUT_S = 30.0


class Annex:
    """It ends with the process that started it, however that ends."""

    def __init__(self, process: asyncio.subprocess.Process, told: dict[str, Any]) -> None:
        self._process = process
        self.told = told
        """What its phones' host describes: `adb_server_port` and `phones`."""

    @classmethod
    async def start(
        cls, serials: Sequence[str], *, adb: str, adb_port: int, folder: Path | None, apps: Sequence[Path]
    ) -> "Annex":
        """Start phones in a process of their own, connected. `folder` is held by the caller. Raises AdbServerError."""
        words = ["--until-eof", "--adb", adb, "--adb-port", str(adb_port)]
        words += ["--dir", str(folder), "--dir-is-held"] if folder is not None else []
        words += [word for path in apps for word in ("--app", str(path))]
        words += [word for serial in serials for word in ("--serial", serial)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "runner.virtual.host", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            await process.wait()
            raise AdbServerError("a further process of virtual phones did not start")
        return cls(process, json.loads(line))

    @property
    def phones(self) -> list[dict[str, Any]]:
        """Those that are there, each with the port of its adb server."""
        port = self.told["adb_server_port"]
        return [{"adb_server_port": port, **phone} for phone in self.told["phones"]]

    async def add(self, serial: str) -> None:
        """Start one more phone there. Raises ValueError."""
        self.told = await self._ask("", {"serial": serial})

    async def move_clock(self, instant: datetime) -> None:
        await self._ask("clock", {"now": instant.isoformat()})

    async def stop(self) -> None:
        """End it, with its phones."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, name: str, wish: dict[str, Any]) -> dict[str, Any]:
        control = self.told["phones"][0]["control"].rpartition("/")[0]
        request = Request(
            f"{control}/{name}", json.dumps(wish).encode(), {"Content-Type": "application/json"}
        )
        return await asyncio.to_thread(_answer, request)


def _answer(request: Request) -> dict[str, Any]:
    try:
        with urlopen(request, timeout=_ANSWER_TIMEOUT_S) as answer:
            told: dict[str, Any] = json.load(answer)
            return told
    except HTTPError as error:
        with error:
            raise ValueError(json.load(error)["error"]) from None
