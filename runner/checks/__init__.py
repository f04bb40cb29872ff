"""What schemas cannot say of campaigns: one check a file, one code a check, named alike."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runner.campaign.loader import Loaded, load
from runner.checks import (
    bad_spintax,
    bad_start_time,
    bad_time_zone,
    duplicate_name,
    duplicate_target,
    in_the_past,
    missing_file,
    required_together,
    unknown_reference,
    unsupported_by_backend,
)
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic, Severity, Span, tidy

CHECKS: tuple[Callable[[CampaignView], Iterator[Diagnostic]], ...] = (
    unknown_reference.check,
    bad_time_zone.check,
    bad_start_time.check,
    in_the_past.check,
    missing_file.check,
    required_together.check,
    duplicate_target.check,
    unsupported_by_backend.check,
    bad_spintax.check,
)
"""Every check of one campaign; `duplicate_name` is the one over several."""


@dataclass(frozen=True, slots=True)
class Report:
    """The problems of some files, sorted, and the text of each file by its path."""

    texts: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def files(self) -> int:
        return len(self.texts)

    @property
    def errors(self) -> int:
        return sum(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    @property
    def warnings(self) -> int:
        return len(self.diagnostics) - self.errors


def check_files(paths: Iterable[Path], now: datetime) -> Report:
    """Load the files one by one and check them."""
    return check_campaigns(map(load, paths), now)


def check_campaigns(campaigns: Iterable[Loaded], now: datetime) -> Report:
    """Every problem of the campaigns, those of their text and structure included."""
    diagnostics: list[Diagnostic] = []
    texts: dict[str, str] = {}
    names: list[tuple[str, str, Span]] = []
    for loaded in campaigns:
        document, view = loaded.document, CampaignView(loaded.document, now)
        if name := view.text("name"):
            names.append((name.text, document.path, document.span(name.path)))
        diagnostics += loaded.diagnostics
        diagnostics += _check(view, loaded.diagnostics)
        texts[document.path] = document.text
    diagnostics += duplicate_name.check(names)
    return Report(texts, tuple(tidy(diagnostics)))


def _check(view: CampaignView, reported: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """What the checks find, save where the structure is wrong already: one diagnostic for one mistake."""
    places = {diagnostic.span for diagnostic in reported}
    for check in CHECKS:
        yield from (diagnostic for diagnostic in check(view) if diagnostic.span not in places)
