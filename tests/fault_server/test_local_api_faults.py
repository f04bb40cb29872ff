"""The backend local_api against a server with every fault: made once, never twice, never said to be what it is not."""

from typing import Any

import pytest
from api_desk import Desk, all_are, made
from batch_desk import make_tasks
from fault_server_process import FaultServer
from until import until

from runner.tasks import Again, AttemptOutcome, EffectState, TaskOptions

FOLLOW = {"target_users": ["a", "@b"]}

# what is made


def test_an_entry_is_one_call_and_each_task_finds_its_own(server: FaultServer, desk: Desk) -> None:
    tasks = make_tasks("follow", ["D1", "D2"], config=FOLLOW)
    desk.perform(tasks)
    assert len(server.requests("POST task")) == 1
    assert made(server) == [("D1", "a"), ("D1", "@b"), ("D2", "a"), ("D2", "@b")]
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)
    ids = [effect.evidence["server_tasks"] for effect in desk.memory.effects.values()]
    assert ids == ["1", "2", "3", "4"]
    assert all("unknown fields are kept" in e.evidence["server"] for e in desk.memory.effects.values())


def test_many_devices_are_parted_into_calls(server: FaultServer, desk: Desk) -> None:
    desk.perform(make_tasks(devices=[f"D{number}" for number in range(120)]))
    assert len(server.requests("POST task")) == 3
    assert len(made(server)) == 120
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_accounts_are_sent_as_usernames(server: FaultServer, desk: Desk) -> None:
    desk.perform(make_tasks(usernames=["@Brand_SE", "@brand_no"]))
    assert made(server) == [("@Brand_SE", None), ("@brand_no", None)]
    assert [account for _, account in desk.memory.places.values()] == ["@brand_se", "@brand_no"]
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_several_accounts_on_a_device_are_followed_to_the_last(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"@two": "no such account"})
    desk.perform(make_tasks(devices=["D1"], options=TaskOptions(multi_account=True)))
    assert len(made(server)) == 2
    (outcome,) = desk.memory.outcomes.values()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "1 of its 2 tasks" in outcome.message
    assert desk.effects() == 2 * [EffectState.COMMITTED]


def test_work_that_nobody_observes_counts_its_maximum(server: FaultServer, desk: Desk) -> None:
    config = {"task_duration": 60, "min_duration": 15, "max_duration": 30, "like_probable": 50}
    desk.perform(make_tasks("account_warmup", config=config))
    assert [effect.kind for effect in desk.memory.effects.values()] == ["like"] * 4
    assert all_are(desk.effects(), EffectState.COMMITTED)


