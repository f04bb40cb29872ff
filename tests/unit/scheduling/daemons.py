"""A daemon's sense of time on a clock that a test moves, over a ledger that outlives it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.clock import ManualClock
from runner.events import ClockStepped, Event, OccurrenceDecided
from runner.planning.plannable_entry import plannable_entries
from runner.scheduling.timetable import Timetable
from runner.store.campaign_rows import InForce
from runner.store.ledger import Ledger
from runner.store.rows import OccurrenceRow, TaskRow
from runner.tasks import Task

NINE = '"09:00"'
HALF_HOURS = '{every: 30m, between: "00:00-23:59"}'


class SteppingClock(ManualClock):
    """A clock that can be set like the machine's, while the monotonic one goes on."""

    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Life:
    """One life of a daemon after another, each with a timetable of its own."""

    def __init__(self, ledger: Ledger, clock: SteppingClock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.submitted: list[Task] = []
        self.events: list[Event] = []
        self.timetable = self._new()

    def put_in_force(self, *campaigns: ResolvedCampaign) -> None:
        """Record what reading the files would record."""
        for campaign in campaigns:
            name, path = campaign.name, campaign.document.path
            version = self.ledger.campaigns.record(name, path, campaign.document.text, campaign.commit)
            rules = frozenset(
                (plannable.name[1], rule.written)
                for plannable in plannable_entries([campaign])
                for rule in plannable.rules
            )
            now = self.clock.now()
            self.ledger.campaigns.put_in_force(InForce(name, path, version, campaign.commit, rules, now))

    def start(self, *campaigns: ResolvedCampaign) -> None:
        self.put_in_force(*campaigns)
        self.timetable = self._new()
        self.timetable.begin(campaigns)

    def reload(self, *campaigns: ResolvedCampaign) -> None:
        self.put_in_force(*campaigns)
        self.timetable.replace(campaigns)

    def go_on(self, seconds: float, every: float = 5.0) -> None:
        """Let time pass, with a tick at each step."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 0:
            self.clock.advance(min(every, left))
            self.timetable.beat()

    def sleep(self, seconds: float) -> None:
        """The machine sleeps: its clock goes on, the monotonic one does not."""
        self.clock.step(seconds)
        self.timetable.beat()

    def rows(self, entry: str = "publish", campaign: str = "demo") -> list[OccurrenceRow]:
        return list(reversed(self.ledger.occurrences.of_entry(campaign, entry, limit=1000)))

    def states(self, entry: str = "publish", campaign: str = "demo") -> list[tuple[str, str]]:
        """Each occurrence of an entry: its nominal time without the zone, and its state."""
        rows = self.rows(entry, campaign)
        return [(row.occurrence.nominal.partition("[")[0], row.state.value) for row in rows]

    def tasks(self) -> list[TaskRow]:
        return self.ledger.tasks.all()

    def decided(self) -> list[OccurrenceDecided]:
        return [event for event in self.events if isinstance(event, OccurrenceDecided)]

    def steps(self) -> list[ClockStepped]:
        return [event for event in self.events if isinstance(event, ClockStepped)]

    def _new(self) -> Timetable:
        return Timetable(self.ledger, self.clock, self._submit, self.events.append)

    def _submit(self, tasks: Sequence[Task]) -> None:
        self.submitted += tasks


def local(text: str) -> datetime:
    """An instant on the clocks of Stockholm in winter: `21 09:00` is that day of November 2026."""
    return datetime.fromisoformat(f"2026-11-{text}+01:00")


def campaign(
    *start_times: str,
    more: str = "",
    name: str = "demo",
    entry: str = "publish",
    head: str = "",
    devices: Sequence[str] = ("R58M123ABC", "R58M456DEF"),
    commit: str | None = "f40866b",
) -> ResolvedCampaign:
    """A campaign of one entry that posts; start times are YAML, `more` are its other keys, separated by `;`."""
    text = f"""\
version: 1
name: {name}
timezone: Europe/Stockholm
{head}
scripts:
  {entry}:
    script: post
    devices: [{", ".join(devices)}]
    config: {{material_list: [a.mp4]}}
    start_times: [{", ".join(start_times)}]
"""
    text += "".join(f"    {item.strip()}\n" for item in more.split(";") if item.strip())
    loaded = load_text(text, f"{name}.yaml")
    assert not loaded.diagnostics, loaded.diagnostics
    return resolve_campaign(loaded, commit)


def a_task(campaign: str, device: str = "A1", entry: str = "publish") -> Task:
    """A task that posts, of a campaign about which nothing else is known."""
    return Task(
        key=f"{campaign}/{entry}/n/{device}",
        campaign=campaign,
        entry=entry,
        script="post",
        backend="device",
        device=device,
        username=None,
        target=None,
        nominal="n",
        ordinal=0,
        due_utc=datetime(2026, 11, 21, 8, tzinfo=UTC),
        timeout_s=600,
        config={},
    )
