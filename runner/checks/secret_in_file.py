"""Check `secret-in-file`: a secret written out, where only a reference to it belongs."""

import re
from collections.abc import Iterable, Iterator

from runner.campaign.document import Document
from runner.campaign.secrets import is_reference
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.scripts import SCRIPTS

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

_LINES = {
    way[-1]: re.compile(rf"""(\b{way[-1]}["']?\s*:\s*(?:[|>]\S*\s+)?)(?![\s"']*(?:\$\{{|\*))(\S.*)""")
    for script in SCRIPTS.values()
    for way in script.secrets
}
"""Where a secret may stand in a text, by its name: up to the end of the line, unless a reference is there."""


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
    """The document's text with its secrets made unreadable, so that reports do not spread them. What stands
    behind a secret's name is one even where the text cannot be understood."""
    text = document.text
    for problem in problems:
        if problem.code == CODE:
            start, end = document.offsets(problem.span)
            text = text[:start] + _asterisks(text[start:end]) + text[end:]
    for name, line in _LINES.items():
        if name in text:
            text = line.sub(lambda match: match[1] + _asterisks(match[2]), text)
    return without_keys(text)


def without_keys(text: str) -> str:
    """Any text, with what looks like a key made unreadable."""
    for part, shape in _SHAPES.items():
        if part in text:
            text = shape.sub(lambda match: _asterisks(match[0]), text)
    return text


def _asterisks(secret: str) -> str:
    return _MASK.sub("*", secret)
