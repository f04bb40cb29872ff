"""The fault server's memory, which is the truth: its tasks, their progress, and what it tells about them."""

import random
import re
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

ACCOUNTS = ("@one", "@two")
"""The accounts on every device, unless a test says otherwise: `enable_multi_account` runs for each."""

TARGETS = {
    "follow": ("target_users", "target_user"),
    "unfollow": ("target_users", "target_user"),
    "comment": ("target_post_urls", "target_post_url"),
}
CODES = {40001: 400, 40002: 400, 40003: 400, 40301: 403, 40401: 404, 50001: 500}
PENDING, RUNNING, COMPLETED, FAILED = range(4)
TEXTS = ("pending", "running", "completed", "failed")


@dataclass
class Setup:
    """How the server behaves; times are seconds of the real clock. `details` is how much it tells of a task: all,
    no_target, no_config, bare. A `stuck` task is done, but does not end. With `retries_anew` a retry makes another
    task. The calls that `faults` name take them one after another."""

    plan: str = "Pro"
    enabled: bool = True
    device_limit: int = 100
    accounts: list[str] = field(default_factory=lambda: list(ACCOUNTS))
    ledger: str = ""
    token: str = ""
    list_key: str = "tasks"
    order: str = "newest"
    tells_total: bool = True
    page_cap: int = 100
    details: str = "all"
    clock_off_s: float = 0.0
    wait_s: float = 0.0
    work_s: float = 0.0
    hidden_s: float = 0.0
    fails: dict[str, str] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)
    retries_anew: bool = False
    faults: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Made:
    id: int
    serial: str | None
    username: str | None
    script: str
    target: str | None
    config: dict[str, Any]
    made_at: float
    begins_at: float
    visible_at: float
    stopped: str = ""
    began: bool = False
    is_done: bool = False
    runs: int = 0
    retries: int = 0


class Refused(Exception):
    def __init__(self, code: int, message: str = "refused") -> None:
        self.code, self.message = code, message


