"""The fault server as tests use it: a process, its address, and its control calls."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx


class FaultServer:
    """One process for many tests; each test begins with `reset`."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("fault_server.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/api/v1/"
        self._client = httpx.Client(trust_env=False, verify=False, timeout=30)

    def reset(self, **setup: Any) -> None:
        """Forget everything, and behave in this way from now on."""
        self._control("reset", setup)

    def change(self, **setup: Any) -> None:
        self._control("setup", setup)

    def delete(self, *ids: int) -> None:
        """Someone else deletes tasks."""
        self._control("delete", {"ids": ids})

    def make(self, **body: Any) -> None:
        """Someone else makes tasks."""
        self._control("make", body)

    def truth(self) -> dict[str, Any]:
        return self._control("truth", {})

    def requests(self, call: str) -> list[float]:
        """When a call (`POST task`) was made, in seconds of the machine's monotonic clock."""
        return [at for method, path, at in self.truth()["requests"] if f"{method} {path}" == call]

    def close(self) -> None:
        self._client.close()
        self._process.communicate(timeout=10)

    def _control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/control/{path}"
        answer: dict[str, Any] = self._client.post(url, content=json.dumps(body)).json()
        return answer
