"""The generated schemas: fresh, valid, and of one mind with the models and with our diagnostics."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.campaign.loader import load_text
from runner.campaign.schema import SCHEMAS, render, write
from runner.campaign.schema_file import config_schemas, schema, schema_path
from runner.scripts import SCRIPTS

EXPLAINED = {
    *("additionalProperties", "required", "propertyNames", "type", "enum", "const", "pattern"),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "minProperties"),
}
"""The rules that `wording.py` has words for."""
SILENT = {"$ref", "$defs", "properties", "items", "allOf", "if", "then", "format"}
ABOUT = {"$schema", "$id", "title", "description", "default", "examples", "patternErrorMessage"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_fresh(name: str) -> None:
    assert schema_path(name).read_text(encoding="utf-8") == render(SCHEMAS[name]()), "run `make schemas`"


def test_writing_makes_every_file(tmp_path: Path) -> None:
    assert [path.name for path in write(tmp_path / "new")] == [f"{name}.schema.json" for name in SCHEMAS]


def test_an_installed_package_has_the_schemas_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runner" / "schemas").mkdir(parents=True)
    monkeypatch.setattr("runner.__file__", str(tmp_path / "runner" / "__init__.py"))
    assert schema_path("campaign") == tmp_path / "runner" / "schemas" / "campaign.schema.json"


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid(name: str) -> None:
    jsonschema_rs.meta.validate(schema(name))


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for key in ("$defs", "properties"):
        for child in node.get(key, {}).values():
            yield from nodes(child)
    for child in [
        *node.get("allOf", []),
        *(node.get(key) for key in ("items", "propertyNames", "if", "then")),
    ]:
        yield from nodes(child) if child else ()
    if isinstance(node.get("additionalProperties"), dict):
        yield from nodes(node["additionalProperties"])


def test_every_rule_of_the_schema_has_words() -> None:
    for node in nodes(schema("campaign")):
        assert node.keys() <= EXPLAINED | SILENT | ABOUT
        assert ("minimum" in node) == ("maximum" in node)
        assert "patternErrorMessage" in node or "pattern" not in node


def test_every_key_is_described_for_editors() -> None:
    for node in nodes(schema("campaign")):
        if node.get("additionalProperties") is False:
            assert node["description"]
            assert all(child["description"] for child in node["properties"].values())


def test_each_script_has_the_schema_of_its_config() -> None:
    found = {name: schema["title"] for name, schema in config_schemas().items()}
    assert found == {name: script.config_model.__name__ for name, script in SCRIPTS.items()}


READABLE = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
TEXTS = st.sampled_from(["", "a", "studio", "share", "09:00", "90s", "R58M 1", "-1", "ä🎉"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def like(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema, and some that nearly do."""
    if "$ref" in node:
        return like(schema("campaign")["$defs"][node["$ref"].rpartition("/")[2]])
    if node.get("additionalProperties") is True:
        return st.dictionaries(TEXTS, ANYTHING, max_size=2)
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum", [node.get("const")])).flatmap(or_its_float)
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    return st.one_of(*map(st.just, node.get("examples", [])), *(of_type(kind, node) for kind in kinds))


def of_type(kind: str, node: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind == "string":
        return TEXTS | st.text(READABLE, max_size=9)
    if kind == "integer":
        return st.integers(node["minimum"] - 1, node["maximum"] + 1).flatmap(or_its_float)
    if kind == "array":
        return st.lists(like(node["items"]), max_size=2)
    if "properties" in node:
        return st.fixed_dictionaries({}, optional={key: like(it) for key, it in node["properties"].items()})
    return st.dictionaries(TEXTS, like(node["additionalProperties"]), max_size=2)


def or_its_float(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value, float(value)] if type(value) is int else [value])


OPTIONAL = ("timezone", "backend", "limits", "devices", "start_times")
ENTRY = schema("campaign")["$defs"]["Entry"]["properties"]


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, Any]:
    """Campaigns with a mistake here and there."""
    properties = schema("campaign")["properties"]
    script = draw(st.sampled_from(sorted(config_schemas())))
    data = draw(st.fixed_dictionaries({}, optional={key: like(properties[key]) for key in OPTIONAL}))
    config = draw(like(config_schemas()[script]))
    entry = {"script": script, "config": config, "devices": draw(like(ENTRY["devices"]))}
    if draw(st.booleans()):
        data["configs"], entry["config"] = {"named": config}, "named"
    campaign = {"version": 1, "name": "a", "scripts": {"x": entry}, **data}
    return draw(
        st.just(campaign) | like(schema("campaign")) | st.just({**campaign, "limits": draw(ANYTHING)})
    )


@settings(max_examples=300)
@given(campaigns())
def test_what_the_schema_accepts_the_models_build(data: dict[str, Any]) -> None:
    loaded = load_text(json.dumps(data, ensure_ascii=False), "x.yaml")
    if loaded.diagnostics:
        assert loaded.campaign is None
        return
    campaign = loaded.campaign
    assert campaign is not None
    for entry in campaign.scripts.values():
        config = campaign.configs.get(entry.config) if isinstance(entry.config, str) else entry.config
        if entry.script in SCRIPTS and config is not None:
            SCRIPTS[entry.script].config_model.model_validate(config)
