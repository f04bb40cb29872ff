"""Checked campaigns in compact form, so that a thousand of them need little more memory than one."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from runner.campaign.loader import load_text
from runner.checks.calendar import Horizon
from runner.checks.files import Files
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic


class CompactCampaign:
    """A campaign: text, names and problems. Its view is made anew from the text if there is more to say."""

    def __init__(self, campaign: CampaignView) -> None:
        self.path = campaign.document.path
        self.found = campaign.found
        self.name = campaign.text("name")
        self.former_names = campaign.former_names
        self.own_accounts = [
            one for one in campaign.accounts.values() if one.name in campaign.section("accounts")
        ]
        self._text = campaign.document.text
        self._now: datetime = campaign.horizon.now
        self._fleet_zone = campaign.horizon.fleet_zone

    @cached_property
    def view(self) -> CampaignView:
        return CampaignView(load_text(self._text, self.path), Horizon(self._now, self._fleet_zone), Files())

    def new_problems(self, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The problems that are to be told, of those that a check of several campaigns finds in this one."""
        known = len(self.view.found)
        # The view leaves out what stands where the structure is wrong already.
        self.view.add(problems)
        told = self.view.found[known:]
        del self.view.found[known:]
        return told
