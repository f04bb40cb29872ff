"""The steps of the flow language on a virtual phone, in an app that has no profile: the notes app."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from phone_shelf import Notes

from runner.backends.device import DeviceBackend
from runner.scripts.script import FlowText
from runner.settings import Settings
from runner.tasks import (
    NO_OPTIONS,
    AttemptOutcome,
    EffectState,
    Outcome,
    SeenFile,
    StepOutcome,
    StepRecord,
    Task,
    TaskOptions,
)

APP = "org.example.notes"
HEAD = "version: 1\nname: {name}\napp: org.example.notes\n"

pytestmark = pytest.mark.phones


class Desk:
    """A phone, the notes on it, and a backend that carries flows out there."""

    def __init__(self, phones: Any, tmp_path: Path) -> None:
        self.phone, self.phones, self.folder = phones["VIRTUAL01"], phones, tmp_path
        self.settings = Settings(tmp_path, "", phones.adb_port, ZoneInfo("UTC"))
        self.notebook = Notes()
        self.before = len(self.phone.memory(APP)["saves"])

    def app(self, action: str, **arguments: Any) -> None:
        self.phone.app(APP, action, **arguments)

    @property
    def saves(self) -> list[Any]:
        """What was saved since the test began."""
        saves: list[Any] = self.phone.memory(APP)["saves"]
        return saves[self.before :]

    @property
    def titles(self) -> list[str]:
        return [note["title"] for note in self.phone.memory(APP)["notes"]]

    def run(
        self, text: str, config: Mapping[str, Any] = {}, options: TaskOptions = NO_OPTIONS, **used: str
    ) -> Outcome:
        """Carry a flow out whose head, but for its name, is in front of its text."""
        flow = FlowText("flows/f.yaml", HEAD.format(name="f") + text, tuple(self._used(used)))
        backend = DeviceBackend(self.settings, flows={("c", "f"): flow})
        serial, now = self.phone.serial, datetime.now(UTC)
        what = ("key/1", "c", "e", "f", "device", serial, None, None, "n", 0)
        task = Task(*what, now, 300.0, config, options=options)
        try:
            deadline = time.monotonic() + task.timeout_s
            return backend.perform(task, self.notebook, self.notebook, self.notebook.stop, deadline)
        finally:
            backend.close()

    def _used(self, texts: Mapping[str, str]) -> Iterator[FlowText]:
        for name, text in texts.items():
            yield FlowText(f"flows/{name}.yaml", HEAD.format(name=name) + text)


@pytest.fixture
def desk(started, tmp_path) -> Desk:
    desk = Desk(started, tmp_path)
    desk.phone.calm()
    desk.app("forget_notes")
    return desk


WRITE = """
parameters: {titles: {type: list}, text: {type: string, default: milk}}
effects: {note: 9}
proofs:
  kept:
    happened: {all: [{id: add_note}, {text: "${evidence.title}"}]}
    not_happened: {id: save_note}
steps:
  - for_each: {in: "${config.titles}", as: heading}
    do:
      - launch: {fresh: true}
      - tap: {id: add_note}
      - type: {into: {id: note_title_field}, text: "${heading}"}
      - type: {into: {id: note_text_field}, text: "${config.text} for ${device}"}
      - commit:
          effect: note
          tap: {text: Save}
          target: ${heading}
          evidence: {title: "${heading}"}
          proof: kept
"""


def test_several_effects_in_a_loop_each_proved_by_the_app(desk):
    outcome = desk.run(WRITE, {"titles": ["one", "two", "three"], "text": "tea"})
    assert (outcome.outcome, outcome.message) == (AttemptOutcome.COMPLETED, "")
    assert sorted(desk.titles) == ["one", "three", "two"]
    assert [(row.target, row.state.value) for row in desk.notebook.rows] == [
        ("one", "committed"),
        ("two", "committed"),
        ("three", "committed"),
    ]
    assert desk.saves[0]["text"] == "tea for VIRTUAL01"


def test_an_interrupted_flow_goes_on_and_makes_nothing_twice(desk):
    """It is stopped after the second note, as the end of the process would."""
    finished = desk.notebook.step_finished

    def stop_after_the_second(record: StepRecord) -> None:
        finished(record)
        if len(desk.notebook.rows) == 2 and record.kind == "commit":
            desk.notebook.stop.set()

    desk.notebook.step_finished = stop_after_the_second
    config = {"titles": ["one", "two", "three"], "text": "tea"}
    assert desk.run(WRITE, config).outcome is AttemptOutcome.STOPPED
    assert sorted(desk.titles) == ["one", "two"]
    desk.notebook.stop.clear()
    desk.notebook.step_finished = finished
    assert desk.run(WRITE, config).outcome is AttemptOutcome.COMPLETED
    assert [save["title"] for save in desk.saves] == ["one", "two", "three"]
    assert desk.notebook.said("commit")[-3:] == [*["this task has made it already"] * 2, ""]


def test_a_save_that_does_nothing_is_refuted(desk):
    desk.app("ignore_next_save")
    outcome = desk.run(WRITE, {"titles": ["one"], "text": "tea"})
    assert outcome.outcome is AttemptOutcome.FAILED and "the note did not happen" in outcome.message
    assert [row.state for row in desk.notebook.rows] == [EffectState.REFUTED] and desk.titles == []


MANY = """
parameters: {most: {type: integer, default: 3}, words: {type: list}}
effects: none
steps:
  - launch: {fresh: true}
  - scroll_to: {text: note 00, times: "${config.most * 5}"}
  - scroll_to: {text: note 29, direction: down}
  - set: {name: n, value: 0}
  - repeat: {times: 10, until: "${n == config.most}"}
    do:
      - set: {name: n, value: "${n + 1}"}
      - chance: 50
        then:
          - pause: {for: 10ms, to: 50ms}
  - pick: {from: "${config.words}", as: word}
  - tap: {id: search, still: true}
  - type: {into: {id: search}, text: "${word}"}
  - wait_gone: {text: note 29}
  - clear: {class: EditText}
  - wait_for: {text: note 29}
  - long_tap: {text: note 29}
  - press: back
  - double_tap: {text: note 28}
  - go_back: {id: add_note}
  - stop:
  - finish: "${n} rounds, ${word}"
