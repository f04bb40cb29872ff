"""Kills the client of the Local API at every point around its POST, with random faults of the server, and counts.

`python tests/fault_server/local_api_kills.py [KILLS [SEED]]` prints one line. Each round has a ledger of its own; a
child process is killed once or more often, and another one then carries the tasks to their ends. What the server
really did is held against what the ledger says.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from batch_desk import NOON, make_tasks
from fault_server_process import FaultServer
from quick_clock import QuickClock

from runner.backends.local_api.backend import LocalApiBackend
from runner.backends.local_api.client import Client
from runner.clock import SystemClock
from runner.events import ignore
from runner.execution.batch import Batch
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.tasks import Occurrence, RetryRule, Task, TaskState

FASTER = 150.0
TIMEOUT_S = 0.15
"""How long an answer is waited for, on the machine's own clock."""

POINTS = 24
"""More than there are around a POST in a round without faults."""

FAULTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"before": "drop"},
    {"before": "500"},
    {"before": "html"},
    {"before": 50001},
    {"before": 40001},
    {"after": "drop"},
    {"after": "half"},
    {"after": "500"},
    {"after": "html"},
    {"after": "50001"},
    {"after": {"data": None}},
    {"after": {"data": {"surprise": [1.5, "x"]}}},
    {"after": {"ids": "none"}},
    {"after": {"ids": "double"}},
    {"after": {"ids": "short"}},
    {"after": {"ids": "text"}},
    {"after": {"ids": "wrong"}},
    {"slow_s": 0.25},
    {"slow_after_s": 0.25},
    {"call": "GET task", "after": "drop", "times": 3},
    {"call": "GET task", "before": "500", "times": 2},
    {"call": "GET license/check", "before": "html"},
)
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"order": "oldest"},
    {"order": "shuffled"},
    {"list_key": ""},
    {"list_key": "items", "tells_total": False},
    {"details": "no_config"},
    {"hidden_s": 0.1},
    {"clock_off_s": -7200.0},
    {"page_cap": 3},
    {"wait_s": 0.02, "work_s": 0.02},
    {"fails": {"@b": "the screen was in the way", "D2": "the phone was away"}},
)


@dataclass
class Count:
    """What became of all tasks: `provable` are the uncertain ones that the server shows."""

    made: int = 0
    doubled: int = 0
    lost: int = 0
    uncertain: int = 0
    provable: int = 0
    kills: int = 0
    odd: list[str] = field(default_factory=list)

    def line(self) -> str:
        names = ("made", "doubled", "lost", "uncertain", "provable")
        return ", ".join(f"{name} {getattr(self, name)}" for name in names) + f" ({self.kills} kills)"


class Killer:
    """Kills its own process when so many points have been passed, or a moment after the POST has been sent."""

    def __init__(self, at: int | None, after_post_s: float | None) -> None:
        self._at, self._after_post_s, self._passed = at, after_post_s, 0

    def arm(self) -> None:
        for owner, name in [
            *((Batch, name) for name in ("committing", "settle", "begun", "finish")),
            (Client, "_call"),
        ]:
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def passing(*args: Any, **kwargs: Any) -> Any:
            self._point()
            if args[1:3] == ("POST", "task") and self._after_post_s is not None:
                threading.Timer(self._after_post_s, die).start()
            try:
                return method(*args, **kwargs)
            finally:
                self._point()

        return passing

    def _point(self) -> None:
        self._passed += 1
        if self._passed == self._at:
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def carry_out(store: Path, url: str, tasks: list[Task], result: Path) -> None:
    """What a runner does: take up what an earlier process left, go on to the end, and write down how that is."""
    clock, store_url = QuickClock(FASTER), f"sqlite:///{store}"
    with Ledger.open(store_url, clock) as ledger, ExecutorLock(store_url):
        entries = {task.entry for task in tasks}
        occurrences = [Occurrence("demo", name, "run:1", "manual", NOON) for name in sorted(entries)]
        version = ledger.record_campaign("demo", "demo.yaml", "text", None)
        ledger.add_occurrences(version, occurrences, tasks, "1")
        settle_interrupted(ledger)
        client = Client(url, SystemClock(), timeout_s=TIMEOUT_S, ledger_id=ledger.id)
        limits = effective_limits({"min_gap": "0s"})
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(store.parent / "artifacts"),
            backends={"local_api": LocalApiBackend(client, clock)},
            limiter=Limiter(ledger, lambda name: limits, ZoneInfo("UTC"), clock),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        with closing(executor):
            executor.submit(ledger.pending())
            executor.start()
            if not executor.wait_until_done(30):
                raise TimeoutError("the tasks did not end")
        told = {
            row.task.key: (row.state, row.reason, [effect.state for effect in ledger.effects(row.task.key)])
            for row in ledger.tasks()
        }
        result.write_text(json.dumps(told))


