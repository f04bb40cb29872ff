"""What is wrong with a value, and what to do about it, in the words of the campaign file."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from runner.campaign import patterns, weekdays
from runner.campaign.document import Document
from runner.campaign.meaning import MOST_SLIPS
from runner.campaign.nearest import enumeration, legal_names, nearest, only_answer
from runner.campaign.repairs import repaired
from runner.campaign.scalars import plain
from runner.diagnostics import MAX_PROBLEMS

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
_COMMENT = re.compile(r":?[ \t]+(#[^\r\n]*)")
_BOOLEANS = {"yes": True, "on": True, "no": False, "off": False, "true": True, "false": False}
"""Texts that mean true or false where nothing else is legal; YAML 1.1 read them so."""
_GROUPED = re.compile(r"[-+]?[1-9][0-9_]*")
_SEXAGESIMAL = re.compile(r"[0-9]+(:[0-5]?[0-9])+")
"""Shapes of whole numbers in YAML 1.1."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule of the schema that a value breaks.

    `rule` is the JSON Schema keyword, `node` the schema that has it, `detail` what the validator adds (the unexpected
    keys, the missing one, ...); `path` is where the value stands in the file.
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
            return f"a {self.node.get('title', 'file').lower()}"
        last = self.path[-1]
        if isinstance(last, str):
            return f"`{last}`"
        return f"item {last + 1} of `{self.path[-2]}`" if len(self.path) > 1 else f"item {last + 1}"


@dataclass(frozen=True, slots=True)
class WordedProblem:
    """A diagnostic in the making: its place is still a path.

    `answer` is the only key or value that can have been meant there, if there is one; `meant` is the key that was
    probably meant.
    """

    code: str
    path: tuple[str | int, ...]
    message: str
    hint: str | None = None
    at_key: bool = False
    answer: str | float | None = None
    meant: str | None = None


def explain(breach: Breach, document: Document) -> Iterator[WordedProblem]:
    """The problems of one breach: several unknown keys of one mapping are several problems."""
    match breach.rule:
        case "additionalProperties":
            yield from _unknown_keys(breach)
        case "required":
            yield from _missing_key(breach)
        case "propertyNames":
            yield _bad_name(breach)
        case "type":
            yield _wrong_type(breach, document)
        case "enum" | "const":
            yield _bad_choice(breach, document.source(breach.path))
        case "pattern":
            yield _bad_text(breach, document.source(breach.path))
        case "format":
            yield WordedProblem("bad-value", breach.path, f"there is no day {document.source(breach.path)}")
        case "maxProperties":
            yield _several_keys(breach)
        case _:
            yield _out_of_range(breach)


def _unknown_keys(breach: Breach) -> Iterator[WordedProblem]:
    legal = _legal_keys(breach.node)
    unused = [name for name in legal if name not in breach.value]
    unknown = [key for key in breach.detail if key not in legal][:MAX_PROBLEMS]
    meant = {key: only_answer(key, unused) for key in unknown[:MOST_SLIPS]}
    near = {key: nearest(key, unused) for key in meant}
    times, near_times = Counter(meant.values()), Counter(near.values())
    yield from (_key_of_another_form(breach, key) for key in breach.detail if key in legal)
    for key in unknown:
        hint = None
        if key in meant:
            hint = legal_names(key, legal if near[key] is None else unused)
        # Two keys with the same answer are no slips: to rename both would make one key twice.
        answer = meant.get(key) if times[meant.get(key)] == 1 else None
        probably = answer or (near.get(key) if near_times[near.get(key)] == 1 else None)
        path, message = (*breach.path, key), f"unknown key `{key}`"
        is_key = probably if probably in breach.node["properties"] else None
        yield WordedProblem("unknown-key", path, message, hint, at_key=True, answer=answer, meant=is_key)


def _missing_key(breach: Breach) -> Iterator[WordedProblem]:
    """Nothing if the key is there but misspelt: then the unknown key is reported."""
    key, legal = breach.detail, breach.node["properties"]
    unknown = [name for name in breach.value if name not in legal]
    if any(nearest(name, unknown) for name in (key, *breach.node.get("otherKeys", ()))):
        return
    where = f" in {breach.name}" if breach.path else ""
    yield WordedProblem(
        "missing-key", breach.path, f"`{key}` is missing{where}", legal[key].get("description"), at_key=True
    )


def _legal_keys(node: Mapping[str, Any]) -> list[str]:
    """The keys of a mapping, and those of the other forms that it may have been meant to be."""
    return [*node["properties"], *node.get("otherKeys", ())]


