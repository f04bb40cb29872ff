"""Check `in-the-past`: a start time that comes once, or a campaign, is over."""

from collections.abc import Iterator

from runner.checks.calendar import Calendar
from runner.checks.view import CampaignView
from runner.checks.written import Time
from runner.diagnostics import Diagnostic

CODE = "in-the-past"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    calendar = campaign.calendar
    if calendar.is_over:
        hint = "nothing fires any more; move it, or remove the file"
        yield campaign.warning(CODE, ("active", "until"), f"the last day was {calendar.active.last}", hint)
        return
    ahead = {time for time, there in campaign.clocked_times if not _is_past(there, time)}
    for time in campaign.used_times:
        if time.rule and time not in ahead:
            message, hint = (
                f"{time.rule.written} is in the past",
                "it will not fire; remove it, or write a later one",
            )
            yield campaign.warning(CODE, time.path, message, hint)


def _is_past(calendar: Calendar, time: Time) -> bool:
    only = calendar.only(time.rule)
    return only is not None and only.instant_utc < calendar.horizon.now