def child(work: Callable[[], None], folder: Path) -> bool:
    """Do something in a process of its own; false if that was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - told to the parent, which raises it
            (folder / "error").write_text(traceback.format_exc())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status):
        raise AssertionError((folder / "error").read_text())
    return True


def one_round(server: FaultServer, chance: random.Random, folder: Path, count: Count) -> None:
    """One round in a folder that has an empty ledger."""
    script = chance.choice(("post", "follow", "comment"))
    urls = ["https://www.tiktok.com/@x/video/1", "https://www.tiktok.com/@x/video/2"]
    config = {
        "post": {"captions": "hello"},
        "follow": {"target_users": ["a", "@b"]},
        "comment": {"target_post_urls": urls, "comment_content": "nice"},
    }[script]
    devices = ["D1", "D2", "D3"][: chance.randint(1, 3)]
    entries = ["first", "second"] if chance.random() < 0.3 else ["first"]
    retry = RetryRule(2, 30.0)
    tasks = [
        task
        for entry in entries
        for task in make_tasks(script, devices, config=config, entry=entry, retry=retry, timeout_s=3600.0)
    ]
    fault, shape = dict(chance.choice(FAULTS)), dict(chance.choice(SHAPES))
    server.reset(**shape, faults=[fault] if fault else [])
    server.make(serials=["D1"], script_name="post", script_config={"captions": "someone else's"})
    result = folder / "result"
    for _ in range(chance.randint(1, 3)):
        killer = Killer(chance.randint(1, POINTS), None)
        if chance.random() < 0.25:
            killer = Killer(None, chance.uniform(0.0, 0.01))

        def killed(killer: Killer = killer) -> None:
            killer.arm()
            carry_out(folder / "ledger.db", server.url, tasks, result)

        if child(killed, folder):
            break
        count.kills += 1
    else:
        child(lambda: carry_out(folder / "ledger.db", server.url, tasks, result), folder)
    tells = "details" not in shape or tasks[0].target is None
    truth, what = server.truth()["tasks"], f"{script} {fault} {shape}"
    judge(tasks, json.loads(result.read_text()), truth, count, what, tells_all=tells)


def judge(
    tasks: list[Task], told: dict[str, Any], truth: list[Any], count: Count, what: str, *, tells_all: bool
) -> None:
    """Hold what the ledger says of tasks of the same content against what the server did for them.

    A person could prove that an uncertain one was made if the server shows more than the ledger knows of, and
    tells whose target it is.
    """
    alike: dict[tuple[str, str | None, str], list[Task]] = {}
    for task in tasks:
        alike.setdefault((task.script, task.device, (task.target or "").lstrip("@")), []).append(task)
    for content, same in alike.items():
        own = [
            made
            for made in truth
            if (made["script"], made["serial"], (made["target"] or "").lstrip("@")) == content
            and made["config"].get("captions") != "someone else's"
        ]
        states = [told[task.key][0] for task in same]
        done, completed = sum(made["runs"] for made in own), states.count(TaskState.COMPLETED)
        uncertain = states.count(TaskState.UNCERTAIN)
        count.made += done
        count.uncertain += uncertain
        found = {
            "doubled": max(len(own), done) - len(same),
            "lost": max(completed - done, done - completed - uncertain, states.count(TaskState.PENDING)),
            "provable": min(uncertain, len(own) - completed) if tells_all else 0,
        }
        for name, number in found.items():
            if number > 0:
                setattr(count, name, getattr(count, name) + number)
                count.odd.append(f"{name}: {[told[task.key] for task in same]}; the server has {own}; {what}")


def kill(times: int, seed: int) -> Count:
    """Rounds until so many processes have been killed."""
    count, number, server = Count(), 0, FaultServer()
    with closing(server), tempfile.TemporaryDirectory() as place:
        empty = Path(place, "empty.db")
        Ledger.open(f"sqlite:///{empty}", SystemClock()).close()
        while count.kills < times:
            folder = Path(place, str(number))
            folder.mkdir()
            shutil.copyfile(empty, folder / "ledger.db")
            one_round(server, random.Random(f"{seed}/{number}"), folder, count)
            number += 1
    return count


def main(times: int = 200, seed: int = 1) -> int:
    began = time.monotonic()
    count = kill(times, seed)
    sys.stdout.write(f"{count.line()} in {time.monotonic() - began:.0f} s\n")
    sys.stderr.writelines(f"{line}\n" for line in count.odd)
    return 1 if count.odd else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
