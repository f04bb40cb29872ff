"""Whatever a reasonable server would send is understood; what is nothing of the kind is said to be so."""

from typing import Any

import pytest

from runner.backends.local_api import answers
from runner.backends.local_api.answers import Envelope, FailureKind, ServerStatus, WrongShape, refusal
from runner.backends.local_api.sent_task import from_ranges, ranges


@pytest.mark.parametrize(
    "body", [None, 1, "OK", [], {}, {"error": "x"}, {"code": None}, {"code": "zero"}, {"code": True}]
)
def test_a_body_without_a_code_is_no_envelope(body: Any) -> None:
    assert answers.envelope(body) is None


def test_an_envelope_keeps_code_message_and_data() -> None:
    assert answers.envelope({"code": "40001", "message": "no"}) == answers.Envelope(40001, "no", None)


@pytest.mark.parametrize(
    "data",
    [
        [{"id": 4}, {"id": 5}],
        {"tasks": [{"id": 4}, {"id": 5}], "total": 2},
        {"total": 2, "rows": [{"task_id": "4"}, {"id": 5.0}]},
        {"list": [{"id": 4}, {"id": 5}, {"id": 4}]},
        {"errors": [], "columns": ["id"], "tasks": [{"id": 4}, {"id": 5}]},
    ],
)
def test_a_list_is_found_under_any_key(data: Any) -> None:
    assert [task.id for task in answers.page(data).tasks] == [4, 5]


@pytest.mark.parametrize("other", [{"serial": "D1"}, {"id": None}, "text", None])
def test_what_has_no_id_in_a_list_of_tasks_is_passed_over(other: Any) -> None:
    assert [task.id for task in answers.page({"tasks": [other, {"id": 4}], "total": 2}).tasks] == [4]
    with pytest.raises(answers.WrongShape, match="no list of tasks"):
        answers.page([other])


def test_an_empty_list_may_be_left_out() -> None:
    assert answers.page({"total": 0}).tasks == ()


@pytest.mark.parametrize("data", [None, "queued", 7, {"total": 3}, {"data": {}}, [{"name": "x"}], [None]])
def test_what_is_no_list_of_tasks_says_what_it_is(data: Any) -> None:
    with pytest.raises(WrongShape, match="but"):
        answers.page(data)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ({"task_ids": [3, 4], "created_count": 2}, (3, 4)),
        ({"task_ids": ["3", 3, "x", None, 4.0]}, (3, 4)),
        ({"task_id": 3}, (3,)),
        ({"ids": [3]}, (3,)),
        ([{"id": 3}], (3,)),
        ({"tasks": [{"id": 3}, {"task_id": "4"}]}, (3, 4)),
        (None, ()),
        ("ok", ()),
        ({"task_ids": "9" * 5000}, ()),
    ],
)
def test_ids_of_what_was_made(data: Any, ids: tuple[int, ...]) -> None:
    assert answers.created(data).ids == ids


def test_a_task_keeps_what_it_does_not_know() -> None:
    raw = {"id": 9, "status": "2", "script_config": '{"captions": "hi"}', "colour": "red"}
    task = answers.task({"task": raw})
    assert (task.id, task.status, task.config) == (9, ServerStatus.COMPLETED, {"captions": "hi"})
    assert task.raw["colour"] == "red"
    assert task.serial is None


@pytest.mark.parametrize(
    ("value", "text", "status"),
    [
        (1, None, ServerStatus.RUNNING),
        ("failed", None, ServerStatus.FAILED),
        (None, "Pending", ServerStatus.PENDING),
        (9, "unheard of", None),
        (True, None, None),
    ],
)
def test_a_status_is_a_number_or_a_word(value: Any, text: str | None, status: ServerStatus | None) -> None:
    assert answers.task({"id": 1, "status": value, "status_text": text}).status is status


@pytest.mark.parametrize("limit", [0, -1, None, "many"])
def test_a_limit_that_is_no_number_of_devices_is_none(limit: Any) -> None:
    assert answers.licence({"plan_name": "Pro", "device_limit": limit}).device_limit is None


def test_ids_are_kept_as_short_text() -> None:
    assert ranges([5, 3, 4, 9, 9, 1]) == "1,3-5,9"
    assert from_ranges("1,3-5,9") == (1, 3, 4, 5, 9)
    assert from_ranges("") == ()


def test_who_is_not_let_in_is_told_of_the_token_and_has_done_nothing() -> None:
    error = refusal(
        Envelope(40302, "this server wants its token", None), "POST http://desk:50809/api/v1/task"
    )
    assert "does not let this runner in" in error.message
    assert "RUNNER_API_TOKEN" in (error.hint or "")
    assert not error.sent


def test_a_call_that_names_no_script_is_told_of_none() -> None:
    error = refusal(Envelope(code=40003, message="no", data=None), "POST /task/7/stop")
    assert "script" not in error.message
    assert error.hint == "update the application on that machine"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("uncertain: the app did not answer", FailureKind.UNCERTAIN),
        ("uncertain", FailureKind.UNCERTAIN),
        ("cancelled: the entry was removed", FailureKind.CANCELLED),
        ("the upload was cancelled", FailureKind.FAILED),
        ("the screen was in the way", FailureKind.FAILED),
        ("", FailureKind.FAILED),
    ],
)
def test_another_runner_says_by_its_first_word_how_a_task_ended(message: str, kind: FailureKind) -> None:
    assert FailureKind.of(message) is kind