def _key_of_another_form(breach: Breach, key: str) -> WordedProblem:
    mine = [name for name in breach.node["properties"] if name in breach.value]
    message = f"`{key}` does not go with {enumeration(mine, 'and')}"
    hint = "they are different forms of a start time: write two, in a list"
    return WordedProblem("unknown-key", (*breach.path, key), message, hint, at_key=True)


def _bad_name(breach: Breach) -> WordedProblem:
    name = breach.detail.instance
    return WordedProblem(
        "bad-value",
        (*breach.path, name),
        f"`{name}` cannot be a name",
        breach.node.get("patternErrorMessage"),
        at_key=True,
    )


def _wrong_type(breach: Breach, document: Document) -> WordedProblem:
    source = document.source(breach.path)
    wanted = " or ".join(_KINDS[kind] for kind in breach.detail)
    if breach.value is None:
        message = f"{breach.name} has no value"
        return WordedProblem("wrong-type", breach.path, message, _no_value_hint(breach, wanted, document))
    message = f"{breach.name} must be {wanted}, not {_kind(breach.value)}"
    hint, answer = _type_hint(breach, source), _retyped(breach, source)
    return WordedProblem("wrong-type", breach.path, message, hint, answer=answer)


def _no_value_hint(breach: Breach, wanted: str, document: Document) -> str:
    """What to write; a comment in the value's place is probably meant as text."""
    _, end = document.offsets(document.span(breach.path))
    comment = _COMMENT.match(document.text, end)
    if comment is None or "string" not in breach.detail:
        return f"write {wanted}, or remove it"
    return "a # behind a blank begins a comment: put quotes around it if it is text"


def _retyped(breach: Breach, source: str) -> str | float | None:
    """The written value as the type that is wanted: a number in quotes, `yes`, a number where text belongs."""
    wanted, value = breach.detail, breach.value
    if isinstance(value, str):
        percentage = _PERCENTAGE.fullmatch(value)
        meant = _BOOLEANS.get(value.lower(), plain(percentage[1] if percentage else value))
        return meant if _kinds(meant).intersection(wanted) else None
    if "string" in wanted and isinstance(value, int | float) and _may_be_text(breach.node, source):
        return source
    return None


def _kinds(value: Any) -> set[str]:
    """What JSON Schema calls a number or a truth value."""
    if isinstance(value, bool):
        return {"boolean"}
    return {int: {"integer", "number"}, float: {"number"}}.get(type(value), set())


def _type_hint(breach: Breach, source: str) -> str | None:
    wanted, value = breach.detail, breach.value
    if "string" in wanted and not isinstance(value, str | list | dict) and "\n" not in source:
        return _quoting_hint(breach.node, source)
    if "array" in wanted and isinstance(value, str):
        return _list_hint(breach.node, value, source)
    if isinstance(value, str) and (hint := _number_or_truth_hint(value, wanted, breach.node)):
        return hint
    if isinstance(value, float) and isfinite(value) and "integer" in wanted:
        return _whole_hint(value, breach.node)
    if "string" in wanted and isinstance(value, list | dict):
        return "put quotes around the whole value if it is text"
    if "enum" in breach.node:
        return f"it can be {enumeration(breach.node['enum'])}"
    if "object" in wanted and "properties" in breach.node:
        return f"its keys are {enumeration(breach.node['properties'], 'and')}"
    return None


def _list_hint(node: Mapping[str, Any], text: str, source: str) -> str:
    """For one text where a list belongs: the list that it probably stands for."""
    if tuple(node.get("items", {}).get("enum", ())) == weekdays.DAYS:
        meant = weekdays.days(text)
        if meant is None:
            return f"it is a list of {enumeration(weekdays.DAYS, 'and')}"
        is_all = len(meant) == len(weekdays.DAYS)
        return (
            "leave it out: without `days` it is every day"
            if is_all
            else f"write a list: [{', '.join(meant)}]"
        )
    if "," in text and "\n" not in text:
        return f"write a list: [{', '.join(_item(part.strip()) for part in text.split(',') if part.strip())}]"
    return f"write a list: [{source}]"


def _item(text: str) -> str:
    """A text as an item of a list in brackets."""
    is_plain = text[0].isalnum() and not set(text) & set(",[]{}#:'\"") and isinstance(plain(text), str)
    return text if is_plain else f"'{text}'" if '"' in text else f'"{text}"'


