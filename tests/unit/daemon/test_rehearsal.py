"""The backend of a rehearsal, when its virtual phones cannot be had."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from runner.backends.backend import Problem
from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.daemon.rehearsal import Account, Rehearsal, RehearsalBackend, serials_for
from runner.journals import Journal, Listener, StopSignal
from runner.planning.plan import manual
from runner.settings import Settings
from runner.tasks import Again, AttemptOutcome, Outcome, Task
from runner.virtual.process import PhonesError

CAMPAIGN = """\
version: 1
name: demo
timezone: UTC
limits: {min_gap: 0s}
devices: {shelf: [VIRTUAL01, VIRTUAL02]}
scripts:
  greet:
    script: follow
    devices: shelf
    config: {target_users: ["@north", "@south"]}
    start_times: ["09:00"]
"""


@dataclass
class Crowded:
    """Virtual phones of which only one can be had."""

    has: str

    def need(self, serial: str, account: Account | None = None) -> None:
        if serial != self.has:
            raise PhonesError("no more room")


@dataclass
class Recording:
    asked: list[str] = field(default_factory=list)

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        self.asked += [task.lane for task in tasks]
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        return Outcome(AttemptOutcome.COMPLETED)

    def close(self) -> None: ...


def test_phones_that_only_entries_name_are_had_too(tmp_path: Path) -> None:
    text = CAMPAIGN.replace("devices: shelf", "devices: [shelf, R58M123ABC]")
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    named = ["VIRTUAL01", "VIRTUAL02", "R58M123ABC"]
    assert serials_for([tmp_path], None) == named
    assert serials_for([tmp_path], 1) == [*named, "VIRTUAL03"]
    (tmp_path / "demo.yaml").write_text(text.replace("[shelf, R58M123ABC]", "[R58M123ABC]"), encoding="utf-8")
    assert serials_for([tmp_path], None) == named
    bare = text.replace("devices: {shelf: [VIRTUAL01, VIRTUAL02]}\n", "").replace(
        "[shelf, R58M123ABC]", "[R58M123ABC]"
    )
    (tmp_path / "demo.yaml").write_text(bare, encoding="utf-8")
    assert serials_for([tmp_path], None) == ["R58M123ABC"]


def test_a_file_that_means_nothing_names_no_phones(tmp_path: Path) -> None:
    text = CAMPAIGN.replace("devices: shelf", "devices: shelv").replace("script: follow", "script: folow")
    assert text != CAMPAIGN
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    assert serials_for([tmp_path], 1) == ["VIRTUAL01"]


def test_a_phone_that_cannot_be_had_is_away() -> None:
    recording = Recording()
    campaign = resolve_campaign(load_text(CAMPAIGN.replace("VIRTUAL0", "A"), "demo.yaml"))
    backend = RehearsalBackend(recording, cast(Rehearsal, Crowded("A1")))
    tasks = list(manual(campaign, "1", datetime(2026, 11, 21, tzinfo=UTC))[1])
    why = "A2: no virtual phone could be started: no more room"

    assert backend.check(tasks) == [Problem("A2", why, is_away=True)] * 2
    assert recording.asked == ["A1"] * 2
    anything = cast(Journal, None), cast(Listener, None), cast(StopSignal, None), 0.0
    assert backend.perform(tasks[0], *anything).outcome is AttemptOutcome.COMPLETED
    assert backend.perform(tasks[-1], *anything) == Outcome(AttemptOutcome.FAILED, why, again=Again.WHEN_BACK)


def test_a_rehearsal_replaces_the_adb_server_and_every_backend(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"RUNNER_STATE_DIR": str(tmp_path), "ANDROID_ADB_SERVER_PORT": "5037"}
    )
    rehearsal = Rehearsal(["A1"], tmp_path, lambda: None)
    backends = rehearsal.replace_backends({"device": Recording(), "local_api": Recording()})
    assert list(backends) == ["device"]
    assert isinstance(backends["device"], RehearsalBackend)
    replaced = rehearsal.replace_phones(settings)
    assert replaced == replace(settings, adb_port=rehearsal.adb_port)
    assert replaced.adb_port != settings.adb_port
