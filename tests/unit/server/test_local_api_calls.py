"""Every call, filter and code of the Local API, on a real ledger."""

from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from local_api_desk import FOLLOW, Api

from runner.store.request_rows import CommandKind
from runner.store.rows import TaskRow
from runner.tasks import AttemptOutcome, EffectState, Outcome, TaskState


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path)
    yield api
    api.ledger.close()


def test_a_licence_says_what_this_desk_can_do(api: Api) -> None:
    assert api.data("GET", "/license/check") == {
        "plan_name": "Local",
        "api_enabled": True,
        "device_limit": 2,
        "message": "the API is enabled",
    }


def test_a_plan_without_the_api_can_be_played(tmp_path: Path) -> None:
    api = Api(tmp_path, plan="Starter")
    assert api.data("GET", "/license/check")["api_enabled"] is False
    calls = [
        ("POST", "/task", FOLLOW),
        ("GET", "/task", None),
        ("GET", "/task/1", None),
        ("GET", "/task/stats", None),
    ]
    calls += [("DELETE", "/task/1", None), ("DELETE", "/task/batch", {"task_ids": [1]})]
    calls += [("POST", f"/task/{name}", None) for name in ("1/stop", "1/retry", "retry-all")]
    for method, path, body in calls:
        status, code, message = api.call(method, path, body)
        assert (status, code) == (403, 40301)
        assert "Pro" in message
    api.ledger.close()


def test_tasks_are_made_recorded_and_handed_to_the_executor(api: Api) -> None:
    made = api.data("POST", "/task", FOLLOW)
    assert made["created_count"] == 6 == len(set(made["task_ids"]))
    assert len(api.submitted) == 6
    assert [row.id for row in api.ledger.tasks.pending()] == made["task_ids"]


def test_a_task_has_the_contracts_fields(api: Api) -> None:
    task_id, *_ = api.make()
    task = api.data("GET", f"/task/{task_id}")
    assert {**task, "script_config": None} == {
        "id": task_id,
        "serial": "S1",
        "username": None,
        "script_name": "follow",
        "script_config": None,
        "status": 0,
        "status_text": "pending",
        "source": "api",
        "start_time": "2026-11-21T17:00:00+00:00",
        "created_at": "2026-11-21T17:00:00+00:00",
        "started_at": None,
        "finished_at": None,
        "retry_count": 0,
        "message": "",
        "files": [],
        "texts": {},
    }


def test_a_task_names_its_own_target_only(api: Api) -> None:
    api.make(script_config={"target_user": "a, @b", "access_method": "search"})
    configs = [task["script_config"] for task in api.data("GET", "/task", serial="S1")["tasks"]]
    assert configs == [
        {"target_users": [target], "target_user": "", "access_method": "search"} for target in ("@b", "a")
    ]


@pytest.mark.parametrize(
    ("outcome", "state", "status", "message"),
    [
        (AttemptOutcome.COMPLETED, TaskState.COMPLETED, 2, "why"),
        (AttemptOutcome.FAILED, TaskState.FAILED, 3, "why"),
        (AttemptOutcome.UNCERTAIN, TaskState.UNCERTAIN, 3, "uncertain: why"),
        (AttemptOutcome.STOPPED, TaskState.CANCELLED, 3, "cancelled: why"),
        (AttemptOutcome.HELD_BACK, TaskState.MISSED, 3, "missed: why"),
    ],
)
def test_states_that_the_contract_does_not_have_are_failures_with_their_reason(
    api: Api, outcome: AttemptOutcome, state: TaskState, status: int, message: str
) -> None:
    task_id, *_ = api.make()
    api.end(task_id, outcome, state, "why")
    task = api.data("GET", f"/task/{task_id}")
    assert (task["status"], task["message"]) == (status, message)
    assert task["finished_at"] is not None


def test_pages_and_filters(api: Api) -> None:
    ids = api.make()
    other = api.make(serials=["S3"], script_config={"target_user": "@z"})
    api.end(ids[0], AttemptOutcome.COMPLETED, TaskState.COMPLETED)
    page = api.data("GET", "/task", page=2, page_size=3)
    assert [task["id"] for task in page["tasks"]] == sorted([*ids, *other], reverse=True)[3:6]
    assert (page["total"], page["page"], page["page_size"]) == (7, 2, 3)
    assert api.data("GET", "/task")["page_size"] == 20
    assert api.data("GET", "/task", status=2)["total"] == 1
    assert api.data("GET", "/task", serial="S3")["total"] == 1
    assert api.data("GET", "/task", script_name="post")["total"] == 0
    assert api.data("GET", "/task", source="api")["total"] == 7
    assert api.data("GET", "/task", source="ui")["total"] == 0
    assert api.data("GET", "/task", page=99)["tasks"] == []


