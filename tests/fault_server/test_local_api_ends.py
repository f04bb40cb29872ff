"""How tasks on the server end: retried, deleted, stopped, left and taken up again; several batches at a time."""

from typing import Any

import pytest
from api_desk import FASTER, Desk, all_are, made
from batch_desk import MemoryJournal, make_tasks
from fault_server_process import FaultServer
from until import until

from runner.backends.local_api.following import MOST_QUESTIONS
from runner.backends.local_api.server import QUICKEST_S
from runner.errors import LeaseLost
from runner.tasks import AttemptOutcome, EffectState, TaskOptions

# ends


def test_a_failed_task_is_retried_by_its_id(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "the phone was away"})
    tasks = make_tasks(devices=["D1", "D2"])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.FAILED, AttemptOutcome.COMPLETED]
    assert desk.effects() == [EffectState.REFUTED, EffectState.COMMITTED]
    desk.perform(tasks[:1])
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)
    assert len(server.requests("POST task/1/retry")) == 1
    assert len(server.requests("POST task")) == 1


def test_a_retry_of_a_task_that_is_gone_makes_it_anew(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "the phone was away"})
    tasks = make_tasks(devices=["D1"])
    desk.perform(tasks)
    server.delete(1)
    server.change(fails={})
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert len(server.requests("POST task")) == 2


def test_a_retry_that_makes_another_task_is_known_by_its_id_at_once(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "the phone was away"}, retries_anew=True)
    tasks = make_tasks(devices=["D1"])
    desk.perform(tasks)
    server.change(wait_s=60.0)
    journal, thread = desk.begin(tasks)
    until(
        lambda: [effect.evidence.get("server_tasks") for effect in desk.memory.of(tasks[0].key)] == ["1", "2"]
    )
    journal.leave = True
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.STOPPED]
    assert len(server.requests("POST task/1/retry")) == 1
    journal, thread = desk.begin(tasks)
    until(lambda: server.requests("GET task/2") or len(server.requests("GET task")) > 5)
    server.change(wait_s=0.0)
    journal.leave = True
    thread.join(20)
    assert [path for _, path, _ in server.truth()["requests"] if path.endswith("retry")] == ["task/1/retry"]


@pytest.mark.parametrize("fault", ({"after": "drop"}, {"after": {"data": {}}}))
@pytest.mark.parametrize("makes_another", (True, False))
def test_a_retry_without_an_answer_is_found(
    server: FaultServer, desk: Desk, fault: dict[str, Any], makes_another: bool
) -> None:
    server.reset(fails={"D1": "the phone was away"}, retries_anew=makes_another)
    tasks = make_tasks()
    desk.perform(tasks)
    server.change(faults=[{"call": "POST task/1/retry", **fault}])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert [task["runs"] for task in server.truth()["tasks"]] == ([0, 1] if makes_another else [1])
    assert len(server.requests("POST task/1/retry")) == 1


def test_a_retry_that_made_another_task_is_found_by_the_process_after(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(fails={"D1": "the phone was away"}, retries_anew=True)
    tasks = make_tasks()
    desk.perform(tasks)
    lost = {"call": "POST task/1/retry", "after": "drop"}
    once, then_away = {"call": "GET task"}, {"call": "GET task", "before": "500", "times": 9999}
    server.change(faults=[lost, once, then_away])
    journal, thread = desk.begin(tasks)
    until(lambda: bool(server.requests("POST task/1/retry")))
    journal.leave = True
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.STOPPED]
    server.change(faults=[])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert len(server.requests("POST task/1/retry")) == 1


def test_a_retry_that_never_arrived_has_done_nothing(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "the phone was away"}, retries_anew=True)
    tasks = make_tasks()
    desk.perform(tasks)
    server.change(faults=[{"call": "POST task/1/retry", "before": "drop"}])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.FAILED]
    assert all_are(desk.effects(), EffectState.REFUTED)


def test_a_retry_without_an_answer_is_uncertain_where_the_server_tells_too_little(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(fails={"D1": "the phone was away"}, retries_anew=True)
    tasks = make_tasks()
    desk.perform(tasks)
    server.change(details="bare", faults=[{"call": "POST task/1/retry", "after": "drop"}])
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]


def test_a_failure_that_the_server_calls_uncertain_stays_so(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "uncertain: whether the post happened is not known"})
    desk.perform(make_tasks())
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]


