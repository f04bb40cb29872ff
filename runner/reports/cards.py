"""The cards of an HTML report, one a task: its last attempts and their last steps, as many as can be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runner.queries.task_page import Mark, pictures
from runner.store.rows import AttemptRow, TaskRecord

MOST_ATTEMPTS = 5
"""How many attempts at a task are shown: the last ones."""

MOST_STEPS, LEAST_STEPS = 6000, 20
"""How many steps a report shows in all, and how many of each attempt in any case."""


@dataclass(frozen=True, slots=True)
class Card:
    """A task with those attempts and steps that are shown; `attempts_before` are left out, and by an attempt's number
    `steps_before` of its steps. `marks` are what was touched on the picture of a step, by the attempt's number and the
    step's ordinal."""

    record: TaskRecord
    attempts_before: int
    steps_before: Mapping[int, int]
    marks: Mapping[tuple[int, int], Sequence[Mark]]


def cards_of(records: Sequence[TaskRecord]) -> list[Card]:
    attempts = [record.attempts[-MOST_ATTEMPTS:] for record in records]
    each = max(MOST_STEPS // max(sum(map(len, attempts)), 1), LEAST_STEPS)
    return [
        Card(
            record=replace(record, attempts=tuple(_last(attempt, each) for attempt in shown)),
            attempts_before=len(record.attempts) - len(shown),
            steps_before={attempt.number: max(len(attempt.steps) - each, 0) for attempt in shown},
            marks=dict(_marks(shown)),
        )
        for record, shown in zip(records, attempts, strict=True)
    ]


def _marks(attempts: Iterable[AttemptRow]) -> Iterator[tuple[tuple[int, int], Sequence[Mark]]]:
    for attempt in attempts:
        for picture in pictures(attempt.steps):
            yield (attempt.number, picture.step.ordinal), picture.marks


def _last(attempt: AttemptRow, steps: int) -> AttemptRow:
    return replace(attempt, steps=attempt.steps[-steps:])
