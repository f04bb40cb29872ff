"""Check `in-the-past`: a start time that fires once, and is over."""

from collections.abc import Iterator
from datetime import UTC

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic, Severity
from runner.planning.rules import Daily, Instant, parse

CODE = "in-the-past"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for item in campaign.used_start_times():
        try:
            rule = parse(item.text)
        except ValueError:
            continue
        if isinstance(rule, Daily):
            continue
        instant = rule.at_utc if isinstance(rule, Instant) else rule.at.replace(tzinfo=campaign.zone or UTC)
        if instant < campaign.now:
            message, hint = f"{item.text} is in the past", "it will not fire; remove it, or write a later one"
            yield campaign.problem(CODE, item.path, message, hint, severity=Severity.WARNING)
