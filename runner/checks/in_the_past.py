"""Check `in-the-past`: a start time that fires once, or a campaign, that is over."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "in-the-past"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    calendar = campaign.calendar
    if calendar.is_over:
        hint = "nothing fires any more; move it, or remove the file"
        yield campaign.warning(CODE, ("active", "until"), f"the last day was {calendar.active.last}", hint)
        return
    for time in campaign.used_times:
        only = calendar.only(time.rule)
        if only and time.rule and only.instant_utc < campaign.horizon.now:
            message, hint = (
                f"{time.rule.written} is in the past",
                "it will not fire; remove it, or write a later one",
            )
            yield campaign.warning(CODE, time.path, message, hint)
