"""One problem found in a file, as a value.

Problems are collected, sorted and printed together; they are never raised one by one. Every output format
(text, json, ...) renders these same fields.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file. Lines and columns count characters from 1; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """Another place that helps to understand a diagnostic: the first definition, the entry that uses it."""

    path: str
    span: Span
    message: str


class Fix(NamedTuple):
    """The only answer to a problem: put `text` in place of what stands at `span`, in the diagnostic's file.

    It corrects one key, or one value that is no mapping or list; `runner validate --fix` makes it.
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One problem: where it is, what it is, and what to do about it.

    Diagnostics are printed in the order of these fields. Two that differ only in their fix are one problem.
    """

    path: str
    span: Span
    severity: Severity
    code: str
    message: str
    hint: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = field(default=None, compare=False)


MAX_PROBLEMS = 200
"""How many problems of one kind are reported in one file; after correcting them one validates again."""

FILE_START = Span(1, 1, 1, 1)
"""The span of a problem that concerns a file as a whole."""


def tidy(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort diagnostics by place and drop repetitions."""
    return sorted(dict.fromkeys(diagnostics), key=_order)


def _order(diagnostic: Diagnostic) -> tuple[str | int, ...]:
    """The sort key of a diagnostic: plain numbers and texts, which compare several times faster than spans."""
    span = diagnostic.span
    place = (diagnostic.path, span.line, span.column, span.end_line, span.end_column)
    return (*place, diagnostic.severity, diagnostic.code, diagnostic.message)


_LONGEST_SENTENCE = 500


def cut_sentence(sentence: str) -> str:
    """A sentence that quotes a value of any length, cut to a length that can be read."""
    if len(sentence) <= _LONGEST_SENTENCE:
        return sentence
    return f"{sentence[: _LONGEST_SENTENCE - 100]}…{sentence[-100:]}"
