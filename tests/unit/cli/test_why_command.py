import json
from pathlib import Path

import pytest
from asked_ledger import AskedLedger

from runner.clock import SystemClock
from runner.execution.record_run import record_now
from runner.tasks import EffectState, TaskState


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
        by_hand = f"--at 2020-01-01T09:00 --virtual --store sqlite:///{rehearsal / 'ledger.db'} runs it now."
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


def test_a_deleted_task_is_said_to_be_deleted_by_its_number_and_its_key(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    (row,) = asked.ledger.tasks.find(key)
    asked.ledger.tasks.delete(key)
    for name in (str(row.id), key):
        (answer,) = json.loads(asked("why", name, "--format", "json").stdout)["answers"]
        assert answer["verdict"] == "deleted"
        assert "it was cancelled then" in answer["sentences"][0]
    assert "1 more of its tasks was deleted since." in asked("why", "demo/greet").stdout


TWO_ENTRIES = """\
version: 1
name: demo
timezone: UTC
limits: {min_gap: 0s}
devices: {shelf: [VIRTUAL01, VIRTUAL02, VIRTUAL03]}
scripts:
  greet: {script: follow, devices: shelf, config: {target_users: ["@north", "@south"]}, start_times: ["09:00"]}
  part: {script: follow, devices: shelf, config: {target_users: ["@west"]}, start_times: ["10:00"]}
"""


def test_a_campaign_tells_of_each_of_its_entries_in_short(asked: AskedLedger) -> None:
    record_now(asked.ledger, asked.put_in_force(TWO_ENTRIES).campaigns[0], "1", SystemClock().now())
    keys = [row.task.key for row in asked.ledger.tasks.all(run_id="1") if row.task.entry == "greet"]
    for number, key in enumerate(keys):
        asked.attempt(key, TaskState.FAILED if number < 4 else TaskState.COMPLETED, "no button")
    shown = asked("why", "demo").stdout
    assert "demo/greet at run:1" in shown and "demo/part at run:1" in shown
    assert "6 tasks: 4 failed, 2 ran" in shown
    assert shown.count("no button") == 3, "three of the failed tasks are named"
    data = json.loads(asked("why", "demo", "--format", "json").stdout)
    assert {one["subject"].partition(" ")[0] for one in data["answers"]} == {"demo/greet", "demo/part"}
    assert max(len(one["tasks"]) for one in data["answers"]) == 3


def test_a_campaign_may_be_asked_for_a_time(asked: AskedLedger) -> None:
    asked.put_in_force(TWO_ENTRIES)
    shown = asked("why", "demo", "--at", "2999-01-01T10:00").stdout
    assert "demo/part at 2999-01-01T10:00" in shown
    assert "demo/greet" not in shown
    nothing = asked("why", "demo", "--at", "2999-01-01T11:00")
    assert nothing.exit_code == 2
    assert "no-start-time" in nothing.stdout


def test_a_campaign_that_is_not_in_force_says_why(asked: AskedLedger) -> None:
    folder = asked.put_in_force()
    asked.ledger.campaigns.withdraw("demo", "its file is gone")
    assert "The campaign was withdrawn at " in asked("why", "demo").stdout
    assert folder.campaigns
    (asked.campaigns / "new.yaml").write_text("version: 1\nname: new\nscripts: 7\n", encoding="utf-8")
    asked.put_in_force()
    shown = asked("why", "new")
    assert shown.exit_code == 2
    assert "No version of it is in force" in shown.stdout
    assert "To do: " in shown.stdout and "new.yaml" in shown.stdout
