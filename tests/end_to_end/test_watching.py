"""`runner status --watch` and `runner logs --follow`, in a terminal and in pipes."""

import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from select import select

import pyte
import pytest
from claims import claim

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
    task_key,
)

PATIENCE_S = 60
RUNNER = (sys.executable, "-m", "runner")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


@pytest.fixture
def ledger(state: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{state / 'ledger.db'}", SystemClock()) as ledger:
        yield ledger


def add(ledger: Ledger) -> str:
    now = SystemClock().now()
    occurrence = Occurrence("trial", "greet", "run:1", "manual", now)
    key = task_key("trial", "greet", "run:1", "R58M123ABC", "@north")
    task = Task(
        key, "trial", "greet", "follow", "device", "R58M123ABC", None, "@north", "run:1", 0, now, 600, {}
    )
    version = ledger.campaigns.record("trial", "trial.yaml", "version: 1", None)
    ledger.occurrences.add(version, [occurrence], [task], "1")
    return key


class Screen:
    """A command in a terminal of this size, and what the terminal shows."""

    def __init__(self, *words: str, columns: int = 100, lines: int = 30) -> None:
        self._controller, terminal = pty.openpty()
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [*RUNNER, *words], stdin=terminal, stdout=terminal, stderr=terminal, env=environment
        )
        os.close(terminal)
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)

    def until(self, holds: Callable[[str], bool]) -> str:
        give_up_at = time.monotonic() + PATIENCE_S
        while not holds(self.text):
            assert time.monotonic() < give_up_at, self.text
            if select([self._controller], [], [], 1)[0]:
                self._stream.feed(os.read(self._controller, 65536))
        return self.text

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE_S)
        os.close(self._controller)
        return code


def test_a_watched_status_is_drawn_in_place(ledger: Ledger) -> None:
    screen = Screen("status", "--watch")
    before = screen.until(lambda text: "no tasks were due" in text)
    key = add(ledger)
    ledger.attempts.finish(
        claim(ledger, key).id, Outcome(AttemptOutcome.FAILED, "no button"), TaskState.FAILED
    )
    after = screen.until(lambda text: "Went wrong" in text and "1 failed" in text)
    assert before.count("The daemon") == after.count("The daemon") == 1
    assert "trial/greet: follow @north" in after and "no button" in after
    assert screen.end() == 130


def test_a_low_terminal_says_that_there_is_more(ledger: Ledger) -> None:
    add(ledger)
    screen = Screen("status", "--watch", columns=60, lines=6)
    shown = screen.until(lambda text: "make the window taller" in text)
    assert shown.startswith("The daemon")
    assert screen.end() == 130


def test_a_watched_status_in_a_pipe_is_blocks(ledger: Ledger) -> None:
    with piped("status", "--watch") as process:
        assert process.stdout is not None
        first = list(iter(process.stdout.readline, "Last 24 hours: no tasks were due\n"))
        assert first[0].startswith("The daemon")
        add(ledger)
        second = list(iter(process.stdout.readline, "Last 24 hours: 1 pending\n"))
        assert "\x1b" not in "".join(first + second)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130


def test_a_watched_status_as_json_is_lines(ledger: Ledger) -> None:
    with piped("status", "--watch", "--format", "json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["last_24_hours"] == {}
        add(ledger)
        assert json.loads(process.stdout.readline())["last_24_hours"] == {"pending": 1}
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130


def piped(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([*RUNNER, *words], stdout=subprocess.PIPE, text=True)


def test_a_followed_log_tells_steps_as_they_come_and_ends_with_the_task(ledger: Ledger) -> None:
    key = add(ledger)
    with piped("logs", "1", "--follow") as process:
        assert process.stdout is not None
        lines = process.stdout
        assert "run:1/R58M123ABC" in "".join(lines.readline() for _ in range(2))
        assert lines.readline() == "The task is pending\n"
        attempt = claim(ledger, key)
        assert lines.readline().startswith("Attempt 1  ")
        assert lines.readline() == "The task is running\n"
        ledger.attempts.add_step(attempt.id, step(1), "1/1.jpg", None)
        assert "completed  tap Follow (follow.yaml:7)" in lines.readline()
        assert lines.readline().endswith("artifacts/1/1.jpg\n")
        outcome = Outcome(AttemptOutcome.FAILED, "no button", "look at it")
        ledger.attempts.finish(attempt.id, outcome, TaskState.FAILED)
        rest = lines.read().splitlines()
        assert rest == ["  Attempt 1 failed: no button", "  look at it", "The task is failed: no button"]
        assert process.wait(PATIENCE_S) == 0


def test_a_followed_log_as_json_is_an_object_a_line(ledger: Ledger) -> None:
    key = add(ledger)
    attempt = claim(ledger, key)
    ledger.attempts.add_step(attempt.id, step(1), None, None)
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)
    command = [*RUNNER, "logs", "1", "--follow", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["what"] for one in found] == ["attempt began", "step", "attempt ended", "state"]
    assert (found[1]["attempt"], found[1]["title"], found[-1]["state"]) == (1, "tap Follow", "completed")


def step(ordinal: int) -> StepRecord:
    now = SystemClock().now()
    return StepRecord(ordinal, "tap", "tap Follow", "follow.yaml:7", StepOutcome.COMPLETED, "", now, 1.2)
