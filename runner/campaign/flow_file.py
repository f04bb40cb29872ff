"""The user's own flows: what a campaign has to know of `flows/NAME.yaml` beside it.

This file reads only the head of a flow, which says how the flow is used; the room `flows` knows the steps.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.campaign import patterns
from runner.campaign.beside import FilesBeside, beside
from runner.campaign.document import Document, JsonPath
from runner.campaign.quantities import Duration
from runner.campaign.reader import read
from runner.campaign.structure import breaches, check_flow
from runner.diagnostics import Diagnostic, Severity, tidy
from runner.scripts import SCRIPTS, Script
from runner.scripts.script import Config, FlowText, listed

EXPECTED = "5m"
"""How long a task of a flow takes if the flow does not say."""

_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string", "minLength": 1}},
    "file": {"type": "string"},
    "files": {"type": "array", "items": {"type": "string", "minLength": 1}},
}
FILES = ("file", "files")
"""The types of parameters whose values are paths, relative to the campaign file."""

_NOTHING: dict[str, Any] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "list": [],
    "file": "",
    "files": [],
}
"""The value of a parameter that is neither given nor required, by its type."""


@dataclass(frozen=True)
class FlowFile:
    """A flow as read. `script` is None if the file has errors; `config_rules`, the schema of its config, may be known
    in spite of them."""

    document: Document
    script: Script | None
    diagnostics: tuple[Diagnostic, ...]
    config_rules: Mapping[str, Any] | None = None


def flows_used(data: Any, path: str) -> dict[str, FlowFile]:
    """The flows in `flows/` beside a campaign that its entries use, and those that these use, by script."""
    return _found(beside(path, "flows"), _names(data))


def flows_beside(file: FlowFile) -> dict[str, FlowFile]:
    """The flows in the folder of a flow that it uses, also by way of others, by name."""
    return _found(beside(file.document.path), names_used(file.document.data))


def _found(folder: str, names: Iterable[str]) -> dict[str, FlowFile]:
    """The flows of these names in a folder, and those that these use."""
    found, waiting = dict[str, FlowFile](), list(names)
    while waiting:
        name = waiting.pop(0)
        path = os.path.join(folder, f"{name}.yaml")  # noqa: PTH118
        if name not in found and (file := FLOW_FILES.find(path)):
            found[name] = file
            waiting += names_used(file.document.data)
    return found


def linked(flows: Mapping[str, FlowFile]) -> dict[str, FlowFile]:
    """The same flows, each with the texts of those among them that it uses."""
    return {name: _linked(name, file, flows) for name, file in flows.items()}


def _linked(name: str, file: FlowFile, flows: Mapping[str, FlowFile]) -> FlowFile:
    if file.script is None or file.script.flow is None:
        return file
    used, waiting = dict[str, FlowText](), names_used(file.document.data)
    while waiting:
        other = waiting.pop(0)
        if other in flows and other not in used:
            used[other] = FlowText(flows[other].document.path, flows[other].document.text)
            waiting += names_used(flows[other].document.data)
    flow = file.script.flow._replace(used=tuple(used.values()))
    return replace(file, script=replace(file.script, flow=flow)) if used else file


def names_used(data: Any) -> list[str]:
    """The names of the flows that the `use` steps of a flow name, each once, whatever else is wrong in it."""
    found: dict[str, None] = {}
    waiting = [_mapping(data).get(key) for key in ("steps", "verify", "proofs")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            use = node.get("use")
            name = use.get("flow") if isinstance(use, dict) else use
            if isinstance(name, str) and re.fullmatch(patterns.KEY, name):  # it becomes a part of a path
                found[name] = None
            waiting += node.values()
    return list(found)


def _names(data: Any) -> Iterable[str]:
    entries = data.get("scripts") if isinstance(data, dict) else None
    written = [entry.get("script") for entry in _mapping(entries).values() if isinstance(entry, dict)]
    names = dict.fromkeys(name for name in written if isinstance(name, str) and name not in SCRIPTS)
    # The name becomes a part of a path: nothing with slashes or dots.
    return (name for name in names if re.fullmatch(patterns.KEY, name))


def read_flow_file(text: str | bytes, path: str) -> FlowFile:
    """A flow from the text of its file; `path` names it."""
    return _of(read(text, path))


def _of(document: Document) -> FlowFile:
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_flow(document)
    script = rules = None
    if not problems:
        problems += _contradictions(document)
        script = _script(document)
    if _has_sound_parameters(document, problems):
        rules = config_schema(document.data)
    return FlowFile(document, None if problems else script, tuple(tidy(problems)), rules)


FLOW_FILES = FilesBeside(_of)


def _has_sound_parameters(document: Document, problems: Iterable[Diagnostic]) -> bool:
    """Whether nothing is wrong with the parameters: then configs can be checked though the rest has errors."""
    if not isinstance(document.data, dict):
        return False
    if "parameters" not in document.data:
        return not problems
    place = document.span(("parameters",))
    ends = (place.end_line, place.end_column)
    return not any(
        place <= problem.span and (problem.span.line, problem.span.column) < ends for problem in problems
    )


def _script(document: Document) -> Script:
    data = document.data
    rules = config_schema(data)
    target, effects = data.get("target"), _effects(data)
    expected_s = Duration.parse(data.get("expected", EXPECTED)).seconds
    return Script(
        name=data["name"],
        config_schema=lambda: rules,
        targets=lambda config: _targets(config, target),
        effects=lambda config: effects,
        expected_s=lambda config: expected_s,
        flow=FlowText(document.path, document.text),
        app=data["app"],
        paths=tuple(name for name, one in data.get("parameters", {}).items() if one["type"] in FILES),
    )


def config_schema(data: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a config, from the parameters that a flow declares."""
    parameters: Mapping[str, Any] = data.get("parameters", {})
    name = data.get("name", "")
    return {
        "title": name,
        "description": data.get("description", f"Settings of the flow `{name}`."),
        "type": "object",
        "required": [name for name, parameter in parameters.items() if _is_required(parameter)],
        "additionalProperties": False,
        "properties": {name: _property(parameter) for name, parameter in parameters.items()},
    }