@pytest.mark.parametrize(
    "query",
    [{"page_size": 101}, {"page_size": 0}, {"page": 0}, {"status": 4}, {"status": "done"}, {"source": "me"}],
)
def test_queries_that_mean_nothing(api: Api, query: dict[str, object]) -> None:
    status, code, message = api.call("GET", "/task", **query)
    assert (status, code) == (400, 40001)
    assert next(iter(query)) in message


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {"script_name": "follow"},
        {"script_name": 5},
        FOLLOW | {"serials": "S1"},
        FOLLOW | {"start_time": "9:00"},
    ],
)
def test_bodies_that_are_no_request(api: Api, body: object) -> None:
    status, code, _ = api.call("POST", "/task", body)
    assert (status, code) == (400, 40001)
    assert api.ledger.tasks.counts() == {}


def test_a_body_that_is_no_json(api: Api) -> None:
    answer = api.send("POST", "/task", content=b'{"a"}', headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, 40001)
    assert answer.json()["message"] == "the body is no JSON: Expecting ':' delimiter at character 4"


def test_codes_that_the_contract_gives_a_request(api: Api) -> None:
    assert api.call("POST", "/task", FOLLOW | {"script_name": None})[:2] == (400, 40002)
    assert api.call("POST", "/task", FOLLOW | {"script_name": "super_marketing"})[:2] == (400, 40003)


def test_a_script_that_cannot_be_called_is_told_whatever_else_is_wrong(api: Api) -> None:
    assert api.call("POST", "/task", {})[:2] == (400, 40002)
    assert api.call("POST", "/task", {"script_name": "message", "serials": "S1"})[:2] == (400, 40003)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/task/77"), ("DELETE", "/task/77"), ("POST", "/task/77/stop"), ("POST", "/task/77/retry")],
)
def test_tasks_that_are_not_there(api: Api, method: str, path: str) -> None:
    status, code, message = api.call(method, path)
    assert (status, code) == (404, 40401)
    assert "77" in message


@pytest.mark.parametrize("task_id", ["0", str(2**63), "9" * 5000, "-1", "x", "1.5"])
def test_ids_that_are_none(api: Api, task_id: str) -> None:
    assert api.call("GET", f"/task/{task_id}")[:2] == (404, 40401)


def test_calls_that_are_not_there(api: Api) -> None:
    assert api.call("GET", "/tasks")[:2] == (404, 40401)
    answer = api.send("PUT", "/task")
    assert (answer.status_code, answer.json()["code"]) == (405, 40001)
    assert answer.headers["Allow"] == "GET, POST"


def test_stats_count_everything(api: Api) -> None:
    ids = api.make()
    api.end(ids[0], AttemptOutcome.COMPLETED, TaskState.COMPLETED)
    api.end(ids[1], AttemptOutcome.UNCERTAIN, TaskState.UNCERTAIN)
    api.start(ids[2])
    assert api.data("GET", "/task/stats") == {
        "total": 6,
        "pending": 3,
        "running": 1,
        "completed": 1,
        "failed": 1,
    }


def test_stop_asks_the_executor(api: Api) -> None:
    task_id, *_ = api.make()
    api.start(task_id)
    api.data("POST", f"/task/{task_id}/stop")
    (command,) = api.ledger.commands.open()
    assert command.kind is CommandKind.STOP_TASK
    assert command.subject == api.submitted[0]


def test_what_is_over_cannot_be_stopped(api: Api) -> None:
    task_id, *_ = api.make()
    api.end(task_id, AttemptOutcome.COMPLETED, TaskState.COMPLETED)
    assert api.call("POST", f"/task/{task_id}/stop")[:2] == (400, 40001)


def test_retry_takes_a_failed_task_up_again(api: Api) -> None:
    task_id, *_ = api.make()
    api.end(task_id, AttemptOutcome.FAILED, TaskState.FAILED, "no such user")
    api.submitted.clear()
    api.data("POST", f"/task/{task_id}/retry")
    task = api.data("GET", f"/task/{task_id}")
    assert (task["status"], task["started_at"], task["finished_at"], len(api.submitted)) == (0, None, None, 1)


def fail_after_an_effect(api: Api, task_id: int, state: EffectState) -> None:
    row = api.ledger.tasks.get(task_id)
    assert row is not None
    attempt = api.start(task_id)
    effect = api.ledger.effects.begin(attempt, row.task.key, "follow", "@a", "S1", None, {})
    api.ledger.effects.settle(effect, state, {})
    api.ledger.attempts.finish(attempt, Outcome(AttemptOutcome.FAILED, "lost"), TaskState.FAILED)


def test_retry_is_refused_where_something_may_have_happened(api: Api) -> None:
    task_id, *_ = api.make()
    fail_after_an_effect(api, task_id, EffectState.COMMITTED)
    status, code, message = api.call("POST", f"/task/{task_id}/retry")
    assert (status, code) == (400, 40001)
    assert "has happened" in message


def test_retry_of_what_waits_is_refused(api: Api) -> None:
    task_id, *_ = api.make()
    assert api.call("POST", f"/task/{task_id}/retry")[:2] == (400, 40001)


