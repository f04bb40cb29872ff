"""The schemas: valid, of one mind with the models and with our diagnostics, and a help to editors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from runner.campaign.loader import load_text
from runner.campaign.models import Campaign
from runner.schema_file import NAMES, schema, schema_path
from runner.scripts import SCRIPTS

EXPLAINED = {
    *("additionalProperties", "required", "propertyNames", "type", "enum", "const", "pattern", "format"),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "minProperties", "maxProperties"),
}
"""The rules that `wording.py` has words for."""
SILENT = {"$ref", "$defs", "properties", "items", "allOf", "anyOf", "if", "then", "else", "prefixItems"}
ABOUT = {
    *("$schema", "$id", "title", "description", "default", "examples"),
    *("patternErrorMessage", "otherKeys", "defaultSnippets"),
}
EVERY = tuple(NAMES)


def test_an_installed_package_has_the_schemas_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runner" / "schemas").mkdir(parents=True)
    monkeypatch.setattr("runner.__file__", str(tmp_path / "runner" / "__init__.py"))
    assert schema_path("campaign") == tmp_path / "runner" / "schemas" / "campaign.schema.json"


@pytest.mark.parametrize("name", EVERY)
def test_schemas_are_valid(name: str) -> None:
    jsonschema_rs.meta.validate(schema(name))


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and those within it that say something of values."""
    yield node
    for key in ("$defs", "properties"):
        for child in node.get(key, {}).values():
            yield from nodes(child)
    for child in [
        *node.get("allOf", []),
        *node.get("prefixItems", []),
        *(node.get(key) for key in ("items", "propertyNames", "then", "else", "additionalProperties")),
    ]:
        yield from nodes(child) if isinstance(child, dict) else ()


@pytest.mark.parametrize("name", EVERY)
def test_every_rule_of_the_schema_has_words(name: str) -> None:
    for node in nodes(schema(name)):
        assert node.keys() <= EXPLAINED | SILENT | ABOUT | ({"maxItems"} if name == "app-profile" else set())
        assert "patternErrorMessage" in node or "pattern" not in node


@pytest.mark.parametrize("name", EVERY)
def test_every_key_is_described_for_editors(name: str) -> None:
    definitions = schema(name).get("$defs", {})

    def description(node: dict[str, Any]) -> str | None:
        target = definitions.get(node.get("$ref", "").rpartition("/")[2], {})
        return node.get("description") or target.get("description")

    for node in nodes(schema(name)):
        if node.get("additionalProperties") is False:
            assert description(node)
            assert [key for key, child in node["properties"].items() if not description(child)] == []


@pytest.mark.parametrize("name", EVERY)
def test_every_definition_is_used(name: str) -> None:
    text = json.dumps(schema(name))
    assert [key for key in schema(name).get("$defs", {}) if f'"#/$defs/{key}"' not in text] == []


def test_each_script_has_the_schema_of_its_config() -> None:
    found = {name: script.config_schema()["title"] for name, script in SCRIPTS.items()}
    assert found == {name: script.config_model().__name__ for name, script in SCRIPTS.items()}


def test_editors_complete_scripts_and_the_keys_of_named_configs() -> None:
    campaign = schema("campaign")
    assert campaign["$defs"]["Entry"]["properties"]["script"]["examples"] == list(SCRIPTS)
    offered = campaign["properties"]["configs"]["additionalProperties"]["properties"]
    for script in SCRIPTS.values():
        assert script.config_schema()["properties"].keys() <= offered.keys()
    assert offered["post_way"]["examples"] == ["share", "addButton", "useSound"]


READABLE = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
TEXTS = st.sampled_from(
    ["", "a", "studio", "share", "09:00", "90s", "R58M 1", "-1", "ä🎉", "2026-02-30", "post", "comment"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema("campaign")["$defs"][name]
    return found


FORMS = {
    "StartTimeForms": ("AtTime", "EveryTime", "CronTime"),
    "GroupForms": ("SerialGroup", "UsernameGroup"),
}


def like(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema, and some that nearly do."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in FORMS:
            return like(definition(name))
        forms = st.one_of(*(like(definition(form)) for form in FORMS[name]))
        if "type" not in node:
            return forms
        return forms | like({key: value for key, value in node.items() if key != "$ref"})
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum", [node.get("const")])).flatmap(or_its_float)
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    return st.one_of(*map(st.just, node.get("examples", [])), *(of_type(kind, node) for kind in kinds))


def of_type(kind: str, node: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "string":
            return TEXTS | st.text(READABLE, max_size=9)
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            whole = st.integers(node["minimum"] - 1, node["maximum"] + 1).flatmap(or_its_float)
            return whole if kind == "integer" else whole | st.floats(0, node["maximum"] + 1)
        case "array":
            return st.lists(like(node["items"]), max_size=2)
    if "properties" in node:
        optional = {
            key: like(rules) if "type" in rules or "$ref" in rules else ANYTHING
            for key, rules in node["properties"].items()
        }
        required = {key: optional.pop(key) for key in node.get("required", ())}
        return st.fixed_dictionaries(required, optional=optional) | st.fixed_dictionaries(
            {}, optional=required
        )
    if not isinstance(node.get("additionalProperties"), dict):
        return st.dictionaries(TEXTS, ANYTHING, max_size=2)
    return st.dictionaries(TEXTS, like(node["additionalProperties"]), max_size=2)


def or_its_float(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value, float(value)] if type(value) is int else [value])


TOP = schema("campaign")["properties"]
OPTIONAL = [key for key in TOP if key not in ("version", "name", "scripts", "configs")]
ENTRY = definition("Entry")["properties"]


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, Any]:
    """Campaigns with a mistake here and there."""
    script = draw(st.sampled_from(sorted(SCRIPTS)))
    some = draw(st.lists(st.sampled_from(OPTIONAL), max_size=3, unique=True))
    data = {key: draw(like(TOP[key])) for key in some}
    config = draw(like(dict(SCRIPTS[script].config_schema())))
    more = draw(st.lists(st.sampled_from(sorted(ENTRY)), max_size=3, unique=True))
    entry = {"script": script, "config": config, "devices": "studio"}
    entry |= {key: draw(like(ENTRY[key])) for key in more if key not in entry}
    if draw(st.booleans()):
        data["configs"], entry["config"] = {"named": config}, "named"
    campaign = {"version": 1, "name": "a", "scripts": {"x": entry}, **data}
    return draw(st.just(campaign) | st.just({**campaign, draw(st.sampled_from(sorted(TOP))): draw(ANYTHING)}))


@settings(max_examples=400, deadline=None)
@given(campaigns())
def test_the_schema_accepts_what_the_models_build_and_nothing_else(data: dict[str, Any]) -> None:
    loaded = load_text(json.dumps(data, ensure_ascii=False), "x.yaml")
    try:
        campaign = Campaign.model_validate(loaded.document.data)
        for entry in campaign.scripts.values():
            config = campaign.configs.get(entry.config) if isinstance(entry.config, str) else entry.config
            if entry.script in SCRIPTS and config is not None:
                SCRIPTS[entry.script].config_model().model_validate(config)
    except ValidationError as error:
        assert loaded.has_errors, error
    else:
        odd = all(problem.code == "odd-character" for problem in loaded.diagnostics)
        assert odd or has_null_or_true(data)


def has_null_or_true(data: Any) -> bool:
    """The models take null for what is absent and true for 1; in a file neither is right."""
    if isinstance(data, dict | list):
        return any(map(has_null_or_true, data.values() if isinstance(data, dict) else data))
    return data is None or isinstance(data, bool)
