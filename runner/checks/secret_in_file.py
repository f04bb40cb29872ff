"""Check `secret-in-file`: a secret written out, where only a reference to it belongs."""

import re
from collections.abc import Iterable, Iterator

from runner.campaign.document import Document
from runner.campaign.secrets import is_reference
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "secret-in-file"

_MASK = re.compile(r"[^\s\"']")
_HINT = "write ${env:NAME} or ${file:path}: it is read when the task is sent, and never kept"
_SHAPES = {
    "sk-": re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}"),
    "ghp_": re.compile(r"(?<![A-Za-z0-9])ghp_[A-Za-z0-9]{36}"),
    "AKIA": re.compile(r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    "PRIVATE KEY": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
"""What keys look like, by a part that each of them has; they are looked for in comments too."""


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
    for part, shape in _SHAPES.items():
        for match in shape.finditer(text) if part in text else ():
            span = campaign.document.span_of(match.start(), match.end())
            if not any(place.line == span.line for place in places):
                yield campaign.problem(CODE, span, "this looks like a key", _HINT)


def masked(document: Document, problems: Iterable[Diagnostic]) -> str:
    """The document's text with its secrets made unreadable, so that reports do not spread them."""
    text = document.text
    for problem in problems:
        if problem.code == CODE:
            start, end = document.offsets(problem.span)
            text = text[:start] + _MASK.sub("*", text[start:end]) + text[end:]
    return text
