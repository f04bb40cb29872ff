import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asked_ledger import AskedLedger, asked_ledger
from claims import claim

from runner.errors import UsageError
from runner.store.request_rows import CommandKind, PauseScope
from runner.tasks import AttemptOutcome, Outcome, TaskState


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        made.put_in_force()
        yield made


def pauses(asked: AskedLedger) -> list[tuple[PauseScope, str | None]]:
    return [(pause.scope, pause.subject) for pause in asked.ledger.pauses.current()]


@pytest.mark.parametrize(
    ("names", "scope"),
    [([], PauseScope.ALL), (["demo"], PauseScope.CAMPAIGN), (["VIRTUAL01"], PauseScope.DEVICE)],
)
def test_what_is_paused_goes_on_when_resumed(asked: AskedLedger, names: list[str], scope: PauseScope) -> None:
    name = " ".join(names)
    paused = asked("pause", *names)
    assert (paused.exit_code, pauses(asked)) == (0, [(scope, name or None)])
    assert f"{name or 'Everything'} is paused. To go on: runner resume {name}".rstrip() in paused.stdout
    assert "is paused already, by " in asked("pause", *names).stdout
    assert len(pauses(asked)) == 1
    assert f"{name or 'Everything'} goes on." in asked("resume", *names).stdout
    assert pauses(asked) == []
    assert "was not paused" in asked("resume", *names).stdout


def test_resuming_everything_leaves_what_was_paused_by_name(asked: AskedLedger) -> None:
    asked("pause", "demo")
    asked("pause")
    resumed = asked("resume").stdout
    assert "demo is still paused. To go on: runner resume demo" in resumed
    assert pauses(asked) == [(PauseScope.CAMPAIGN, "demo")]


def test_a_name_that_is_neither_gets_the_nearest(asked: AskedLedger) -> None:
    result = asked("pause", "virtual02")
    assert isinstance(result.exception, UsageError)
    assert result.exception.message == "virtual02 is neither a campaign nor a phone that the ledger knows"
    assert result.exception.hint == "did you mean `VIRTUAL02`?"
    assert pauses(asked) == []


def test_a_stop_without_a_daemon_is_a_pause(asked: AskedLedger) -> None:
    assert "Nothing carries tasks out; everything is paused." in asked("stop").stdout
    assert pauses(asked) == [(PauseScope.ALL, None)]
    assert asked.ledger.commands.open() == []


def test_a_stop_waits_until_running_tasks_have_ended_their_step(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    attempt = claim(asked.ledger, key)
    never = threading.Event()

    def carry_out() -> None:
        while not (commands := asked.ledger.commands.open()):
            never.wait(0.02)
        assert [one.kind for one in commands] == [CommandKind.STOP_ALL]
        asked.ledger.commands.answer(commands[0].id, "all are asked to stop")
        never.wait(0.3)
        asked.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.STOPPED), TaskState.PENDING)

    daemon = threading.Thread(target=carry_out)
    with asked.daemon():
        daemon.start()
        result = asked("stop")
        daemon.join(20)
    assert "Everything is stopped (1 running task). To go on: runner resume" in result.stdout
    assert pauses(asked) == [(PauseScope.ALL, None)]


def test_what_to_do_next_names_the_ledger(asked: AskedLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked("pause").stdout.endswith("To go on: runner resume\n")
    store = ("--store", asked.url)
    monkeypatch.setenv("RUNNER_STATE_DIR", str(asked.state / "other"))
    on = f"runner resume --store {asked.url}"
    assert asked("pause", *store).stdout.endswith(f"To go on: {on}\n")
    assert asked("stop", *store).stdout.endswith(f"To go on: {on}\n")
    status = asked("status", *store).stdout
    assert f"runner daemon FOLDER --store {asked.url}\n" in status
    assert f"to end the pause: {on}\n" in status


def test_the_answers_are_data(asked: AskedLedger) -> None:
    def told(*words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(asked(*words, "--format", "json").stdout)
        answer["paused"] = [(one["scope"], one["subject"]) for one in answer["paused"]]
        return answer

    demo, everything = ("campaign", "demo"), ("all", None)
    assert told("pause", "demo") == {"changed": True, "paused": [demo]}
    assert told("pause", "demo") == {"changed": False, "paused": [demo]}
    assert told("stop") == {"running_before": 0, "running": 0, "paused": [demo, everything]}
    assert told("resume") == {"changed": True, "paused": [demo]}
    assert told("resume", "demo") == {"changed": True, "paused": []}
    assert told("resume", "demo") == {"changed": False, "paused": []}


def test_a_hold_is_released_in_the_ledger_that_is_named_behind_the_phone(
    asked: AskedLedger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked.ledger.holds.place("VIRTUAL01", "a login screen")
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "elsewhere"))
    shown = asked("holds", "--store", asked.url).stdout
    assert shown.startswith("Times are those of UTC where they name no other zone.\n")
    released = asked("holds", "release", "VIRTUAL01", "--store", asked.url)
    assert (released.output, asked.ledger.holds.current()) == ("VIRTUAL01 may go on.\n", [])


def test_a_phone_is_put_on_hold_by_hand_and_that_is_on_record(asked: AskedLedger) -> None:
    said = asked("holds", "place", "VIRTUAL01", "--reason", "a new screen is fitted")
    assert said.output.startswith("VIRTUAL01 is on hold. To go on: runner holds release VIRTUAL01")
    (hold,) = asked.ledger.holds.current()
    assert hold.reason.startswith("a new screen is fitted (")
    assert "is on hold already" in str(asked("holds", "place", "VIRTUAL01").exception)
    assert "neither a campaign nor a phone" in str(asked("holds", "place", "VIRTUAL99").exception)
    assert "is a campaign" in str(asked("holds", "place", "demo").exception)
    asked("holds", "release", "VIRTUAL01")
    done = [(one.kind, one.subject, one.detail) for one in asked.ledger.actions.newest()]
    assert done == [("release", "VIRTUAL01", ""), ("hold", "VIRTUAL01", "a new screen is fitted")]