"""


def test_the_steps_that_change_nothing(desk):
    for number in range(30):
        desk.app("add_note", title=f"note {number:02}", text="x")
    outcome = desk.run(MANY, {"most": 3, "words": ["note 07", "note 08"]})
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert outcome.message in ("3 rounds, note 07", "3 rounds, note 08")
    assert {step.outcome for step in desk.notebook.steps} == {StepOutcome.COMPLETED}
    assert len(desk.titles) == 30


def test_files_go_to_the_phone_and_come_back(desk):
    sent, back = desk.folder / "list.txt", desk.folder / "back.txt"
    sent.write_bytes(b"milk\n" * 40_000)
    steps = (
        "parameters: {file: {type: string}, back: {type: string}}\neffects: none\nsteps:\n"
        "  - push: {file: '${config.file}', to: /sdcard/Download/}\n"
        "  - pull: {file: /sdcard/Download/list.txt, to: '${config.back}'}\n"
    )
    outcome = desk.run(steps, {"file": str(sent), "back": str(back)})
    assert outcome.outcome is AttemptOutcome.COMPLETED, outcome
    assert back.read_bytes() == sent.read_bytes()
    assert sorted(path.name for path in desk.folder.glob("*.txt")) == ["back.txt", "list.txt"]
    nowhere = {"file": str(sent), "back": str(desk.folder / "no" / "back.txt")}
    assert "No such file or directory" in desk.run(steps, nowhere).message
    missing = desk.run(
        steps.replace("Download/list.txt", "Download/no.txt"), {"file": str(sent), "back": str(back)}
    )
    assert "on the phone it is not there" in missing.message
    gone = desk.run(steps, {"file": str(desk.folder / "gone.txt"), "back": str(back)})
    assert "gone.txt could not be read to be copied to the phone: No such file or directory" in gone.message


@pytest.mark.parametrize(
    "step",
    ["push: {file: '${config.picture}', to: /sdcard/Download/}", "add_to_gallery: '${config.picture}'"],
)
def test_a_file_that_has_changed_since_it_was_planned_goes_to_no_phone(desk, step):
    picture = desk.folder / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\nplanned")
    seen = SeenFile(str(picture), hashlib.sha256(picture.read_bytes()).hexdigest())
    steps = f"parameters: {{picture: {{type: file}}}}\neffects: none\nsteps:\n  - {step}\n"
    config, options = {"picture": str(picture)}, TaskOptions(named=(seen,))
    if step.startswith("push"):
        assert desk.run(steps, config, options).outcome is AttemptOutcome.COMPLETED
    picture.write_bytes(b"\x89PNG\r\n\x1a\nchanged")
    outcome = desk.run(steps, config, options)
    assert outcome.outcome is AttemptOutcome.FAILED
    assert "picture.png is not what it was when the task was asked for" in outcome.message


OPEN = """
parameters: {title: {type: string}}
effects: none
steps:
  - tap: {text: "${config.title}"}
  - wait_for: {id: note_text_field}
  - when: {text: milk}
    else:
      - needs_person: "the note ${config.title} has no milk"
  - go_back: {id: add_note}
"""


def test_a_flow_uses_another_one(desk):
    desk.app("add_note", title="full", text="milk")
    desk.app("add_note", title="empty", text="-")
    steps = (
        "parameters: {titles: {type: list}}\neffects: none\nsteps:\n  - launch: {fresh: true}\n"
        "  - for_each: {in: '${config.titles}', as: heading}\n    do:\n"
        "      - use: {flow: open_note, with: {title: '${heading}'}}\n"
    )
    assert desk.run(steps, {"titles": ["full", "full"]}, open_note=OPEN).outcome is AttemptOutcome.COMPLETED
    outcome = desk.run(steps, {"titles": ["full", "empty"]}, open_note=OPEN)
    assert outcome.needs_person and outcome.message == "VIRTUAL01: the note empty has no milk"


def test_an_empty_note_is_refused_with_a_toast(desk):
    steps = (
        "effects: none\nsteps:\n  - launch: {fresh: true}\n  - tap: {id: add_note}\n  - tap: {text: Save}\n"
        "  - toast: {as: said}\n  - finish: ${said | upper}\n"
    )
    assert desk.run(steps).message == "AN EMPTY NOTE IS NOT SAVED"
    silent = steps.replace("  - tap: {text: Save}\n", "  - tap: {id: note_text_field}\n")
    assert "waited 5 s for a toast, and there was none" in desk.run(silent).message
