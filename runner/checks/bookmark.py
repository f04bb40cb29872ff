"""Campaigns that have been checked and put away, so that a thousand of them need no more memory than one."""

from collections.abc import Iterable
from functools import cached_property

from runner.campaign.loader import load_text
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic


class Bookmark:
    """A campaign: its text, its names and what has been found. It is opened again if there is more to say."""

    def __init__(self, campaign: CampaignView) -> None:
        self.path = campaign.document.path
        self.found = campaign.found
        self.name = campaign.text("name")
        self.former_names = campaign.former_names
        self._text = campaign.document.text
        self._world = campaign.horizon, campaign.files

    @cached_property
    def view(self) -> CampaignView:
        return CampaignView(load_text(self._text, self.path), *self._world)

    def add(self, problems: Iterable[Diagnostic]) -> None:
        """Note what a check of several campaigns finds in this one."""
        known = len(self.view.found)
        self.view.add(problems)
        self.found += self.view.found[known:]