def _is_required(parameter: Mapping[str, Any]) -> bool:
    """A parameter with a default is not required; one without is, unless it says otherwise."""
    return "default" not in parameter and parameter.get("required", True)


def _property(parameter: Mapping[str, Any]) -> dict[str, Any]:
    node = {**_TYPES[parameter["type"]]}
    node |= {key: parameter[key] for key in ("description", "minimum", "maximum") if key in parameter}
    if "choices" in parameter and "items" in node:
        node["items"] = {**node["items"], "enum": parameter["choices"]}
    elif "choices" in parameter:
        node["enum"] = parameter["choices"]
    if not _is_required(parameter):
        node["default"] = parameter.get("default", _NOTHING[parameter["type"]])
    return node


def _targets(config: Config, target: str | None) -> tuple[str | None, ...]:
    if target is None:
        return (None,)
    value = config[target]
    return listed(value, "") if isinstance(value, list) else listed([], str(value))


def _effects(data: Mapping[str, Any]) -> dict[str, int]:
    """The effects that the head declares; if it declares none, those of the commit steps."""
    declared = data.get("effects")
    if declared is not None:
        return {} if declared == "none" else dict(declared)
    effects: dict[str, int] = {}
    for kind, times in _committed(data["steps"], 1):
        effects[kind] = effects.get(kind, 0) + (times or 0)
    return effects


def _committed(steps: Iterable[Any], times: int | None) -> Iterator[tuple[str, int | None]]:
    """The kind of effect of each commit step, and how often one task comes to it at most; None if that is open."""
    for step in steps:
        if "commit" in step:
            yield step["commit"]["effect"], times
        for branch in ("then", "else"):
            yield from _committed(step.get(branch, ()), times)
        rounds = _rounds(step)
        in_loop = times * rounds if times is not None and rounds is not None else None
        yield from _committed(step.get("do", ()), in_loop)


def _rounds(step: Mapping[str, Any]) -> int | None:
    """How often a loop goes round at most, if that is written in it."""
    loop = step.get("repeat", step.get("for_each"))
    written = loop.get("times", loop.get("in")) if isinstance(loop, dict) else loop
    if isinstance(written, list):
        return len(written) if all("${" not in str(item) for item in written) else None
    return written if isinstance(written, int) else None


def _contradictions(document: Document) -> Iterator[Diagnostic]:
    """Contradictions in the head, whose structure is right."""
    data, file = document.data, Path(document.path)
    parameters = data.get("parameters", {})
    if data["name"] != file.stem:
        message = f"the flow in {file.name} is called `{data['name']}`"
        yield _problem(document, ("name",), message, f"a campaign finds it by its file: `{file.stem}`")
    if data["name"] in SCRIPTS:
        message = f"`{data['name']}` is a built-in script"
        yield _problem(document, ("name",), message, "give the flow, and its file, another name")
    target = data.get("target")
    if target is not None and parameters.get(target, {}).get("type") not in ("list", "string"):
        message = f"there is no parameter `{target}` of type list or string"
        yield _problem(document, ("target",), message, "the target is the name of a parameter")
    if "effects" not in data and any(times is None for _, times in _committed(data["steps"], 1)):
        message = "a commit step stands in a loop, and `effects` does not say how many effects one task makes at most"
        hint = "limits and plans count them: effects: {like: 10}"
        yield _problem(document, ("steps",), message, hint)
    for name, parameter in parameters.items():
        yield from _contradictions_of(document, name, parameter)


def _contradictions_of(document: Document, name: str, parameter: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """A default or a choice that the parameter itself does not allow."""
    path = ("parameters", name)
    if "default" in parameter and any(breaches(_property(parameter), parameter["default"])):
        message = f"the default of `{name}` is none of its legal values"
        yield _problem(document, (*path, "default"), message)
    of_type = _TYPES[parameter["type"]]
    for index, choice in enumerate(parameter.get("choices", ())):
        if any(breaches(of_type.get("items", of_type), choice)):
            message = f"the choice `{choice}` of `{name}` is not of the type {parameter['type']}"
            yield _problem(document, (*path, "choices", index), message)


def _problem(document: Document, path: JsonPath, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(document.path, document.span(path), Severity.ERROR, "bad-value", message, hint)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
