"""Check `outside-working-hours`: a start time at which the campaign's own limits let nothing be done."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
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
    hours, calendar = Hours.parse(written), campaign.calendar
    if _are_swapped(hours, calendar, campaign.used_times):
        message = f"all start times are outside the working hours {hours}, which pass midnight"
        swapped = f"{hours.closes:%H:%M}-{hours.opens:%H:%M}"
        yield campaign.warning(CODE, _PATH, message, f"did you mean `{swapped}`?")
        return
    for start in campaign.used_times:
        outside = next((at for at in _clock_times(calendar, start) if not hours.holds(at)), None)
        if start.rule and outside is not None:
            written, at = start.rule.written, f"{outside:%H:%M}"
            comes = f"{at} is" if written == at else f"{written} comes at {at},"
            message = f"{comes} outside the working hours {hours}"
            related = (campaign.related(_PATH, "the working hours"),)
            hint = f"its tasks wait until {hours.opens:%H:%M}, and are missed if `grace` ends before"
            yield campaign.warning(CODE, start.path, message, hint, related=related)


def _are_swapped(hours: Hours, calendar: Calendar, starts: Iterable[Time]) -> bool:
    """Whether hours over midnight hold no start time, and would hold them all the other way round."""
    times = [at for start in starts for at in _clock_times(calendar, start)]
    day = replace(hours, opens=hours.closes, closes=hours.opens)
    return hours.closes < hours.opens and bool(times) and all(map(day.holds, times))


def _clock_times(calendar: Calendar, start: Time) -> Iterator[time]:
    """The times of day at which a start time comes."""
    if isinstance(start.rule, Daily):
        yield from start.rule.times
    elif only := calendar.only(start.rule):
        yield calendar.local(only.instant_utc).time()
    else:
        yield from (calendar.local(moment.instant_utc).time() for moment in calendar.coming(start).moments)