def test_retry_all_passes_over_what_may_have_happened(api: Api) -> None:
    first, second, third, fourth, fifth, _ = api.make()
    api.end(first, AttemptOutcome.FAILED, TaskState.FAILED)
    fail_after_an_effect(api, second, EffectState.REFUTED)
    fail_after_an_effect(api, third, EffectState.COMMITTED)
    api.end(fourth, AttemptOutcome.UNCERTAIN, TaskState.UNCERTAIN)
    api.end(fifth, AttemptOutcome.STOPPED, TaskState.CANCELLED)
    data = api.data("POST", "/task/retry-all")
    assert sorted(data["retried"]) == [first, second]
    assert data["refused_count"] == 2
    assert api.data("GET", "/task", status=0)["total"] == 3


def test_a_deleted_task_is_gone_and_its_key_stays_taken(api: Api) -> None:
    task_id, *_ = api.make()
    api.end(task_id, AttemptOutcome.COMPLETED, TaskState.COMPLETED)
    api.data("DELETE", f"/task/{task_id}")
    assert api.call("GET", f"/task/{task_id}")[:2] == (404, 40401)
    assert api.call("DELETE", f"/task/{task_id}")[:2] == (404, 40401)


def test_a_running_task_is_stopped_before_it_is_deleted(api: Api) -> None:
    task_id, *_ = api.make()
    attempt = api.start(task_id)
    stopped = Outcome(AttemptOutcome.STOPPED, "stopped on request")
    Timer(0.3, api.ledger.attempts.finish, (attempt, stopped, TaskState.CANCELLED)).start()
    api.data("DELETE", f"/task/{task_id}")
    assert [command.kind for command in api.ledger.commands.open()] == [CommandKind.STOP_TASK]
    assert api.call("GET", f"/task/{task_id}")[:2] == (404, 40401)


def test_a_task_that_does_not_stop_is_not_deleted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.server.local_api.app.STOP_TIMEOUT_S", 0.2)
    task_id, *_ = api.make()
    api.start(task_id)
    status, code, message = api.call("DELETE", f"/task/{task_id}")
    assert (status, code) == (500, 50001)
    assert "still runs" in message
    assert api.data("GET", f"/task/{task_id}")["status"] == 1


def test_many_are_deleted_with_one_call(api: Api) -> None:
    first, second, *rest = api.make()
    for task_id in (first, second):
        api.end(task_id, AttemptOutcome.FAILED, TaskState.FAILED)
    data = api.data("DELETE", "/task/batch", {"task_ids": [second, first, 4711]})
    assert data == {"deleted": [second, first], "not_found": [4711]}
    assert api.data("GET", "/task")["total"] == len(rest)


def test_what_somebody_else_deletes_meanwhile_is_not_found(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *_ = api.make()
    for task_id in (first, second):
        api.end(task_id, AttemptOutcome.FAILED, TaskState.FAILED)
    find = api.ledger.tasks.get

    def found_and_deleted(task_id: int) -> TaskRow | None:
        row = find(task_id)
        if row is not None and task_id == first:
            api.ledger.tasks.delete(row.task.key)
        return row

    monkeypatch.setattr(api.ledger.tasks, "get", found_and_deleted)
    data = api.data("DELETE", "/task/batch", {"task_ids": [first, second]})
    assert data == {"deleted": [second], "not_found": [first]}


@pytest.mark.parametrize("body", [None, {}, {"task_ids": []}, {"task_ids": ["x"]}, {"task_ids": [0]}])
def test_batches_that_name_nothing(api: Api, body: object) -> None:
    assert api.call("DELETE", "/task/batch", body)[:2] == (400, 40001)


def test_a_broken_ledger_is_an_internal_error(api: Api, tmp_path: Path) -> None:
    api.make()
    api.ledger.close()  # another connection finds the damage
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).write_bytes(b"no database any more" * 1000)
    status, code, message = api.call("GET", "/task/stats")
    assert (status, code) == (500, 50001)
    assert "ledger" in message


def test_a_bug_is_an_internal_error_that_tells_nothing(api: Api) -> None:
    api.bug = RuntimeError("sesame")
    status, code, message = api.call("GET", "/license/check")
    assert (status, code) == (500, 50001)
    assert "sesame" not in message
    assert api.send("GET", "/license/check").headers["X-Runner-Ledger"] == api.ledger.id


def test_secrets_are_in_no_answer(api: Api) -> None:
    config = {"target_user": "@a", "api_key": "sk-12345"}
    answer = api.send("POST", "/task", json=FOLLOW | {"script_config": config})
    assert answer.json()["code"] == 40001
    assert "sk-12345" not in answer.text


def test_the_page_that_shows_the_calls_needs_no_other_machine(api: Api) -> None:
    page = api.send("GET", "/docs").text
    assert "https://" not in page
    schema = api.send("GET", "/openapi.json").json()
    assert set(schema["paths"]) == {
        "/accounts",
        "/license/check",
        "/task",
        "/task/stats",
        "/task/batch",
        "/task/{task_id}",
        "/task/{task_id}/stop",
        "/task/{task_id}/retry",
        "/task/retry-all",
    }
