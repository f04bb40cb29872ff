"""Check `bad-time-zone`: a time zone that does not exist, or none where a wall-clock time is used."""

from collections.abc import Iterator

from runner.campaign import rewriting
from runner.campaign.nearest import nearest, only_answer
from runner.checks.view import CampaignView
from runner.checks.written import Item, Path
from runner.diagnostics import Diagnostic, Fix
from runner.planning.rules import needs_zone

CODE = "bad-time-zone"

_HINT = "add `timezone: Europe/Stockholm`, or where you are"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    name = campaign.text("timezone")
    if name and campaign.zone is None:
        message = f"there is no time zone `{name.text}`"
        yield campaign.problem(CODE, name.path, message, _hint(name.text), fix=_fix(campaign, name))
    elif "timezone" not in campaign.data and (use := next(_uses(campaign), None)):
        path, what = use
        yield campaign.problem(CODE, path, f"{what}, and the campaign names no time zone", _HINT)


def _hint(name: str) -> str:
    from zoneinfo import available_timezones

    near = nearest(name, sorted(available_timezones()))
    return f"did you mean `{near}`?" if near else "write an IANA name, such as Europe/Stockholm or UTC"


def _fix(campaign: CampaignView, name: Item) -> Fix | None:
    from zoneinfo import available_timezones

    answer = only_answer(name.text, available_timezones())
    return rewriting.fix(campaign.document, name.path, answer) if answer else None


def _uses(campaign: CampaignView) -> Iterator[tuple[Path, str]]:
    """Where a zone is needed, and for what; one is asked for once."""
    for time in campaign.times:
        if time.rule and needs_zone(time.rule):
            yield time.path, f"{time.rule.written} is a wall-clock time"
    if "working_hours" in campaign.section("limits"):
        yield ("limits", "working_hours"), "working hours are wall-clock times"
    if campaign.section("active"):
        yield ("active",), "days begin when the clocks of a time zone say so"
