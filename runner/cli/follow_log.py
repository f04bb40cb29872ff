"""`runner logs --follow`: what is done for a task as it comes, until the task is over."""

import time
from collections.abc import Callable, Iterator

from runner.reports.task_pieces import AttemptBegan, AttemptEnded, Piece, StateChanged, StepEnded
from runner.store.ledger import Ledger
from runner.store.rows import AttemptRow, TaskRecord

EVERY_S = 0.25
"""How often the ledger is asked whether anything has changed."""


def follow_log(ledger: Ledger, key: str, number: int | None, tell: Callable[[Piece], None]) -> None:
    """Tell what has been done for a task, and what is done from now on; returns once the task is over, or somebody has
    deleted it. `number` names the only attempt of which it tells."""
    told = _Told(number)
    while True:
        ledger.changed()  # before the record is read: what changes while it is read counts as new
        record = ledger.tasks.record_of(key)
        if record is None:
            return
        for piece in told.news(record):
            tell(piece)
        if record.row.state.is_final:
            return
        while not ledger.changed():
            time.sleep(EVERY_S)


class _Told:
    """What has been told so far."""

    def __init__(self, number: int | None) -> None:
        self._number = number
        self._known: set[object] = set()

    def news(self, record: TaskRecord) -> Iterator[Piece]:
        for attempt in record.attempts:
            if self._number in (None, attempt.number):
                yield from self._of_attempt(attempt)
        for effect in record.effects:
            if self._is_new("effect", effect.id, effect.state):
                yield effect
        row = record.row
        if self._is_new("state", row.state, row.reason, row.attempts):
            yield StateChanged(row.state, row.reason, row.hint)

    def _of_attempt(self, attempt: AttemptRow) -> Iterator[Piece]:
        if self._is_new("began", attempt.number):
            yield AttemptBegan(attempt)
        for step in attempt.steps:
            if self._is_new("step", attempt.number, step.ordinal):
                yield StepEnded(attempt.number, step)
        if attempt.outcome is not None and self._is_new("ended", attempt.number):
            yield AttemptEnded(attempt)

    def _is_new(self, *what: object) -> bool:
        is_new = what not in self._known
        self._known.add(what)
        return is_new
