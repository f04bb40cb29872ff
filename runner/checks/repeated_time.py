"""Check `repeated-time`: a start time comes once, at a time that the clocks show twice."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.planning.walltime import Fit

CODE = "repeated-time"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for time, calendar in campaign.clocked_times:
        only = calendar.only(time.rule)
        if only and time.rule and only.fit is Fit.REPEATED:
            message = f"the clocks of {calendar.zone} show {time.rule.written} twice: it fires the first time"
            local = calendar.local(only.instant_utc)
            first, second = (local.replace(fold=fold).isoformat(timespec="minutes") for fold in (0, 1))
            hint = f"say which: {first} is the first, {second} the second"
            yield campaign.warning(CODE, time.path, message, hint)
