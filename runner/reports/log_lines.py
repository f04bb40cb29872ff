"""The log: one line for each event, for people on a terminal, as JSON for everything else.

Lines of libraries that log through `logging` have the same form. The system decides where the lines go from here, and
when old ones are removed. Nobody who logs waits for that: a thread of its own writes the lines.
"""

import io
import logging
import os
import re
import select
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, tzinfo
from textwrap import indent
from types import TracebackType
from typing import Any, Literal, Self, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

from runner.events import (
    CampaignChanged,
    ClockStepped,
    DaemonTroubled,
    Event,
    FilesPolled,
    OccurrenceDecided,
    StepFinished,
    StepStarted,
    TaskFinished,
    TaskOverdue,
    TaskReported,
)
from runner.file_names import escaped
from runner.reports.line_writer import LineWriter
from runner.reports.shown import json_shown, visible, visible_but_colors
from runner.reports.streams import has_colors, is_unicode
from runner.reports.task_hints import hint_of_end
from runner.tasks import Outcome, TaskState

STALLED_S = 10.0
"""A reader who takes no line for this long stands still."""

LAST_LINES_S = 2.0
"""How long the end of the process waits for the last lines to be taken."""

Form = Literal["auto", "human", "json"]
Level = Literal["debug", "info", "warning", "error"]


class LogLines:
    """While this is open, it writes events, and what libraries log (warnings and worse), as lines on a stream.

    `form` is `human`, `json`, or `auto`: human if the stream is a terminal. People get instants in `zone`, JSON has
    them in UTC. Steps are written if it is `verbose`.
    """

    def __init__(self, stream: TextIO, form: Form, zone: tzinfo, *, verbose: bool = False) -> None:
        human = stream.isatty() if form == "auto" else form == "human"
        self._least = logging.DEBUG if verbose else logging.INFO
        formatter = _for_people(zone, has_colors(stream)) if human else _for_programs(is_unicode(stream))
        self._writer = LineWriter(_written_to(stream), lambda count: formatter.format(_gap(count)) + "\n")
        self._handler = _QueueHandler(self._writer)
        self._handler.setFormatter(formatter)
        self._handler.addFilter(lambda record: _is_own(record) or record.levelno >= logging.WARNING)
        self._logger = logging.getLogger("runner.log")

    def __enter__(self) -> Self:
        self._writer.start()
        logging.getLogger().addHandler(self._handler)
        self._logger.setLevel(self._least)
        logging.captureWarnings(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(self._handler)
        self._writer.close(LAST_LINES_S)

    def flush(self) -> None:
        """Wait until the lines so far have been taken, at most LAST_LINES_S."""
        self._writer.flush(LAST_LINES_S)

    @property
    def dropped(self) -> int:
        """How many lines were lost, since their reader stood still or had gone."""
        return self._writer.dropped

    def troubles(self) -> list[str]:
        """Sentences that say why the log is not read as it should be."""
        found = []
        if (stalled_s := self._writer.stalled_s) > STALLED_S:
            found.append(f"the log's reader has taken nothing for {stalled_s:.0f} s")
        if dropped := self._writer.dropped:
            found.append(f"{dropped} line{'' if dropped == 1 else 's'} of the log could not be written")
        return found

    def tell(self, event: Event) -> None:
        """Write an event's line; any thread may call it."""
        self.say(name_of(event), level_of(event), **values_of(event))

    def say(self, message: str, level: Level = "info", /, **values: object) -> None:
        """Write a line of no event. Values that are None or empty are left out."""
        told = {name: value for name, value in values.items() if value is not None and value != ""}
        number = logging.getLevelNamesMapping()[level.upper()]
        self._logger.log(number, "%s", message, extra={"values": told})


class _QueueHandler(logging.Handler):
    """Hands records to a LineWriter."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._writer.put(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - as in logging's own handlers: a bad record must not stop its caller
            self.handleError(record)


def _written_to(stream: TextIO) -> Callable[[str], None]:
    """A function that writes a line to a stream, by its descriptor if it has one: a stream holds its own lock while it
    writes, and the interpreter needs that lock to end."""
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:

        def write_text(line: str) -> None:
            stream.write(line)
            stream.flush()

        return write_text
    encoding = stream.encoding or "utf-8"

    def write_bytes(line: str) -> None:
        rest = line.encode(encoding, "backslashreplace")
        while rest:
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BlockingIOError:  # a process that shares the terminal may have made it non-blocking
                select.select([], [descriptor], [])

    return write_bytes


def _gap(count: int) -> logging.LogRecord:
    """The line in place of dropped ones."""
    record = logging.LogRecord(
        "runner.log", logging.ERROR, __file__, 0, "lines of the log were dropped", (), None
    )
    record.values = {"lines": count, "reason": "nobody took them"}
    return record


def name_of(event: Event) -> str:
    """`TaskStarted` is `task started`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).lower()


