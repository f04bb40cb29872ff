"""Shows a run while it goes on: on a terminal one line for each lane and one for the whole, in a pipe plain lines."""

import threading
from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import TracebackType
from typing import Protocol, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from runner.events import (
    EffectSettled,
    Event,
    StepFinished,
    StepStarted,
    TaskEvent,
    TaskFinished,
    TaskReported,
    TaskStarted,
    TaskWaiting,
)
from runner.reports.line_writer import LineWriter
from runner.reports.rich_console import cut, words
from runner.reports.shown import shortened, visible, width
from runner.reports.task_hints import hint_of_end
from runner.reports.terminal import Terminal
from runner.tasks import TaskState

STYLES = {
    TaskState.COMPLETED: "green",
    TaskState.FAILED: "red",
    TaskState.UNCERTAIN: "bold red",
    TaskState.PENDING: "yellow",
}


_BAR, _LONG_BAR = 16, 48
_ROOM_FOR_BARS = 72
_SHORTEST = 16
"""The least columns for a phone's name, however narrow the terminal is."""


class Progress(Protocol):
    """A sink of events that is shown between `__enter__` and `__exit__`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def tell(self, event: Event) -> None: ...

    def say(self, message: str) -> None: ...


@dataclass(slots=True)
class LaneProgress:
    """The line of one lane."""

    tasks: int
    done: int = 0
    failed: int = 0
    task: str = ""
    step: str = "waiting to start"
    position: int = 0
    steps: int = 0


class LiveProgress:
    """Lines that change in place, for a terminal."""

    def __init__(self, out: Terminal, tasks_by_lane: dict[str, int], zone: tzinfo) -> None:
        self._lanes = {name: LaneProgress(count) for name, count in tasks_by_lane.items()}
        self._out = out
        self._zone = zone
        self._lock = threading.Lock()
        self._live = Live(console=out.console, get_renderable=self._render, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, message: str) -> None:
        self._out.say(message)

    def tell(self, event: Event) -> None:
        """Take an event in; called from the lanes' threads."""
        if not isinstance(event, TaskEvent):
            return
        with self._lock:
            lane = self._lanes.get(event.lane)
            if lane is not None:
                update(lane, event, self._zone)

    def _render(self) -> RenderableType:
        with self._lock:
            return Group(self._lines(), self._overall())

    def _lines(self) -> Table:
        """A line for each lane. Its name and its counts are whole, or cut so that no two are alike; the rest is for the
        bar (if there is room for one), the task and the step."""
        room = self._out.width
        names = shortened(map(visible, self._lanes), max(room // 3, _SHORTEST))
        has_bar = room >= _ROOM_FOR_BARS
        table = Table.grid(padding=(0, 2))
        table.add_column(width=max(map(width, names.values()), default=0), no_wrap=True)
        table.add_column(
            width=max((len(_count(lane)) for lane in self._lanes.values()), default=0), no_wrap=True
        )
        table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
        if has_bar:
            table.add_column(width=_BAR)
        table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
        table.expand = True
        for name, lane in self._lanes.items():
            style = "red" if lane.failed else "green" if lane.done == lane.tasks else "cyan"
            bar = ProgressBar(total=max(lane.steps, 1), completed=lane.position, width=_BAR)
            table.add_row(
                words((names[visible(name)], "bold")),
                words((_count(lane), style)),
                cut(lane.task),
                *([bar] if has_bar else []),
                cut((lane.step, "dim")),
            )
        return table

    def _overall(self) -> Table:
        done = sum(lane.done for lane in self._lanes.values())
        total = sum(lane.tasks for lane in self._lanes.values())
        parts = sum(lane.position / lane.steps for lane in self._lanes.values() if lane.steps and lane.task)
        told = f"{done} of {total} task{'' if total == 1 else 's'}"
        table = Table.grid(padding=(0, 2))
        table.add_row(
            words(("all", "bold")),
            ProgressBar(
                total=max(total, 1),
                completed=min(done + parts, total),
                width=max(min(_LONG_BAR, self._out.width - len(told) - 9), 1),
            ),
            words(told),
        )
        return table


def _count(lane: LaneProgress) -> str:
    return f"{lane.done}/{lane.tasks}"


class PlainProgress:
    """One line for each event, for a pipe or a log. Lanes do not wait for its reader; only its end does."""

    def __init__(self, out: Terminal, zone: tzinfo) -> None:
        self._out = out
        self._zone = zone
        self._writer = LineWriter(
            self._print, lambda count: f"({count} lines were dropped: nobody took them)"
        )

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def say(self, message: str) -> None:
        self._writer.put(message)

    def _print(self, message: str) -> None:
        self._out.say(message)

    def tell(self, event: Event) -> None:
        if isinstance(event, TaskEvent) and (line := describe(event, self._zone)):
            self.say(f"{event.lane}  {line}")


def update(lane: LaneProgress, event: TaskEvent, zone: tzinfo) -> None:
    """Bring a lane's line up to date."""
    match event:
        case TaskStarted():
            lane.task, lane.step, lane.position, lane.steps = event.title, "starting", 0, 0
        case TaskWaiting():
            lane.task, lane.step, lane.steps = "", describe(event, zone), 0
        case TaskReported():
            lane.task, lane.step = event.title, event.message
        case StepStarted():
            lane.step, lane.position, lane.steps = event.title, event.ordinal - 1, event.total
        case StepFinished():
            lane.position = event.ordinal
        case TaskFinished():
            if event.state.is_final:
                lane.done += 1
            lane.failed += event.state in (TaskState.FAILED, TaskState.UNCERTAIN)
            lane.step = (
                f"{event.state}: {event.outcome.message}" if event.outcome.message else str(event.state)
            )
            lane.position, lane.task = lane.steps, ""
        case _:
            pass


def describe(event: TaskEvent, zone: tzinfo) -> str:
    """An event as one line; empty for those that only move a bar."""
    match event:
        case TaskStarted():
            return f"{event.title}: started" + (f" (attempt {event.attempt})" if event.attempt > 1 else "")
        case TaskWaiting():
            return f"waiting until {clock_time(event.until_utc, zone)}: {event.reason}"
        case TaskReported():
            return f"{event.title}: {event.message}"
        case EffectSettled():
            return f"{event.kind} {event.target or ''}".rstrip() + f": {event.state}"
        case TaskFinished():
            ending = f": {event.outcome.message}" if event.outcome.message else ""
            hint = hint_of_end(event)
            advice = f" ({hint})" if hint else ""
            return f"{event.state} after {event.duration_s:.1f} s{ending}{advice}"
        case _:
            return ""


def clock_time(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M:%S")
