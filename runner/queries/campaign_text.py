"""The text of a campaign file as it is now, with what is wrong with it: read and checked when somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

from runner.campaign.folders import are_within
from runner.campaign.loader import Loaded, load
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.checks import CheckResult, check_campaigns
from runner.diagnostics import Diagnostic
from runner.planning.difference import Difference, differences
from runner.planning.plan import Plan, plan
from runner.planning.source import Window

MOST_DIFFERENCES = 5000


@dataclass(frozen=True, slots=True)
class NewestText:
    """What a campaign file holds now, as the command that validates tells it: secrets are masked.

    `text` is None if it cannot be read; then a diagnostic says why. `campaign` is what it says, None if it has errors.
    A wrong file of which something lies `outside` of the campaigns' folders is not told: a link may lead to whatever
    this machine holds.
    """

    path: str
    text: str | None
    report: CheckResult
    campaign: ResolvedCampaign | None
    is_outside: bool = False

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.report.diagnostics


def newest_text(path: str, now: datetime, fleet_zone: tzinfo, roots: Sequence[Path]) -> NewestText:
    """Read and check a file. `roots` are the files and folders that the daemon was started with."""
    loaded = load(Path(path))
    report = check_campaigns([loaded], now, fleet_zone)
    if report.errors and _is_outside(loaded, roots):
        return NewestText(path, None, CheckResult({}, ()), None, is_outside=True)
    is_read = not any(problem.code == "unreadable-file" for problem in loaded.document.diagnostics)
    return NewestText(
        path,
        report.texts.get(loaded.document.path, "") if is_read else None,
        report,
        None if report.errors else resolve_campaign(loaded),
    )


@dataclass(frozen=True, slots=True)
class PlanChange:
    """The plans of a window by two texts, and the tasks that differ, the first MOST_DIFFERENCES of them; `is_cut` says
    that there are more."""

    before: Plan
    after: Plan
    found: tuple[Difference, ...]
    is_cut: bool


def plan_change(before: ResolvedCampaign, after: ResolvedCampaign, window: Window) -> PlanChange:
    """What another text would change in a window."""
    plans = plan([before], window), plan([after], window)
    found = tuple(islice(differences(*plans), MOST_DIFFERENCES + 1))
    return PlanChange(*plans, found[:MOST_DIFFERENCES], len(found) > MOST_DIFFERENCES)


def _is_outside(loaded: Loaded, roots: Sequence[Path]) -> bool:
    return not are_within([loaded.document.path, *(one.path for one in loaded.beside)], roots)
