"""Diagnostics for programs: one JSON object."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from runner.diagnostics import Diagnostic, Severity, Span


def render(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """`{"diagnostics": [...], "files": n, "errors": n, "warnings": n}`; lines and columns count from 1, end
    columns are exclusive."""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    report = {
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in diagnostics],
        "files": files,
        "errors": errors,
        "warnings": len(diagnostics) - errors,
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _diagnostic(diagnostic: Diagnostic) -> Mapping[str, Any]:
    return {
        "path": diagnostic.path,
        **_place(diagnostic.span),
        "severity": str(diagnostic.severity),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "related": [
            {"path": related.path, **_place(related.span), "message": related.message}
            for related in diagnostic.related
        ],
    }


def _place(span: Span) -> Mapping[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