def test_a_task_that_someone_else_deletes_is_cancelled(server: FaultServer, desk: Desk) -> None:
    server.reset(wait_s=60.0)
    _, thread = desk.begin(make_tasks(devices=["D1", "D2"]))
    until(lambda: len(server.requests("GET task")) > 2)
    server.delete(1, 2)
    thread.join(20)
    assert all_are(desk.outcomes(), AttemptOutcome.CANCELLED)
    assert all("deleted on the server by someone else" in message for message in desk.messages())
    assert all_are(desk.effects(), EffectState.UNCERTAIN)


def test_a_task_of_many_accounts_that_someone_else_deletes_is_cancelled(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(wait_s=60.0, accounts=[f"@{number}" for number in range(2 * MOST_QUESTIONS)])
    _, thread = desk.begin(make_tasks(options=TaskOptions(multi_account=True)))
    until(lambda: len(server.requests("GET task")) > 2)
    server.delete(*range(1, 2 * MOST_QUESTIONS + 1))
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.CANCELLED]


def test_an_id_that_names_another_task_by_now_is_not_followed(server: FaultServer, desk: Desk) -> None:
    server.reset(wait_s=60.0)
    _, thread = desk.begin(make_tasks())
    until(lambda: len(server.requests("GET task")) > 2)
    server.change(wait_s=0.0, next_id=1)
    server.make(serials=["D9"], script_name="post", script_config={"captions": "someone else's"})
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.CANCELLED]
    assert all_are(desk.effects(), EffectState.UNCERTAIN)


def test_an_id_that_names_another_task_by_now_is_not_retried(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "the phone was away", "D9": "that one too"})
    tasks = make_tasks()
    desk.perform(tasks)
    server.change(fails={"D9": "that one too"}, next_id=1)
    server.make(serials=["D9"], script_name="post", script_config={"captions": "someone else's"})
    desk.perform(tasks)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]
    assert server.requests("POST task/1/retry") == []
    assert made(server) == [("D9", None), ("D1", None)]


def test_a_status_that_the_contract_does_not_know_lasts_until_the_timeout(
    server: FaultServer, desk: Desk
) -> None:
    paused = [{"id": 1, "status": 4, "serial": "D1", "script_name": "post"}]
    server.reset(wait_s=60.0)
    _, thread = desk.begin(make_tasks(timeout_s=20.0))
    until(lambda: bool(server.requests("POST task")))
    server.change(faults=[{"call": "GET task", "after": {"data": paused}, "times": 9999}])
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]
    assert "timed out after 20 s" in desk.messages().pop()


def test_a_person_stops_what_waits_on_the_server(server: FaultServer, desk: Desk) -> None:
    server.reset(wait_s=60.0)
    journal, thread = desk.begin(make_tasks())
    until(lambda: len(server.requests("GET task")) > 2)
    journal.stop.update(journal.open)
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.STOPPED]
    assert desk.effects() == [EffectState.REFUTED]
    assert server.requests("DELETE task/1")


def test_a_person_stops_what_runs_on_the_server(server: FaultServer, desk: Desk) -> None:
    server.reset(stuck=["D1"])
    journal, thread = desk.begin(make_tasks())
    until(lambda: bool(journal.deadlines))
    journal.stop.update(journal.open)
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]
    assert "stopped on request" in desk.messages().pop()
    assert len(server.requests("POST task/1/stop")) == 1


def test_what_a_process_had_stopped_is_uncertain_for_the_one_after(server: FaultServer, desk: Desk) -> None:
    class LeavesAfterTheStop(MemoryJournal):
        def leaving(self) -> bool:
            return bool(server.requests("POST task/1/stop"))

        def asked_to_stop(self) -> list[str]:
            return list(self.deadlines)

    server.reset(stuck=["D1"])
    tasks = make_tasks()
    desk.backend.perform_batch(tasks, LeavesAfterTheStop(desk.memory, tasks, desk.clock))
    assert desk.outcomes() == [AttemptOutcome.STOPPED]
    assert len(server.requests("POST task/1/stop")) == 1
    desk.perform(make_tasks())
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]
    assert "stopped on request" in desk.messages().pop()


