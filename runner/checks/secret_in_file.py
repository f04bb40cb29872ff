"""Check `secret-in-file`: a secret is written out where only a reference belongs."""

from collections.abc import Iterator, Sequence

from runner.campaign.document import Document
from runner.campaign.masking import SHAPES, asterisks, masked_text
from runner.campaign.secrets import is_reference
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "secret-in-file"

_HINT = "write ${env:NAME} or ${file:path}: it is read when the task is sent, and never kept"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    places = []
    for config in campaign.configs:
        for way in config.script.secrets:
            for item in config.texts(*way):
                if not is_reference(item.text):
                    span = campaign.span(item)
                    places.append(span)
                    message = f"`{way[-1]}` is written out; everyone who reads the file knows it"
                    yield campaign.problem(CODE, span, message, _HINT, config=config)
    text = campaign.document.text
    for part, shape in SHAPES.items():
        for match in shape.finditer(text) if part in text else ():
            span = campaign.document.span_of(match.start(), match.end())
            if not any(place.line == span.line for place in places):
                yield campaign.problem(CODE, span, "this looks like a key", _HINT)


def masked(document: Document, problems: Sequence[Diagnostic]) -> str:
    """The document's text with its secrets made unreadable, so that reports do not spread them."""
    text = document.text
    for problem in problems:
        if problem.code == CODE:
            start, end = document.offsets(problem.span)
            text = text[:start] + asterisks(text[start:end]) + text[end:]
    return masked_text(text, is_right=not problems)
