"""Check `bad-time-zone`: a time zone that does not exist, or none where a wall-clock time is used."""

from collections.abc import Iterator

from runner.campaign.nearest import nearest
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.planning.rules import needs_zone, parse

CODE = "bad-time-zone"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    name = campaign.text("timezone")
    if "timezone" not in campaign.data:
        yield from _missing(campaign)
    elif name and campaign.zone is None:
        yield campaign.problem(CODE, name.path, f"there is no time zone `{name.text}`", _hint(name.text))


def _hint(name: str) -> str:
    from zoneinfo import available_timezones

    near = nearest(name, sorted(available_timezones()))
    return f"did you mean `{near}`?" if near else "write an IANA name, such as Europe/Stockholm or UTC"


def _missing(campaign: CampaignView) -> Iterator[Diagnostic]:
    """One diagnostic, at the first start time that needs a zone."""
    for item in campaign.used_start_times():
        try:
            needed = needs_zone(parse(item.text))
        except ValueError:
            continue
        if needed:
            message = f"{item.text} is a time of day, and the campaign names no time zone"
            yield campaign.problem(
                CODE, item.path, message, "add `timezone: Europe/Stockholm`, or where you are"
            )
            return
