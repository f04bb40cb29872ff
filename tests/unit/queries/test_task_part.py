"""A task as its page shows it: on which picture a touch belongs, which attempts are shown, what a person may do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dashboard_desk import DashboardDesk, Step

from runner.queries import task_page
from runner.queries.task_page import TaskPart, paired, pictures, read_attempt, read_task
from runner.store.rows import StepRow, TaskRow
from runner.tasks import AttemptOutcome, EffectState, Outcome, StepOutcome, TaskState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TAP = {"kind": "tap", "x": 0.5, "y": 0.5}


def step(
    ordinal: int, at: float, took: float, *, touch: dict | None = None, shot: bool = True, **more: object
) -> StepRow:
    said = {"outcome": StepOutcome.COMPLETED, "message": "", "title": f"step {ordinal}", **more}
    return StepRow(
        ordinal=ordinal,
        kind="tap",
        source="f.yaml:1",
        started_utc=NOON + timedelta(seconds=at),
        duration_s=took,
        screenshot=f"{ordinal}.jpg" if shot else None,
        hierarchy=None,
        touch=touch,
        **said,
    )


def marked(*steps: StepRow) -> dict[int, list[int]]:
    """By the ordinal of each picture, the steps that touched the screen that it shows."""
    return {one.step.ordinal: [mark.step.ordinal for mark in one.marks] for one in pictures(steps)}


def test_a_touch_belongs_on_the_picture_before_it() -> None:
    assert marked(step(1, 0, 1), step(2, 1, 1, touch=TAP), step(3, 2, 1, touch=TAP)) == {
        1: [2],
        2: [3],
        3: [],
    }


def test_steps_without_a_picture_change_nothing_on_the_screen() -> None:
    first, quiet = step(1, 0, 1), step(2, 1, 0, shot=False)
    assert marked(first, quiet, step(3, 1, 1, touch=TAP)) == {1: [3], 3: []}


def test_a_touch_before_the_first_picture_is_on_none() -> None:
    assert marked(step(1, 0, 1, touch=TAP), step(2, 1, 1)) == {1: [], 2: []}


def test_the_picture_of_a_step_around_others_was_taken_after_theirs() -> None:
    """Step 2 is the commit point, within which its proof was made (3, 4): its own picture came last."""
    around = step(2, 1, 9, touch=TAP)
    steps = (step(1, 0, 1), around, step(3, 4, 2), step(4, 6, 2, touch=TAP), step(5, 10, 1, touch=TAP))
    assert marked(*steps) == {1: [2], 2: [5], 3: [4], 4: [], 5: []}
    assert [one.step.ordinal for one in pictures(steps)] == [1, 3, 4, 2, 5]  # as they were taken


def test_steps_are_beside_each_other_by_their_ordinals() -> None:
    one = task_page.AttemptRow(1, "x", NOON, None, None, "", None, False, (step(1, 0, 1), step(2, 1, 1)))
    other = task_page.AttemptRow(2, "x", NOON, None, None, "", None, False, (step(1, 0, 1), step(3, 1, 1)))
    pairs = [(ordinal, left is not None, right is not None) for ordinal, left, right in paired(one, other)]
    assert pairs == [(1, True, True), (2, True, False), (3, False, True)]


def test_bars_are_to_the_scale_of_the_attempt() -> None:
    row = task_page.AttemptRow(1, "x", NOON, None, None, "", None, False, (step(1, 0, 1), step(2, 1, 3)))
    part = task_page.AttemptPart(row, 2, ())
    assert [part.span_of(one) for one in row.steps] == [(0.0, 0.25), (0.25, 0.75)]
    at_once = task_page.AttemptRow(1, "x", NOON, None, None, "", None, False, (step(1, 0, 0),))
    assert task_page.AttemptPart(at_once, 1, ()).span_of(at_once.steps[0]) == (0.0, 1.0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DashboardDesk]:
    made = DashboardDesk(tmp_path)
    yield made
    made.close()


def part_of(desk: DashboardDesk, row: TaskRow, wanted: tuple[int, ...] = ()) -> TaskPart:
    return read_task(desk.ledger, desk.row(row.id), desk.desk.situation(), wanted)


def try_again(desk: DashboardDesk, row: TaskRow, steps: int) -> None:
    desk.ledger.tasks.retry(row.task.key)
    attempt = desk.attempt(row.task.key, [Step()] * steps)
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED, "no button"), TaskState.FAILED)


def test_attempts_are_there_the_newest_first_with_their_steps(desk: DashboardDesk) -> None:
    row = desk.task(state=TaskState.FAILED, reason="no button", steps=[Step(), Step()])
    try_again(desk, row, 3)
    part = part_of(desk, row)
    assert [(one.attempt.number, len(one.attempt.steps), one.is_open) for one in part.attempts] == [
        (2, 3, True),
        (1, 2, True),
    ]
    assert [len(one.pictures) for one in part.attempts] == [3, 2]
    assert part.why.sentences[0].startswith("follow @north: failed at")


def test_a_page_has_room_for_so_many_steps_and_for_those_that_are_wanted(
    desk: DashboardDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_page, "MOST_STEPS", 4)
    row = desk.task(state=TaskState.FAILED, steps=[Step()])
    for steps in (3, 2, 3):
        try_again(desk, row, steps)
    shown = {one.attempt.number: one.is_open for one in part_of(desk, row).attempts}
    assert shown == {4: True, 3: False, 2: False, 1: True}
    wanted = {one.attempt.number: one.is_open for one in part_of(desk, row, (2,)).attempts}
    assert wanted == {4: True, 3: False, 2: True, 1: False}


def test_of_a_long_attempt_so_many_steps_are_shown(
    desk: DashboardDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_page, "MOST_OF_ONE", 2)
    row = desk.task(state=TaskState.FAILED, steps=[Step()] * 5)
    (only,) = part_of(desk, row).attempts
    assert (len(only.attempt.steps), only.left_out) == (2, 3)


def test_one_attempt_by_its_number(desk: DashboardDesk) -> None:
    row = desk.task(state=TaskState.FAILED, steps=[Step(touch=TAP), Step(touch=TAP)])
    part = read_attempt(desk.ledger, row, 1)
    assert part is not None and len(part.pictures[0].marks) == 1
    assert read_attempt(desk.ledger, row, 2) is None


@pytest.mark.parametrize(
    ("state", "effect", "may"),
    [
        (TaskState.PENDING, None, "stop"),
        (TaskState.RUNNING, None, "stop"),
        (TaskState.RUNNING, EffectState.UNCERTAIN, "stop"),
        (TaskState.COMPLETED, None, ""),
        (TaskState.COMPLETED, EffectState.COMMITTED, ""),
        (TaskState.FAILED, None, "retry"),
        (TaskState.FAILED, EffectState.REFUTED, "retry"),
        (TaskState.FAILED, EffectState.COMMITTED, ""),
        (TaskState.FAILED, EffectState.MADE, "resolve"),
        (TaskState.UNCERTAIN, EffectState.UNCERTAIN, "resolve"),
        (TaskState.MISSED, None, "retry"),
        (TaskState.CANCELLED, None, "retry"),
    ],
)
def test_what_a_person_may_do(
    desk: DashboardDesk, state: TaskState, effect: EffectState | None, may: str
) -> None:
    part = part_of(desk, desk.task(state=state, effect=effect))
    found = {
        "stop": part.may_be_stopped,
        "resolve": part.may_be_resolved,
        "retry": part.may_be_retried,
    }
    assert " ".join(name for name, is_so in found.items() if is_so) == may


def test_how_far_a_task_is_needs_its_last_step_only(desk: DashboardDesk) -> None:
    row = desk.task(state=TaskState.RUNNING, steps=[Step("open"), Step("tap it")])
    part = read_task(desk.ledger, row, desk.desk.situation(), shows_steps=False)
    (only,) = part.attempts
    assert [one.title for one in only.attempt.steps] == ["tap it"] and only.steps == 2
    assert read_task(desk.ledger, desk.task(), desk.desk.situation(), shows_steps=False).attempts == ()
