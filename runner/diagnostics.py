"""One problem found in a file, as a value.

Problems are collected, sorted and printed together; they are never raised one by one. Every output format
(text, json, ...) renders these same fields.
"""

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True, order=True)
class Related:
    """Another place that helps to understand a diagnostic: the first definition, the entry that uses it."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One problem: where it is, what it is, and what to do about it.

    The order of the fields is the order in which diagnostics are printed.
    """

    path: str
    span: Span
    severity: Severity
    code: str
    message: str
    hint: str | None = None
    related: tuple[Related, ...] = ()


FILE_START = Span(1, 1, 1, 1)
"""The span of a problem that concerns a file as a whole."""


def tidy(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort diagnostics by place and drop repetitions."""
    return sorted(set(diagnostics), key=lambda d: (d.path, d.span, d.severity, d.code, d.message))
