"""Rounds of the Local API's harness: a ledger, a server, and processes that die one after the other."""

import functools
import json
import os
import random
import re
import shutil
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from batch_desk import NOON, make_tasks
from fault_server_process import FaultServer
from kill_points import Points, die, leave_committing_out, public_methods, reached, wrap_writes
from quick_clock import QuickClock

from runner.backends.local_api.backend import LocalApiBackend
from runner.backends.local_api.client import Client, Exchange
from runner.clock import SystemClock
from runner.events import ignore
from runner.execution.batch import Batch
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.journals import BatchJournal
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.store.request_rows import CommandKind
from runner.tasks import Occurrence, RetryRule, Task, TaskOptions

FASTER = 150.0

PATIENCE_S, HASTE_S = 5.0, 0.15
"""How long the client waits for an answer, on the machine's own clock: without faults, and with them."""

LIFE_S = 120.0
"""How long a process may take to carry everything out."""

SOMEONE_ELSES = "someone else's"
"""The caption of a post that is none of ours."""

URLS = ["https://www.tiktok.com/@x/video/1", "https://www.tiktok.com/@x/video/2"]
CONFIGS: dict[str, dict[str, Any]] = {
    "post": {"captions": "hello"},
    "follow": {"target_users": ["a", "@b"]},
    "comment": {"target_post_urls": URLS, "comment_content": "nice"},
}


@dataclass(frozen=True, slots=True)
class Kill:
    """A death `after_s` seconds after a point is reached for the `count`th time, or after the process began."""

    point: str | None = None
    count: int = 1
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be done, on which server. `is_stopped`: a person stops each task that the server is known to have."""

    script: str
    devices: Sequence[str] = ("D1", "D2")
    entries: Sequence[str] = ("first",)
    options: TaskOptions = field(default_factory=TaskOptions)
    timeout_s: float = 3600.0
    is_stopped: bool = False
    fault: Mapping[str, Any] = field(default_factory=dict)
    shape: Mapping[str, Any] = field(default_factory=dict)
    without_committing: bool = False

    @property
    def tasks(self) -> list[Task]:
        return [
            task
            for entry in self.entries
            for task in make_tasks(
                self.script,
                self.devices,
                config=CONFIGS[self.script],
                entry=entry,
                options=self.options,
                retry=RetryRule(2, 30.0),
                timeout_s=self.timeout_s,
            )
        ]

    def disturbed(self, chance: random.Random) -> "Case":
        """The same case on a server with a fault and a shape; what the case itself sets stays."""
        fault, shape = chance.choice(FAULTS), chance.choice(SHAPES)
        return replace(self, fault=fault, shape={**shape, **self.shape})

    def __str__(self) -> str:
        return f"{self.script} on {len(self.devices)} devices, {dict(self.fault)} {dict(self.shape)}"


FAILS = {"@b": "the screen was in the way", "D2": "the phone was away"}

CASES = (
    Case("post"),
    Case("follow"),
    Case("comment"),
    Case("follow", shape={"fails": FAILS}),
    Case("post", shape={"fails": FAILS, "retries_anew": True}),
    Case("post", options=TaskOptions(multi_account=True), shape={"fails": {}}),
    Case("post", timeout_s=30.0, shape={"stuck": ["D2"]}),
    Case("post", is_stopped=True, shape={"wait_s": 600.0}),
)
"""Cases that together lead to every call and every write: some fail, have several accounts, hang, or are stopped."""

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
    {"call": "POST task/[0-9]+/retry", "before": "drop"},
    {"call": "POST task/[0-9]+/retry", "after": "drop"},
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
    {"fails": FAILS},
)


@dataclass(frozen=True, slots=True)
class Round:
    """The result of a round: what the ledger says of each task, what the server did, the points that each process
    reached, and the deaths that came."""

    case: Case
    told: dict[str, Any]
    truth: list[dict[str, Any]]
    lives: list[list[str]]
    deaths: list[Kill]


def carry_out_round(server: FaultServer, case: Case, deaths: Sequence[Kill], ledger: Path) -> Round:
    """Run processes that die in these ways one after the other, until one outlives its death, or all deaths are over.
    `ledger` is an empty one that is alone in its folder."""
    fault = dict(case.fault)
    server.reset(**case.shape, faults=[fault] if fault else [])
    server.make(serials=["D1"], script_name="post", script_config={"captions": SOMEONE_ELSES})
    folder, died, lives = ledger.parent, list[Kill](), list[list[str]]()
    for kill in (*deaths, None):
        trace = folder / f"trace-{len(lives)}"
        is_over = child(functools.partial(_live, case, ledger, server.url, kill, trace), folder)
        lives.append(reached(trace))
        if is_over:
            break
        assert kill is not None, "a process was killed that nobody meant to kill"
        died.append(kill)
    told = json.loads((folder / "result").read_text())
    truth = server.truth()["tasks"]
    shutil.rmtree(folder)
    return Round(case, told, truth, lives, died)


def child(work: Callable[[], None], folder: Path) -> bool:
    """Do something in a process of its own; False if the process was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the parent raises it
            (folder / "error").write_text(traceback.format_exc())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status):
        raise AssertionError((folder / "error").read_text())
    return True


