"""What a dead process has begun and not proved: it is looked at before anything else touches its phone or account."""

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
from claims import claim
from desk import DONE, FAILED, LONG_S, NOON, BatchOf, Desk, LaneBackend

from runner.errors import HeldBack
from runner.journals import Journal, StopSignal
from runner.store.request_rows import CommandKind, PauseScope
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, Task, TaskState

HOUR = timedelta(hours=1)
NOT_LOOKED = Outcome(AttemptOutcome.FAILED, "the page was not found", again=Again.TO_PROVE)
ANEW = Outcome(AttemptOutcome.FAILED, "it did not happen", again=Again.ANEW)
IN_DOUBT = [EffectState.COMMITTING, EffectState.MADE]


def leave_in_doubt(
    desk: Desk, task: Task, state: EffectState = EffectState.COMMITTING, account: str | None = "@own"
) -> None:
    """A process made the effect of a task and died."""
    attempt = claim(desk.ledger, task.key)
    effect = desk.ledger.effects.begin(attempt.id, task.key, "follow", task.target, task.device, account, {})
    if state is not EffectState.COMMITTING:
        desk.ledger.effects.settle(effect, state, {})
    cut_off = Outcome(AttemptOutcome.INTERRUPTED, "cut off")
    desk.ledger.attempts.finish(attempt.id, cut_off, TaskState.PENDING)


class Phones:
    """Phones on which each task first reads its account; `proofs` says by target what a look finds: a state of the
    effect, or None where the page is not found."""

    def __init__(self, account: str = "@own", kind: str = "follow") -> None:
        self.proofs: dict[str, EffectState | None] = {}
        self.account, self.kind = account, kind
        self.done: list[str] = []

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        for effect in journal.effects():
            if effect.state.is_in_doubt:
                return self.look(task, journal, effect.id)
        try:
            journal.works_as("tiktok", self.account)
            made = journal.committing(self.kind, task.target, self.account, {})
        except HeldBack as error:
            return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before)
        self.done.append(f"did {task.target}")
        journal.settle(made, EffectState.COMMITTED, {})
        return DONE

    def look(self, task: Task, journal: Journal, effect_id: int) -> Outcome:
        self.done.append(f"looked at {task.target}")
        found = self.proofs.get(task.target or "", EffectState.COMMITTED)
        if found is None:
            return NOT_LOOKED
        journal.settle(effect_id, found, {})
        return DONE if found is EffectState.COMMITTED else ANEW