def test_a_task_that_a_limit_holds_back_is_not_sent(server: FaultServer, desk: Desk) -> None:
    tasks = make_tasks("follow", ["D1", "D2"], config=FOLLOW)
    desk.perform(tasks, held=[tasks[0].key])
    assert sorted(made(server)) == [("D1", "@b"), ("D2", "@b"), ("D2", "a")]
    assert len(server.requests("POST task")) == 2
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_no_more_devices_than_the_licence_allows(server: FaultServer, desk: Desk) -> None:
    server.reset(device_limit=2, work_s=0.02)
    desk.perform(make_tasks(devices=["D1", "D2", "D3", "D4", "D5"]))
    assert server.truth()["most_devices"] == 2
    assert len(made(server)) == 5
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_a_device_counts_though_a_limit_holds_another_of_its_tasks_back(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(device_limit=1, work_s=0.2)
    tasks = make_tasks("follow", ["D1", "D2"], config=FOLLOW)
    desk.perform(tasks, held=[tasks[0].key])
    assert server.truth()["most_devices"] == 1
    assert len(made(server)) == 3
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


# answers that are lost, and answers that cannot be understood


@pytest.mark.parametrize("after", ["drop", "half", "500", "html", "50001"])
def test_what_was_done_before_the_answer_was_lost_is_found(
    server: FaultServer, desk: Desk, after: str
) -> None:
    server.reset(faults=[{"after": after}])
    desk.perform(make_tasks("follow", ["D1", "D2"], config=FOLLOW))
    assert len(server.requests("POST task")) == 1
    assert len(made(server)) == 4
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


@pytest.mark.parametrize("before", ["drop", "500", "html", 50001])
def test_what_left_no_trace_is_uncertain_and_never_sent_again(
    server: FaultServer, desk: Desk, before: str | int
) -> None:
    server.reset(faults=[{"before": before}])
    tasks = make_tasks(devices=["D1", "D2"])
    desk.perform(tasks)
    assert all_are(desk.outcomes(), AttemptOutcome.UNCERTAIN)
    assert all("no task after 0" in effect.evidence["searched"] for effect in desk.memory.effects.values())
    desk.perform(tasks)
    assert all_are(desk.outcomes(), AttemptOutcome.UNCERTAIN)
    assert len(server.requests("POST task")) == 1
    assert made(server) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"after": {"ids": "none"}},
        {"after": {"ids": "double"}},
        {"after": {"ids": "short"}},
        {"after": {"ids": "text"}},
        {"after": {"ids": "wrong"}},
        {"after": {"data": None}},
        {"after": {"data": [1, 2, 3, 4]}},
        {"after": {"data": {"tasks": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}}},
        {"after": {"data": "queued"}},
    ],
)
def test_an_answer_in_another_shape_does_no_harm(
    server: FaultServer, desk: Desk, fault: dict[str, Any]
) -> None:
    server.reset(faults=[fault])
    desk.perform(make_tasks("follow", ["D1", "D2"], config=FOLLOW))
    assert len(server.requests("POST task")) == 1
    assert len(made(server)) == 4
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_a_slow_answer_that_was_given_up_is_found(server: FaultServer) -> None:
    desk = Desk(server.url, timeout_s=0.2)
    server.reset(faults=[{"slow_s": 0.4}])
    desk.perform(make_tasks())
    assert len(made(server)) == 1
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]


def test_what_shows_only_when_the_server_is_back_is_found(server: FaultServer, desk: Desk) -> None:
    server.reset(hidden_s=0.5, faults=[{"after": "drop"}])
    _, thread = desk.begin(make_tasks())
    until(lambda: len(server.requests("GET task")) > 2)
    server.change(faults=[{"call": "GET task", "before": "drop", "times": 8}])
    thread.join(30)
    assert len(made(server)) == 1
    assert desk.outcomes() == [AttemptOutcome.COMPLETED]


def test_text_that_cannot_be_stored_or_printed_is_made_legible(server: FaultServer, desk: Desk) -> None:
    server.reset(fails={"D1": "half \ud83d\x1b[2J"})
    desk.perform(make_tasks())
    (message,) = desk.messages()
    assert "half \ufffd\ufffd[2J" in message


@pytest.mark.parametrize(
    "shape",
    [
        {"order": "oldest", "page_cap": 3},
        {"order": "shuffled", "page_cap": 3},
        {"order": "newest", "page_cap": 3},
        {"list_key": ""},
        {"list_key": "rows", "tells_total": False, "page_cap": 3},
        {"clock_off_s": -36000.0},
        {"hidden_s": 0.2},
        {"details": "no_config"},
    ],
)
@pytest.mark.parametrize("fault", [[], [{"after": "drop"}]], ids=["answered", "lost"])
def test_every_shape_of_the_list_is_understood(
    server: FaultServer, desk: Desk, shape: dict[str, Any], fault: list[Any]
) -> None:
    server.reset(**shape, faults=fault)
    for number in range(4):
        server.make(serials=[f"X{number}"], script_name="post", script_config={})
    desk.perform(make_tasks(devices=["D1", "D2"]))
    assert len(made(server)) == 6
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)


def test_targets_that_the_server_does_not_tell_go_by_their_order(server: FaultServer, desk: Desk) -> None:
    server.reset(details="no_target")
    desk.perform(make_tasks("follow", ["D1"], config=FOLLOW))
    assert all_are(desk.outcomes(), AttemptOutcome.COMPLETED)
    server.reset(details="no_target", fails={"@b": "no such user"})
    desk.perform(make_tasks("follow", ["D1"], config=FOLLOW, nominal="run:2"))
    assert desk.outcomes()[2:] == [AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN]


