import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asked_ledger import CAMPAIGN, AskedLedger
from claims import claim
from real_terminal import runner_in_terminal

from runner.clock import SystemClock
from runner.errors import UsageError
from runner.execution.record_run import record_now
from runner.store.request_rows import CommandKind
from runner.tasks import AttemptOutcome, EffectState, Outcome, TaskState


def state_of(asked: AskedLedger, key: str) -> TaskState:
    row = asked.ledger.tasks.get(key)
    assert row is not None
    return row.state


def test_a_list_is_filtered_and_tells_how_many_there_are(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.FAILED, "the app closed")
    table = asked("tasks", "list").stdout
    assert table.startswith("Times are those of UTC where they name no other zone.\n")
    assert table.count("demo/greet") == 4
    assert "the app closed" in table
    failed = json.loads(asked("tasks", "list", "--state", "failed", "--format", "json").stdout)
    assert (failed["total"], [task["key"] for task in failed["tasks"]]) == (1, [keys[0]])
    on_second = json.loads(asked("tasks", "list", "--device", "VIRTUAL02", "--format", "json").stdout)
    assert {task["device"] for task in on_second["tasks"]} == {"VIRTUAL02"}
    assert json.loads(asked("tasks", "list", "--campaign", "other", "--format", "json").stdout)["total"] == 0
    assert asked("tasks", "list", "--entry", "other").stdout == "No task is like that.\n"
    assert "1 of 4; --limit shows more" in asked("tasks", "list", "--limit", "1").stdout
    assert json.loads(asked("tasks", "list", "--since", "1h", "--format", "json").stdout)["total"] == 4
    since = asked("tasks", "list", "--since", "2999-01-01T00:00:00Z", "--format", "json")
    assert json.loads(since.stdout)["total"] == 0


def test_a_task_is_shown_by_its_number_its_key_or_a_part_of_it(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.COMPLETED, effect=EffectState.COMMITTED)
    row = asked.ledger.tasks.get(keys[0])
    for name in (str(row.id), keys[0], "VIRTUAL01/@north"):
        shown = asked("tasks", "show", name)
        assert keys[0] in shown.stdout
        assert "follow @north: committed" in shown.stdout
    several = asked("tasks", "show", *keys).stdout
    assert several.startswith("Times are those of UTC where they name no other zone.\n\ntask ")
    assert (several.count("Times are"), several.count("\n\ntask ")) == (1, 4)
    (data,) = json.loads(asked("tasks", "show", keys[0], "--format", "json").stdout)
    assert (data["id"], data["source"], data["effects"][0]["evidence"]) == (
        row.id,
        "manual",
        {"button": "Following"},
    )


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        ("", "0; one that fails is not tried again by itself"),
        ("retry: {max: 1}", "0; one that fails is tried again by itself at most once"),
        ("retry: {max: 2}", "0; one that fails is tried again by itself at most 2 times"),
    ],
)
def test_attempts_and_retries_are_told_apart(asked: AskedLedger, retry: str, words: str) -> None:
    text = CAMPAIGN.replace("    devices: shelf\n", f"    devices: shelf\n    {retry}\n")
    campaign = asked.put_in_force(text).campaigns[0]
    record_now(asked.ledger, campaign, "1", SystemClock().now())
    assert f"attempts    {words}\n" in asked("tasks", "show", "1").stdout


def test_a_name_of_several_tasks_is_refused_with_the_candidates(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    result = asked("tasks", "show", "VIRTUAL01")
    assert isinstance(result.exception, UsageError)
    assert "several tasks have 'VIRTUAL01' in their key" in result.exception.message
    assert all(key in result.exception.hint for key in keys[:2])
    assert keys[2] not in result.exception.hint


def test_a_name_of_no_task_is_refused(asked: AskedLedger) -> None:
    asked.run_by_hand()
    result = asked("tasks", "retry", "nothing")
    assert isinstance(result.exception, UsageError)
    assert result.exception.message == "the ledger has no task nothing"


def test_an_empty_name_is_no_part_of_a_key(asked: AskedLedger) -> None:
    """Or `delete "$TASK"` with an empty variable would find the only task that there is."""
    keys = asked.run_by_hand()
    for key in keys[1:]:
        assert asked("tasks", "delete", key).exit_code == 0
    result = asked("tasks", "delete", "")
    assert isinstance(result.exception, UsageError)
    assert result.exception.message == "the ledger has no task ''"
    assert len(asked.ledger.tasks.all()) == 1


def test_digits_are_a_number_and_no_part_of_a_key(asked: AskedLedger) -> None:
    """Or `delete 1` would find another task once task 1 is deleted."""
    keys = asked.run_by_hand()
    assert asked("tasks", "delete", "1").exit_code == 0
    for key in keys[1:]:
        assert "1" in key
    again = asked("tasks", "delete", "1")
    assert isinstance(again.exception, UsageError)
    assert again.exception.message == "the ledger has no task 1"
    assert len(asked.ledger.tasks.all()) == 3


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (120, ["TASK", "DUE", "ENTRY", "SCRIPT", "PHONE", "TARGET", "STATE", "REASON"]),
        (80, ["TASK", "DUE", "ENTRY", "PHONE", "TARGET", "STATE"]),
        (60, ["TASK", "DUE", "ENTRY", "PHONE", "STATE"]),
    ],
)
def test_a_table_of_tasks_fits_its_terminal(asked: AskedLedger, columns: int, shown: list[str]) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.FAILED, "the app has closed by itself")
    listed = runner_in_terminal("tasks", "list", columns=columns, COLUMNS="")
    _, headings, *rows = listed.lines
    assert max(map(len, listed.lines)) <= columns
    assert headings.split() == shown
    assert sum("demo/greet  " in row and "VIRTUAL0" in row for row in rows) == 4
    assert "the app has closed by itself" in listed.text
    if columns == 60:
        assert rows.count("  TARGET  @north") == 2