def _number_or_truth_hint(text: str, wanted: Sequence[str], node: Mapping[str, Any]) -> str | None:
    """For text where a number or a boolean belongs: it has quotes, or YAML 1.1 read it differently."""
    if "boolean" in wanted and (meant := _BOOLEANS.get(text.lower())) is not None:
        right = "true" if meant else "false"
        return f"write {right}" + ("" if text.lower() == right else f": `{text}` is text in YAML 1.2")
    if "integer" not in wanted and "number" not in wanted:
        return None
    if _kinds(plain(text)).intersection(wanted):
        return f"remove the quotes: {text}"
    if text.lstrip("0").isdigit():
        return f"write it without leading zeros: {text.lstrip('0')} (YAML 1.1 would read an octal number)"
    if _GROUPED.fullmatch(text):
        return f"write it without underscores: {text.replace('_', '')} (YAML 1.2 has none in numbers)"
    if _SEXAGESIMAL.fullmatch(text):
        return "write a plain number: YAML 1.2 has none to the base of 60"
    if percentage := _PERCENTAGE.fullmatch(text):
        return f"write it without the %: {percentage[1]}"
    number = plain(text)
    is_fraction = isinstance(number, float) and isfinite(number)
    return _whole_hint(float(text), node) if is_fraction else _range_hint(node)


def _whole_hint(number: float, node: Mapping[str, Any]) -> str:
    """For a fraction where a whole number belongs: one from 0 to 100 may be meant as a percentage."""
    if node.get("minimum") == 0 and node.get("maximum") == 100 and 0 < number < 1:
        return f"it is from 0 to 100: did you mean {round(number * 100)}?"
    return f"write a whole number, such as {int(number)}"


def _range_hint(node: Mapping[str, Any]) -> str | None:
    return f"it is a number {_range(node)}" if "minimum" in node and "maximum" in node else None


def _quoting_hint(node: Mapping[str, Any], source: str) -> str | None:
    """For a number, `true` or `{...}` where text belongs: the same in quotes, if that would be right."""
    if source not in node.get("enum", [source]):
        return f"it can be {enumeration(node['enum'])}"
    if not _may_be_text(node, source):
        if node.get("pattern") == patterns.DURATION and source.isdigit():
            return f"add a unit: {source}s, {source}m or {source}h"
        return node.get("patternErrorMessage")
    return f"quote it: '{source}'" if '"' in source else f'quote it: "{source}"'


def _may_be_text(node: Mapping[str, Any], text: str) -> bool:
    return text in node.get("enum", [text]) and re.search(node.get("pattern", ""), text) is not None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def _bad_choice(breach: Breach, source: str) -> WordedProblem:
    legal = list(dict.fromkeys(str(choice) for choice in breach.node.get("enum", [breach.node.get("const")])))
    message = f"{breach.name} cannot be {_shown(source)}"
    hint = legal_names(str(breach.value), legal)
    answer = only_answer(breach.value, legal) if isinstance(breach.value, str) else None
    if tuple(legal) == weekdays.DAYS and (meant := weekdays.days(str(breach.value))):
        answer = meant[0] if len(meant) == 1 else None
        hint = f"did you mean `{answer}`?" if answer else f"write each day: [{', '.join(meant)}]"
    return WordedProblem("bad-value", breach.path, message, hint, answer=answer)


def _bad_text(breach: Breach, source: str) -> WordedProblem:
    hint, meant = breach.node.get("patternErrorMessage"), repaired(breach.value, breach.node["pattern"])
    if meant is not None:
        hint = f"did you mean `{meant}`?"
    message = f"{breach.name} cannot be {_shown(source)}"
    return WordedProblem("bad-value", breach.path, message, hint, answer=meant)


def _several_keys(breach: Breach) -> WordedProblem:
    at_most, keys = breach.node["maxProperties"], enumeration(breach.value, "and")
    message = f"{breach.name} has the keys {keys}, and may have {at_most} of them"
    return WordedProblem("bad-value", breach.path, message, "begin a new item for each")


def _shown(source: str) -> str:
    return f"`{source}`" if len(source) <= 60 and "\n" not in source else "this"


def _out_of_range(breach: Breach) -> WordedProblem:
    node = breach.node
    match breach.rule:
        case "minimum" | "maximum":
            message = f"{breach.name} is {breach.value}; it must be {_range(node)}"
        case "maxLength":
            message = f"{breach.name} has {len(breach.value)} characters; {node['maxLength']} are allowed"
        case _:
            message = f"{breach.name} is empty"
    return WordedProblem("out-of-range", breach.path, message)


def _range(node: Mapping[str, Any]) -> str:
    if "minimum" in node and "maximum" in node:
        return f"from {node['minimum']} to {node['maximum']}"
    return f"at least {node['minimum']}" if "minimum" in node else f"at most {node['maximum']}"
