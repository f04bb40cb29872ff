"""Campaigns that have been checked and put away, so that a thousand of them need little more memory than one."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from runner.campaign.loader import load_text
from runner.checks.calendar import Horizon
from runner.checks.files import Files
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic


class CompactCampaign:
    """A campaign: its text, its names and what has been found. It is opened again if there is more to say."""

    def __init__(self, campaign: CampaignView) -> None:
        self.path = campaign.document.path
        self.found = campaign.found
        self.name = campaign.text("name")
        self.former_names = campaign.former_names
        self._text = campaign.document.text
        self._now: datetime = campaign.horizon.now
        self._fleet_zone = campaign.horizon.fleet_zone

    @cached_property
    def view(self) -> CampaignView:
        return CampaignView(load_text(self._text, self.path), Horizon(self._now, self._fleet_zone), Files())

    def new_problems(self, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What is to be told of that which a check of several campaigns finds in this one."""
        known = len(self.view.found)
        self.view.add(problems)
        told = self.view.found[known:]
        del self.view.found[known:]
        return told
