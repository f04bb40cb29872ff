"""Holds a file's data against its JSON Schema: one diagnostic for each mistake."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from runner.campaign.document import Document, JsonPath
from runner.campaign.meaning import Known, with_renamed
from runner.diagnostics import MAX_PROBLEMS, Diagnostic, Related, Severity
from runner.schema_file import PROFILE, schema
from runner.scripts import SCRIPTS

if TYPE_CHECKING:  # what words mistakes is imported once there is one
    from runner.campaign.wording import Breach, WordedProblem

_PRECEDENCE = ("type", "const", "enum", "pattern", "format")
"""Of several rules that one value breaks, the most telling comes first."""
_LONGEST_KEY = 64
_MOST_ROUNDS = 10
"""At most this many slips, one beneath the other, are put right."""
_ABOUT_KEYS = ("required", "additionalProperties", "propertyNames")
_EMPTY = {
    "campaign": "a campaign starts with `version: 1` and `name: ...`",
    "flow": "a flow starts with `version: 1` and `name: ...`",
    "accounts": "a file of accounts starts with `version: 1` and `accounts:`",
    "faults": "a file of faults starts with `version: 1` and `faults:`",
    "devices": "a file of phones starts with `version: 1` and `devices:`",
    PROFILE: "an app profile starts with `version: 1` and `app: ...`",
}

RulesOf = Callable[[Any], Mapping[str, Mapping[str, Any] | None]]
"""Turns the data of a campaign into the config schemas of the user's own flows that it names; None for a flow that is
too wrong to have one."""

Found = tuple["Breach", str | None]
"""A broken rule; and an entry, if the rule is broken in a config that the entry uses by name."""


def check_campaign(document: Document, rules_of: RulesOf) -> tuple[Document, list[Diagnostic]]:
    """Check the data against a campaign's schema, and configs against the schemas of their scripts. Also returns the
    document as it is meant, with misspelt keys put right, so that what is beneath them is checked too.

    A config is held against the schema of each script that uses it; the diagnostic stands at the config and names the
    entries.
    """
    if document.data is None:
        return document, [_empty(document, "campaign")]
    slips: list[Diagnostic] = []
    for _ in range(_MOST_ROUNDS):
        findings = _findings(document, _campaign_breaches(document.data, rules_of(document.data)))
        renamed = {finding.path: finding.meant for finding in findings if finding.meant is not None}
        if not renamed or len(findings) >= MAX_PROBLEMS:
            break
        of_keys = {finding: entries for finding, entries in findings.items() if finding.meant is not None}
        slips += _diagnostics(document, of_keys)
        document = with_renamed(document, renamed)
    return document, [*slips, *_diagnostics(document, findings)]


def _campaign_breaches(data: Any, own: Mapping[str, Mapping[str, Any] | None]) -> Iterator[Found]:
    """Named configs are checked in place of their names, and misspelt names as what they probably mean."""
    data, named = _with_configs_in_place(data, {*SCRIPTS, *own})
    found = chain(_breaches("campaign", data), _flow_breaches(data, own))
    return (_at_its_place(breach, named) for breach in found)


def check_flow(document: Document) -> list[Diagnostic]:
    """What the schema of flow files says of the data."""
    return _check(document, "flow")


def check_profile(document: Document) -> list[Diagnostic]:
    """What the schema of app profiles says of the data."""
    return _check(document, PROFILE)


def check_accounts(document: Document) -> list[Diagnostic]:
    """What the schema of `accounts.yaml` says of the data."""
    return _check(document, "accounts")


def check_faults(document: Document) -> list[Diagnostic]:
    """What the schema of files of faults says of the data."""
    return _check(document, "faults")


def check_devices(document: Document) -> list[Diagnostic]:
    """What the schema of `devices.yaml` says of the data."""
    return _check(document, "devices")


def _check(document: Document, kind: str) -> list[Diagnostic]:
    if document.data is None:
        return [_empty(document, kind)]
    findings = _findings(document, ((breach, None) for breach in _breaches(kind, document.data)))
    return list(_diagnostics(document, findings))


def breaches(rules: dict[str, Any], data: Any, path: JsonPath = ()) -> "Iterator[Breach]":
    """The rules of a schema that the data at `path` break."""
    import jsonschema_rs

    return _iterate(jsonschema_rs.validator_for(rules, offline=True), rules, data, tuple(path))


@cache
def _validator(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(schema(name), offline=True, validate_formats=True)


def _breaches(name: str, data: Any) -> "Iterator[Breach]":
    return _iterate(_validator(name), schema(name), data, ())


def _iterate(
    validator: Any, rules: Mapping[str, Any], data: Any, path: tuple[str | int, ...]
) -> "Iterator[Breach]":
    for error in validator.iter_errors(data):
        from runner.campaign.wording import Breach

        node = rules
        for step in error.schema_path[:-1]:
            node = node[step]
        node = _with_reference(node, rules)
        place = (*path, *_way(data, error.instance_path))
        yield Breach(error.kind.name, place, error.instance, node, getattr(error.kind, "value", None))


def _with_reference(node: Any, rules: Mapping[str, Any]) -> Any:
    """A part of a schema, with what it refers to: rules may stand beside a reference, and are about what that says."""
    if not isinstance(node, dict) or "$ref" not in node:
        return node
    meant: Any = rules
    for step in node["$ref"].removeprefix("#/").split("/"):
        meant = meant[step]
    return {**meant, **node}


def _way(data: Any, steps: Iterable[str | int]) -> Iterator[str | int]:
    """The path of a value. It has to be found anew: the validator gives keys that are digits as numbers, and leaves out
    empty ones."""
    for step in steps:
        while (key := _key(data, step)) is None:
            if not isinstance(data, dict) or "" not in data:
                return
            yield ""
            data = data[""]
        yield key
        data = data[key]


def _key(data: Any, step: str | int) -> str | int | None:
    """The key, or the index, that the validator means by a step of its path."""
    if isinstance(data, dict):
        digits = str(step)
        widths = range(len(digits), _LONGEST_KEY + 1) if isinstance(step, int) else ()
        # The validator turns keys such as `007` and `+7` into the number 7.
        names = (digits, *(sign + digits.zfill(width) for width in widths for sign in ("", "+")))
        return next((name for name in names if name in data), None)
    return step if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _flow_breaches(data: Any, own: Mapping[str, Mapping[str, Any] | None]) -> "Iterator[Breach]":
    """Check the configs of the user's own flows against the parameters that the flows declare."""
    for name, entry in _mapping(_mapping(data).get("scripts")).items():
        rules = own.get(str(_mapping(entry).get("script")))
        config = _mapping(entry).get("config", {})
        if rules is not None and isinstance(config, dict):
            yield from breaches(dict(rules), config, ("scripts", name, "config"))


