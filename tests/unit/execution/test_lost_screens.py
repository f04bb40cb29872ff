"""A screen that cannot be kept is told, and is no failure of the task that it shows."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from desk import DONE, Desk, LaneBackend, follow

from runner.journals import Journal, Listener, StopSignal
from runner.store.artifacts import Artifacts
from runner.tasks import EffectState, Outcome, StepOutcome, StepRecord, Task, TaskState


class Photographer(LaneBackend):
    """Makes its effect, and then a step with a picture and a hierarchy."""

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        follow(task, journal, stop)
        record = StepRecord(1, "tap", "tap Follow", "f.yaml:1", StepOutcome.COMPLETED, "", task.due_utc, 1.0)
        listener.step_finished(replace(record, screenshot=b"jpeg", hierarchy="<hierarchy/>"))
        return DONE


def test_a_task_whose_screens_cannot_be_kept(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "artifacts"
    in_the_way.write_text("a file")
    desk.artifacts = Artifacts(in_the_way)
    tasks = desk.add(("A", "@1"))
    with caplog.at_level(logging.WARNING), desk.executor(Photographer(follow), tasks) as executor:
        assert executor.wait_until_done(20)
    (row,) = desk.rows()
    assert row.state is TaskState.COMPLETED
    record = desk.ledger.tasks.record_of(row.task.key)
    assert record is not None
    (step,) = record.attempts[0].steps
    assert (step.title, step.screenshot, step.hierarchy) == ("tap Follow", None, None)
    assert [effect.state for effect in record.effects] == [EffectState.COMMITTED]
    assert all(f"a screen is lost: cannot write {in_the_way}" in line.message for line in caplog.records)
    assert len(caplog.records) == 2
