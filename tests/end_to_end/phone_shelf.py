"""One virtual phone on which the tests of flows work, and the time that they take there."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runner.backends.device import DeviceBackend
from runner.flows import watch
from runner.flows.steps import go_back
from runner.scripts import SCRIPTS, complete
from runner.settings import Settings
from runner.tasks import Effect, EffectState, Outcome, StepRecord, Task
from runner.virtual.testing import VirtualPhone

APP = "com.zhiliaoapp.musically"
VIDEO = b"no real video, but a file of its own" * 2000


@dataclass
class Notes:
    """A journal and a listener in memory, and the signal that asks to stop."""

    rows: list[Effect] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    worked: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def effects(self) -> list[Effect]:
        return list(self.rows)

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        state = EffectState.COMMITTING
        self.rows.append(Effect(len(self.rows), "key", 0, kind, target, state, dict(evidence), account))
        return len(self.rows) - 1

    def worked_s(self) -> float:
        return self.worked

    def works_as(self, app: str, account: str) -> None:
        pass

    def be_sure(self) -> None:
        pass

    def settle(
        self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
    ) -> None:
        self.rows[effect_id] = replace(self.rows[effect_id], state=state)

    def step_started(self, ordinal: int, total: int, title: str) -> None:
        pass

    def step_finished(self, record: StepRecord) -> None:
        self.steps.append(record)

    def said(self, kind: str) -> list[str]:
        """What the steps of a kind have said."""
        return [step.message for step in self.steps if step.kind == kind]

    @property
    def states(self) -> list[EffectState]:
        return [row.state for row in self.rows]


class Shelf:
    """One virtual phone, and the backend that works on it."""

    def __init__(self, phones: Any, tmp_path: Path) -> None:
        self.phone = phones["VIRTUAL01"]
        self.settings = Settings(tmp_path, "", phones.adb_port, ZoneInfo("UTC"))
        self.backend = DeviceBackend(self.settings)
        self.notes = Notes()
        self.video = tmp_path / "clip.mp4"
        self.video.write_bytes(VIDEO)

    def app(self, action: str, **arguments: Any) -> None:
        self.phone.app(APP, action, **arguments)

    def memory(self) -> Any:
        return self.phone.memory(APP)

    def follows(self, user: str) -> int:
        return sum(follow["user"] == user for follow in self.memory()["follows"])

    def follow(self, user: str, **config: Any) -> Outcome:
        return self.perform(self.task("follow", f"@{user}", {"target_users": [f"@{user}"], **config}))

    def post(self, caption: str, **config: Any) -> Outcome:
        return self.perform(
            self.task("post", None, {"captions": caption, "material_list": [str(self.video)], **config})
        )

    def task(self, script: str, target: str | None, config: Mapping[str, Any]) -> Task:
        filled = complete(SCRIPTS[script], config)
        now, serial = datetime.now(UTC), self.phone.serial
        return Task(
            f"key/{target}", "c", "e", script, "device", serial, None, target, "n", 0, now, 300.0, filled
        )

    def perform(self, task: Task) -> Outcome:
        deadline = time.monotonic() + task.timeout_s
        return self.backend.perform(task, self.notes, self.notes, self.notes.stop, deadline)


def untouched(phones: Any, tmp_path: Path, name: str) -> Shelf:
    """A further phone, to which nothing was done yet."""
    shelf = Shelf(phones, tmp_path)
    phones.process.have(f"{name}{len(phones.process.phones)}")
    shelf.phone = VirtualPhone(phones.process.phones[-1])
    return shelf


def hurry(monkeypatch: pytest.MonkeyPatch, shortened: Callable[[float], float]) -> None:
    """Let things come to rest, or not come at all, in less time than the flows say; both in seconds. Virtual phones
    show a page at once: `go_back` need not wait long for one that does not come."""
    monkeypatch.setattr(go_back, "LOOK_S", 0.5)
    seconds = watch.Watch.seconds
    monkeypatch.setattr(watch.Watch, "seconds", lambda self, text: shortened(seconds(self, text)))


def tenth(longest_s: float) -> Callable[[float], float]:
    """Limits up to this one have a tenth of their time."""
    return lambda limit_s: limit_s / 10 if limit_s <= longest_s else limit_s


def eventually(ask: Callable[[], Any]) -> Any:
    """What `ask` answers, as soon as that is something, or after 10 s."""
    until = time.monotonic() + 10
    while not (answer := ask()) and time.monotonic() < until:
        threading.Event().wait(0.05)
    return answer
