"""A Local API on a ledger of its own, and an executor that only notes what it gets."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from claims import claim
from fastapi import FastAPI

from runner.clock import ManualClock
from runner.server.local_api.app import PREFIX, create_local_api
from runner.server.local_api.license import License
from runner.server.local_api.task_api import TaskApi
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, TaskState

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
FOLLOW = {
    "serials": ["S1", "S2"],
    "script_name": "follow",
    "script_config": {"target_users": ["@a", "@b", "@c"]},
}


class Api:
    """Calls go through the whole application, with its guard."""

    def __init__(self, folder: Path, *, plan: str = "Local", token: str | None = None) -> None:
        self.clock = ManualClock(NOW)
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", self.clock)
        self.submitted: list[str] = []
        self.bug: Exception | None = None
        self.desk = TaskApi(
            self.ledger, self.clock, ZoneInfo("Europe/Stockholm"), self._submit, self._devices, License(plan)
        )
        self.app = FastAPI()
        self.local_api = create_local_api(self.desk, token)
        self.app.mount(PREFIX, self.local_api)
        self._transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)

    def _devices(self) -> int:
        if self.bug:
            raise self.bug
        return 2

    def _submit(self, rows: Iterable[Any]) -> None:
        self.submitted += [row.task.key for row in rows]

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://127.0.0.1:50809"
            ) as client:
                return await client.request(method, PREFIX + path, **more)

        return asyncio.run(ask())

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, int, Any]:
        """Make a call; gives the HTTP status, the code, and the data, or the message of a failure."""
        answer = self.send(method, path, json=body, params=query)
        envelope = answer.json()
        assert envelope.keys() == {"code", "message", "data"}
        return (
            answer.status_code,
            envelope["code"],
            envelope["data"] if envelope["code"] == 0 else envelope["message"],
        )

    def data(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        status, code, data = self.call(method, path, body, **query)
        assert (status, code) == (200, 0), data
        return data

    def make(self, **fields: Any) -> list[int]:
        return list(self.data("POST", "/task", FOLLOW | fields)["task_ids"])

    def end(self, task_id: int, outcome: AttemptOutcome, state: TaskState, message: str = "") -> None:
        """End a task as the executor does."""
        attempt = self.start(task_id)
        self.ledger.attempts.finish(attempt, Outcome(outcome, message), state)

    def start(self, task_id: int) -> int:
        row = self.ledger.tasks.get(task_id)
        assert row is not None
        return claim(self.ledger, row.task.key).id


__all__ = ["FOLLOW", "NOW", "PREFIX", "Api"]
