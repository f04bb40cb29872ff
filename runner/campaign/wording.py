"""What is wrong with a value, and what to do about it, in the words of the campaign file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.campaign.document import Document
from runner.campaign.nearest import enumeration, legal_names, nearest
from runner.campaign.scalars import plain

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule of the schema that a value breaks.

    `rule` is the JSON Schema keyword, `node` the schema that it stands in, `detail` what the validator says
    of it (the unexpected keys, the missing one, ...); `path` is where the value stands in the file.
    """

    rule: str
    path: tuple[str | int, ...]
    value: Any
    node: Mapping[str, Any]
    detail: Any

    @property
    def name(self) -> str:
        """What a message calls the value."""
        if not self.path:
            return "a campaign"
        last = self.path[-1]
        if isinstance(last, str):
            return f"`{last}`"
        return f"item {last + 1} of `{self.path[-2]}`" if len(self.path) > 1 else f"item {last + 1}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic in the making: its place is still a path."""

    code: str
    path: tuple[str | int, ...]
    message: str
    hint: str | None = None
    at_key: bool = False


def explain(breach: Breach, document: Document) -> Iterator[Finding]:
    """The findings of one breach; several unknown keys of one mapping are several."""
    match breach.rule:
        case "additionalProperties":
            yield from _unknown_keys(breach)
        case "required":
            yield from _missing_key(breach)
        case "propertyNames":
            yield _bad_name(breach)
        case "type":
            yield _wrong_type(breach, document.source(breach.path))
        case "enum" | "const":
            yield _bad_choice(breach, document.source(breach.path))
        case "pattern":
            yield _bad_text(breach, document.source(breach.path))
        case _:
            yield _out_of_range(breach)


def _unknown_keys(breach: Breach) -> Iterator[Finding]:
    legal = breach.node["properties"]
    for key in breach.detail:
        unused = [name for name in legal if name not in breach.value]
        hint = legal_names(key, legal if nearest(key, unused) is None else unused)
        yield Finding("unknown-key", (*breach.path, key), f"unknown key `{key}`", hint, at_key=True)


def _missing_key(breach: Breach) -> Iterator[Finding]:
    """Nothing if the key is there with a slip of the pen: then it is the unknown key that is reported."""
    legal, key = breach.node["properties"], breach.detail
    unknown = [name for name in breach.value if name not in legal]
    if nearest(key, unknown) is not None:
        return
    where = f" in {breach.name}" if breach.path else ""
    yield Finding(
        "missing-key", breach.path, f"`{key}` is missing{where}", legal[key].get("description"), at_key=True
    )


def _bad_name(breach: Breach) -> Finding:
    name = breach.detail.instance
    return Finding(
        "bad-value",
        (*breach.path, name),
        f"`{name}` cannot be a name",
        breach.node.get("patternErrorMessage"),
        at_key=True,
    )


def _wrong_type(breach: Breach, source: str) -> Finding:
    wanted = [_KINDS[kind] for kind in breach.detail]
    if breach.value is None:
        hint = f"write {' or '.join(wanted)}, or remove it"
        return Finding("wrong-type", breach.path, f"{breach.name} has no value", hint)
    message = f"{breach.name} must be {' or '.join(wanted)}, not {_kind(breach.value)}"
    return Finding("wrong-type", breach.path, message, _type_hint(breach, source))


def _type_hint(breach: Breach, source: str) -> str | None:
    wanted, value = breach.detail, breach.value
    if "string" in wanted and not isinstance(value, str | list) and "\n" not in source:
        return _quoting_hint(breach.node, source)
    if "array" in wanted and isinstance(value, str):
        return f"write a list: [{source}]"
    if isinstance(value, str) and isinstance(plain(value), int) and "integer" in wanted:
        return f"remove the quotes: {value}"
    if isinstance(value, str) and value.lstrip("0").isdigit() and "integer" in wanted:
        return f"write it without leading zeros: {value.lstrip('0')}"
    return f"it can be {enumeration(breach.node['enum'])}" if "enum" in breach.node else None


def _quoting_hint(node: Mapping[str, Any], source: str) -> str | None:
    """For a number, `true` or `{...}` where text belongs: the same in quotes, if that would be right."""
    if source not in node.get("enum", [source]):
        return f"it can be {enumeration(node['enum'])}"
    if not re.search(node.get("pattern", ""), source):
        return node.get("patternErrorMessage")
    return f"quote it: '{source}'" if '"' in source else f'quote it: "{source}"'


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def _bad_choice(breach: Breach, source: str) -> Finding:
    legal = list(dict.fromkeys(str(choice) for choice in breach.node.get("enum", [breach.node.get("const")])))
    return Finding(
        "bad-value",
        breach.path,
        f"{breach.name} cannot be {_shown(source)}",
        legal_names(str(breach.value), legal),
    )


def _bad_text(breach: Breach, source: str) -> Finding:
    hint = breach.node.get("patternErrorMessage")
    return Finding("bad-value", breach.path, f"{breach.name} cannot be {_shown(source)}", hint)


def _shown(source: str) -> str:
    return f"`{source}`" if len(source) <= 60 and "\n" not in source else "this"


def _out_of_range(breach: Breach) -> Finding:
    node = breach.node
    match breach.rule:
        case "minimum" | "maximum":
            message = (
                f"{breach.name} is {breach.value}; it must be from {node['minimum']} to {node['maximum']}"
            )
        case "maxLength":
            message = f"{breach.name} has {len(breach.value)} characters; {node['maxLength']} are allowed"
        case _:
            message = f"{breach.name} is empty"
    return Finding("out-of-range", breach.path, message)
