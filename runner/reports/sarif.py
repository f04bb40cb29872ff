"""Diagnostics as SARIF 2.1.0, the format that code-scanning services and editors exchange."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from runner import __version__
from runner.diagnostics import Diagnostic, Fix, Span
from runner.file_names import escaped
from runner.reports.check_help import check_help

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_Node = dict[str, Any]


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """One run of the validator: the rules that were broken, with their help, and one result for each diagnostic."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    tool = {
        "name": "campaign-runner",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": tool},
        # Without it columns count UTF-16 code units, and our spans count characters.
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str) -> _Node:
    explanation = check_help()[code]
    return {
        "id": code,
        "shortDescription": {"text": explanation.first_sentence},
        "fullDescription": {"text": explanation.paragraph},
        "help": {"text": explanation.paragraph, "markdown": explanation.section},
    }


def _result(diagnostic: Diagnostic, rule: int) -> _Node:
    result: _Node = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": str(diagnostic.severity),
        "message": {"text": escaped("\n".join(filter(None, (diagnostic.message, diagnostic.hint))))},
        "locations": [{"physicalLocation": _place(diagnostic.path, diagnostic.span)}],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _place(related.path, related.span),
                "message": {"text": escaped(related.message)},
            }
            for number, related in enumerate(diagnostic.related)
        ]
    if diagnostic.fix:
        result["fixes"] = [_fix(diagnostic.path, diagnostic.fix)]
    return result


def _fix(path: str, fix: Fix) -> _Node:
    replacement = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": f"write {fix.text}"},
        "artifactChanges": [{"artifactLocation": {"uri": uri(path)}, "replacements": [replacement]}],
    }


def _place(path: str, span: Span) -> _Node:
    return {"artifactLocation": {"uri": uri(path)}, "region": _region(span)}


def _region(span: Span) -> Mapping[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def uri(path: str) -> str:
    """A file's URI: relative for a file in the current folder, with forward slashes; bytes that are no UTF-8 are
    escaped like all others (RFC 3986)."""
    file = Path(path)
    if file.is_absolute():
        try:
            file = file.relative_to(Path.cwd())
        except ValueError:
            return file.as_uri()
    return quote(os.fsencode(file.as_posix()))
