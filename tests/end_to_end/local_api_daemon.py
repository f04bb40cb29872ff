"""A rehearsal daemon as a client of its Local API sees it, and the memory of its phones."""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from daemon_process import DaemonProcess, Daemons
from runner_command import RunnerCommand

APP = "com.zhiliaoapp.musically"
PREFIX = "/api/v1"
PHONES = ("VIRTUAL01", "VIRTUAL02")
VIDEO = Path(__file__).parents[2] / "campaigns" / "media" / "demo.mp4"
POST = {
    "serials": ["VIRTUAL01"],
    "script_name": "post",
    "script_config": {"captions": "Hello", "material_list": [str(VIDEO)]},
}
FOLLOW = {
    "serials": ["VIRTUAL01"],
    "script_name": "follow",
    "script_config": {"target_users": ["@demo_north"]},
}


class ApiDaemon:
    """`runner daemon --virtual --api-only` with two phones; tasks on them need not wait between effects.
    The phones post files of the example campaign, and of the folder `media`."""

    def __init__(self, daemons: Daemons, media: Path) -> None:
        self.daemons = daemons
        limits = daemons.campaigns.parent / "limits.yaml"
        limits.write_text("min_gap: 0s\n", encoding="utf-8")
        self.options = ("--virtual", "--phones", str(len(PHONES)), "--api-limits", str(limits))
        self.options += ("--media", str(VIDEO.parent), "--media", str(media))
        self.process: DaemonProcess

    def start(self, *options: str) -> "ApiDaemon":
        """Start it; after the first time at the same address."""
        at = ("--port", self.url.rsplit(":", 1)[1]) if hasattr(self, "process") else ()
        self.process = self.daemons.start(*self.options, *at, *options, api_only=True).ready()
        return self

    def control(self, path: str, **wish: object) -> None:
        """Send a control action to the virtual phones."""
        where = self.process.wait_for("virtual phones")["control"]
        kind = {"Content-Type": "application/json"}
        urlopen(Request(where + path, json.dumps(wish).encode(), kind), timeout=60).close()

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def log(self) -> str:
        return self.process.said

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Make a call; gives the HTTP status and the envelope."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + PREFIX + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def call(self, method: str, path: str, body: object = None) -> Any:
        status, envelope = self.send(method, path, body)
        assert (status, envelope["code"]) == (200, 0), envelope
        return envelope["data"]

    def make(self, request: dict[str, Any], **more: Any) -> list[int]:
        return list(self.call("POST", "/task", request | more)["task_ids"])

    def task(self, task_id: int) -> dict[str, Any]:
        return dict(self.call("GET", f"/task/{task_id}"))

    def wait_for(self, task_id: int, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        self.process.until(lambda: holds(self.task(task_id)))
        return self.task(task_id)

    def ended(self, task_id: int) -> dict[str, Any]:
        return self.wait_for(task_id, lambda task: task["status"] > 1)

    @property
    def phones(self) -> Path:
        return self.daemons.state / "rehearsals" / "daemon" / "phones"

    def follows(self, serial: str) -> Counter[str]:
        return Counter(follow["user"] for follow in remembered(self.phones, serial).get("follows", []))

    def captions(self, serial: str) -> list[str]:
        return [post["caption"] for post in remembered(self.phones, serial).get("posts", [])]


class Client(RunnerCommand):
    """The `runner` command with a state directory of its own, and this server in RUNNER_API_URL."""

    def __init__(self, folder: Path, url: str) -> None:
        self.store_url = f"sqlite:///{folder / 'client.db'}"
        told = {"RUNNER_STATE_DIR": str(folder), "RUNNER_TIMEZONE": "UTC", "RUNNER_API_URL": url + PREFIX}
        super().__init__(lambda: os.environ | told | {"COLUMNS": "200"})


def remembered(folder: Path, serial: str, app: str = APP) -> dict[str, Any]:
    """The memory of an app on a virtual phone, from the file that the phone keeps; empty if nothing was done to it."""
    file = folder / f"{serial}.json"
    if not file.exists():
        return {}
    memory = json.loads(file.read_text(encoding="utf-8"))
    return dict(memory["apps"].get(app, {}))
