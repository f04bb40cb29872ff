"""What a run looks like while it goes on."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from runner.events import (
    EffectSettled,
    Event,
    StepFinished,
    StepStarted,
    TaskFinished,
    TaskStarted,
    TaskWaiting,
)
from runner.reports.progress import LiveProgress, PlainProgress
from runner.tasks import AttemptOutcome, Outcome, StepOutcome, TaskState

KEY = "demo/greet/run:1/A/@one"
FAILED = Outcome(AttemptOutcome.FAILED, "waited 15 s for the button")
STARTED = TaskStarted(KEY, "A", "follow @one", 1)
STEP = StepStarted(KEY, "A", 2, 5, "tap follow button")
ENDED = StepFinished(KEY, "A", 2, "tap follow button", StepOutcome.COMPLETED, "", 0.2)


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=100, force_terminal=False)


def screen(progress: LiveProgress) -> str:
    console = Console(file=StringIO(), width=100)
    console.print(progress._render())  # what Live draws
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_lane_shows_its_task_and_its_step(console: Console) -> None:
    progress = LiveProgress(console, {"A": 3, "B": 1}, UTC)
    for event in (STARTED, STEP):
        progress.tell(event)
    lane_a, lane_b, overall = screen(progress).splitlines()
    assert "0/3" in lane_a and "follow @one" in lane_a and "tap follow button" in lane_a
    assert "waiting to start" in lane_b
    assert "0 of 4 tasks" in overall


def test_an_ended_task_counts_and_says_how_it_ended(console: Console) -> None:
    progress = LiveProgress(console, {"A": 1}, UTC)
    for event in (STARTED, STEP, ENDED, TaskFinished(KEY, "A", TaskState.FAILED, FAILED, 2.0)):
        progress.tell(event)
    assert "1/1" in screen(progress)
    assert "failed: waited 15 s for the button" in screen(progress)
    assert "1 of 1 tasks" in screen(progress)


def test_a_task_that_goes_back_to_pending_is_not_counted(console: Console) -> None:
    progress = LiveProgress(console, {"A": 1}, UTC)
    progress.tell(STARTED)
    progress.tell(TaskFinished(KEY, "A", TaskState.PENDING, Outcome(AttemptOutcome.STOPPED, "stopped"), 1.0))
    assert "0 of 1 tasks" in screen(progress)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (STARTED, "A  follow @one: started"),
        (TaskStarted(KEY, "A", "post", 2), "A  post: started (attempt 2)"),
        (TaskWaiting(KEY, "A", "limits.min_gap", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
         "A  waiting until 09:30:00: limits.min_gap"),
        (EffectSettled(KEY, "A", "follow", "@one", "committed"), "A  follow @one: committed"),
        (TaskFinished(KEY, "A", TaskState.FAILED, FAILED, 2.04), "A  failed after 2.0 s: waited 15 s for the button"),
        (STEP, ""),
        (ENDED, ""),
    ],
)  # fmt: skip
def test_in_a_pipe_each_event_that_matters_is_one_line(console: Console, event: Event, line: str) -> None:
    with PlainProgress(console, UTC) as progress:
        progress.tell(event)
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue() == (f"{line}\n" if line else "")
