"""Check `bad-flow`: one of the user's own flows names what its app profile or its head does not have."""

from collections.abc import Iterator
from dataclasses import replace

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.scripts.script import FlowText

CODE = "bad-flow"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    """The flow language and its models are slow to import, so this imports them only if there is a flow."""
    flows = campaign.loaded.flows
    for flow in flows.values():
        if flow.document.data is not None:
            from runner.flows.loading import problems

            others = {name: FlowText(one.document.path, one.document.text) for name, one in flows.items()}
            for problem in problems(flow, others, campaign.loaded.apps):
                hint = None if problem.hint == problem.message else problem.hint
                yield replace(problem, code=CODE, hint=hint)
