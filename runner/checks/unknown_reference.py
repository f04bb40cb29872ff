"""Check `unknown-reference`: a script, config, group of devices or start time that is not there."""

import re
from collections.abc import Iterable, Iterator

from runner.campaign import patterns
from runner.campaign.nearest import enumeration, nearest
from runner.campaign.schema_file import config_schemas
from runner.checks.view import CampaignView, Item
from runner.diagnostics import Diagnostic

CODE = "unknown-reference"

_GROUP_LIKENESS = 0.8


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    configs, groups = campaign.section("configs"), campaign.section("devices")
    for entry in campaign.entries:
        if entry.script and entry.script.text not in config_schemas():
            yield _unknown(campaign, entry.script, "script", config_schemas(), "the scripts are")
        if entry.config_name and entry.config_name.text not in configs:
            yield _unknown(campaign, entry.config_name, "config", configs, "`configs:` defines")
        for item in entry.devices:
            if item.text not in groups and not is_serial(item.text, groups):
                yield _unknown(campaign, item, "group of devices", groups, "`devices:` defines")
        for item in entry.start_times:
            names = campaign.section("start_times")
            if item.text not in names and not is_start_time(item.text, names):
                yield _unknown(campaign, item, "start time", names, "`start_times:` defines")


def is_serial(text: str, groups: Iterable[str]) -> bool:
    """Whether a text that is no group's name is meant as a serial: it has a digit, and is not like a name."""
    return any(map(str.isdigit, text)) and nearest(text, groups, likeness=_GROUP_LIKENESS) is None


def is_start_time(text: str, names: Iterable[str]) -> bool:
    """Whether a text that is no start time's name is meant as a time itself, be it right or wrong."""
    return re.match(patterns.START_TIME, text) is not None or (
        text[:1].isdigit() and nearest(text, names) is None
    )


def _unknown(
    campaign: CampaignView, item: Item, kind: str, names: Iterable[str], there_are: str
) -> Diagnostic:
    known = list(names)
    near = nearest(item.text, known)
    if near:
        hint = f"did you mean `{near}`?"
    else:
        hint = f"{there_are} {enumeration(known, 'and')}" if known else f"{there_are} none"
    return campaign.problem(CODE, item.path, f"there is no {kind} `{item.text}`", hint)
