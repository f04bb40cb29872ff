"""Changes the schemas that pydantic writes, so that editors can help and a mistake breaks one rule only."""

import json
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
Choose = Callable[[list[str]], Schema]
"""Turns the names of several definitions into the rules that choose which of them a mapping is held against."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FIRST = ("$schema", "$id", "title", "description", "$ref", "type", "default", "examples", "required")
"""The keys of a schema that a person wants to see first."""
_BY_NAME = ("properties", "patternProperties", "$defs")
_DATA = ("default", "examples", "enum", "const")
"""Keywords whose values are schemas by name, and those whose values are data."""


def complete(name: str, schema: Schema) -> Schema:
    """The schema with its head first, and the definitions that are used last."""
    text = json.dumps(schema)
    definitions = {key: node for key, node in sorted(schema.pop("$defs", {}).items()) if f'/{key}"' in text}
    head = {"$schema": _DIALECT, "$id": f"urn:campaign-runner:schema:{name}"}
    return {**head, **schema, "$defs": definitions}


def inlined(schema: Schema) -> Schema:
    """The schema with each definition in place of the references to it, for one without cycles."""
    definitions = schema.pop("$defs", {})
    found: Schema = _inline(schema, definitions)
    return found


def _inline(node: Any, definitions: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        node = {**definitions[_name(node)], **{key: value for key, value in node.items() if key != "$ref"}}
    return {key: _inline(value, definitions) for key, value in node.items()}


def tidy(schema: Schema, choose: Choose) -> Schema:
    """The schema without absent values, its choices between plain types as lists of types.

    Of several definitions `choose` decides; a single one beside plain types takes its place among them.
    """
    return _Tidying(schema.get("$defs", {}), choose).node(schema)


class _Tidying:
    def __init__(self, definitions: dict[str, Schema], choose: Choose) -> None:
        self._definitions = definitions
        self._choose = choose

    def _tidied(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._tidied(item) for item in value]
        return self.node(value) if isinstance(value, dict) else value

    def node(self, node: Schema) -> Schema:
        if any("$ref" in branch or "type" in branch for branch in node.get("anyOf", [])):
            node = self._merged(node)
        node = {key: self._part(key, value) for key, value in node.items()}
        if isinstance(node.get("default"), dict):
            written = (
                node["default"]["text"] if node.get("type") == "string" else _without_null(node["default"])
            )
            node["default"] = written
        if node.get("default", ...) is None:
            del node["default"]
        if "patternProperties" in node:
            ((pattern, values),) = node.pop("patternProperties").items()
            node["propertyNames"] = {"pattern": pattern, **node.get("propertyNames", {})}
            node["additionalProperties"] = values
        return dict(sorted(node.items(), key=_rank))

    def _part(self, key: str, value: Any) -> Any:
        """The value of a keyword; some hold schemas by name."""
        if key in _BY_NAME:
            return {name: self.node(node) for name, node in value.items()}
        return value if key in _DATA else self._tidied(value)

    def _merged(self, node: Schema) -> Schema:
        """One schema for several plain types: the rules for text do not touch lists, and so on."""
        branches = [branch for branch in _flat(node.pop("anyOf")) if branch != {"type": "null"}]
        references = list(dict.fromkeys(_name(branch) for branch in branches if "$ref" in branch))
        plain = [branch for branch in branches if "$ref" not in branch]
        if not plain and len(references) == 1:
            return {**branches[0], **node}
        merged: Schema = {}
        for branch in plain:
            merged |= _guarded(branch) if len(branches) > 1 else branch
        if len(references) == 1:
            rules = self._definitions[references[0]]
            merged |= {key: rules[key] for key in rules if key not in ("title", "description")}
        elif references:
            merged |= self._choose(references)
        types = [branch["type"] for branch in plain] + ["object"] * bool(references)
        return {**merged, **node, "type": types[0] if len(types) == 1 else types}


def _guarded(branch: Schema) -> Schema:
    """A choice of texts or numbers beside other types, limited to its own type: an `enum` would refuse the others."""
    rules = {key: branch[key] for key in ("const", "enum") if key in branch}
    if not rules:
        return branch
    rest = {key: value for key, value in branch.items() if key not in rules}
    return {**rest, "if": {"type": branch["type"]}, "then": rules}


def _flat(branches: list[Schema]) -> list[Schema]:
    """The branches, with those that are choices themselves opened up."""
    found: list[Schema] = []
    for branch in branches:
        found += _flat(branch["anyOf"]) if "anyOf" in branch else [branch]
    return found


def _name(node: Schema) -> str:
    reference: str = node["$ref"]
    return reference.rpartition("/")[2]


def _rank(item: tuple[str, Any]) -> int:
    return _FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST)


def _without_null(default: dict[str, Any]) -> dict[str, Any]:
    kept = {key: _without_null(value) if isinstance(value, dict) else value for key, value in default.items()}
    return {key: value for key, value in kept.items() if value not in (None, {})}