@pytest.mark.parametrize("call", ["POST task", "POST task/1/retry"])
def test_nothing_is_sent_once_another_host_may_call_the_server(
    server: FaultServer, desk: Desk, call: str
) -> None:
    tasks = make_tasks()
    if call != "POST task":
        server.reset(fails={"D1": "the phone was away"})
        desk.perform(tasks)
    before = len(server.requests(call))
    journal = MemoryJournal(desk.memory, tasks, desk.clock)
    journal.lost = LeaseLost("the host north has lost the lane backend local_api")
    with pytest.raises(LeaseLost):
        desk.backend.perform_batch(tasks, journal)
    assert journal.writes[-1] == "committing"
    assert len(server.requests(call)) == before


def test_a_task_whose_time_is_over_is_stopped_by_its_id(server: FaultServer, desk: Desk) -> None:
    server.reset(stuck=["D1"])
    desk.perform(make_tasks(devices=["D1", "D2"], timeout_s=20.0))
    assert desk.outcomes() == [AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN]
    assert any("timed out after 20 s" in message for message in desk.messages())
    assert len(server.requests("POST task/1/stop")) == 1


def test_the_time_of_a_task_begins_when_the_server_reports_it_running(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(wait_s=0.6)
    desk.perform(make_tasks(timeout_s=20.0))
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]


def test_what_goes_on_while_our_process_ends_is_taken_up_by_its_id(server: FaultServer, desk: Desk) -> None:
    server.reset(wait_s=60.0)
    tasks = make_tasks(devices=["D1", "D2"])
    journal, thread = desk.begin(tasks)
    until(lambda: journal.writes.count("settle") > 1)
    journal.leave = True
    thread.join(20)
    assert all_are(desk.outcomes(), AttemptOutcome.STOPPED)
    assert all_are(desk.effects(), EffectState.COMMITTING)
    server.change(wait_s=0.0)
    next_desk = Desk(server.url)
    next_desk.memory = desk.memory
    _, thread = next_desk.begin(tasks)
    until(lambda: len(server.requests("GET task")) > 6)
    server.delete(1, 2)
    thread.join(20)
    assert len(server.requests("POST task")) == 1
    assert all_are(desk.outcomes(), AttemptOutcome.CANCELLED)


def test_a_server_that_goes_away_and_comes_back_is_waited_for(server: FaultServer, desk: Desk) -> None:
    server.reset(work_s=0.2)
    _, thread = desk.begin(make_tasks())
    until(lambda: bool(server.requests("POST task")))
    server.change(faults=[{"call": "GET task(/1)?", "before": "drop", "times": 6}])
    thread.join(20)
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]


# several at a time


def test_two_open_intents_of_the_same_content_never_claim_the_same_task(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(faults=[{"before": "drop"}, {"after": "drop"}])
    first, second = make_tasks(entry="first"), make_tasks(entry="second")
    threads = [desk.begin(tasks)[1] for tasks in (first, second)]
    for thread in threads:
        thread.join(30)
    assert sorted(desk.outcomes()) == [AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN]
    assert len(made(server)) == 1


def test_after_a_crash_one_task_on_the_server_settles_one_of_two_open_intents(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(faults=[{"before": "drop"}, {"before": "drop"}])
    batches = [make_tasks(entry="first"), make_tasks(entry="second")]
    for tasks in batches:
        desk.perform(tasks)
    server.make(serials=["D1"], script_name="post", script_config={"captions": "hello"})
    later = Desk(server.url)
    later.memory = desk.memory
    threads = [later.begin(tasks)[1] for tasks in reversed(batches)]
    for thread in threads:
        thread.join(30)
    assert sorted(desk.outcomes()) == [AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN]


def test_one_list_request_an_interval_however_many_tasks_are_open(server: FaultServer, desk: Desk) -> None:
    server.reset(work_s=0.5, device_limit=1000)
    batches = [make_tasks(devices=[f"D{n}-{m}" for m in range(20)], entry=f"e{n}") for n in range(6)]
    threads = [desk.begin(tasks)[1] for tasks in batches]
    for thread in threads:
        thread.join(30)
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)
    lists, posts = sorted(server.requests("GET task")), len(server.requests("POST task"))
    allowed = (lists[-1] - lists[0]) * FASTER / QUICKEST_S + 1
    assert posts == 6
    assert len(lists) - 2 * posts <= allowed
    assert not [path for _, path, _ in server.truth()["requests"] if path in ("task/retry-all", "task/stats")]
