"""What a run looks like while it goes on."""

from datetime import UTC, datetime
from io import StringIO

import pytest

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
from runner.reports.rich_console import RichConsole
from runner.reports.shown import width
from runner.reports.terminal import Terminal
from runner.tasks import AttemptOutcome, Outcome, StepOutcome, TaskState

KEY = "demo/greet/run:1/A/@one"
FAILED = Outcome(AttemptOutcome.FAILED, "waited 15 s for the button")
STARTED = TaskStarted(KEY, "A", "follow @one", 1)
STEP = StepStarted(KEY, "A", 2, 5, "tap follow button")
ENDED = StepFinished(KEY, "A", 2, "tap follow button", StepOutcome.COMPLETED, "", 0.2)


class Tty(StringIO):
    """A terminal that keeps what it is sent; COLUMNS says how wide it is."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    return Terminal(Tty())


def screen(progress: LiveProgress) -> str:
    out = RichConsole(Tty())
    out.print(progress._render())  # what Live draws
    assert isinstance(out.file, Tty)
    return out.file.getvalue()


def test_a_lane_shows_its_task_and_its_step(out: Terminal) -> None:
    progress = LiveProgress(out, {"A": 3, "B": 1}, UTC)
    for event in (STARTED, STEP):
        progress.tell(event)
    lane_a, lane_b, overall = screen(progress).splitlines()
    assert "0/3" in lane_a and "follow @one" in lane_a and "tap follow button" in lane_a
    assert "waiting to start" in lane_b
    assert "0 of 4 tasks" in overall


def test_an_ended_task_counts_and_says_how_it_ended(out: Terminal) -> None:
    progress = LiveProgress(out, {"A": 1}, UTC)
    for event in (STARTED, STEP, ENDED, TaskFinished(KEY, "A", TaskState.FAILED, FAILED, 2.0)):
        progress.tell(event)
    assert "1/1" in screen(progress)
    assert "failed: waited 15 s for the button" in screen(progress)
    assert "1 of 1 task" in screen(progress)


def test_a_task_that_goes_back_to_pending_is_not_counted(out: Terminal) -> None:
    progress = LiveProgress(out, {"A": 1}, UTC)
    progress.tell(STARTED)
    progress.tell(TaskFinished(KEY, "A", TaskState.PENDING, Outcome(AttemptOutcome.STOPPED, "stopped"), 1.0))
    assert "0 of 1 task" in screen(progress)


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
def test_in_a_pipe_each_event_that_matters_is_one_line(event: Event, line: str) -> None:
    pipe = StringIO()
    with PlainProgress(Terminal(pipe), UTC) as progress:
        progress.tell(event)
    assert pipe.getvalue() == (f"{line}\n" if line else "")


PHONES = ("R58M123ABC", "R58M123ABD", "R58M124ABC", "R58N123ABC")
WIRELESS = tuple(f"adb-{phone}-Z3uXXq._adb-tls-connect._tcp" for phone in PHONES)
LONG = "follow https://example.com/@somebody_with_a_long_name/video/7301234567890123456"


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("phones", [PHONES, WIRELESS, ("日本語電話一", "日本語電話二")])
def test_phones_are_told_apart_however_narrow_the_terminal_is(
    out: Terminal, monkeypatch: pytest.MonkeyPatch, phones: tuple[str, ...], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    progress = LiveProgress(out, dict.fromkeys(phones, 2), UTC)
    for phone in phones:
        progress.tell(TaskStarted(KEY, phone, LONG, 1))
        progress.tell(StepStarted(KEY, phone, 2, 5, "wait for " + "the button " * 9))
    *lanes, overall = screen(progress).splitlines()
    assert max(map(width, [*lanes, overall])) <= columns
    assert len({lane.split()[0] for lane in lanes}) == len(phones)
    if phones is PHONES:
        assert [lane.split()[0] for lane in lanes] == list(PHONES)
    assert all("0/2" in lane for lane in lanes)
    assert all("follow" in lane and "wait" in lane for lane in lanes) or columns < 60
