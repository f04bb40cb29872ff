"""Schemathesis over every operation of the Local API, on a real server: nothing fails that the page promises."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import pytest
from local_api_desk import PREFIX, Api

from runner.backends.backend import Problem
from runner.clock import SystemClock
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.planning.limits import effective_limits
from runner.server.ports import listen, url_of
from runner.server.serving import Serving
from runner.store.artifacts import Artifacts
from runner.tasks import AttemptOutcome, Outcome, Task


class Effortless:
    """A backend whose tasks are done as soon as they are begun."""

    def check(self, tasks: Sequence[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        return Outcome(AttemptOutcome.COMPLETED)

    def close(self) -> None: ...


@contextmanager
def executing(api: Api, folder: Path) -> Iterator[None]:
    """The tasks of the API are carried out, without any effort."""
    clock = SystemClock()
    executor = Executor(
        ledger=api.ledger,
        artifacts=Artifacts(folder),
        backends={"device": Effortless()},
        limiter=Limiter(api.ledger.effects, lambda campaign: effective_limits({}), UTC, clock),
        clock=clock,
        sink=ignore,
        mode=Mode.daemon(),
    )
    executor.start()
    yield
    executor.drain(5)
    executor.close()


@pytest.mark.timeout(300)
def test_every_operation_answers_as_the_page_promises(tmp_path: Path) -> None:
    api = Api(tmp_path)
    api.make()
    with executing(api, tmp_path), Serving(api.app, listening := listen("127.0.0.1", 0)):
        url = f"{url_of(listening)}{PREFIX}/openapi.json"
        program = Path(sys.executable).with_name("schemathesis")
        # The contract answers 400 where a schema cannot tell: a file that is not there, a task that has ended.
        checks = ["--checks=all", "--exclude-checks=positive_data_acceptance"]
        command = [program, "run", url, *checks, "--max-examples=15", "--seed=1", "--no-color"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    api.ledger.close()
    assert done.returncode == 0, done.stdout[-5000:]
