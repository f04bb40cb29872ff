"""An account is a name in an app: the same name in another app is somebody else, whom limits count apart."""

import pytest
from claims import claim
from desk import DONE, LONG_S, Desk, LaneBackend

from runner.errors import HeldBack
from runner.journals import Journal, StopSignal
from runner.reasons import ReasonKind
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState

ONE_A_DAY = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}


class Phones:
    """Each task makes its effect as `@brand` of an app; `apps` says by target which (None: it does not know)."""

    def __init__(self, apps: dict[str, str | None]) -> None:
        self.apps = apps

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        app = self.apps[task.target or ""]
        try:
            if app is not None:
                journal.works_as(app, "@brand")
            made = journal.committing("follow", task.target, "@brand", {})
        except HeldBack as error:
            return Outcome(
                AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before, kind=error.kind
            )
        journal.settle(made, EffectState.COMMITTED, {})
        return DONE


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("tiktok", "other", TaskState.COMPLETED),
        ("tiktok", "tiktok", TaskState.PENDING),
        (None, "tiktok", TaskState.PENDING),
        ("tiktok", None, TaskState.PENDING),
    ],
    ids=["two apps", "one app", "the first is unknown", "the second is unknown"],
)
def test_limits_count_by_app_and_name(
    desk: Desk, first: str | None, second: str | None, expected: TaskState
) -> None:
    desk.limits = ONE_A_DAY
    tasks = desk.add(("A", "@1"), ("A", "@2"))
    backend = LaneBackend(Phones({"@1": first, "@2": second}))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": expected}
    if expected is TaskState.PENDING:
        row = desk.row("@2")
        assert row.reason.startswith("1 of 1 follow by @brand") and row.reason_kind is ReasonKind.LIMIT


@pytest.mark.parametrize(
    ("doubtful", "waits"),
    [("tiktok", True), ("other", False), (None, True)],
    ids=["same", "other", "unknown"],
)
def test_what_is_in_doubt_keeps_back_its_account_alone(desk: Desk, doubtful: str | None, waits: bool) -> None:
    doubt = desk.add(("A", "@doubt"), entry="morning")[0]
    attempt = claim(desk.ledger, doubt.key)
    desk.ledger.effects.begin(attempt.id, doubt.key, "follow", "@doubt", "A", "@brand", {}, doubtful)
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED), TaskState.PENDING)
    desk.ledger.holds.place("A", "a screen that nobody knows")  # so that nobody looks at it
    (other,) = desk.add(("B", "@other"), entry="evening")
    with desk.executor(LaneBackend(Phones({"@other": "tiktok"})), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
    row = desk.ledger.tasks.get(other.key)
    assert row is not None
    assert row.state is (TaskState.PENDING if waits else TaskState.COMPLETED)
    assert row.reason_kind is (ReasonKind.IN_DOUBT if waits else None)
