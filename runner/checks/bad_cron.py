"""Check `bad-cron`: a cron expression that crontab(5) does not know."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "bad-cron"

_HINT = "as in crontab(5): `0 9 * * mon-fri` is 09:00 on weekdays"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for time in campaign.times:
        if time.problem and isinstance(time.value, dict) and "cron" in time.value:
            yield campaign.problem(CODE, (*time.path, "cron"), time.problem, _HINT)
