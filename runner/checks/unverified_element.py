"""Check `unverified-element`: one of the user's own flows needs an element that nobody has seen on a phone, so that the
step fails when it comes to it."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic, Severity, Span

CODE = "unverified-element"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    """Where a flow or a profile has errors, other checks tell of them first."""
    for file in campaign.loaded.flows.values():
        if file.script is None or file.script.flow is None:
            continue
        from runner.flows.loading import unverified_elements

        for name, line in unverified_elements(file.script.flow, campaign.loaded.apps):
            message = f"nobody has recorded the element {name!r}: a step that needs it fails"
            hint = (
                "look at it on a phone, write down in the app profile what it shows, and remove `unverified`"
            )
            place = _line(file.document.text, line)
            yield Diagnostic(file.document.path, place, Severity.WARNING, CODE, message, hint)


def _line(text: str, number: int) -> Span:
    """All that is written on a line."""
    written = text.splitlines()[number - 1].rstrip()
    return Span(number, len(written) - len(written.lstrip()) + 1, number, len(written) + 1)
