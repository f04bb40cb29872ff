"""Diagnostics as annotations on GitHub: one workflow command on each line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.diagnostics import Diagnostic
from runner.reports.text import summary

# Workflow commands escape other characters in their properties than in their message.
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(diagnostics: Sequence[Diagnostic], files: int) -> Iterator[str]:
    """`::error file=..,line=..,col=..,endLine=..,endColumn=..,title=..::message` for each, and a last line with the
    counts for the log.

    GitHub accepts columns only for a span within one line.
    """
    for diagnostic in diagnostics:
        properties = ",".join(f"{name}={value}" for name, value in _properties(diagnostic).items())
        yield f"::{diagnostic.severity} {properties}::{_message(diagnostic).translate(_DATA)}"
    yield summary(diagnostics, files)


def _properties(diagnostic: Diagnostic) -> dict[str, str | int]:
    span = diagnostic.span
    place: dict[str, str | int] = {
        "file": Path(diagnostic.path).as_posix().translate(_PROPERTY),
        "line": span.line,
    }
    if span.line == span.end_line:
        place["col"] = span.column
    place["endLine"] = span.end_line
    if span.line == span.end_line:
        place["endColumn"] = span.end_column
    return {**place, "title": diagnostic.code.translate(_PROPERTY)}


def _message(diagnostic: Diagnostic) -> str:
    """Message, hint, and other places that help to understand the problem."""
    related = (f"{it.path}:{it.span.line}:{it.span.column}: {it.message}" for it in diagnostic.related)
    return "\n".join(filter(None, (diagnostic.message, diagnostic.hint, *related)))
