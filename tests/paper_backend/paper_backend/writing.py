"""Carries tasks out by writing them down, a line each."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from runner.backends.backend import BackendSetup, Problem
from runner.journals import Journal, Listener, StopSignal
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task


class PaperBackend:
    """Writes on one sheet. Each line is an effect; a line that the sheet has is not written again."""

    def __init__(self, sheet: Path) -> None:
        self._sheet = sheet
        self._pen = threading.Lock()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        if self._sheet.parent.is_dir():
            return []
        return [Problem(task.lane, f"there is no desk {self._sheet.parent}") for task in tasks]

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        is_written = self._says(task)
        for effect in journal.effects():
            if effect.state.is_in_doubt:  # an attempt was cut off: the sheet tells what it did
                journal.settle(effect.id, EffectState.COMMITTED if is_written else EffectState.REFUTED, {})
        if not is_written:
            effect_id = journal.committing(task.script, task.target, task.username, {})
            with self._pen, self._sheet.open("a", encoding="utf-8") as sheet:
                sheet.write(f"{task.key}\n")
            journal.settle(effect_id, EffectState.COMMITTED, {"sheet": str(self._sheet)})
        return Outcome(AttemptOutcome.COMPLETED, f"written down for {task.lane}")

    def close(self) -> None: ...

    def _says(self, task: Task) -> bool:
        return self._sheet.is_file() and task.key in self._sheet.read_text(encoding="utf-8").splitlines()


def make(setup: BackendSetup) -> PaperBackend:
    """The backend on the sheet that PAPER_SHEET names."""
    return PaperBackend(Path(os.environ["PAPER_SHEET"]))
