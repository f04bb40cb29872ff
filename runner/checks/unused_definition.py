"""Check `unused-definition`: no entry uses a group, config or start time."""

from collections.abc import Iterator, Mapping

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "unused-definition"

_KINDS = {"devices": "group of devices", "configs": "config", "start_times": "start time"}


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    if not campaign.entries:
        return
    for section, used in _used(campaign).items():
        defined = campaign.section(section)
        if defined.keys() <= used:
            continue
        used |= {campaign.nearest(name, defined) or name for name in _unknown(campaign, section)}
        for name in defined:
            if name not in used and campaign.is_sound((section, name)):
                message, hint = f"no entry uses the {_KINDS[section]} `{name}`", "use it, or remove it"
                yield campaign.warning(CODE, campaign.head((section, name)), message, hint)


def _used(campaign: CampaignView) -> Mapping[str, set[str]]:
    """The names that entries mention, by the section that should define them."""
    entries = campaign.entries
    return {
        "devices": {item.text for entry in entries for item in entry.devices},
        "configs": {entry.config_name.text for entry in entries if entry.config_name},
        "start_times": {str(time.path[1]) for time in campaign.used_times if time.path[0] == "start_times"},
    }


def _unknown(campaign: CampaignView, section: str) -> Iterator[str]:
    """The names that mean nothing. What each was meant to be counts as used: a slip is one problem, not two."""
    for entry in campaign.entries:
        if section == "devices":
            yield from (item.text for item in entry.unknown_groups)
        elif section == "start_times":
            yield from (item.text for item in entry.unknown_times)
        elif entry.config_name:
            yield entry.config_name.text