def level_of(event: Event) -> Level:
    """The log level of an event."""
    match event:
        case StepStarted() | StepFinished() | TaskReported():
            return "debug"
        case TaskFinished(state=TaskState.UNCERTAIN) | TaskOverdue() | DaemonTroubled():
            return "error"
        case CampaignChanged(what="invalid"):
            return "error"
        case TaskFinished(state=TaskState.FAILED | TaskState.MISSED) | ClockStepped() | FilesPolled():
            return "warning"
        case OccurrenceDecided(state="missed" | "skipped"):
            return "warning"
        case _:
            return "info"


def values_of(event: Event) -> dict[str, object]:
    """An event's fields: a task's key is its `task`, an outcome is the `reason` and the `hint`."""
    values: dict[str, object] = {}
    for name in (field.name for field in fields(event)):
        value = getattr(event, name)
        if isinstance(value, Outcome):
            values |= {"reason": value.message, "hint": value.hint, "not_before": value.not_before}
        else:
            values["task" if name == "key" else name] = value
    if isinstance(event, TaskFinished):
        values["hint"] = hint_of_end(event)
    return values


def _for_programs(is_unicode: bool) -> logging.Formatter:
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return _formatter(
        lambda instant: instant.isoformat().replace("+00:00", "Z"),
        structlog.processors.format_exc_info,
        lambda *line: json_shown(str(renderer(*line)), ascii_only=not is_unicode),
    )


def _for_people(zone: tzinfo, colors: bool) -> logging.Formatter:
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors,
        pad_event_to=16,
        sort_keys=False,
        exception_formatter=structlog.dev.plain_traceback,  # the other formatters show variables, which may be secret
    )

    def render(logger: Any, method: str, line: EventDict) -> str:
        """The line; below it values of several lines, such as the problems of a file."""
        below = [str(line.pop(name)) for name in list(line) if "\n" in str(line[name]) and name != "event"]
        shown = {name: _shown(value) for name, value in line.items()}
        text = "\n".join([str(renderer(logger, method, shown)), *(indent(text, "    ") for text in below)])
        return "\n".join(map(visible_but_colors if colors else visible, text.split("\n")))

    return _formatter(lambda instant: f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}", render)


def _shown(value: object) -> object:
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return visible(value) if isinstance(value, str) else value


def _formatter(write_instant: Callable[[datetime], str], *renderers: Processor) -> logging.Formatter:
    def fill(logger: Any, method: str, line: EventDict) -> EventDict:
        record: logging.LogRecord = line["_record"]
        stamp = datetime.fromtimestamp(record.created, UTC)
        return {
            "timestamp": write_instant(stamp),
            "level": record.levelname.lower(),
            "event": line["event"],
            **({} if _is_own(record) else {"logger": record.name}),
            **{name: _plain(value, write_instant) for name, value in getattr(record, "values", {}).items()},
            **({"exc_info": line["exc_info"]} if "exc_info" in line else {}),
        }

    return ProcessorFormatter(processors=[fill, *renderers])


def _is_own(record: logging.LogRecord) -> bool:
    return hasattr(record, "values")


def _plain(value: object, write_instant: Callable[[datetime], str]) -> object:
    if isinstance(value, datetime):
        return write_instant(value.astimezone(UTC))
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, write_instant) for item in value]
    return escaped(str(value))