def _with_configs_in_place(data: Any, scripts: Collection[str]) -> tuple[Any, dict[str, str]]:
    """The data with each named config in place of its name, so that the entry's script decides what is legal in it;
    and the names by entry. A misspelt script or config is taken for the name that it is most like."""
    entries, configs = (_mapping(_mapping(data).get(key)) for key in ("scripts", "configs"))
    named: dict[str, str] = {}
    in_place: dict[str, dict[str, Any]] = {}
    known_script, known_config = Known(scripts), Known(configs)
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            continue
        script, config = entry.get("script"), known_config.meant(entry.get("config"))
        if config is not None and isinstance(configs[config], dict):
            named[name] = config
            in_place[name] = {**entry, "config": configs[config]}
        meant = script if script.__class__ is str and script in SCRIPTS else known_script.meant(script)
        if meant not in (script, None):
            in_place[name] = {**in_place.get(name, entry), "script": meant}
    if not in_place:
        return data, named
    return {**data, "scripts": {**entries, **in_place}}, named


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _at_its_place(breach: "Breach", named: Mapping[str, str]) -> Found:
    """A breach at its place in the file; and the entry, if the breach is in a named config."""
    path = breach.path
    if len(path) >= 3 and path[0] == "scripts" and path[2] == "config" and path[1] in named:
        entry = str(path[1])
        place = ("configs", named[entry], *path[3:])
        return replace(breach, path=place), entry
    return breach, None


def _findings(document: Document, found: Iterable[Found]) -> "dict[WordedProblem, list[str]]":
    """The problems that broken rules amount to, each with the entries that use the config it is in."""
    findings: dict[WordedProblem, list[str]] = {}
    for breach, entry in _strongest(islice(found, MAX_PROBLEMS)):
        from runner.campaign.wording import explain

        for finding in islice(explain(breach, document), MAX_PROBLEMS):
            findings.setdefault(finding, []).extend([entry] if entry else [])
    return findings


def _diagnostics(document: Document, findings: "Mapping[WordedProblem, list[str]]") -> Iterator[Diagnostic]:
    for finding, entries in islice(findings.items(), MAX_PROBLEMS):
        yield _diagnostic(document, finding, entries)
    if len(findings) >= MAX_PROBLEMS:
        yield _too_many(document, finding)


def _strongest(found: Iterable[Found]) -> list[Found]:
    """The most telling of the rules about one value, and all rules about keys."""
    kept: list[Found] = []
    values: set[tuple[JsonPath, str | None]] = set()
    for breach, entry in sorted(found, key=lambda item: _rank(item[0].rule)):
        place = (breach.path, entry)
        if breach.rule in _ABOUT_KEYS or place not in values:
            kept.append((breach, entry))
        if breach.rule not in _ABOUT_KEYS:
            values.add(place)
    return kept


def _rank(rule: str) -> int:
    return _PRECEDENCE.index(rule) if rule in _PRECEDENCE else len(_PRECEDENCE)


def _empty(document: Document, name: str) -> Diagnostic:
    span = document.span(())
    return Diagnostic(document.path, span, Severity.ERROR, "missing-key", "the file is empty", _EMPTY[name])


def _too_many(document: Document, last: "WordedProblem") -> Diagnostic:
    span, message = (
        document.span(last.path, key=last.at_key),
        f"only {MAX_PROBLEMS} problems are told at once",
    )
    return Diagnostic(
        document.path, span, Severity.ERROR, "too-many-problems", message, "correct these first"
    )


def _diagnostic(document: Document, finding: "WordedProblem", entries: list[str]) -> Diagnostic:
    related = tuple(
        Related(
            document.path, document.span(("scripts", entry, "config")), f"entry `{entry}` uses this config"
        )
        for entry in entries
    )
    span = document.span(finding.path, key=finding.at_key)
    answer = None
    if finding.answer is not None:
        from runner.campaign.rewriting import fix

        answer = fix(document, finding.path, finding.answer, key=finding.at_key)
    return Diagnostic(
        document.path, span, Severity.ERROR, finding.code, finding.message, finding.hint, related, answer
    )
