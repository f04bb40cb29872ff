"""Check `bad-profile`: one of the user's own app profiles says what means nothing: names of elements that it does not
have, patterns that are none, labels in a language that it has already."""

from collections.abc import Iterator
from dataclasses import replace

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "bad-profile"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    """The models of profiles are slow to import, so this imports them only if there is a profile."""
    for app, file in campaign.loaded.apps.items():
        if file.document.data is None:
            continue
        from runner.flows.profile import read_profile, shipped_data
        from runner.flows.reading import OF_SCHEMA

        reported = {problem.span for problem in file.diagnostics}
        told_already = OF_SCHEMA if reported else ()
        _, found = read_profile(file.document.text, file.document.path, shipped_data(app))
        for problem in found:
            if problem.span not in reported and problem.code not in told_already:
                hint = None if problem.hint == problem.message else problem.hint
                yield replace(problem, code=CODE, hint=hint)
