"""The sound part of a campaign: what is left without names that mean nothing and wrong values."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from runner.campaign.loader import Loaded
from runner.campaign.resolve import resolve_campaign
from runner.checks.calendar import MOST_ZONES
from runner.checks.view import CampaignView
from runner.checks.written import Time, WrittenEntry
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.rules import needs_zone

_SECTIONS = ("devices", "configs", "start_times")


def sound_works(campaign: CampaignView) -> tuple[tuple[WrittenEntry, PlannableEntry], ...]:
    """The entries of a campaign that can be planned. Ask only after the checks on meaning have noted what is wrong."""
    return tuple(_plannables(campaign))


def _plannables(campaign: CampaignView) -> Iterator[tuple[WrittenEntry, PlannableEntry]]:
    sound = _sound(campaign)
    if sound is not None:
        resolved = resolve_campaign(sound)
        written = {entry.name: entry for entry in campaign.entries}
        for entry in resolved.entries:
            yield from (
                (written[entry.name], plannable)
                for plannable in islice(PlannableEntry.in_zones(resolved, entry), MOST_ZONES)
            )


def _sound(campaign: CampaignView) -> Loaded | None:
    """The file without what is wrong in it; None if it has nothing that can be planned."""
    if not campaign.wrong and campaign.loaded.flows.keys() <= campaign.scripts.keys():
        return campaign.loaded
    if not campaign.text("name"):
        return None
    settings = (key for key in campaign.data if key not in (*_SECTIONS, "scripts"))
    data = {key: campaign.data[key] for key in settings if key == "name" or campaign.is_value_sound((key,))}
    for key in _SECTIONS:
        named = campaign.section(key).items()
        data[key] = {name: value for name, value in named if campaign.is_sound((key, name))}
    data["scripts"] = {entry.name: entry.values for entry in campaign.entries if _is_sound(campaign, entry)}
    return replace(campaign.loaded, document=replace(campaign.document, data=data))


def _is_sound(campaign: CampaignView, entry: WrittenEntry) -> bool:
    """Whether the entry and everything that it names mean something."""
    groups, has_zone = campaign.section("devices"), None not in campaign.zones_of(entry)
    named = [("devices", item.text) for item in entry.devices if item.text in groups]
    if entry.config_name:
        named.append(("configs", entry.config_name.text))
    return (
        entry.script is not None
        and entry.script.text in campaign.scripts
        and all(campaign.is_sound(path) for path in (entry.path, *named))
        and all(_is_usable(time, has_zone=has_zone) for time in entry.times)
    )


def _is_usable(time: Time, *, has_zone: bool) -> bool:
    return time.rule is not None and (has_zone or not needs_zone(time.rule))
