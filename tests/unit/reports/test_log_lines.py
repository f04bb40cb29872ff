"""The log: one line an event, whoever writes it."""

import json
import logging
import re
import typing
import warnings
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import pytest

from runner.events import (
    CampaignChanged,
    DaemonTroubled,
    Event,
    FilesPolled,
    StepFinished,
    StepStarted,
    TaskFinished,
    TaskOverdue,
    TaskStarted,
    TaskWaiting,
    TroubleOver,
)
from runner.reports.log_lines import LogLines
from runner.tasks import AttemptOutcome, Outcome, StepOutcome, TaskState

KEY = "demo/greet/2026-11-21T09:00[Europe/Stockholm]/A/@one"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> StringIO:
    return StringIO()


@pytest.fixture
def log(stream: StringIO) -> Iterator[LogLines]:
    with LogLines(stream, "auto", STOCKHOLM, verbose=True) as lines:
        yield lines


def written(log: LogLines, stream: StringIO) -> list[dict[str, Any]]:
    log.flush()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def sample(hint: Any) -> Any:
    """A value of a field's type."""
    if isinstance(hint, type):
        if issubclass(hint, StrEnum):
            return next(iter(hint))
        if hint is Outcome:
            return Outcome(AttemptOutcome.COMPLETED)
        return {str: "text\nof two lines", int: 2, float: 0.5, bool: True, datetime: NOW}[hint]
    arguments = get_args(hint)
    if typing.get_origin(hint) is tuple:
        return (sample(arguments[0]),)
    return sample(arguments[0])


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_is_one_line_with_all_that_it_says(kind: Any, log: LogLines, stream: StringIO) -> None:
    hints = typing.get_type_hints(kind)
    event = kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})
    log.tell(event)
    (line,) = written(log, stream)
    assert line["level"] in ("debug", "info", "warning", "error")
    names = {"task" if field.name == "key" else field.name for field in fields(kind)}
    assert names - {"outcome"} <= set(line)


def test_the_line_of_a_task_names_it(log: LogLines, stream: StringIO) -> None:
    log.tell(TaskStarted(KEY, "A", "follow @one", 2, 0.0123456))
    (line,) = written(log, stream)
    stamp = line.pop("timestamp")
    assert stamp.endswith("Z") and datetime.fromisoformat(stamp).tzinfo is not None
    assert line == {
        "level": "info",
        "event": "task started",
        "task": KEY,
        "lane": "A",
        "title": "follow @one",
        "attempt": 2,
        "late_s": 0.012,
    }


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("completed", "info"),
        ("pending", "info"),
        ("failed", "warning"),
        ("missed", "warning"),
        ("uncertain", "error"),
    ],
)
def test_what_went_wrong_is_louder(log: LogLines, stream: StringIO, state: str, level: str) -> None:
    outcome = Outcome(AttemptOutcome.FAILED, "waited 15 s for the button", "look at the phone")
    log.tell(TaskFinished(KEY, "A", TaskState(state), outcome, 2.0))
    (line,) = written(log, stream)
    assert (line["level"], line["reason"], line["hint"]) == (
        level,
        "waited 15 s for the button",
        "look at the phone",
    )


def test_what_is_not_known_is_left_out(log: LogLines, stream: StringIO) -> None:
    log.say("ready", commit=None, hint="", tasks=0)
    (line,) = written(log, stream)
    assert (line["tasks"], line.get("commit"), line.get("hint")) == (0, None, None)


def test_a_person_reads_it_in_the_fleets_zone() -> None:
    stream = Terminal()
    with LogLines(stream, "auto", STOCKHOLM) as log:
        log.tell(TaskWaiting(KEY, "A", "min_gap", NOW))
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "task waiting" in text and "until_utc='2026-11-21 09:00:00'" in text and text.count("\n") == 1


def test_what_has_lines_of_its_own_stands_below_for_a_person() -> None:
    stream = Terminal()
    with LogLines(stream, "auto", STOCKHOLM) as log:
        log.tell(CampaignChanged("demo", None, "invalid", "a.yaml:3:1: error\n 3 | x\n   | ^", "f40866b"))
    first, *below = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()
    assert "campaign=demo" in first and "commit=f40866b" in first
    assert below == ["    a.yaml:3:1: error", "     3 | x", "       | ^"]