class FaultMemory:
    def __init__(self) -> None:
        self.reset({})

    def reset(self, setup: dict[str, Any]) -> None:
        self.setup = Setup(**setup)
        self.tasks: dict[int, Made] = {}
        self.deleted: dict[int, Made] = {}
        self.requests: list[list[Any]] = []
        self.next_id = 1
        self.most_devices = 0

    # what it does with tasks

    def status(self, made: Made) -> int:
        if made.stopped:
            return FAILED
        now = time.monotonic()
        if now < made.begins_at:
            return PENDING
        if made.target in self.setup.stuck or made.serial in self.setup.stuck:
            self.work(made)
            return RUNNING
        if now < made.begins_at + self.setup.work_s:
            made.began = True
            return RUNNING
        made.began = True
        if self.failure(made) is not None:
            return FAILED
        self.work(made)
        return COMPLETED

    def work(self, made: Made) -> None:
        """Do the work of a task, once for each time that it is asked for."""
        made.runs += not made.is_done
        made.began = made.is_done = True

    def failure(self, made: Made) -> str | None:
        for name in (made.target, made.serial, made.username):
            if name and name in self.setup.fails and made.retries == 0:
                return self.setup.fails[name]
        return None

    def create(self, body: dict[str, Any]) -> list[int]:
        script = body.get("script_name")
        if not script:
            raise Refused(40002, "script_name missing")
        if not isinstance(body.get("script_config"), dict):
            raise Refused(40001, "script_config missing")
        config = body["script_config"]
        lanes = [(None, name) for name in body.get("usernames", [])]
        if not lanes:
            accounts = self.setup.accounts if body.get("enable_multi_account") else (None,)
            lanes = [(serial, name) for serial in body.get("serials", []) for name in accounts]
        if not lanes:
            raise Refused(40001, "serials or usernames")
        several, single = TARGETS.get(script, ("", ""))
        targets = config.get(several) or re.split(r"[\n,]", config.get(single) or "") if several else [None]
        ids, now = [], time.monotonic()
        for serial, username in lanes:
            for target in targets:
                own = dict(config)
                if several:
                    own[several], own[single] = [target], ""
                begins, visible = now + self.setup.wait_s, now + self.setup.hidden_s
                made = Made(self.next_id, serial, username, script, target, own, now, begins, visible)
                self.tasks[made.id] = made
                ids.append(made.id)
                self.next_id += 1
        return ids

    def told(self, made: Made) -> dict[str, Any]:
        setup, status = self.setup, self.status(made)
        if setup.details == "bare":
            return {"id": made.id, "status": status}
        off = timedelta(seconds=setup.clock_off_s - (time.monotonic() - made.made_at))
        config = dict(made.config)
        if setup.details == "no_target":
            config = {key: value for key, value in config.items() if not key.startswith("target_")}
        message = self.failure(made) or "" if status == FAILED else ""
        return {
            "id": made.id,
            "serial": made.serial,
            "username": made.username,
            "script_name": made.script,
            "status": status,
            "status_text": TEXTS[status],
            "source": "api",
            "created_at": (datetime.now(UTC) + off).isoformat(timespec="seconds"),
            "started_at": (datetime.now(UTC) + off).isoformat() if made.began else None,
            "retry_count": made.retries,
            "message": made.stopped or message,
            "colour": "unknown fields are kept",
            **({} if setup.details == "no_config" else {"script_config": config}),
        }

    # the calls

    def call(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:  # noqa: PLR0911, PLR0912
        match method, path.split("/"):
            case "GET", ["license", "check"]:
                setup = self.setup
                return {
                    "plan_name": setup.plan,
                    "api_enabled": setup.enabled,
                    "device_limit": setup.device_limit,
                    "message": "",
                }
            case "POST", ["task"]:
                self.check_plan()
                ids = self.create(body)
                busy = {
                    t.serial or t.username
                    for t in self.tasks.values()
                    if self.status(t) in (PENDING, RUNNING)
                }
                self.most_devices = max(self.most_devices, len(busy))
                return {"task_ids": ids, "created_count": len(ids)}
            case "GET", ["task"]:
                return self.page(query)
            case "GET", ["task", "stats"]:
                statuses = [self.status(made) for made in self.tasks.values()]
                counts = {text: statuses.count(number) for number, text in enumerate(TEXTS)}
                return {"total": len(statuses), **counts}
            case "POST", ["task", "retry-all"]:
                for made in self.tasks.values():
                    self.retry(made)
                return {"retried_count": len(self.tasks)}
            case "DELETE", ["task", "batch"]:
                for number in body["task_ids"]:
                    self.remove(number)
                return {"deleted_count": len(body["task_ids"])}
            case "GET", ["task", number]:
                return self.told(self.find(number))
            case "DELETE", ["task", number]:
                self.remove(int(number))
                return {}
            case "POST", ["task", number, "stop"]:
                made = self.find(number)
                if self.status(made) != RUNNING:
                    raise Refused(40001, "only a running task can be stopped")
                made.stopped = "stopped"
                return {}
            case "POST", ["task", number, "retry"]:
                made = self.find(number)
                if self.status(made) != FAILED:
                    raise Refused(40001, "only a failed task can be retried")
                if self.setup.retries_anew:
                    visible = time.monotonic() + self.setup.hidden_s
                    anew = replace(made, id=self.next_id, runs=0, visible_at=visible)
                    made.stopped, made = "tried again", anew
                    self.tasks[made.id] = made
                    self.next_id += 1
                self.retry(made)
                return {"task_id": made.id}
        raise Refused(40401, "no such call")

    def check_plan(self) -> None:
        if not self.setup.enabled:
            raise Refused(40301, "plan")

    def retry(self, made: Made) -> None:
        if self.status(made) == FAILED:
            made.stopped, made.retries, made.began, made.is_done = "", made.retries + 1, False, False
            made.begins_at = time.monotonic() + self.setup.wait_s

    def find(self, number: str) -> Made:
        made = self.tasks.get(int(number)) if number.isdigit() else None
        if made is None or time.monotonic() < made.visible_at:
            raise Refused(40401, "no such task")
        return made

    def remove(self, number: int) -> None:
        made = self.find(str(number))
        self.status(made)
        made.stopped = made.stopped or "deleted"
        self.deleted[number] = self.tasks.pop(number)

    def page(self, query: dict[str, str]) -> Any:
        size = int(query.get("page_size", "20"))
        if size > 100:
            raise Refused(40001, "page_size")
        size = min(size, self.setup.page_cap)
        found = [made for made in self.tasks.values() if time.monotonic() >= made.visible_at]
        for name in ("serial", "script_name"):
            if name in query:
                found = [made for made in found if self.told(made)[name] == query[name]]
        if "status" in query:
            found = [made for made in found if self.status(made) == int(query["status"])]
        if self.setup.order == "newest":
            found.reverse()
        elif self.setup.order == "shuffled":
            # With a fixed seed: pages of one list must have one order.
            random.Random(1).shuffle(found)
        start = (int(query.get("page", "1")) - 1) * size
        items = [self.told(made) for made in found[start : start + size]]
        if not self.setup.list_key:
            return items
        total = {"total": len(found)} if self.setup.tells_total else {}
        return {self.setup.list_key: items, **total}

    def truth(self) -> dict[str, Any]:
        tasks = [*self.tasks.values(), *self.deleted.values()]
        for made in tasks:
            self.status(made)
        return {
            "tasks": [
                {
                    "id": made.id,
                    "serial": made.serial,
                    "username": made.username,
                    "script": made.script,
                    "target": made.target,
                    "config": made.config,
                    "status": self.status(made),
                    "runs": made.runs,
                    "retries": made.retries,
                    "stopped": made.stopped,
                    "deleted": made.id in self.deleted,
                }
                for made in tasks
            ],
            "requests": self.requests,
            "most_devices": self.most_devices,
        }
