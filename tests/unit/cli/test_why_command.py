import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_ledger import AskedLedger, asked_ledger

from runner.errors import UsageError
from runner.tasks import EffectState, TaskState


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        yield made


def test_an_entry_tells_its_latest_occurrence_and_the_next_and_what_to_do(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    for key in keys[:3]:
        asked.attempt(key, TaskState.COMPLETED, effect=EffectState.COMMITTED)
    shown = asked("why", "demo/greet").stdout
    assert shown.startswith("Times are those of UTC where they name no other zone.\n\n")
    assert "demo/greet at run:1" in shown
    assert "4 tasks: 3 ran, 1 daemon-down" in shown
    assert "It will run at " in shown
    assert "no daemon has run on this ledger yet" in shown
    assert "To do: start it: runner daemon FOLDER." in shown


def test_what_can_be_done_is_done_in_the_ledger_that_was_asked(
    asked: AskedLedger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = asked.run_by_hand()[0]
    long_ago = ("why", "demo/greet", "--at", "2020-01-01T09:00")
    by_hand = f"runner run {asked.campaigns / 'demo.yaml'} --at 2020-01-01T09:00"
    assert f"{by_hand} runs it now." in asked(*long_ago).stdout
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "elsewhere"))
    named = f"--store {asked.url}"
    assert f"{by_hand} {named} runs it now." in asked(*long_ago, *named.split()).stdout
    assert f"runner run --resume 1 {named} goes on." in asked("why", key, *named.split()).stdout
    ahead = asked("why", "demo/greet", "--at", "2999-01-01T09:00", *named.split()).stdout
    assert f"start it: runner daemon FOLDER {named}." in ahead


def test_a_rehearsal_is_not_gone_on_with_on_real_phones(
    asked: AskedLedger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked.put_in_force()
    rehearsal = tmp_path / "rehearsals" / "daemon"
    rehearsal.parent.mkdir()
    rehearsal.symlink_to(asked.state)
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path))
    question = ("why", "demo/greet", "--virtual", "--at")
    assert "runner run" not in asked(*question, "2020-01-01T09:00").stdout
    assert "start it: runner daemon FOLDER --virtual." in asked(*question, "2999-01-01T09:00").stdout
    with asked.daemon():
        by_hand = f"--at 2020-01-01T09:00 --store sqlite:///{rehearsal / 'ledger.db'} runs it now."
        assert by_hand in asked(*question, "2020-01-01T09:00").stdout


def test_a_task_is_asked_about_by_its_number_or_its_key(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    asked.attempt(key, TaskState.UNCERTAIN, "the screen went dark", effect=EffectState.UNCERTAIN)
    number = str(asked.ledger.tasks.get(key).id)
    for name in (number, key, "VIRTUAL01/@north"):
        data = json.loads(asked("why", name, "--format", "json").stdout)
        (answer,) = data["answers"]
        assert (data["question"], answer["verdict"], answer["subject"]) == (name, "uncertain", key)
        assert data["zone"] == "UTC"
        assert f"runner tasks resolve {number} --happened" in answer["advice"][0]
        assert answer["facts"]["reason"] == "the screen went dark"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["demo/gret"], "no-such-entry"),
        (["dmeo/greet"], "no-such-campaign"),
        (["demo/greet", "--at", "2999-01-01T10:00"], "no-start-time"),
    ],
)
def test_a_question_that_leads_nowhere_is_a_slip_of_whoever_asks(
    asked: AskedLedger, words: list[str], verdict: str
) -> None:
    asked.put_in_force()
    result = asked("why", *words, "--format", "json")
    assert result.exit_code == 2
    assert [one["verdict"] for one in json.loads(result.stdout)["answers"]] == [verdict]


def test_a_campaign_alone_is_answered_with_its_entries(asked: AskedLedger) -> None:
    asked.put_in_force()
    result = asked("why", "demo")
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == "name one of its entries: demo/greet"


def test_a_deleted_task_is_said_to_be_deleted_by_its_number_and_its_key(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    (row,) = asked.ledger.tasks.find(key)
    asked.ledger.tasks.delete(key)
    for name in (str(row.id), key):
        (answer,) = json.loads(asked("why", name, "--format", "json").stdout)["answers"]
        assert answer["verdict"] == "deleted"
        assert "it was cancelled then" in answer["sentences"][0]
    assert "1 more of its tasks was deleted since." in asked("why", "demo/greet").stdout
