"""Feeds bytes to everything that `runner validate` does with a file, for as long as one likes: `make fuzz`.

atheris watches which branches a file takes, and continues from files that took new ones; it writes whatever it finds to
a file `crash-...`. It starts from the campaigns of the tests.
"""

import sys
from datetime import UTC, datetime

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["runner"]):
    from runner.campaign.loader import load_text
    from runner.campaign.resolve import resolve_campaign
    from runner.checks import check_campaigns
    from runner.reports.text import render

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read_one(raw: bytes) -> None:
    loaded = load_text(raw, "fuzz.yaml")
    report = check_campaigns([loaded], NOW)
    for _ in render(report.diagnostics, report.texts, report.files):
        pass
    if not report.errors:
        resolve_campaign(loaded)


atheris.Setup(sys.argv, read_one)
atheris.Fuzz()
