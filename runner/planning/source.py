"""What a plan is made from: campaigns, and a window of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from runner.campaign.document import Document
from runner.campaign.loader import Loaded
from runner.campaign.resolve import ResolvedCampaign, resolve
from runner.planning.occurrences import zone_in
from runner.tasks import Task


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `until_utc` exclusive."""

    from_utc: datetime
    until_utc: datetime

    @property
    def length(self) -> timedelta:
        return self.until_utc - self.from_utc

    @classmethod
    def after(cls, from_utc: datetime) -> "Window":
        """All the time from an instant on."""
        return cls(from_utc, datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Source:
    """A campaign to plan from: its file, its names resolved, the git revision of the file."""

    document: Document
    campaign: ResolvedCampaign
    commit: str | None = None

    @classmethod
    def of(cls, loaded: Loaded, commit: str | None = None) -> "Source":
        """A loaded file, whose checks found no error, as a source."""
        assert not loaded.has_errors, f"{loaded.document.path} has errors"
        return cls(loaded.document, resolve(loaded), commit)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall-clock times, save those of groups that name their own; UTC if it names none."""
        return ZoneInfo(self.campaign.timezone or "UTC")


class Named(Protocol):
    """An occurrence of a campaign, or a part of one."""

    @property
    def campaign(self) -> str: ...

    @property
    def nominal(self) -> str: ...


class Clocks:
    """On whose clocks tasks and occurrences of campaigns are told: those that name a zone bear it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._zones = {source.campaign.name: source.zone for source in sources}

    def zone_of(self, one: Named) -> ZoneInfo:
        return zone_in(one.nominal) or self._zones[one.campaign]

    def local(self, task: Task) -> datetime:
        """When a task is due, on its clocks."""
        return task.due_utc.astimezone(self.zone_of(task))

    def elsewhere(self, task: Task) -> str:
        """` in America/New_York` where a task is on other clocks than its campaign's, else nothing."""
        zone = self.zone_of(task)
        return "" if zone == self._zones[task.campaign] else f" in {zone}"
