"""Diagnostics as SARIF 2.1.0, held against what the standard asks of the parts that are used."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from runner.diagnostics import Diagnostic, Fix, Related, Severity, Span
from runner.reports.check_help import check_help
from runner.reports.sarif import render, uri


def _object(required: str, **properties: Any) -> dict[str, Any]:
    names = required.split()
    return {"type": "object", "required": names, "properties": properties, "additionalProperties": False}


TEXT = {"type": "string", "minLength": 1}
MESSAGE = _object("text", text=TEXT)
LINE = {"type": "integer", "minimum": 1}
REGION = _object(
    "startLine startColumn endLine endColumn", startLine=LINE, startColumn=LINE, endLine=LINE, endColumn=LINE
)
ARTIFACT = _object("uri", uri={"type": "string", "format": "uri-reference", "not": {"pattern": r"\\"}})
PLACE = _object("artifactLocation region", artifactLocation=ARTIFACT, region=REGION)
RULE = _object(
    "id shortDescription fullDescription help",
    id={"pattern": "^[a-z-]+$"},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=_object("text markdown", text=TEXT, markdown=TEXT),
)
CHANGE = _object(
    "artifactLocation replacements",
    artifactLocation=ARTIFACT,
    replacements={
        "type": "array",
        "minItems": 1,
        "items": _object("deletedRegion", deletedRegion=REGION, insertedContent=MESSAGE),
    },
)
RESULT = _object(
    "ruleId ruleIndex level message locations",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations={"type": "array", "items": _object("physicalLocation", physicalLocation=PLACE)},
    relatedLocations={
        "type": "array",
        "uniqueItems": True,
        "items": _object(
            "id physicalLocation message", id={"type": "integer"}, physicalLocation=PLACE, message=MESSAGE
        ),
    },
    fixes={
        "type": "array",
        "items": _object("artifactChanges", description=MESSAGE, artifactChanges={"items": CHANGE}),
    },
)
DRIVER = _object(
    "name",
    name=TEXT,
    version=TEXT,
    semanticVersion=TEXT,
    rules={"type": "array", "uniqueItems": True, "items": RULE},
)
RUN = _object(
    "tool columnKind results",
    tool=_object("driver", driver=DRIVER),
    columnKind={"const": "unicodeCodePoints"},
    results={"type": "array", "items": RESULT},
)
LOG = _object(
    "version runs",
    **{"$schema": {"format": "uri"}},
    version={"const": "2.1.0"},
    runs={"type": "array", "minItems": 1, "items": RUN},
)

PROBLEMS = [
    Diagnostic(
        "campaigns/å b.yaml",
        Span(1, 2, 3, 4),
        Severity.WARNING,
        "duplicate-name",
        "it is",
        "do",
        (Related("b.yaml", Span(5, 6, 5, 7), "first"), Related("c.yaml", Span(5, 6, 5, 7), "second")),
    ),
    Diagnostic(
        "a.yaml", Span(1, 1, 1, 4), Severity.ERROR, "unknown-key", "it is", fix=Fix(Span(1, 1, 1, 4), "name")
    ),
    Diagnostic("a.yaml", Span(2, 1, 2, 4), Severity.ERROR, "unknown-key", "it is"),
]


def rendered(problems: list[Diagnostic]) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render(problems))["runs"][0]
    return run


@pytest.mark.parametrize("problems", [[], PROBLEMS])
def test_it_has_the_structure_of_the_standard(problems: list[Diagnostic]) -> None:
    log = json.loads(render(problems))
    errors = jsonschema_rs.validator_for(LOG, validate_formats=True).iter_errors(log)
    assert [f"{list(error.instance_path)}: {error.message}" for error in errors] == []


def test_each_result_points_at_its_rule() -> None:
    run = rendered(PROBLEMS)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["duplicate-name", "unknown-key"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [it.code for it in PROBLEMS]


def test_rules_explain_themselves() -> None:
    rule = rendered(PROBLEMS)["tool"]["driver"]["rules"][1]
    assert rule["shortDescription"]["text"] == "There is no such key here."
    assert rule["help"]["markdown"].startswith("There is no such key here.")
    assert "```yaml" in rule["help"]["markdown"]


def test_a_result_has_place_level_hint_and_related_places() -> None:
    first = rendered(PROBLEMS)["results"][0]
    assert first["level"] == "warning"
    assert first["message"]["text"] == "it is\ndo"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "campaigns/%C3%A5%20b.yaml"},
        "region": {"startLine": 1, "startColumn": 2, "endLine": 3, "endColumn": 4},
    }
    assert [place["message"]["text"] for place in first["relatedLocations"]] == ["first", "second"]


def test_a_fix_is_offered() -> None:
    second = rendered(PROBLEMS)["results"][1]
    ((change,),) = (fix["artifactChanges"] for fix in second["fixes"])
    assert change["replacements"][0]["insertedContent"] == {"text": "name"}
    assert "fixes" not in rendered(PROBLEMS)["results"][2]


def test_paths_are_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri("campaigns/a.yaml") == uri("./campaigns/a.yaml") == "campaigns/a.yaml"
    assert uri(str(tmp_path / "campaigns" / "a.yaml")) == "campaigns/a.yaml"
    assert uri("/elsewhere/a b.yaml") == "file:///elsewhere/a%20b.yaml"


def test_a_name_that_is_no_utf8_is_escaped() -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    problem = Diagnostic(name, Span(1, 1, 1, 4), Severity.ERROR, "unknown-key", f"{name} is it")
    (result,) = rendered([problem])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "caf%E9.yaml"}
    assert result["message"]["text"] == "caf\\xe9.yaml is it"
    render([problem]).encode()


def test_every_explanation_is_text_of_its_own() -> None:
    assert len({explanation.section for explanation in check_help().values()}) == len(check_help())
    assert all(explanation.first_sentence.endswith(".") for explanation in check_help().values())
