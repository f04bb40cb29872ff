"""Check `bad-flow`: one of the user's own flows names what its app profile or its head does not have."""

from collections.abc import Iterator
from dataclasses import replace

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "bad-flow"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    """The flow language and its models are slow to import, so this imports them only if there is a flow."""
    for flow in campaign.loaded.flows.values():
        if flow.document.data is not None:
            from runner.flows.loading import problems

            for problem in problems(flow, campaign.loaded.apps):
                hint = None if problem.hint == problem.message else problem.hint
                yield replace(problem, code=CODE, hint=hint)
