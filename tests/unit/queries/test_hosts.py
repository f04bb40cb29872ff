"""What is said of hosts: `runner hosts` and `runner why`, scene by scene, as golden files beside this one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from claims import claim
from host_shelf import HostShelf

from runner.clock import Clock, ManualClock, SystemClock
from runner.execution.record_run import record_now
from runner.queries.hosts import Hosts, HostState, hosts, troubles
from runner.queries.overview import overview
from runner.queries.phone_findings import of_host
from runner.queries.situation import Situation
from runner.queries.why import explain_tasks
from runner.queries.why_entry import explain_entry
from runner.queries.why_host import askew
from runner.reports.advice import Options
from runner.reports.hosts_json import hosts_data
from runner.reports.hosts_text import print_hosts
from runner.reports.terminal import Terminal
from runner.reports.why_text import print_why
from runner.scheduling.folder import CampaignFolder
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.store.phones import PhoneSeen

NOW = datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
GOLDEN = Path(__file__).parent / "hosts"
PHONES = ("S1", "S2", "S3")

CAMPAIGN = """\
version: 1
name: demo
timezone: Europe/Stockholm
devices: {shelf: [S1, S2, S3]}
scripts:
  greet:
    script: follow
    devices: shelf
    config: {target_users: ["@north"]}
    start_times: ["20:00"]
