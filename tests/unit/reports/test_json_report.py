"""Diagnostics as programs see them."""

import json

from runner.diagnostics import Diagnostic, Related, Severity, Span
from runner.reports.json_report import render


def test_every_field_is_there() -> None:
    related = (Related("b.yaml", Span(5, 6, 5, 7), "first"),)
    problem = Diagnostic("å.yaml", Span(1, 2, 3, 4), Severity.WARNING, "some-code", "it is", "do", related)
    assert json.loads(render([problem], 2)) == {
        "diagnostics": [
            {
                "path": "å.yaml",
                "line": 1,
                "column": 2,
                "end_line": 3,
                "end_column": 4,
                "severity": "warning",
                "code": "some-code",
                "message": "it is",
                "hint": "do",
                "related": [
                    {
                        "path": "b.yaml",
                        "line": 5,
                        "column": 6,
                        "end_line": 5,
                        "end_column": 7,
                        "message": "first",
                    }
                ],
            }
        ],
        "files": 2,
        "errors": 0,
        "warnings": 1,
    }


def test_nothing_found() -> None:
    assert json.loads(render([], 0)) == {"diagnostics": [], "files": 0, "errors": 0, "warnings": 0}
