"""`runner flow try` on virtual phones: what it shows, what it asks, and which phones it leaves alone."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text
from real_terminal import in_terminal
from runner_command import RunnerCommand

from runner.clock import SystemClock
from runner.store.ledger import Ledger

pytestmark = pytest.mark.phones

PACKAGE = "org.example.notes"
FLOW = """\
version: 1
name: note
app: notes
parameters:
  title: {type: string, default: Shopping}
steps:
  - launch: {fresh: true}
  - tap: new_note
  - type: {into: {id: note_title_field}, text: "${config.title}"}
  - commit:
      effect: note
      tap: {text: Save}
verify:
  steps:
    - launch: {fresh: true}
  happened: {text: "${config.title}"}
  not_happened: {text: No notes yet}
"""
PROFILE = """\
version: 1
app: notes
packages: [org.example.notes]
elements:
  new_note: [{text: New}, {id: add_note}]
"""


@pytest.fixture
def shelf(started: Any, daemons: Daemons) -> Any:
    daemons.adb_port = started.adb_port
    started["VIRTUAL01"].app(PACKAGE, "forget_notes")
    for folder, name, text in (("flows", "note", FLOW), ("apps", "notes", PROFILE)):
        (daemons.campaigns / folder).mkdir()
        (daemons.campaigns / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return started


@pytest.fixture
def runner(daemons: Daemons) -> Iterator[RunnerCommand]:
    command = RunnerCommand(lambda: daemons.environment)
    yield command
    command.close()


def titles(shelf: Any) -> list[str]:
    return [note["title"] for note in shelf["VIRTUAL01"].memory(PACKAGE)["notes"]]


def note(daemons: Daemons) -> Path:
    return daemons.campaigns / "flows" / "note.yaml"


def test_each_step_shows_what_it_found(shelf, daemons, runner) -> None:
    done = runner("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--yes", "--param", "title=Milk")
    assert done.returncode == 0, done.stdout + done.stderr
    assert titles(shelf) == ["Milk"]
    first, second, found, *_, last = done.stdout.splitlines()
    assert first.startswith("note.yaml:7  start the app afresh") and " completed, " in first
    assert second.startswith("note.yaml:8  tap new note")
    assert found == "    new_note: candidate 1 [560,1450][680,1570]  New note"
    assert last == "completed"
    assert not (daemons.state / "ledger.db").exists(), "a trial makes no ledger"


def test_where_nobody_can_be_asked_it_ends_before_the_effect(shelf, daemons, runner) -> None:
    words = ("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--format", "json")
    done = runner(*words)
    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"], told["not_confirmed"]) == (1, "stopped", "note")
    assert [step["outcome"] for step in told["steps"]] == ["completed"] * 3 + ["skipped"]
    assert told["steps"][1]["matched"] == [
        {"element": "new_note", "candidate": 1, "bounds": [560, 1450, 680, 1570], "words": "New note"}
    ]
    assert titles(shelf) == [] and told["effects"] == []
    made = json.loads(runner(*words, "--yes").stdout)
    assert made["effects"] == [{"effect": "note", "state": "committed"}]


@pytest.mark.parametrize(("answer", "kept"), [(b"y", ["Shopping"]), (b"n", [])])
def test_at_a_terminal_each_step_waits_and_the_effect_is_asked_for(shelf, daemons, answer, kept) -> None:
    command = [
        sys.executable,
        "-m",
        "runner",
        "flow",
        "try",
        note(daemons),
        "--serial",
        "VIRTUAL01",
        "--step",
    ]
    shown = in_terminal(command, 120, typed=b"\n\n\n\n" + answer + b"\n\n", **daemons.environment)
    assert "note.yaml:8  tap new note  [Enter]" in shown.text
    assert "for real, counted by no limit: note? [y/N]" in shown.text
    assert (titles(shelf), shown.code) == (kept, 0 if kept else 1)


def test_steps_need_a_terminal(shelf, daemons, runner) -> None:
    done = runner("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--step")
    assert done.returncode == 2 and "there is no terminal" in done.stderr


def test_on_a_virtual_phone_of_its_own(daemons, shelf, runner) -> None:
    done = runner("flow", "try", note(daemons), "--virtual", "--yes")
    assert done.returncode == 0 and "completed" in done.stdout
    assert titles(shelf) == []


def test_an_effect_without_a_trace_is_told_as_not_happened(shelf, daemons, runner) -> None:
    shelf["VIRTUAL01"].app(PACKAGE, "ignore_next_save")
    done = runner("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--yes")
    assert done.returncode == 1 and "the note did not happen" in done.stdout


def test_a_phone_that_is_not_there(shelf, daemons, runner) -> None:
    done = runner("flow", "try", note(daemons), "--serial", "GONE")
    assert done.returncode == 1 and "GONE: no connected phone has this serial" in done.stdout


def test_beside_a_daemon_the_phone_has_to_be_paused(shelf, daemons, runner) -> None:
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    daemons.start().ready()
    words = ("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--yes")
    refused = runner(*words)
    assert refused.returncode == 2 and "runner pause VIRTUAL01" in refused.stderr, refused.stderr
    assert titles(shelf) == []
    assert runner("pause", "VIRTUAL01").returncode == 0
    done = runner(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert titles(shelf) == ["Shopping"]


def test_a_phone_that_waits_for_a_person_is_left_alone(shelf, daemons, runner) -> None:
    with Ledger.open(daemons.store_url, SystemClock()) as ledger:
        ledger.holds.place("VIRTUAL01", "the app asks for a login", None)
    refused = runner("flow", "try", note(daemons), "--serial", "VIRTUAL01", "--yes")
    assert refused.returncode == 2 and "runner holds release VIRTUAL01" in refused.stderr
    assert titles(shelf) == []
