"""What is asked about campaigns in force, their start times, and files that are wrong."""

from runner.store.asked.questions import AskedPart
from runner.store.campaign_rows import CampaignRow, InvalidFile, ScheduleRow

CAMPAIGNS = (
    "SELECT campaigns.name, campaigns.path, campaigns.campaign_version_id, campaign_versions.text,"
    " campaigns.git_commit, campaigns.since_utc, campaigns.withdrawn_utc, campaigns.withdrawn_reason,"
    " campaigns.flows FROM campaigns"
    " JOIN campaign_versions ON campaign_versions.id = campaigns.campaign_version_id"
)
"""The columns of `CampaignRow`."""


class AskedCampaigns(AskedPart):
    def all(self) -> list[CampaignRow]:
        """Every campaign that the daemon has met, by name; see `CampaignRow` for which of them are in force."""
        rows = self._ask("read the campaigns in force", f"{CAMPAIGNS} ORDER BY campaigns.name")
        return [CampaignRow(*row) for row in rows]

    def get(self, name: str) -> CampaignRow | None:
        """One campaign that the daemon has met."""
        rows = self._ask(f"read the campaign {name}", f"{CAMPAIGNS} WHERE campaigns.name = :name", name=name)
        return next((CampaignRow(*row) for row in rows), None)

    def schedules(self, campaign: str | None = None, entry: str | None = None) -> list[ScheduleRow]:
        """The start times that are or were in force, of a campaign and an entry, oldest first."""
        wanted = {"campaign": campaign, "entry": entry}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in given)
        question = (
            "SELECT campaign, entry, rule, first_seen_utc, gone_utc FROM schedules"
            f"{f' WHERE {where}' if where else ''} ORDER BY id"
        )
        return [ScheduleRow(*row) for row in self._ask("read the schedules", question, **given)]

    def invalid_files(self) -> list[InvalidFile]:
        """The campaign files of the daemon's paths that are wrong, or cannot be read, by path."""
        question = "SELECT path, campaign, problem, git_commit, since_utc FROM invalid_files ORDER BY path"
        return [InvalidFile(*row) for row in self._ask("read which campaign files are invalid", question)]