def _live(case: Case, ledger: Path, url: str, kill: Kill | None, trace: Path) -> None:
    """The life of one process."""
    if case.without_committing:
        leave_committing_out()
    chosen = f"{kill.point}:{kill.count}" if kill and kill.point else None
    points = Points(chosen, trace, kill.after_s if kill else 0.0)
    wrap_writes(points, journal=Batch, methods=public_methods(BatchJournal))
    points.around(ExecutorLock, "__enter__", "lock")
    wrap_requests(points)
    if kill and not kill.point:
        die(kill.after_s)
    carry_out(case, ledger, url)


def wrap_requests(points: Points) -> None:
    """`METHOD path before`, `sent` (and not answered), `answered` (and not read) and `after` of each request."""
    answer, note = Exchange.answer, Exchange._note

    def name(exchange: Exchange) -> str:
        path = exchange._request.url.path.removeprefix(exchange._client.base_url.path)
        return f"{exchange._request.method} {re.sub('[0-9]+', '{id}', path)}"

    @functools.wraps(answer)
    def answering(self: Exchange, *args: Any) -> Any:
        points.reach(f"{name(self)} before")
        try:
            return answer(self, *args)
        finally:
            points.reach(f"{name(self)} after")

    @functools.wraps(note)
    def noting(self: Exchange, event: str, info: dict[str, Any]) -> None:
        note(self, event, info)
        if event == "http11.send_request_body.complete":
            points.reach(f"{name(self)} sent")
        elif event == "http11.receive_response_headers.complete":
            points.reach(f"{name(self)} answered")

    Exchange.answer, Exchange._note = answering, noting


def carry_out(case: Case, path: Path, url: str) -> None:
    """Do what a runner does: take up what an earlier process left, go on to the end; then write down the result."""
    clock, store_url, tasks = QuickClock(FASTER), f"sqlite:///{path}", case.tasks
    with Ledger.open(store_url, clock) as ledger, ExecutorLock(store_url):
        occurrences = [Occurrence("demo", name, "run:1", "manual", NOON) for name in case.entries]
        version = ledger.campaigns.record("demo", "demo.yaml", "text", None)
        ledger.occurrences.add(version, occurrences, tasks, "1")
        settle_interrupted(ledger)
        timeout_s = HASTE_S if case.fault else PATIENCE_S
        client = Client(url, SystemClock(), timeout_s=timeout_s, ledger_id=ledger.id)
        limits = effective_limits({"min_gap": "0s"})
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(path.parent / "artifacts"),
            backends={"local_api": LocalApiBackend(client, clock)},
            limiter=Limiter(ledger.effects, lambda name: limits, ZoneInfo("UTC"), clock),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        with closing(executor):
            executor.submit(ledger.tasks.pending())
            executor.start()
            is_done = threading.Event()
            person = threading.Thread(target=stop_all, args=(ledger, tasks, is_done))
            if case.is_stopped:
                person.start()
            if not executor.wait_until_done(LIFE_S):
                raise TimeoutError("the tasks did not end")
            is_done.set()
            if case.is_stopped:
                person.join()
        told = {
            row.task.key: (
                row.state,
                row.reason,
                [effect.state for effect in ledger.effects.of(row.task.key)],
            )
            for row in ledger.tasks.all()
        }
        (path.parent / "result").write_text(json.dumps(told))


def stop_all(ledger: Ledger, tasks: Sequence[Task], is_done: threading.Event) -> None:
    """Stop each task as soon as it is known to be on the server, as a person would."""
    left = {task.key for task in tasks}
    while left and not is_done.wait(0.005):
        for key in list(left):
            if any(effect.evidence.get("server_tasks") for effect in ledger.effects.of(key)):
                left.remove(key)
                ledger.commands.request(CommandKind.STOP_TASK, key, "a person")
