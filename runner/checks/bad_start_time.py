"""Check `bad-start-time`: a start time that no calendar or clock holds."""

import re
from collections.abc import Iterator

from runner.campaign import patterns
from runner.checks.unknown_reference import is_start_time
from runner.checks.view import CampaignView, Item
from runner.diagnostics import Diagnostic
from runner.planning.rules import parse

CODE = "bad-start-time"

_HINT = "write HH:MM for every day, or a date and time for once: 2026-12-01T18:00, 2026-12-01T18:00+01:00"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    names = campaign.section("start_times")
    for entry in campaign.entries:
        for item in entry.start_times:
            if item.text not in names and is_start_time(item.text, names):
                yield from _problem(campaign, item)
    for name, text in names.items():
        if isinstance(text, str) and re.match(patterns.START_TIME, text):
            yield from _problem(campaign, Item(("start_times", name), text))


def _problem(campaign: CampaignView, item: Item) -> Iterator[Diagnostic]:
    if not re.match(patterns.START_TIME, item.text):
        yield campaign.problem(CODE, item.path, f"`{item.text}` is no start time", _HINT)
        return
    try:
        parse(item.text)
    except ValueError as error:
        yield campaign.problem(CODE, item.path, str(error), _HINT)