"""

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass
class Scene:
    """Three phones on two hosts and a standby; a task is due on each phone, and the one on S1 has begun."""

    ledger: Ledger
    clock: Clock
    shelf: HostShelf

    def begin(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "demo.yaml").write_text(CAMPAIGN, encoding="utf-8")
        campaigns = CampaignFolder([folder], self.ledger, self.clock).load().campaigns
        record_now(self.ledger, campaigns[0], "1", self.clock.now())
        self.ledger.phones.note([PhoneSeen(serial, "device", 80) for serial in PHONES])
        self.shelf.host("berlin", "S1", is_daemon=True, url="http://berlin:8000")
        self.shelf.host("oslo", "S2", "S3")
        self.shelf.host("paris", is_daemon=True, url="http://paris:8000")
        self.shelf.leads("berlin")
        self.shelf.began(claim(self.ledger, self.key("S1")).id, "berlin")

    def key(self, serial: str) -> str:
        return f"demo/greet/run:1/{serial}/@north"

    @property
    def situation(self) -> Situation:
        return Situation.read(self.ledger, self.clock.now(), ZONE, None)

    @property
    def view(self) -> Hosts:
        found = hosts(self.ledger, self.situation, tuple(resolved_in_force(self.ledger).values()))
        assert found is not None
        return found

    def said(self) -> str:
        """What the two commands print."""
        out = StringIO()
        terminal, options = Terminal(out), Options(" --store URL")
        print_hosts(self.view, ZONE, terminal, options)
        for serial in PHONES:
            terminal.say()
            terminal.say(f"$ runner why {self.key(serial)}")
            answers = explain_tasks(self.ledger, [self.key(serial)], self.situation)
            print_why(answers, ZONE, terminal, options)
        terminal.say()
        terminal.say("$ runner why demo/greet")
        coming = explain_entry(self.ledger, "demo", "greet", None, self.situation)[-1:]
        print_why(coming, ZONE, terminal, options)
        return out.getvalue()


@pytest.fixture(params=["file", "postgres"])
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_ledgers: None
) -> Iterator[Scene]:
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.chdir(tmp_path)
    clock: Clock = ManualClock(NOW)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    if request.param == "postgres":  # its clock is its own
        clock, url = SystemClock(), str(request.getfixturevalue("postgres_ledger"))
    with Ledger.open(url, clock) as ledger:
        made = Scene(ledger, clock, HostShelf(ledger, clock))
        made.begin(tmp_path / "campaigns")
        yield made


def all_is_well(scene: Scene) -> None:
    pass


def a_worker_died(scene: Scene) -> None:
    scene.shelf.dies("oslo", ago=42 * SECOND)


def the_leader_died(scene: Scene) -> None:
    scene.shelf.dies("berlin", ago=4 * SECOND + 5 * SECOND)
    scene.shelf.leads("paris", since=SECOND)


def nobody_leads(scene: Scene) -> None:
    scene.shelf.dies("berlin", ago=42 * SECOND)
    scene.shelf.dies("paris", ago=2 * MINUTE)


def a_worker_stopped(scene: Scene) -> None:
    scene.shelf.stops("oslo", "terminated", ago=3 * MINUTE)


def a_host_is_silent(scene: Scene) -> None:
    scene.shelf.is_silent("oslo", ago=4 * SECOND)


def a_phone_is_on_two_hosts(scene: Scene) -> None:
    scene.shelf.takes("paris", "S2")


def a_phone_is_gone(scene: Scene) -> None:
    scene.shelf.gives("oslo", "S3")


def versions_differ(scene: Scene) -> None:
    scene.shelf.host("oslo", "S2", "S3", version="1.2.4")


def a_phone_is_not_there_after_a_restart(scene: Scene) -> None:
    scene.shelf.host("oslo", "S2", since=SECOND)


SCENES: list[Callable[[Scene], None]] = [
    all_is_well,
    a_worker_died,
    the_leader_died,
    nobody_leads,
    a_worker_stopped,
    a_host_is_silent,
    a_phone_is_on_two_hosts,
    a_phone_is_gone,
    versions_differ,
    a_phone_is_not_there_after_a_restart,
]


@pytest.mark.parametrize("happens", SCENES, ids=lambda happens: happens.__name__)
def test_what_is_said(
    happens: Callable[[Scene], None], scene: Scene, golden: Callable[[Path, str], None]
) -> None:
    happens(scene)
    said, path = scene.said(), GOLDEN / f"{happens.__name__}.txt"
    if isinstance(scene.clock, ManualClock):
        golden(path, said)
    else:
        assert without_times(said) == without_times(path.read_text(encoding="utf-8"))


def without_times(said: str) -> str:
    """The same with one word for each instant, with one space between words: whatever the clocks of a server show."""
    instant = r"(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d(?::\d\d)?(?:\[\S+\])?"
    at_once = said.partition("$ runner why demo/greet\n")[0]  # what lies ahead depends on the time of the day
    return re.sub(" +| for \\d+ s", " ", re.sub(instant, "THEN", at_once))


def test_a_ledger_of_one_host_names_none(tmp_path: Path, quick_ledgers: None) -> None:
    clock = ManualClock(NOW)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        situation = Situation.read(ledger, NOW, ZONE, None)
        assert situation.hosts is None and hosts(ledger, situation, ()) is None
        assert hosts_data(None)["shared"] is False and hosts_data(None)["hosts"] == []
        assert overview(ledger, situation).hosts is None


def test_what_runs_and_waits_counts_where_it_does(scene: Scene) -> None:
    told = {line.name: line for line in scene.view.lines}
    assert [task.task.lane for task in told["berlin"].running] == ["S1"]
    assert (told["berlin"].waiting, told["oslo"].waiting, told["paris"].waiting) == (0, 2, 0)
    assert (told["oslo"].ready, len(told["oslo"].phones)) == (2, 2)
    data = json.loads(json.dumps(hosts_data(scene.view)))
    assert data["leader"] == "berlin" and data["shared"]
    assert [one["name"] for one in data["hosts"]] == ["berlin", "oslo", "paris"]
    assert [lane["name"] for lane in data["hosts"][1]["lanes"]] == ["S2", "S3"]
    assert data["troubles"] == []


def test_a_host_that_comes_back_takes_up_what_waited(scene: Scene) -> None:
    scene.shelf.dies("oslo", ago=MINUTE)
    assert explain_tasks(scene.ledger, [scene.key("S2")], scene.situation)[0].verdict == "host-gone"
    scene.shelf.host("oslo", "S2", "S3")
    assert explain_tasks(scene.ledger, [scene.key("S2")], scene.situation)[0].verdict == "queued"
    assert {line.state for line in scene.view.lines} == {
        HostState.LEADS,
        HostState.WORKS,
        HostState.STANDBY,
    }


def test_the_overview_says_who_leads_and_what_waits_for_a_host(scene: Scene) -> None:
    scene.shelf.dies("oslo", ago=MINUTE)
    if isinstance(scene.clock, ManualClock):
        scene.clock.advance(1)
    view = overview(scene.ledger, scene.situation)
    assert view.daemon_runs and view.hosts is not None and view.hosts.leads is not None
    assert view.hosts.leads.name == "berlin"
    assert {line.verdict: line.count for line in view.waiting} == {"host-gone": 2}
    assert view.host_by_lane() == {"S1": "berlin", "S2": "oslo", "S3": "oslo"}


def test_a_clock_that_differs_from_the_databases_is_told(scene: Scene) -> None:
    table = scene.situation.hosts
    assert table is not None and table.skew == timedelta()
    exact = replace(table, skew=timedelta(seconds=0.9))
    assert list(troubles(exact, scene.situation.time)) == []
    wrong = replace(table, skew=timedelta(seconds=-12.04))
    (trouble,) = troubles(wrong, scene.situation.time)
    assert trouble.said == "the clock of this machine is 12.0 s behind that of the database"
    assert not trouble.kind.stops_tasks


def test_the_host_whose_clock_differs_is_named_once(scene: Scene) -> None:
    table = scene.situation.hosts
    assert table is not None
    ahead = table.hosts["berlin"]._replace(clock_ahead_us=3_000_000)
    wrong = replace(table, hosts={**table.hosts, "berlin": ahead}, skew=timedelta(seconds=3.1))
    (trouble,) = troubles(wrong, scene.situation.time)
    assert trouble.subject == "berlin"
    assert trouble.said == "the clock of host berlin is 3.0 s ahead of that of the database"
    elsewhere = replace(wrong, skew=timedelta(seconds=-4))
    assert [one.subject for one in troubles(elsewhere, scene.situation.time)] == ["berlin", ""]
    found = [one.said for one in of_host("S1", ahead, scene.situation.time) if one.is_wrong]
    assert found == [trouble.said]
    record = scene.ledger.tasks.record_of(scene.ledger.tasks.all()[0].task.key)
    assert record is not None
    (said,) = askew(record, replace(scene.situation, hosts=wrong))
    assert said == f"Besides, {trouble.said}: tasks begin so much too early there."
    assert askew(record, scene.situation) == []