def test_pending_tasks_are_stopped_at_once(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    result = asked("tasks", "stop", *keys[:2])
    assert result.exit_code == 0
    assert result.stdout.count("cancelled") == 2
    assert [state_of(asked, key) for key in keys] == [TaskState.CANCELLED] * 2 + [TaskState.PENDING] * 2
    assert asked.ledger.tasks.get(keys[0]).reason.startswith("stopped on request by ")
    again = asked("tasks", "stop", keys[0])
    assert again.exit_code == 1
    assert "it is cancelled" in again.stderr


def test_a_running_task_is_stopped_by_whoever_runs_it(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    attempt = claim(asked.ledger, keys[0])
    refused = asked("tasks", "stop", keys[0])
    assert refused.exit_code == 1
    assert "its process has died" in refused.stderr

    def stop() -> None:
        stopped = Outcome(AttemptOutcome.STOPPED, "stopped on request")
        asked.ledger.attempts.finish(attempt.id, stopped, TaskState.CANCELLED)

    with stopping(asked, keys[0], stop):
        result = asked("tasks", "stop", keys[0])
    assert result.exit_code == 0
    assert "cancelled: stopped on request" in result.stdout


@contextmanager
def stopping(asked: AskedLedger, key: str, stop: Callable[[], None]) -> Iterator[None]:
    """While this is open, something passes for a daemon that does this when the task is to be stopped."""
    pause = threading.Event()

    def carry_out() -> None:
        while not (commands := asked.ledger.commands.open()):
            pause.wait(0.02)
        assert [(one.kind, one.subject) for one in commands] == [(CommandKind.STOP_TASK, key)]
        asked.ledger.commands.answer(commands[0].id, "it stops")
        pause.wait(0.3)
        stop()

    daemon = threading.Thread(target=carry_out)
    with asked.daemon():
        daemon.start()
        yield
        daemon.join(20)


def test_a_task_in_doubt_is_stopped_by_whoever_can_look_it_up(asked: AskedLedger) -> None:
    key, other, *_ = asked.run_by_hand()
    for one in (key, other):
        asked.attempt(one, TaskState.PENDING, "the server is away", effect=EffectState.COMMITTING)

    def stop() -> None:
        attempt = claim(asked.ledger, key)
        (effect,) = asked.ledger.effects.of(key)
        asked.ledger.effects.settle(effect.id, EffectState.REFUTED, {})
        stopped = Outcome(AttemptOutcome.STOPPED, "it was found, and stopped")
        asked.ledger.attempts.finish(attempt.id, stopped, TaskState.CANCELLED)

    with stopping(asked, key, stop):
        assert "cancelled: it was found, and stopped" in asked("tasks", "stop", key).stdout
    assert "uncertain: " in asked("tasks", "stop", other).stdout, "nobody is there who could look"


def test_a_retry_is_refused_where_it_would_happen_twice_and_the_others_are_retried(
    asked: AskedLedger,
) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.FAILED, "the app closed", effect=EffectState.COMMITTED)
    asked.attempt(keys[1], TaskState.FAILED, "the app closed")
    result = asked("tasks", "retry", keys[0], keys[1])
    assert result.exit_code == 1
    assert "follow @north has happened, and would happen twice" in result.stderr
    assert "pending again; a daemon must run to carry it out" in result.stdout
    assert [state_of(asked, key) for key in keys[:2]] == [TaskState.FAILED, TaskState.PENDING]
    assert [one.kind for one in asked.ledger.commands.open()] == [CommandKind.TASKS_ADDED]


@pytest.mark.parametrize(
    ("flag", "state", "effect"),
    [
        ("--happened", TaskState.COMPLETED, EffectState.COMMITTED),
        ("--did-not", TaskState.FAILED, EffectState.REFUTED),
    ],
)
def test_a_person_settles_what_is_uncertain(
    asked: AskedLedger, flag: str, state: TaskState, effect: EffectState
) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.UNCERTAIN, "nobody knows", effect=EffectState.UNCERTAIN)
    assert asked("tasks", "resolve", keys[0]).exit_code == 2
    result = asked("tasks", "resolve", keys[0], flag, "--format", "json")
    assert result.exit_code == 0
    (answer,) = json.loads(result.stdout)
    assert (answer["refused"], answer["answer"].partition(";")[0]) == (False, state.value)
    assert state_of(asked, keys[0]) is state
    assert asked.ledger.effects.of(keys[0])[0].state is effect


def test_deleted_tasks_are_gone_and_their_keys_taken(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    claim(asked.ledger, keys[1])
    result = asked("tasks", "delete", keys[0], keys[1], "--format", "json")
    answers = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [answer["refused"] for answer in answers] == [False, True]
    assert "stop it first" in answers[1]["hint"]
    assert asked.ledger.tasks.get(keys[0]) is None
    asked.run_by_hand()
    assert asked.ledger.tasks.get(keys[0]) is None


def test_without_a_ledger_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    made = AskedLedger(tmp_path, tmp_path, None)  # type: ignore[arg-type]
    for words in (["tasks", "list"], ["status"], ["why", "demo/greet"], ["pause"], ["holds"], ["logs", "1"]):
        result = made(*words)
        assert isinstance(result.exception, UsageError), words
        assert "nothing has been run from it" in result.exception.message
    assert os.listdir(tmp_path) == []  # noqa: PTH208
