"""Check `never-fires`: a start time comes on no day on which the campaign is active."""

from collections.abc import Iterator

from runner.checks.calendar import ActiveDays, Calendar
from runner.checks.view import CampaignView
from runner.checks.written import Time
from runner.diagnostics import Diagnostic
from runner.planning.rules import Instant, Once

CODE = "never-fires"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    calendar = campaign.calendar
    if not campaign.section("active") or calendar.is_over or calendar.active.are_reversed:
        return
    fires = {time for time, there in campaign.clocked_times if _fires(there, time)}
    for time in campaign.used_times:
        if time.rule and time not in fires:
            yield _problem(campaign, time)


def _fires(calendar: Calendar, time: Time) -> bool:
    rule = time.rule
    if not isinstance(rule, Once | Instant):
        return calendar.ever_comes(time)
    only = calendar.only(rule)
    if only is None or only.instant_utc < calendar.horizon.now:
        return True
    day = rule.at.date() if isinstance(rule, Once) else calendar.local(rule.at_utc).date()
    return calendar.active.holds(day)


def _problem(campaign: CampaignView, time: Time) -> Diagnostic:
    active = campaign.calendar.active
    written = time.rule.written if time.rule else ""
    message = f"{written} never fires: the campaign is active {_days(active)}"
    related = (campaign.related(("active",), "its active days"),)
    return campaign.problem(CODE, time.path, message, "move it, or the active days", related=related)


def _days(active: ActiveDays) -> str:
    first, last = (f"{word} {day}" for word, day in (("from", active.first), ("until", active.last)))
    if active.first and active.last:
        return f"{first} {last}"
    return first if active.first else last
