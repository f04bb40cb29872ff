"""JSON Schemas (2020-12) for editors and for validation, written from the models.

`python -m runner.campaign.schema DIR` writes every schema into a folder. A test fails when one is stale.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.campaign.models import Campaign
from runner.scripts import SCRIPTS, Script

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{model}"
_FIRST = ("$schema", "$id", "title", "description", "$ref", "type", "default", "examples", "required")
"""The keys of a schema that a person wants to see first."""

Schema = dict[str, Any]


def campaign_schema() -> Schema:
    """The schema of a campaign file. An inline config is held against the schema of the entry's script."""
    schema = Campaign.model_json_schema(ref_template=_REF)
    definitions = schema.pop("$defs")
    for script in SCRIPTS.values():
        definitions[script.config_model.__name__] = _config_schema(script)
    definitions["Entry"]["allOf"] = [_config_rule(script) for script in SCRIPTS.values()]
    head = {"$schema": _DIALECT, "$id": "urn:campaign-runner:schema:campaign"}
    return _tidy({**head, **schema, "$defs": dict(sorted(definitions.items()))})


def _config_schema(script: Script) -> Schema:
    schema = script.config_model.model_json_schema(ref_template=_REF)
    for key in script.paths:
        values = schema["properties"][key]
        values.get("items", values)["format"] = "path"
    return schema


def _config_rule(script: Script) -> Schema:
    """Where this script has an inline config, the script's schema decides; nothing else is reported."""
    inline = {"properties": {"script": {"const": script.name}, "config": {"type": "object"}}}
    return {
        "if": {**inline, "required": ["script", "config"]},
        "then": {"properties": {"config": {"$ref": _REF.format(model=script.config_model.__name__)}}},
    }


def _tidy(node: Schema) -> Schema:
    """Simplify what pydantic writes, so that each mistake breaks one rule only.

    Absent values are left out, not null; a choice between plain types is a list of types.
    """
    node = {key: _tidied(value) for key, value in node.items()}
    if isinstance(node.get("default"), dict):
        node["default"] = _without_null(node["default"])
    if node.get("default", ...) is None:
        del node["default"]
    if "anyOf" in node:
        node = _merged(node)
    if "patternProperties" in node:
        ((pattern, values),) = node.pop("patternProperties").items()
        node["propertyNames"] = {"pattern": pattern, **node.get("propertyNames", {})}
        node["additionalProperties"] = values
    return dict(sorted(node.items(), key=_rank))


def _tidied(value: Any) -> Any:
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    return _tidy(value) if isinstance(value, dict) else value


def _rank(item: tuple[str, Any]) -> int:
    return _FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST)


def _without_null(default: dict[str, Any]) -> dict[str, Any]:
    kept = {key: _without_null(value) if isinstance(value, dict) else value for key, value in default.items()}
    return {key: value for key, value in kept.items() if value not in (None, {})}


def _merged(node: Schema) -> Schema:
    """One schema for several plain types: the rules for text do not touch lists, and so on."""
    branches = [branch for branch in node.pop("anyOf") if branch != {"type": "null"}]
    types = [branch["type"] for branch in branches]
    merged: Schema = {}
    for branch in branches:
        merged |= branch
    return {**merged, **node, "type": types[0] if len(types) == 1 else types}


SCHEMAS: dict[str, Callable[[], Schema]] = {"campaign": campaign_schema}
"""Every schema by the name of its file; the value makes it."""


def render(schema: Schema) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[Path]:
    """Write every schema into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, make in SCHEMAS.items():
        paths.append(folder / f"{name}.schema.json")
        paths[-1].write_text(render(make()), encoding="utf-8")
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]))
