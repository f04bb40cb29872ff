"""One task as its page shows it: why it is as it is, its attempts step by step, what was touched on which screen."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from runner.queries.situation import Situation
from runner.queries.why_answer import WhyAnswer
from runner.queries.why_task import explain_task
from runner.store.ledger import Ledger
from runner.store.request_rows import ActionRow
from runner.store.rows import AttemptRow, StepRow, TaskRecord, TaskRow
from runner.store.task_pages import AttemptSummary, EffectHistory
from runner.tasks import EffectState, TaskState, Touch

MOST_STEPS = 240
"""How many steps a page shows unasked, of all attempts together; a task has a few dozens."""

MOST_OF_ONE = 600
"""How many steps of one attempt a page shows at most: a warm-up has hundreds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a step touched; its picture was taken before, and is that of another step."""

    step: StepRow
    touch: Touch


@dataclass(frozen=True, slots=True)
class StepPicture:
    """The picture of a step, taken when it had ended, and what was touched on the screen that it shows."""

    step: StepRow
    path: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class AttemptPart:
    """An attempt with the steps that the page shows: `steps` of them are there in all."""

    attempt: AttemptRow
    steps: int
    pictures: tuple[StepPicture, ...]

    @property
    def is_open(self) -> bool:
        """Whether its steps are shown."""
        return bool(self.attempt.steps) or not self.steps

    @property
    def left_out(self) -> int:
        """How many steps are not shown."""
        return self.steps - len(self.attempt.steps)

    def span_of(self, step: StepRow) -> tuple[float, float]:
        """Where a step lies in the time of all steps that are shown: its beginning and its length, in parts of that."""
        begun_s = min(one.started_utc.timestamp() for one in self.attempt.steps)
        whole_s = max(_end_s(one) for one in self.attempt.steps) - begun_s
        if whole_s <= 0:
            return 0.0, 1.0
        return (step.started_utc.timestamp() - begun_s) / whole_s, step.duration_s / whole_s


@dataclass(frozen=True, slots=True)
class TaskPart:
    """Everything that is known of a task; `attempts` are the newest first, `late` is how long after its due instant it
    began."""

    row: TaskRow
    why: WhyAnswer
    attempts: tuple[AttemptPart, ...]
    effects: tuple[EffectHistory, ...]
    actions: tuple[ActionRow, ...]

    @property
    def late(self) -> timedelta | None:
        started = self.row.started_utc
        return None if started is None else started - self.row.task.due_utc

    @property
    def may_be_stopped(self) -> bool:
        return not self.row.state.is_final

    @property
    def may_be_resolved(self) -> bool:
        """Whether it asks a person what happened."""
        if self.row.state is TaskState.RUNNING:
            return False
        asks = any(one.effect.asks_somebody for one in self.effects)
        return asks or self.row.state is TaskState.UNCERTAIN

    @property
    def may_be_retried(self) -> bool:
        """Whether it is over without having done anything. The ledger may know of more that forbids it."""
        is_over = self.row.state.is_final and self.row.state is not TaskState.COMPLETED
        return is_over and all(one.effect.state is EffectState.REFUTED for one in self.effects)


def read_task(
    ledger: Ledger,
    row: TaskRow,
    situation: Situation,
    wanted: Collection[int] = (),
    *,
    shows_steps: bool = True,
) -> TaskPart:
    """Everything about a task. The newest attempts have their steps, as far as a page has room, and so have the
    `wanted` ones, by their numbers. Unless it `shows_steps` there is only the last one of the newest attempt, by which
    a task that runs tells how far it is."""
    pages, room = ledger.task_pages, MOST_STEPS
    attempts: list[AttemptPart] = []
    for summary in reversed(pages.attempts(row.id)):
        is_shown = summary.attempt.number in wanted or not attempts or summary.steps <= room
        if shows_steps:
            attempts.append(_part(ledger, row, summary, is_shown=is_shown))
        else:
            attempts.append(_last_step_of(ledger, row, summary, is_newest=not attempts))
        room -= len(attempts[-1].attempt.steps)
    effects = tuple(pages.effects(row.id))
    tried = tuple(part.attempt for part in reversed(attempts))
    record = TaskRecord(row, tried, tuple(one.effect for one in effects))
    actions = tuple(ledger.actions.of(row.task.key))
    return TaskPart(row, explain_task(record, situation), tuple(attempts), effects, actions)


def read_attempt(ledger: Ledger, row: TaskRow, number: int) -> AttemptPart | None:
    """One attempt at a task with its steps; None if there is none of this number."""
    found = (one for one in ledger.task_pages.attempts(row.id) if one.attempt.number == number)
    summary = next(found, None)
    return None if summary is None else _part(ledger, row, summary, is_shown=True)


def pictures(steps: Sequence[StepRow]) -> tuple[StepPicture, ...]:
    """The pictures of an attempt as they were taken, each with what was touched on the screen that it shows.

    A picture is taken when its step has ended: the touches of a step belong on the one that was taken last before.
    """
    marks: dict[int, list[Mark]] = {}
    for step in steps:
        before = _picture_before(step, steps) if step.touch else None
        if step.touch and before is not None:
            marks.setdefault(before.ordinal, []).append(Mark(step, step.touch))
    return tuple(
        StepPicture(step, step.screenshot, tuple(marks.get(step.ordinal, ())))
        for step in sorted(steps, key=lambda one: (_end_s(one), one.ordinal))
        if step.screenshot
    )


def paired(one: AttemptRow, other: AttemptRow) -> Iterator[tuple[int, StepRow | None, StepRow | None]]:
    """The steps of two attempts beside each other, by their ordinals."""
    first = {step.ordinal: step for step in one.steps}
    second = {step.ordinal: step for step in other.steps}
    for ordinal in sorted({*first, *second}):
        yield ordinal, first.get(ordinal), second.get(ordinal)


def _picture_before(step: StepRow, steps: Sequence[StepRow]) -> StepRow | None:
    """The step whose picture was taken last before this one touched the screen.

    A step may be carried out within another, which has a lower number and ends later: that one's picture comes after.
    """
    earlier = [
        one for one in steps if one.screenshot and one.ordinal < step.ordinal and _end_s(one) <= _end_s(step)
    ]
    return max(earlier, key=lambda one: (_end_s(one), one.ordinal), default=None)


def _end_s(step: StepRow) -> float:
    return step.started_utc.timestamp() + step.duration_s


def _last_step_of(ledger: Ledger, row: TaskRow, summary: AttemptSummary, *, is_newest: bool) -> AttemptPart:
    last = ledger.task_pages.step(row.id, summary.attempt.number) if is_newest else None
    attempt = replace(summary.attempt, steps=() if last is None else (last,))
    return AttemptPart(attempt, summary.steps, ())


def _part(ledger: Ledger, row: TaskRow, summary: AttemptSummary, *, is_shown: bool) -> AttemptPart:
    attempt, steps = summary
    if is_shown and steps:
        attempt = replace(attempt, steps=ledger.task_pages.steps(row.id, attempt.number, MOST_OF_ONE))
    return AttemptPart(attempt, steps, pictures(attempt.steps))
