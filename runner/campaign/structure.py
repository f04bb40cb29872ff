"""Holds a campaign's data against its JSON Schema: one diagnostic for each mistake."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from runner.campaign.document import Document, JsonPath
from runner.campaign.schema_file import schema
from runner.campaign.wording import Breach, Finding, explain
from runner.diagnostics import Diagnostic, Related, Severity

_PRECEDENCE = ("type", "const", "enum", "pattern")
"""Of several rules that one value breaks, the one that says most comes first."""
_ABOUT_KEYS = ("required", "additionalProperties", "propertyNames")


def check_structure(document: Document) -> list[Diagnostic]:
    """What a campaign's schema says of the data.

    A config is held against the schema of each script that uses it; the diagnostic stands in the config and
    names the entries.
    """
    if document.data is None:
        message, hint = "the file is empty", "a campaign starts with `version: 1` and `name: ...`"
        return [Diagnostic(document.path, document.span(()), Severity.ERROR, "missing-key", message, hint)]
    data, named = _with_configs_in_place(document.data)
    findings: dict[Finding, list[str]] = {}
    for breach, entry in _strongest(_breach(error, named) for error in _validator().iter_errors(data)):
        for finding in explain(breach, document):
            findings.setdefault(finding, []).extend([entry] if entry else [])
    return [_diagnostic(document, finding, entries) for finding, entries in findings.items()]


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(schema("campaign"), offline=True)


def _with_configs_in_place(data: Any) -> tuple[Any, dict[str, str]]:
    """The data with each named config in place of its name, so that the entry's script decides what is legal
    in it; and the names by entry."""
    entries, configs = (_mapping(_mapping(data).get(key)) for key in ("scripts", "configs"))
    named = {
        name: entry["config"]
        for name, entry in entries.items()
        if isinstance(entry, dict)
        and isinstance(entry.get("config"), str)
        and isinstance(configs.get(entry["config"]), dict)
    }
    if not named:
        return data, named
    in_place = {name: {**entries[name], "config": configs[config]} for name, config in named.items()}
    return {**data, "scripts": {**entries, **in_place}}, named


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _breach(error: Any, named: dict[str, str]) -> tuple[Breach, str | None]:
    """What the validator found, at its place in the file; and the entry, if it stands in a named config."""
    path, entry = tuple(error.instance_path), None
    if len(path) >= 3 and path[0] == "scripts" and path[2] == "config" and path[1] in named:
        entry = path[1]
        path = ("configs", named[entry], *path[3:])
    node = schema("campaign")
    for step in error.schema_path[:-1]:
        node = node[step]
    return Breach(error.kind.name, path, error.instance, node, error.kind.value), entry


def _strongest(breaches: Iterable[tuple[Breach, str | None]]) -> list[tuple[Breach, str | None]]:
    """Of the rules about one value the one that says most, and all rules about keys."""
    kept: list[tuple[Breach, str | None]] = []
    values: set[tuple[JsonPath, str | None]] = set()
    for breach, entry in sorted(breaches, key=lambda item: _rank(item[0].rule)):
        place = (breach.path, entry)
        if breach.rule in _ABOUT_KEYS or place not in values:
            kept.append((breach, entry))
        if breach.rule not in _ABOUT_KEYS:
            values.add(place)
    return kept


def _rank(rule: str) -> int:
    return _PRECEDENCE.index(rule) if rule in _PRECEDENCE else len(_PRECEDENCE)


def _diagnostic(document: Document, finding: Finding, entries: list[str]) -> Diagnostic:
    related = tuple(
        Related(
            document.path, document.span(("scripts", entry, "config")), f"entry `{entry}` uses this config"
        )
        for entry in entries
    )
    span = document.span(finding.path, key=finding.at_key)
    return Diagnostic(
        document.path, span, Severity.ERROR, finding.code, finding.message, finding.hint, related
    )
