"""A picture that shows nothing new is kept once."""

from dataclasses import replace

from desk import DONE, Desk, LaneBackend

from runner.journals import Journal, Listener, StopSignal
from runner.tasks import Outcome, StepOutcome, StepRecord, Task

PICTURES = (b"feed", b"feed", b"profile", None, b"profile", b"feed")


class Photographer(LaneBackend):
    """Performs a step for each of the pictures."""

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        for ordinal, picture in enumerate(PICTURES, 1):
            what = (ordinal, "tap", "tap", "f.yaml:1", StepOutcome.COMPLETED, "", task.due_utc, 1.0)
            listener.step_finished(replace(StepRecord(*what), screenshot=picture))
        return DONE


def test_a_step_that_leaves_the_screen_as_it_was_names_the_picture_before_it(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))
    with desk.executor(Photographer(lambda *_: DONE), tasks) as executor:
        assert executor.wait_until_done(20)
    paths = list[str]()
    for row in desk.rows():
        record = desk.ledger.tasks.record_of(row.task.key)
        assert record is not None
        one, again, other, none, still, back = (step.screenshot for step in record.attempts[0].steps)
        assert (one, none, other) == (again, None, still)
        assert one and other and back
        paths += [one, other, back]
    assert [desk.artifacts.read(path) for path in paths] == [b"feed", b"profile", b"feed"] * 2
    assert len(set(paths)) == len(paths)
