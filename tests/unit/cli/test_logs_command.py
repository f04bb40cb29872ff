import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from asked_ledger import AskedLedger

from runner.errors import UsageError
from runner.tasks import EffectState, TaskState


@pytest.fixture
def key(asked: AskedLedger) -> str:
    """A task that failed, was retried, and was done with the second attempt."""
    key = asked.run_by_hand()[0]
    asked.attempt(key, TaskState.PENDING, "the app closed", effect=EffectState.REFUTED)
    asked.attempt(key, TaskState.COMPLETED, effect=EffectState.COMMITTED)
    return key


def test_every_attempt_is_shown_with_its_steps_and_the_effects_with_their_evidence(
    asked: AskedLedger, key: str
) -> None:
    shown = asked("logs", key).stdout
    assert shown.startswith("Times are those of UTC where they name no other zone.\n")
    assert "Attempt 1" in shown
    assert "failed: the app closed" in shown
    assert "Attempt 2" in shown
    assert "tap Follow (follow.yaml:7)" in shown
    assert f"step 1: {asked.state / 'artifacts' / '1/1.jpg'}" in shown
    assert shown.count("button: Following") == 2
    assert "refuted" in shown


def test_one_attempt_may_be_chosen(asked: AskedLedger, key: str) -> None:
    shown = asked("logs", key, "--attempt", "2").stdout
    assert "Attempt 2" in shown
    assert "Attempt 1" not in shown
    result = asked("logs", key, "--attempt", "3")
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == "it has been tried 2 times"


def test_the_same_as_data(asked: AskedLedger, key: str) -> None:
    data = json.loads(asked("logs", key, "--format", "json").stdout)
    assert data["task"]["key"] == key
    assert [attempt["outcome"] for attempt in data["attempts"]] == ["failed", "completed"]
    step = data["attempts"][0]["steps"][0]
    assert (step["title"], step["screenshot"]) == ("tap Follow", str(asked.state / "artifacts" / "1/1.jpg"))
    assert [effect["state"] for effect in data["effects"]] == ["refuted", "committed"]


def test_a_task_that_has_not_been_tried_says_so(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    assert "it has not been tried yet" in asked("logs", key).stdout


def test_the_screenshots_of_a_rehearsal_are_named_where_they_are(
    asked: AskedLedger, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever state directory is in force: the rehearsal's folder has its ledger and its screenshots."""
    folder = asked.state / "rehearsals" / "20261121-180036-3fa9"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(asked.state / "ledger.db")) as own:
        own.execute("VACUUM INTO ?", (str(folder / "ledger.db"),))
    with closing(sqlite3.connect(folder / "ledger.db")) as rehearsal, rehearsal:
        rehearsal.execute("UPDATE ledger SET is_rehearsal = 1")
    picture = folder / "artifacts" / "1" / "1.jpg"
    picture.parent.mkdir(parents=True)
    picture.touch()
    for state in (asked.state, tmp_path / "other"):
        monkeypatch.setenv("RUNNER_STATE_DIR", str(state))
        url = f"sqlite:///{folder / 'ledger.db'}"
        assert f"step 1: {picture}" in asked("logs", key, "--virtual", "--store", url).stdout
        data = json.loads(asked("logs", key, "--virtual", "--store", url, "--format", "json").stdout)
        assert data["attempts"][0]["steps"][0]["screenshot"] == str(picture)