def test_somebody_elses_task_like_ours_is_not_taken_for_it(server: FaultServer, desk: Desk) -> None:
    server.reset(faults=[{"before": "drop"}])
    server.make(serials=["D1"], script_name="post", script_config={"captions": "hello"})
    desk.perform(make_tasks())
    assert desk.outcomes() == [AttemptOutcome.UNCERTAIN]


# the codes


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (40001, "rejects the parameters"),
        (40002, "script's name"),
        (40003, "cannot run the script 'post'"),
        (40301, "Pro"),
    ],
)
def test_each_code_is_one_clear_message(server: FaultServer, desk: Desk, code: int, words: str) -> None:
    server.reset(faults=[{"before": code}])
    desk.perform(make_tasks())
    (outcome,) = desk.memory.outcomes.values()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert words in f"{outcome.message} {outcome.hint}"
    assert str(code) in outcome.message
    assert desk.effects() == [EffectState.REFUTED]


def test_a_plan_without_the_api_ends_the_other_tasks_without_a_call(server: FaultServer, desk: Desk) -> None:
    server.reset(plan="Starter", faults=[{"before": 40301}])
    desk.perform(make_tasks())
    asked = len(server.truth()["requests"])
    desk.perform(make_tasks(entry="another"))
    assert len(server.truth()["requests"]) == asked
    assert all_are(desk.outcomes(), AttemptOutcome.FAILED)
    assert len(desk.messages()) == 1
    assert "Starter" in desk.messages().pop()


def test_a_licence_that_is_not_enabled_is_seen_before_anything_is_sent(
    server: FaultServer, desk: Desk
) -> None:
    server.reset(plan="Starter", enabled=False)
    desk.perform(make_tasks())
    assert server.requests("POST task") == []
    assert desk.effects() == []
    assert "Starter" in desk.messages().pop()


def test_a_connection_that_is_refused_says_what_to_start(server: FaultServer) -> None:
    desk = Desk("http://127.0.0.1:9/api/v1/")
    desk.perform(make_tasks())
    (outcome,) = desk.memory.outcomes.values()
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert "http://127.0.0.1:9/api/v1/" in outcome.message
    assert "RUNNER_API_URL" in (outcome.hint or "")


def test_a_port_that_answers_with_something_else_says_what(server: FaultServer, desk: Desk) -> None:
    server.reset(faults=[{"call": "GET .*", "before": "html", "times": 99}])
    desk.perform(make_tasks())
    assert "Printer" in desk.messages().pop()
    assert server.requests("POST task") == []


def test_a_server_on_our_own_ledger_is_refused(server: FaultServer) -> None:
    server.reset(ledger="abc")
    desk = Desk(server.url, ledger_id="abc")
    desk.perform(make_tasks())
    assert "very ledger" in desk.messages().pop()
    assert server.requests("POST task") == []


def test_a_token_is_shown_and_asked_for(server: FaultServer) -> None:
    server.reset(token="open sesame")
    without, with_it = Desk(server.url), Desk(server.url, token="open sesame")
    without.perform(make_tasks())
    assert "HTTP 401" in without.messages().pop()
    with_it.perform(make_tasks())
    assert with_it.outcomes() == [AttemptOutcome.COMPLETED]


def test_a_secret_is_sent_and_kept_nowhere(
    server: FaultServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_KEY", "sk-very-secret")
    config = {"generate_by_chatgpt": True, "chatgpt_settings": {"api_key": "${env:LLM_KEY}"}}
    server.reset(fails={"D1": "the key sk-very-secret was refused"})
    desk.perform(make_tasks("account_warmup", config=config))
    (task,) = server.truth()["tasks"]
    assert task["config"]["chatgpt_settings"]["api_key"] == "sk-very-secret"
    assert "sk-very-secret" not in repr(desk.memory)
    assert "the key *** was refused" in desk.messages().pop()


def test_a_secret_that_is_missing_ends_the_task_before_anything_is_sent(
    server: FaultServer, desk: Desk
) -> None:
    config = {"generate_by_chatgpt": True, "chatgpt_settings": {"api_key": "${env:NOT_THERE}"}}
    desk.perform(make_tasks("account_warmup", config=config))
    assert "${env:NOT_THERE}" in desk.messages().pop()
    assert server.requests("POST task") == []
