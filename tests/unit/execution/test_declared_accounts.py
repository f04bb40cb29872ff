"""Tasks that name their account: limits by account, and one account on two phones."""

import threading
from dataclasses import replace
from typing import Any

from desk import DONE, LONG_S, Desk, LaneBackend

from runner.errors import HeldBack
from runner.journals import Journal, StopSignal
from runner.reasons import ReasonKind
from runner.targets import account
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskOptions, TaskState

ONE_A_DAY = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}


def follow_as_named(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
    """What the device backend does: it claims the account of the task, and makes the effect as it."""
    name = account(task.username or "")
    try:
        journal.works_as(task.options.app, name)
        made = journal.committing("follow", task.target, name, {})
    except HeldBack as error:
        return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before, kind=error.kind)
    journal.settle(made, EffectState.COMMITTED, {})
    return DONE


def named(desk: Desk, *given: tuple[str, str, str], app: str = "tiktok", **changes: Any) -> list[Task]:
    return [
        desk.add((phone, target), username=name, options=TaskOptions(app=app), entry=f"e{number}", **changes)[
            0
        ]
        for number, (phone, name, target) in enumerate(given)
    ]


def test_the_limit_of_one_account_holds_back_no_other_on_its_phone(desk: Desk) -> None:
    desk.limits = ONE_A_DAY
    made = named(desk, ("A", "@one", "@1"), ("A", "@one", "@2"), ("A", "@two", "@3"))
    with desk.executor(LaneBackend(follow_as_named), made) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {
        "@1": TaskState.COMPLETED,
        "@2": TaskState.PENDING,
        "@3": TaskState.COMPLETED,
    }
    assert desk.row("@2").reason.startswith("1 of 1 follow by @one")


def test_accounts_of_one_entry_do_not_wait_for_each_other(desk: Desk) -> None:
    """They are one queue, and one entry: what refuses the first of them must not refuse the second."""
    desk.limits = ONE_A_DAY
    first = desk.add(("A", "@0"), username="@one", entry="before")
    with desk.executor(LaneBackend(follow_as_named), first) as executor:
        assert executor.wait_until_idle(LONG_S)
    one, two = desk.add(("A", "@1"), ("A", "@2"))
    one, two = replace(one, username="@one"), replace(two, username="@two")
    backend = LaneBackend(follow_as_named)
    with desk.executor(backend, [one, two]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert backend.performed == ["@2"]
    assert desk.row("@1").state is TaskState.PENDING


def test_the_limit_is_told_before_anything_is_done_on_the_phone(desk: Desk) -> None:
    desk.limits = ONE_A_DAY
    made = named(desk, ("A", "@one", "@1"), ("B", "@one", "@2"))
    backend = LaneBackend(follow_as_named)
    with desk.executor(backend, made[:1]) as executor:
        assert executor.wait_until_idle(LONG_S)
    with desk.executor(backend, made[1:]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert backend.performed == ["@1"]
    assert desk.row("@2").reason_kind is ReasonKind.LIMIT


def test_one_name_in_two_apps_is_counted_apart(desk: Desk) -> None:
    desk.limits = ONE_A_DAY
    (first,) = named(desk, ("A", "@one", "@1"))
    (second,) = named(desk, ("B", "@one", "@2"), app="instagram")
    with desk.executor(LaneBackend(follow_as_named), [first, second]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_one_account_never_works_on_two_phones_at_a_time(desk: Desk) -> None:
    at_work, most, lock = [0], [0], threading.Lock()
    entered = threading.Event()

    def slowly(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        try:
            journal.works_as("tiktok", "@one")
        except HeldBack as error:
            entered.set()
            return Outcome(
                AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before, kind=error.kind
            )
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        if task.device == "A":
            assert entered.wait(LONG_S), "the other phone never asked"
        with lock:
            at_work[0] -= 1
        entered.set()
        return DONE

    made = named(desk, ("A", "@one", "@1"), ("B", "@one", "@2"))
    with desk.executor(LaneBackend(slowly), made) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert most[0] == 1
    assert set(desk.states().values()) == {TaskState.COMPLETED}
