"""Check `nonexistent-time`: a start time comes once, at a time that the clocks jump over."""

from collections.abc import Iterator

from runner.checks.calendar import shown
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.planning.walltime import Fit

CODE = "nonexistent-time"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for time, calendar in campaign.clocked_times:
        only = calendar.only(time.rule)
        if only and time.rule and only.fit is Fit.SKIPPED:
            message = f"{time.rule.written} does not exist: the clocks of {calendar.zone} jump over it"
            first = shown(calendar.local(only.instant_utc))
            yield campaign.problem(CODE, time.path, message, f"the first time after the jump is {first}")
