"""What the ledger knows of one entry: its campaign's file, its start times, its occurrences."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.occurrences import moments
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.rules import read
from runner.planning.source import Window
from runner.store.asked.ledger import AskedLedger
from runner.store.campaign_rows import CampaignRow, InvalidFile, ScheduleRow
from runner.store.last_good import restore
from runner.store.rows import OccurrenceRow, SpanRow

MOST_SPANS = 1000


@dataclass(frozen=True, slots=True)
class EntryHistory:
    """One entry in the ledger.

    `plannables` are the entry as it is in force, one for each of its zones; `row` is its campaign as the daemon has met
    it; `names` are those that the campaign has had. `campaigns` are all campaigns in force, `invalid_files` all files
    that are wrong.
    """

    ledger: AskedLedger
    campaign: str
    entry: str
    names: tuple[str, ...]
    row: CampaignRow | None
    plannables: tuple[PlannableEntry, ...]
    schedules: tuple[ScheduleRow, ...]
    campaigns: Mapping[str, ResolvedCampaign]
    invalid_files: tuple[InvalidFile, ...]

    @classmethod
    def read(
        cls, ledger: AskedLedger, campaign: str, entry: str, campaigns: Mapping[str, ResolvedCampaign]
    ) -> "EntryHistory":
        resolved = campaigns.get(campaign)
        entries = resolved.entries if resolved else ()
        found = next((one for one in entries if one.name == entry), None)
        return cls(
            ledger=ledger,
            campaign=campaign,
            entry=entry,
            names=(campaign, *(resolved.formerly if resolved else ())),
            row=next((row for row in ledger.campaigns.all() if row.name == campaign), None),
            plannables=tuple(PlannableEntry.in_zones(resolved, found)) if resolved and found else (),
            schedules=tuple(ledger.campaigns.schedules(campaign, entry)),
            campaigns=campaigns,
            invalid_files=tuple(ledger.campaigns.invalid_files()),
        )

    @property
    def is_known(self) -> bool:
        return bool(self.plannables or self.schedules or self.recorded(limit=1))

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of the campaign's wall-clock times, if it is known."""
        campaign = self._last_campaign
        return campaign.zone if campaign else None

    @property
    def zones(self) -> list[ZoneInfo]:
        """The zones in which the entry is, or was last, if they are known: the campaign's, or its groups'."""
        plannables = self.plannables
        if not plannables and (campaign := self._last_campaign):
            plannables = tuple(
                plannable for plannable in plannable_entries([campaign]) if plannable.entry.name == self.entry
            )
        return [plannable.zone for plannable in plannables] or ([self.zone] if self.zone else [])

    @property
    def _last_campaign(self) -> ResolvedCampaign | None:
        return self.campaigns.get(self.campaign) or (restore(self.row) if self.row else None)

    @property
    def on_its_clocks(self) -> str:
        """Words to put behind start times as written, since those do not name their zone."""
        return f" (on the clocks of {' and '.join(map(str, self.zones))})" if self.zones else ""

    @property
    def invalid_file(self) -> InvalidFile | None:
        """The campaign's file, if it is invalid now; a file that names no campaign is known by its own name."""
        for file in self.invalid_files:
            if file.campaign == self.campaign:
                return file
        is_new = self.row is None or self.row.withdrawn_utc is not None
        return next(
            (file for file in self.nameless_files if is_new and Path(file.path).stem == self.campaign), None
        )

    @property
    def nameless_files(self) -> list[InvalidFile]:
        """Invalid files of which nobody can tell to which campaign they belong."""
        return [file for file in self.invalid_files if file.campaign is None]

    def recorded(
        self, from_utc: datetime | None = None, until_utc: datetime | None = None, limit: int = 100
    ) -> list[OccurrenceRow]:
        """Its occurrences in the ledger, under all names of the campaign, newest first."""
        found = [
            row
            for name in self.names
            for row in self.ledger.occurrences.of_entry(name, self.entry, from_utc, until_utc, limit=limit)
        ]
        return sorted(found, key=lambda row: (row.occurrence.instant_utc, row.id), reverse=True)[:limit]

    def open_ones(self) -> list[OccurrenceRow]:
        """Its occurrences with pending or running tasks, oldest first."""
        nominals = {
            it for name in self.names for it in self.ledger.occurrences.open_nominals(name, self.entry)
        }
        found = self.recorded() if nominals else []
        return [row for row in reversed(found) if row.occurrence.nominal in nominals]

    def other_entries(self) -> list[str]:
        """The names of the campaign's entries, including those that it had before."""
        campaign = self.campaigns.get(self.campaign)
        now = [entry.name for entry in campaign.entries] if campaign else []
        return list(
            dict.fromkeys([*now, *(row.entry for row in self.ledger.campaigns.schedules(self.campaign))])
        )

    def campaign_names(self) -> list[str]:
        names = {file.campaign for file in self.invalid_files if file.campaign}
        return sorted(names | {row.name for row in self.ledger.campaigns.all()})

    def gap_at(self, instant: datetime) -> tuple[SpanRow | None, SpanRow | None] | None:
        """The spans of the daemon before and after an instant at which no daemon lived; None if one did."""
        # By what the spans say and not by their order in the ledger: a clock that stepped back has written later ones
        # with earlier times.
        before: SpanRow | None = None
        after: SpanRow | None = None
        for span in sorted(self.ledger.spans.newest(MOST_SPANS), key=lambda span: span.started_utc):
            if span.started_utc <= instant:
                before = span
            elif after is None:
                after = span
        if before is not None and instant <= before.until_utc:
            return None
        return before, after

    def rules_at(self, instant: datetime) -> list[str]:
        """The start times that were in force then, as written."""
        return [row.rule for row in self.schedules if _covers(row, instant)]

    def removed_at(self, window: Window) -> Iterator[tuple[str, datetime]]:
        """The start times that were in force in a window and have an occurrence there, and when they were removed."""
        at, until, zones = window.from_utc, window.until_utc, self.zones or [ZoneInfo("UTC")]
        for row in self.schedules:
            if row.gone_utc and _covers(row, at):
                rule = read(row.rule)
                if any(any(moments(rule, zone, at, until)) for zone in zones):
                    yield row.rule, row.gone_utc

    def first_seen(self, rules: Iterable[str]) -> datetime | None:
        """When the ledger first saw one of these start times."""
        written = set(rules)
        return min((row.first_seen_utc for row in self.schedules if row.rule in written), default=None)

    def gone_since(self) -> datetime | None:
        """Since when none of its start times is in force; None while one is."""
        ends = [row.gone_utc for row in self.schedules]
        return max((end for end in ends if end), default=None) if all(ends) else None


def _covers(row: ScheduleRow, instant: datetime) -> bool:
    return row.first_seen_utc <= instant and (row.gone_utc is None or instant < row.gone_utc)
