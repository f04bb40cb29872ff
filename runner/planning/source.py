"""The sources of a plan: campaigns, and a window of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from runner.campaign.resolve import ResolvedCampaign
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


class Named(Protocol):
    """An occurrence of a campaign, or a part of one."""

    @property
    def campaign(self) -> str: ...

    @property
    def nominal(self) -> str: ...


class Clocks:
    """On whose clocks tasks and occurrences are told: those of the zone in their nominal time, else of the campaign."""

    def __init__(self, campaigns: Iterable[ResolvedCampaign]) -> None:
        self._zones = {campaign.name: campaign.zone for campaign in campaigns}

    def zone_of(self, one: Named) -> ZoneInfo:
        return zone_in(one.nominal) or self._zones[one.campaign]

    def local(self, task: Task) -> datetime:
        """When a task is due, on its clocks."""
        return task.due_utc.astimezone(self.zone_of(task))

    def elsewhere(self, task: Task) -> str:
        """` in America/New_York` where a task is on other clocks than its campaign's, else nothing."""
        zone = self.zone_of(task)
        return "" if zone == self._zones[task.campaign] else f" in {zone}"