def carried_out(desk: Desk, phones: Phones) -> list[str]:
    """What a daemon does that starts now."""
    with desk.executor(LaneBackend(phones), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
    return phones.done


@pytest.mark.parametrize("state", IN_DOUBT)
@pytest.mark.parametrize(
    "doubtful",
    [{"due_utc": NOON + HOUR}, {"due_utc": NOON - HOUR, "grace_s": 60.0}],
    ids=["due later", "its grace is over"],
)
def test_it_goes_first_whenever_it_is_due(
    desk: Desk, doubtful: Mapping[str, object], state: EffectState
) -> None:
    (other,) = desk.add(("A", "@other"), entry="evening", due_utc=NOON - HOUR)
    (task,) = desk.add(("A", "@doubt"), entry="morning", **doubtful)
    leave_in_doubt(desk, task, state)
    assert carried_out(desk, Phones()) == ["looked at @doubt", "did @other"]
    assert desk.states() == {"@doubt": TaskState.COMPLETED, other.target: TaskState.COMPLETED}


@pytest.mark.parametrize(
    ("scope", "subject"),
    [(PauseScope.CAMPAIGN, "demo"), (PauseScope.DEVICE, "A"), (PauseScope.ALL, None)],
)
def test_a_pause_keeps_nothing_from_being_looked_at_and_everything_from_being_done_again(
    desk: Desk, scope: PauseScope, subject: str | None
) -> None:
    (task,) = desk.add(("A", "@doubt"))
    leave_in_doubt(desk, task)
    desk.ledger.pauses.begin(scope, subject, "anna")
    phones = Phones()
    phones.proofs["@doubt"] = EffectState.REFUTED
    with desk.executor(LaneBackend(phones), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert phones.done == ["looked at @doubt"]
        assert desk.row("@doubt").state is TaskState.PENDING and "paused since" in desk.row("@doubt").reason
        desk.ledger.pauses.end()
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert phones.done == ["looked at @doubt", "did @doubt"]
    assert desk.row("@doubt").tries == 0


def test_a_hold_keeps_the_runner_off_a_phone_and_others_off_what_is_in_doubt_there(desk: Desk) -> None:
    doubt = desk.add(("A", "@doubt"), ("B", "@other"))[0]
    leave_in_doubt(desk, doubt)
    desk.ledger.holds.place("A", "the app asks for a login")
    phones = Phones()
    with desk.executor(LaneBackend(phones), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert phones.done == []
        assert desk.row("@other").reason == f"in doubt: the follow of {doubt.key} is not proved yet"
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert phones.done == ["looked at @doubt", "did @other"]


def test_it_does_not_wait_for_the_delay_of_a_retry(desk: Desk) -> None:
    (task,) = desk.add(("A", "@doubt"))
    attempt = claim(desk.ledger, task.key)
    desk.ledger.attempts.finish(attempt.id, FAILED, TaskState.PENDING, not_before=NOON + HOUR)
    leave_in_doubt(desk, task)
    desk.ledger.tasks.hold_back(task.key, "tried again in an hour", NOON + HOUR)
    assert carried_out(desk, Phones()) == ["looked at @doubt"]


@pytest.mark.parametrize(("script", "config"), [("follow", {"target_user": "@other"}), ("comment", {})])
def test_no_other_phone_works_as_its_account_before_that(
    desk: Desk, script: str, config: Mapping[str, str]
) -> None:
    """Which account the other phone shows is not known before its task has begun; whatever it would do there waits."""
    (doubt,) = desk.add(("A", "@doubt"), entry="morning")
    desk.add(("B", "@other"), entry="evening", script=script, config=config)
    leave_in_doubt(desk, doubt)
    phones, looked, refused = Phones(kind=script), threading.Event(), threading.Event()

    def in_this_order(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        if task.target == "@doubt":
            assert refused.wait(LONG_S)
            looked.set()
            return phones(task, journal, stop)
        try:
            return phones(task, journal, stop)
        finally:
            refused.set()

    with desk.executor(LaneBackend(in_this_order), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert looked.is_set() and phones.done == ["looked at @doubt", "did @other"]
    assert desk.row("@other").attempts == 2


def test_while_it_cannot_be_proved_its_kind_waits_and_other_kinds_go_on(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s"}
    (doubt,) = desk.add(("A", "@doubt"), entry="morning")
    (alike,) = desk.add(("A", "@alike"), entry="evening")
    (other,) = desk.add(("A", "@other"), entry="warm-up", script="comment", config={})
    leave_in_doubt(desk, doubt)
    phones = Phones(kind="comment")
    phones.proofs["@doubt"] = None
    with desk.executor(LaneBackend(phones), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert phones.done == ["looked at @doubt", "did @other"]
        row = desk.row("@doubt")
        assert row.state is TaskState.PENDING and row.reason.startswith(
            "the page was not found; looked at again"
        )
        assert desk.row("@alike").reason == f"in doubt: the follow of {doubt.key} is not proved yet"
        phones.kind, phones.proofs = "follow", {}
        desk.pass_time(executor, 15 * 60)
    assert phones.done[2:] == ["looked at @doubt", "did @alike"]
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert desk.row("@doubt").tries == 0 and alike.key and other.key


@pytest.mark.parametrize("account", ["@own", None], ids=["by its account", "where no account was read"])
def test_at_the_commit_point_its_kind_waits_too(desk: Desk, account: str | None) -> None:
    """Of a flow of the user's own nobody knows before what it is going to do."""
    place = "A" if account is None else "B"
    doubt = desk.add(("A", "@doubt"), (place, "@alike"), script="own-flow")[0]
    leave_in_doubt(desk, doubt, EffectState.MADE, account)
    phones = Phones()
    phones.proofs["@doubt"] = None
    with desk.executor(LaneBackend(phones), desk.rows()) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert "did @alike" not in phones.done
        assert desk.row("@alike").reason.startswith("in doubt: ")
        desk.ledger.tasks.resolve(doubt.key, True, "anna@shelf")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert phones.done[-1] == "did @alike"


def test_another_account_on_the_phone_does_not_wait(desk: Desk) -> None:
    doubt = desk.add(("A", "@doubt"), ("A", "@other"), script="own-flow")[0]
    leave_in_doubt(desk, doubt, account="@somebody")
    phones = Phones()
    phones.proofs["@doubt"] = None
    assert carried_out(desk, phones) == ["looked at @doubt", "did @other"]


def test_two_of_one_account_do_not_wait_for_each_other(desk: Desk) -> None:
    one, two = desk.add(("A", "@one"), ("B", "@two"))
    for task in (one, two):
        leave_in_doubt(desk, task)
    assert sorted(carried_out(desk, Phones())) == ["looked at @one", "looked at @two"]


def test_a_batch_on_its_phone_waits_for_the_look(desk: Desk) -> None:
    """What is done through a server changes the same phone."""
    (doubt,) = desk.add(("A", "@doubt"), entry="morning")
    leave_in_doubt(desk, doubt)
    (through,) = desk.add(("A", "@through"), entry="evening", backend="batch")
    batch = BatchOf(None, together=lambda tasks, journal: journal.finish({task.key: DONE for task in tasks}))
    with desk.executor(batch, [through]) as executor:  # nobody here can look
        assert executor.wait_until_idle(LONG_S)
    assert batch.batches == [] and desk.row("@through").reason.startswith("in doubt: ")


def test_a_run_by_hand_looks_first_at_what_others_have_left_on_its_phones(desk: Desk) -> None:
    (doubt,) = desk.add(("A", "@doubt"), entry="morning")
    leave_in_doubt(desk, doubt)
    (own,) = desk.add(("A", "@own-task"), entry="by-hand")
    phones = Phones()
    phones.proofs["@doubt"] = EffectState.REFUTED
    desk.run(phones, [own])
    assert phones.done == ["looked at @doubt", "did @own-task"]
    assert desk.states() == {"@doubt": TaskState.PENDING, "@own-task": TaskState.COMPLETED}


def test_a_run_by_hand_leaves_what_waits_for_something_in_doubt(desk: Desk) -> None:
    (doubt,) = desk.add(("A", "@doubt"), entry="morning")
    leave_in_doubt(desk, doubt)
    (own,) = desk.add(("A", "@own-task"), entry="by-hand")
    phones = Phones()
    phones.proofs["@doubt"] = None
    desk.run(phones, [own])
    assert phones.done == ["looked at @doubt"]
    assert desk.row("@own-task").state is TaskState.PENDING
    assert desk.row("@own-task").reason.startswith("in doubt: ")


def test_what_comes_into_doubt_while_the_daemon_lives_is_the_same(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))
    phones = Phones()

    def lose_the_first(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        if task.target == "@1" and not journal.effects():
            made = journal.committing("follow", task.target, "@own", {})
            journal.settle(made, EffectState.MADE, {})
            return NOT_LOOKED
        return phones(task, journal, stop)

    with desk.executor(LaneBackend(lose_the_first), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert phones.done == [] and desk.row("@2").reason.startswith("in doubt: ")
        desk.pass_time(executor, 60)
    assert phones.done == ["looked at @1", "did @2"]


def test_a_person_who_stops_a_task_between_tap_and_proof_waits_for_the_proof(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    made, asked = threading.Event(), threading.Event()
    heeded: list[bool] = []

    def prove_in_the_end(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        effect = journal.committing("follow", task.target, "@own", {})
        journal.settle(effect, EffectState.MADE, {})
        made.set()
        assert asked.wait(LONG_S)
        heeded.append(stop.is_set())
        journal.settle(effect, EffectState.COMMITTED, {"verified": "yes"})
        heeded.append(stop.is_set())
        return DONE

    with desk.executor(LaneBackend(prove_in_the_end), [task]) as executor:
        assert made.wait(LONG_S)
        desk.ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna@shelf")
        executor.refresh()
        asked.set()
        assert executor.wait_until_idle(LONG_S)
    assert heeded == [False, True] and desk.row("@1").state is TaskState.COMPLETED


def test_a_person_who_stops_a_task_that_is_being_looked_at_gets_what_the_look_found(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    leave_in_doubt(desk, task)
    looking, asked = threading.Event(), threading.Event()

    def refute(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        (effect,) = journal.effects()
        looking.set()
        assert asked.wait(LONG_S) and not stop.is_set()
        journal.settle(effect.id, EffectState.REFUTED, {"verified": "no"})
        return ANEW

    with desk.executor(LaneBackend(refute), desk.rows()) as executor:
        assert looking.wait(LONG_S)
        desk.ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna@shelf")
        executor.refresh()
        asked.set()
        assert executor.wait_until_idle(LONG_S)
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.CANCELLED, 2)


def test_the_end_of_the_process_does_not_wait_for_the_proof(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    made, asked = threading.Event(), threading.Event()

    def leave_it(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        journal.settle(journal.committing("follow", task.target, "@own", {}), EffectState.MADE, {})
        made.set()
        assert asked.wait(LONG_S) and stop.is_set()
        return Outcome(AttemptOutcome.STOPPED, "the next attempt verifies it first")

    with desk.executor(LaneBackend(leave_it), [task]) as executor:
        assert made.wait(LONG_S)
        executor.drain(0)
        asked.set()
        assert executor.drain(LONG_S)
    assert desk.row("@1").state is TaskState.PENDING
    assert [effect.state for effect in desk.ledger.effects.of(task.key)] == [EffectState.MADE]
    assert carried_out(desk, Phones()) == ["looked at @1"]


def test_what_was_made_and_not_proved_is_not_retried_and_a_person_can_settle_it(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    leave_in_doubt(desk, task, EffectState.MADE)
    assert desk.ledger.tasks.cancel([task.key], "stopped on request") == 1
    assert desk.row("@1").state is TaskState.UNCERTAIN
    with pytest.raises(Exception, match="may have happened"):
        desk.ledger.tasks.retry(task.key)
    assert desk.ledger.tasks.resolve(task.key, False, "anna@shelf").state is TaskState.FAILED
    assert desk.ledger.tasks.retry(task.key).state is TaskState.PENDING
