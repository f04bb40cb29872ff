"""What a plan is made from: campaigns, and a window of time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from runner.campaign.document import Document
from runner.campaign.loader import Loaded
from runner.campaign.resolve import ResolvedCampaign, resolve


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
        """The zone of its wall-clock times; UTC if it names none, and then it may use none."""
        return ZoneInfo(self.campaign.timezone or "UTC")
