"""Check `outside-working-hours`: a start time comes when the campaign's own limits allow nothing."""

from collections.abc import Collection, Iterable, Iterator
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
    hours, used = Hours.parse(written), set(campaign.used_times)
    if _are_swapped(hours, campaign.clocked_times, used):
        message = f"all start times are outside the working hours {hours}, which pass midnight"
        swapped = f"{hours.closes:%H:%M}-{hours.opens:%H:%M}"
        yield campaign.warning(CODE, _PATH, message, f"did you mean `{swapped}`?")
        return
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


def _are_swapped(hours: Hours, clocked: Iterable[tuple[Time, Calendar]], used: Collection[Time]) -> bool:
    """Whether working hours that pass midnight hold no start time, but would hold all if they were swapped."""
    if hours.opens <= hours.closes:
        return False
    times = [at for start, calendar in clocked if start in used for at in _clock_times(calendar, start)]
    day = replace(hours, opens=hours.closes, closes=hours.opens)
    return bool(times) and all(map(day.holds, times))


def _clock_times(calendar: Calendar, start: Time) -> Iterator[time]:
    """The times of day at which a start time comes, on the clocks of the working hours."""
    if isinstance(start.rule, Daily):
        yield from start.rule.times
    elif only := calendar.only(start.rule):
        yield only.instant_utc.astimezone(calendar.working_zone).time()
    else:
        moments = calendar.coming(start).moments
        yield from (moment.instant_utc.astimezone(calendar.working_zone).time() for moment in moments)
