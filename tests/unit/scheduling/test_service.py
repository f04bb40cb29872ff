"""Files come into force, occurrences are carried out, and what is gone is cancelled: all parts, on a real clock."""

import errno
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from daemons import a_task
from until import until

from runner.backends.backend import Problem
from runner.clock import SystemClock
from runner.errors import FolderError, LedgerError
from runner.events import (
    CampaignChanged,
    CampaignsReloaded,
    DaemonTroubled,
    Event,
    FilesPolled,
    OccurrenceDecided,
    TroubleOver,
)
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import Journal, Listener, StopSignal
from runner.scheduling import alarm as alarm_module
from runner.scheduling import campaign_files as files_module
from runner.scheduling import watch as watch_module
from runner.scheduling.jobs import Jobs
from runner.scheduling.registry import Registry
from runner.scheduling.service import Service
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.phone_rows import PhoneFacts
from runner.tasks import AttemptOutcome, Outcome, Task

PATIENCE_S = 20.0
FLOW = "version: 1\nname: visit\napp: tiktok\neffects: none\nsteps:\n  - launch:\n"


class Slow:
    """A backend that does nothing, and ends a task when it is told to."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, datetime]] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        return []

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self.begun.append((task.key, SystemClock().now()))
        self.go_on.wait(PATIENCE_S)
        return Outcome(AttemptOutcome.COMPLETED)

    def close(self) -> None: ...


class Daemon:
    def __init__(self, folder: Path, ledger: Ledger) -> None:
        clock = SystemClock()
        self.folder, self.ledger, self.backend = folder, ledger, Slow()
        self.events: list[Event] = []
        self.registry = Registry(ledger)
        self.executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(folder / "artifacts"),
            backends={"device": self.backend},
            limiter=Limiter(ledger.effects, self.registry.limits, UTC, clock),
            clock=clock,
            sink=self.events.append,
            mode=Mode.daemon(),
        )
        self.failures: list[BaseException] = []
        self.jobs = Jobs(clock, self.executor.clock_watch, self.failures.append)
        self.service = Service(
            [folder], ledger, self.executor, clock, self.events.append, self.registry, self.jobs
        )
        self.is_started = False

    def write(self, *start_times: str, name: str = "demo", entry: str = "greet", more: str = "") -> None:
        times = ", ".join(f'"{time}"' for time in start_times)
        self.put(
            f"version: 1\nname: {name}\ntimezone: UTC\nlimits: {{min_gap: 0s}}\nscripts:\n"
            f'  {entry}: {{script: follow, devices: [A1], config: {{target_users: ["@n"]}}, '
            f"start_times: [{times}]{more}}}\n",
            f"{name}.yaml",
        )

    def put(self, text: str, file: str) -> None:
        (self.folder / file).write_text(text)

    def start(self) -> None:
        self.jobs.__enter__()
        self.service.start()
        self.is_started = True
        self.executor.submit(self.ledger.tasks.pending())
        self.executor.start()

    def stop(self) -> None:
        self.backend.go_on.set()
        self.jobs.stop()
        if self.is_started:
            self.service.stop()
        self.executor.close()
        assert self.failures == []

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", SystemClock()) as ledger:
        made = Daemon(folder, ledger)
        yield made
        made.stop()


def soon() -> str:
    """A start time that a loaded machine does not reach before its campaign is in force."""
    return (SystemClock().now() + timedelta(seconds=4)).replace(microsecond=0).isoformat()


FAR = "2099-01-01T00:00:00+00:00"


def test_a_start_time_that_comes_is_carried_out_not_before(daemon: Daemon):
    at = soon()
    daemon.write(at)
    daemon.start()
    assert daemon.service.next_start() == datetime.fromisoformat(at)
    until(lambda: daemon.told(OccurrenceDecided))
    until(lambda: daemon.backend.begun)
    assert daemon.backend.begun[0][1] >= datetime.fromisoformat(at)


def test_a_file_that_changes_takes_effect_at_once(daemon: Daemon):
    daemon.write(FAR)
    daemon.start()
    daemon.write(FAR, entry="other")
    until(lambda: [event for event in daemon.told(CampaignChanged) if event.entry == "other"])
    at = soon()
    daemon.write(at, entry="other")
    until(lambda: daemon.backend.begun)
    assert daemon.ledger.occurrences.of_entry("demo", "other")[
        0
    ].occurrence.instant_utc == datetime.fromisoformat(at)


def test_a_phone_that_fits_once_it_was_asked_works_from_the_next_occurrence_on(daemon: Daemon):
    daemon.put("version: 1\ndevices:\n  left: {serial: A1}\n  right: {serial: B1}\n", "devices.yaml")
    daemon.write(FAR)
    text = (daemon.folder / "demo.yaml").read_text().replace("[A1]", "pixels")
    daemon.put(f"{text}devices: {{pixels: {{match: {{model: Pixel*}}}}}}\n", "demo.yaml")
    daemon.start()

    def works_on() -> tuple[str, ...]:
        (campaign,) = daemon.registry.in_force()
        assert set(campaign.phones) == {"A1", "B1"}
        return campaign.entries[0].devices

    assert works_on() == ()
    daemon.ledger.phones.learn("B1", PhoneFacts("Google Pixel 8"))
    daemon.service.rematch()
    assert works_on() == ("B1",)


def test_a_reload_cancels_what_was_not_begun_of_an_entry_that_is_gone(daemon: Daemon):
    daemon.write(soon(), more=", spread: 1h")
    daemon.put(
        (daemon.folder / "demo.yaml").read_text().replace("[A1]", "[A1, A2]"),
        "demo.yaml",
    )
    daemon.backend.go_on.clear()
    daemon.start()
    until(lambda: daemon.backend.begun)
    daemon.write(FAR, entry="other")
    until(lambda: [event for event in daemon.told(CampaignsReloaded) if event.cancelled])
    first, second = daemon.ledger.tasks.all()
    assert (first.state, second.state) == ("running", "cancelled")
    assert second.reason == "the entry greet was removed from the campaign demo"
    daemon.backend.go_on.set()
    until(lambda: daemon.ledger.tasks.get(first.task.key).state == "completed")


def test_a_campaign_that_is_gone_at_the_start_has_its_tasks_cancelled(daemon: Daemon, tmp_path: Path):
    daemon.write(soon(), more=", spread: 1h")
    daemon.put((daemon.folder / "demo.yaml").read_text().replace("[A1]", "[A1, A2]"), "demo.yaml")
    daemon.start()
    until(lambda: daemon.backend.begun)
    daemon.stop()
    (daemon.folder / "demo.yaml").unlink()
    again = Daemon(daemon.folder, daemon.ledger)
    again.write(FAR, name="rest")
    again.start()
    (waiting,) = [row for row in daemon.ledger.tasks.all() if row.task.device == "A2"]
    assert waiting.state == "cancelled"
    assert waiting.reason.startswith("the campaign demo was withdrawn: ")
    again.stop()
    daemon.is_started = False


def test_a_folder_that_is_emptied_is_told_of_once_and_changes_nothing(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alarm_module, "TICK_S", 0.02)
    monkeypatch.setattr(watch_module, "ANYWAY_S", 0.1)
    looks: list[object] = []
    discover = files_module.discover
    monkeypatch.setattr(files_module, "discover", lambda paths: looks.append(paths) or discover(paths))
    daemon.write(FAR)
    daemon.start()
    text = (daemon.folder / "demo.yaml").read_text()
    (daemon.folder / "demo.yaml").unlink()
    until(lambda: daemon.told(DaemonTroubled))
    seen = len(looks)
    until(lambda: len(looks) > seen + 2)
    (troubled,) = daemon.told(DaemonTroubled)
    assert troubled.hint is not None and troubled.hint.startswith("what was in force stays")
    assert [campaign.name for campaign in daemon.service.campaigns] == ["demo"]
    daemon.put(text, "demo.yaml")
    until(lambda: daemon.told(TroubleOver))
    assert daemon.told(TroubleOver) == [TroubleOver("the campaigns can be read again")]


def test_a_system_without_notifications_is_told_of_once(daemon: Daemon, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(watch_module, "RustNotify", refuse)
    daemon.write(FAR)
    daemon.start()
    daemon.service.reload()
    (told,) = daemon.told(FilesPolled)
    assert "max_user_watches" in told.hint


def test_a_folder_that_is_empty_at_the_start_is_refused(daemon: Daemon):
    with pytest.raises(FolderError):
        daemon.start()


def test_a_reload_that_the_ledger_refuses_is_done_again(daemon: Daemon, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alarm_module, "TICK_S", 0.1)
    daemon.write(FAR)
    daemon.start()
    failed = threading.Event()
    load = daemon.ledger.campaigns.schedules

    def fail() -> None:
        failed.set()
        raise LedgerError("the disk is full")

    monkeypatch.setattr(daemon.ledger.campaigns, "schedules", fail)
    at = soon()
    daemon.write(at)
    assert failed.wait(PATIENCE_S)
    until(lambda: daemon.told(DaemonTroubled))
    monkeypatch.setattr(daemon.ledger.campaigns, "schedules", load)
    until(lambda: daemon.backend.begun)


def test_a_reload_that_finds_nothing_new_is_not_told_of(daemon: Daemon):
    daemon.write(FAR)
    daemon.start()
    before = len(daemon.told(CampaignsReloaded))
    daemon.service.reload()
    assert len(daemon.told(CampaignsReloaded)) == before == 1


def test_what_is_left_of_a_withdrawn_campaign_is_done_with_its_flows_as_they_were(daemon: Daemon):
    (daemon.folder / "flows").mkdir()
    daemon.put(
        "version: 1\nname: own\ntimezone: UTC\nlimits: {min_gap: 7s}\nscripts:\n"
        "  look: {script: visit, devices: [A1]}\n",
        "own.yaml",
    )
    daemon.put(FLOW, "flows/visit.yaml")
    (daemon.folder / "apps").mkdir()
    profile = "version: 1\napp: tiktok\nelements: {home_tab: {desc: Start}}\n"
    daemon.put(profile, "apps/tiktok.yaml")
    daemon.write(FAR)
    daemon.start()
    (daemon.folder / "own.yaml").unlink()
    (daemon.folder / "apps" / "tiktok.yaml").unlink()
    daemon.put("gone: wrong\n", "flows/visit.yaml")
    daemon.service.reload()
    assert [campaign.name for campaign in daemon.service.campaigns] == ["demo"]
    own = daemon.registry.flows["own", "visit"]
    assert (own.path, own.text) == (str(daemon.folder / "flows" / "visit.yaml"), FLOW)
    assert daemon.registry.profiles("own")["tiktok"].text == profile
    assert daemon.registry.profiles("demo") == daemon.registry.profiles("nobody") == {}
    assert daemon.registry.limits(a_task("own")).min_gap == timedelta(seconds=7)


def test_the_registry_knows_limits_and_flows_by_every_name(daemon: Daemon):
    daemon.put(
        "version: 1\nname: new\nformerly: [old]\ntimezone: UTC\n"
        "limits: {per_device: {per_day: {follow: 7}}}\nscripts:\n"
        '  greet: {script: follow, devices: [A1], config: {target_users: ["@n"]}}\n',
        "new.yaml",
    )
    daemon.ledger.campaigns.record(
        "by-hand", "by-hand.yaml",
        "version: 1\nname: by-hand\nlimits: {min_gap: 5s}\nscripts:\n"
        '  greet: {script: follow, devices: [A1], config: {target_users: ["@n"]}}\n', None,
    )  # fmt: skip
    daemon.start()
    caps = {
        name: daemon.registry.limits(a_task(name)).caps["follow"][0].at_most
        for name in ("new", "old", "none")
    }
    assert caps == {"new": 7, "old": 7, "none": 40}
    assert daemon.registry.limits(a_task("by-hand")).min_gap == timedelta(seconds=5)
    assert daemon.registry.flow("new", "follow") is None
    assert not daemon.registry.flows
