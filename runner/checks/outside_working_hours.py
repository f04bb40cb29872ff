"""Check `outside-working-hours`: a start time at which the campaign's own limits let nothing be done."""

from collections.abc import Iterator
from datetime import time

from runner.campaign.quantities import Hours
from runner.checks.calendar import Calendar
from runner.checks.view import CampaignView
from runner.checks.written import Time
from runner.diagnostics import Diagnostic
from runner.planning.rules import Daily

CODE = "outside-working-hours"

_PATH = ("limits", "working_hours")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    written = campaign.section("limits").get("working_hours")
    if not isinstance(written, str) or not campaign.is_sound(_PATH):
        return
    hours, used = Hours.parse(written), set(campaign.used_times)
    told: set[Time] = set()
    for start, calendar in campaign.clocked_times:
        outside = next((at for at in _clock_times(calendar, start) if not hours.holds(at)), None)
        if start.rule and outside is not None and start in used and start not in told:
            told.add(start)
            written, at = start.rule.written, f"{outside:%H:%M}"
            comes = f"{at} is" if written == at else f"{written} comes at {at},"
            message = f"{comes} outside the working hours {hours} in {calendar.working_zone}"
            related = (campaign.related(_PATH, "the working hours"),)
            hint = f"its tasks wait until {hours.opens:%H:%M}, and are missed if `grace` ends before"
            yield campaign.warning(CODE, start.path, message, hint, related=related)


def _clock_times(calendar: Calendar, start: Time) -> Iterator[time]:
    """The times of day at which a start time comes, where working hours are counted."""
    if isinstance(start.rule, Daily):
        yield from start.rule.times
    elif only := calendar.only(start.rule):
        yield only.instant_utc.astimezone(calendar.working_zone).time()
    else:
        moments = calendar.coming(start).moments
        yield from (moment.instant_utc.astimezone(calendar.working_zone).time() for moment in moments)
