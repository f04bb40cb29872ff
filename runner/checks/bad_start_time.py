"""Check `bad-start-time`: a start time that no calendar or clock holds."""

from collections.abc import Iterator

from runner.campaign.patterns import START_TIME
from runner.campaign.repairs import repaired
from runner.campaign.rewriting import fix
from runner.checks.view import CampaignView
from runner.checks.written import Time
from runner.diagnostics import Diagnostic

CODE = "bad-start-time"

_HINT = "write HH:MM for every day, or a date and time for once: 2026-12-01T18:00, 2026-12-01T18:00+01:00"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for time in campaign.times:
        if time.problem and isinstance(time.value, str):
            yield _text(campaign, time, time.value)
        elif time.problem and "cron" not in time.value:
            yield campaign.problem(CODE, time.path, time.problem)


def _text(campaign: CampaignView, time: Time, text: str) -> Diagnostic:
    answer = repaired(text, START_TIME)
    if answer is None or answer == text:
        return campaign.problem(CODE, time.path, time.problem, _HINT)
    answered = fix(campaign.document, time.path, answer)
    return campaign.problem(CODE, time.path, time.problem, f"did you mean {answer}?", fix=answered)
