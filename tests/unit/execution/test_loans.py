"""Phones in the hands of people: a task never begins on one, and nobody gets one while a task has it."""

import threading

import pytest
from desk import DONE, LONG_S, Desk, LaneBackend, nothing

from runner.errors import PhoneInUse, Unsupported
from runner.events import PhoneReturned
from runner.execution.loans import LOAN_S
from runner.journals import Journal, StopSignal
from runner.tasks import Outcome, Task, TaskState


class Slow:
    """A behaviour that lasts until it is let go; `began` is set as soon as it is carried out."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        self.began.set()
        assert self.may_end.wait(LONG_S)
        return DONE


def test_a_task_waits_while_somebody_has_its_phone_and_goes_on_after(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("B", "@2"))
    with desk.executor(LaneBackend(nothing), [], is_started=True) as executor:
        loan = executor.lend("A", "anna")
        executor.submit(tasks)
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.PENDING, "@2": TaskState.COMPLETED}
        assert desk.row("@1").reason == "A is in the hands of anna"
        executor.give_back("A", loan.id)
        assert executor.wait_until_idle(LONG_S)
    assert desk.states()["@1"] is TaskState.COMPLETED


def test_nobody_gets_a_phone_while_a_task_has_it(desk: Desk) -> None:
    slow = Slow()
    with desk.executor(LaneBackend(slow), desk.add(("A", "@1"))) as executor:
        assert slow.began.wait(LONG_S)
        with pytest.raises(PhoneInUse, match="has A now"):
            executor.lend("A", "anna")
        with pytest.raises(PhoneInUse, match="has A now"), executor.glance("A"):
            pass
        slow.may_end.set()
        assert executor.wait_until_idle(LONG_S)
        executor.lend("A", "anna")


def test_a_task_that_waits_for_a_person_keeps_nobody_from_its_phone(desk: Desk) -> None:
    desk.ledger.holds.place("A", "the app asks for a login")
    with desk.executor(LaneBackend(nothing), desk.add(("A", "@1"))) as executor:
        assert executor.lend("A", "anna").by == "anna"
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.PENDING}
        executor.give_back("A")
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_a_phone_that_rests_in_somebodys_hands_is_given_back(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        loan = executor.lend("A", "anna")
        executor.submit(desk.add(("A", "@1")))
        desk.pass_time(executor, LOAN_S - 1)
        with executor.using("A", loan.id):
            pass
        desk.pass_time(executor, LOAN_S - 1)
        assert desk.states() == {"@1": TaskState.PENDING}
        assert executor.lent("A") is not None
        assert desk.told(PhoneReturned) == []
        desk.clock.advance(1)
        assert executor.wait_until_done(LONG_S)
        assert desk.told(PhoneReturned) == [PhoneReturned("A", "anna")]
        with pytest.raises(PhoneInUse, match="not in your hands"), executor.using("A", loan.id):
            pass
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_a_task_is_missed_when_its_grace_is_over_while_somebody_has_its_phone(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        executor.lend("A", "anna")
        executor.submit(desk.add(("A", "@1"), grace_s=LOAN_S / 2))
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor, LOAN_S / 2)
    assert desk.row("@1").state is TaskState.MISSED and "in the hands of anna" in desk.row("@1").reason


def test_two_people_do_not_get_one_phone_and_a_persons_new_page_replaces_his_old_one(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        old = executor.lend("A", "anna")
        with pytest.raises(PhoneInUse, match="in the hands of anna"):
            executor.lend("A", "bob")
        new = executor.lend("A", "anna")
        with pytest.raises(PhoneInUse), executor.using("A", old.id):
            pass
        executor.give_back("A", old.id)
        with executor.using("A", new.id) as loan:
            assert loan.id == new.id
        executor.give_back("A", new.id)
        assert executor.lend("A", "bob").by == "bob"


@pytest.mark.parametrize("ends", ["given back", "idle for long"])
def test_no_task_begins_while_an_input_is_under_way(desk: Desk, ends: str) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        loan = executor.lend("A", "anna")
        executor.submit(desk.add(("A", "@1")))
        with executor.using("A", loan.id):
            if ends == "given back":
                executor.give_back("A", loan.id)
            else:
                desk.clock.advance(2 * LOAN_S)
            assert executor.wait_until_idle(LONG_S)
            executor.wake()
            assert executor.wait_until_idle(LONG_S)
            assert desk.states() == {"@1": TaskState.PENDING}
        desk.clock.advance(LOAN_S)
        assert executor.wait_until_done(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_no_task_begins_while_a_picture_is_taken(desk: Desk) -> None:
    backend = LaneBackend(nothing)
    with desk.executor(backend, []) as executor:
        with executor.glance("A"):
            executor.submit(desk.add(("A", "@1"), ("B", "@2")))
            assert executor.state().waiting == {"A": 1}
            with pytest.raises(PhoneInUse), executor.glance("A"):
                pass
        assert executor.wait_until_done(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.COMPLETED}
    assert desk.row("@1").reason == ""


def test_the_executor_does_not_wait_for_a_phone_in_somebodys_hands_when_it_ends(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        executor.lend("A", "anna")
        executor.submit(desk.add(("A", "@1")))
        assert executor.drain(LONG_S)
    assert desk.states() == {"@1": TaskState.PENDING}


def test_who_drives_no_phones_lends_none(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor, pytest.raises(Unsupported):
        executor.session("A")


def test_lending_and_beginning_at_the_same_time_never_both_happen(desk: Desk) -> None:
    """Many phones, each asked for by a person at the instant at which its task comes."""
    serials = [f"P{number}" for number in range(40)]
    lent: dict[str, bool] = {}
    together: list[str] = []

    def began(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        if executor.lent(task.device or "") is not None:
            together.append(task.device or "")
        return DONE

    tasks = desk.add(*[(serial, f"@{serial}") for serial in serials])
    with desk.executor(LaneBackend(began), []) as executor:

        def ask(serial: str) -> None:
            try:
                executor.lend(serial, "anna")
                lent[serial] = True
            except PhoneInUse:
                lent[serial] = False

        threads = [threading.Thread(target=ask, args=[serial]) for serial in serials]
        submitting = threading.Thread(target=executor.submit, args=[tasks])
        for thread in [*threads[:20], submitting, *threads[20:]]:
            thread.start()
        for thread in [*threads, submitting]:
            thread.join()
        assert executor.wait_until_idle(LONG_S)
        waiting = {row.task.device for row in desk.rows() if row.state is TaskState.PENDING}
        assert waiting <= {serial for serial, was in lent.items() if was}
        assert together == []
        for serial in serials:
            executor.give_back(serial)
        assert executor.wait_until_done(LONG_S)
    assert set(desk.states().values()) == {TaskState.COMPLETED}
