"""A retry on the server is sent once, whether it takes the failed task up again or makes another one."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_desk import FASTER, Desk
from batch_desk import NOON, make_tasks
from fault_server_process import FaultServer
from quick_clock import QuickClock
from until import until

from runner.backends.local_api.backend import LocalApiBackend
from runner.backends.local_api.client import Client
from runner.clock import SystemClock
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.tasks import AttemptOutcome, EffectState, Occurrence, RetryRule, Task, TaskState

AWAY = {"D1": "the phone was away"}


def carry_out(store: Path, url: str, task: Task) -> None:
    """What a runner does with the task, from whatever an earlier process left of it to its end."""
    clock, place = QuickClock(FASTER), f"sqlite:///{store}"
    with Ledger.open(place, clock) as ledger, ExecutorLock(place):
        version = ledger.campaigns.record("demo", "demo.yaml", "text", None)
        occurrence = Occurrence("demo", task.entry, "run:1", "manual", NOON)
        ledger.occurrences.add(version, [occurrence], [task], "1")
        settle_interrupted(ledger)
        limits = effective_limits({"min_gap": "0s"})
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(store.parent / "artifacts"),
            backends={"local_api": LocalApiBackend(Client(url, SystemClock(), timeout_s=5.0), clock)},
            limiter=Limiter(ledger.effects, lambda name: limits, ZoneInfo("UTC"), clock),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        with closing(executor):
            executor.submit(ledger.tasks.pending())
            executor.start()
            assert executor.wait_until_done(30)


def killed_after_retry(work: Callable[[], None]) -> None:
    """Do it in a process that is killed when the answer to a retry has come, and nothing of it been written."""
    pid = os.fork()
    if pid == 0:
        retry = Client.retry

        def answered(client: Client, task_id: int) -> None:
            retry(client, task_id)
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()

        Client.retry = answered  # type: ignore[method-assign]
        work()
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "it was not killed: there was no retry"


@pytest.mark.parametrize(
    ("shape", "state"),
    [
        ({"retries_anew": True}, TaskState.COMPLETED),
        ({"retries_anew": True, "hidden_s": 0.1}, TaskState.COMPLETED),
        ({"retries_anew": True, "order": "shuffled", "page_cap": 3}, TaskState.COMPLETED),
        ({"retries_anew": True, "details": "no_config"}, TaskState.COMPLETED),
        ({"retries_anew": True, "details": "bare"}, TaskState.UNCERTAIN),
        ({}, TaskState.COMPLETED),
        ({"details": "bare"}, TaskState.COMPLETED),
        ({"wait_s": 0.1, "work_s": 0.1}, TaskState.COMPLETED),
    ],
)
def test_a_kill_after_a_retry_leads_to_no_second_one(
    server: FaultServer, tmp_path: Path, shape: dict[str, Any], state: TaskState
) -> None:
    server.reset(fails=AWAY, **shape)
    for number in range(4):
        server.make(serials=[f"X{number}"], script_name="post", script_config={})
    (task,) = make_tasks(retry=RetryRule(2, 30.0))
    store = tmp_path / "ledger.db"
    killed_after_retry(lambda: carry_out(store, server.url, task))
    carry_out(store, server.url, task)
    with Ledger.open(f"sqlite:///{store}", SystemClock()) as ledger:
        row, *effects = ledger.tasks.get(task.key), *ledger.effects.of(task.key)
    own = [made for made in server.truth()["tasks"] if made["serial"] == "D1"]
    assert row is not None
    assert row.state is state, row.reason
    assert sum(made["runs"] for made in own) == 1
    assert len([path for _, path, _ in server.truth()["requests"] if path.endswith("retry")]) == 1
    if state is TaskState.UNCERTAIN:
        assert "searched" in effects[-1].evidence


def failed_once(server: FaultServer, desk: Desk, **shape: Any) -> list[Task]:
    server.reset(fails=AWAY, **shape)
    tasks = make_tasks()
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.FAILED]
    return tasks


@pytest.mark.parametrize("after", ["drop", "half", "50001", {"data": None}, {"data": {"retried": True}}])
@pytest.mark.parametrize("anew", [False, True])
def test_what_a_retry_did_before_its_answer_was_lost_is_found(
    server: FaultServer, desk: Desk, after: object, anew: bool
) -> None:
    tasks = failed_once(server, desk, retries_anew=anew)
    server.change(faults=[{"call": "POST task/1/retry", "after": after}])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert len(server.requests("POST task/1/retry")) == 1
    assert desk.effects()[-1] is EffectState.COMMITTED


def test_a_retry_whose_other_task_never_shows_is_uncertain(server: FaultServer, desk: Desk) -> None:
    tasks = failed_once(server, desk, retries_anew=True)
    answer = {"call": "POST task/1/retry", "after": {"data": {"task_id": 7}}}
    server.change(hidden_s=3600.0, faults=[answer])
    for _ in range(2):
        desk.perform(tasks)
        assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]
    assert len(server.requests("POST task/1/retry")) == 1


def test_a_plan_that_ends_before_a_retry_is_asked_once(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "away", "D2": "away"})
    tasks = make_tasks(devices=["D1", "D2"])
    desk.perform(tasks)
    server.change(plan="Starter", faults=[{"call": "POST task/./retry", "before": 40301, "times": 9}])
    desk.perform(tasks)
    assert desk.outcomes() == 2 * [AttemptOutcome.FAILED]
    assert all("Starter" in message for message in desk.messages())
    retries = [path for _, path, _ in server.truth()["requests"] if path.endswith("retry")]
    assert len(retries) == 1


def test_a_retry_that_another_took_meanwhile_is_followed(server: FaultServer, desk: Desk) -> None:
    tasks = failed_once(server, desk)
    still_failed = {"call": "GET task/1", "after": {"data": {"id": 1, "status": 3}}}
    refused = {"call": "POST task/1/retry", "before": 40001}
    server.change(wait_s=60.0, fails={}, faults=[still_failed, refused])
    _, thread = desk.begin(tasks)
    until(lambda: bool(server.requests("POST task/1/retry")))
    thread.join(30)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]


@pytest.mark.parametrize("stuck", [[], ["D1"]])
def test_what_another_had_tried_again_is_followed_and_not_retried(
    server: FaultServer, desk: Desk, stuck: list[str]
) -> None:
    """A server might do it once more."""
    tasks = failed_once(server, desk)
    server.change(fails={}, stuck=stuck)
    _, thread = desk.begin(tasks)
    until(lambda: desk.effects()[-1] is EffectState.COMMITTING or not thread.is_alive())
    server.change(stuck=[])
    thread.join(30)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert desk.effects() == [EffectState.REFUTED, EffectState.COMMITTED]
    assert server.requests("POST task/1/retry") == []