@pytest.mark.parametrize("verbose", [False, True])
def test_the_beginnings_of_steps_are_told_if_that_is_wished(verbose: bool) -> None:
    person, program = Terminal(), StringIO()
    for stream in (person, program):
        with LogLines(stream, "auto", STOCKHOLM, verbose=verbose) as log:
            log.tell(StepStarted(KEY, "A", 1, 5, "tap follow button"))
    told = [bool(stream.getvalue()) for stream in (person, program)]
    assert told == [verbose, verbose]
    assert ("debug" in program.getvalue()) is verbose


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (TaskOverdue(KEY, "A", "follow @one", 900.0, 600.0), "error"),
        (DaemonTroubled("the ledger cannot be written"), "error"),
        (CampaignChanged("demo", None, "invalid", "", None), "error"),
        (CampaignChanged("demo", None, "mended", "", None), "info"),
        (FilesPolled("no notifications", "raise it"), "warning"),
        (TroubleOver("the ledger can be used again"), "info"),
    ],
)
def test_what_asks_for_a_person_is_an_error(
    log: LogLines, stream: StringIO, event: Event, level: str
) -> None:
    log.tell(event)
    assert written(log, stream)[0]["level"] == level


def test_the_form_may_be_chosen(stream: StringIO) -> None:
    with LogLines(stream, "human", STOCKHOLM) as log:
        log.say("ready")
    assert "\x1b" not in stream.getvalue() and "ready" in stream.getvalue()
    terminal = Terminal()
    with LogLines(terminal, "json", STOCKHOLM) as log:
        log.say("ready")
    assert json.loads(terminal.getvalue())["event"] == "ready"


@pytest.mark.parametrize("name", ["apscheduler.scheduler", "uvicorn.error", "adbutils", "watchfiles.main"])
def test_libraries_come_out_in_the_same_form(log: LogLines, stream: StringIO, name: str) -> None:
    logging.getLogger(name).warning("run %d was missed", 3)
    (line,) = written(log, stream)
    assert (line["level"], line["event"], line["logger"]) == ("warning", "run 3 was missed", name)


def test_libraries_that_chatter_are_not_heard(log: LogLines, stream: StringIO) -> None:
    chatty = logging.getLogger("uiautomator2.chatty")
    chatty.setLevel(logging.DEBUG)
    chatty.info("sending")
    assert stream.getvalue() == ""


def test_an_exception_and_a_warning_are_one_line_each(log: LogLines, stream: StringIO) -> None:
    try:
        raise ValueError("wrong\nvalue")
    except ValueError:
        logging.getLogger("apscheduler.executors").exception("job raised")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("beware", UserWarning, stacklevel=1)
    raised, beware = written(log, stream)
    assert "Traceback" in raised["exception"] and "ValueError: wrong" in raised["exception"]
    assert "beware" in beware["event"]


def test_no_line_shows_the_variables_of_an_exception() -> None:
    stream = Terminal()
    with LogLines(stream, "human", STOCKHOLM):
        try:
            secret = "hunter2"
            raise ValueError(len(secret))
        except ValueError:
            logging.getLogger("apscheduler.executors").exception("job raised")
    assert "ValueError: 7" in stream.getvalue()
    assert "hunter2" not in stream.getvalue().replace('secret = "hunter2"', "")


def test_it_leaves_nothing_behind(stream: StringIO) -> None:
    before = list(logging.getLogger().handlers)
    with LogLines(stream, "json", STOCKHOLM):
        pass
    assert logging.getLogger().handlers == before
    logging.getLogger("uvicorn.error").warning("later")
    assert stream.getvalue() == ""


HOSTILE = "a\x1b[2J\x9b\u202e"


@pytest.mark.parametrize("form", ["human", "json"])
def test_what_others_wrote_steers_no_terminal(form: Literal["human", "json"]) -> None:
    stream = Terminal()
    with LogLines(stream, form, STOCKHOLM) as log:
        log.tell(TaskStarted(HOSTILE, HOSTILE, f"follow {HOSTILE}", 1))
        log.say("campaign invalid", "error", reasons=[HOSTILE], problem=f"first\n{HOSTILE}")
        try:
            raise ValueError(HOSTILE)
        except ValueError:
            logging.getLogger("library").exception(HOSTILE)
    told = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()) if form == "human" else stream.getvalue()
    assert not set("\x1b\x9b\u202e") & set(told)
    assert told.count("2J") >= 6
    if form == "json":
        assert json.loads(told.splitlines()[0])["lane"] == HOSTILE


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_who_wants_no_styles_gets_none(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    with LogLines(stream, "auto", STOCKHOLM) as log:
        log.say("told", "error", reason="why")
    assert "\x1b" not in stream.getvalue()


def test_steps_are_told_only_if_asked_for(stream: StringIO) -> None:
    started = StepStarted(KEY, "A", 1, 5, "tap")
    ended = StepFinished(KEY, "A", 1, "tap", StepOutcome.COMPLETED, "", 0.2)
    with LogLines(stream, "json", STOCKHOLM) as log:
        log.tell(started)
        log.tell(ended)
    assert stream.getvalue() == ""
    with LogLines(stream, "json", STOCKHOLM, verbose=True) as log:
        log.tell(started)
        log.tell(ended)
    assert [line["event"] for line in written(log, stream)] == ["step started", "step finished"]
