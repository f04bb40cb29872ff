"""Which elements of the app profile a flow names. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from runner.flows.conditions import Condition
from runner.flows.elements import AnElement
from runner.flows.flow import Flow, Step
from runner.flows.reading import FlowModel
from runner.flows.steps.when import When
from runner.flows.templates import ElementName

_MARKS = (get_args(ElementName)[1], get_args(AnElement)[1])
"""What marks the fields of models that may hold the name of an element."""


_VARIABLE = re.compile(r"\$\{([\w.-]+)\}")
"""A variable alone; other expressions are decided only while the flow runs."""


class _UndecidedError(Exception):
    """A condition asks for something that is not known before the flow runs."""


def elements_of(flow: Flow, variables: Mapping[str, str] | None = None) -> dict[str, int]:
    """The elements that a flow names in its steps and its proof, each with the line of the first step that names it; 1
    for those that only the conditions of the proof name.

    With the variables that it has at its start, branches that these rule out are left out.
    """
    found: dict[str, int] = {}
    remembered = {step.action.remembers() for top in flow.steps for step in top.walk()}
    known = {name: value for name, value in (variables or {}).items() if name not in remembered}
    steps = list(_steps(flow.steps, known))
    used = {step.proof for step in steps if step.action.kind == "commit"}
    proofs = [proof for name, proof in flow.proofs.items() if name in used]
    for step in (*steps, *(one for proof in proofs for one in _steps(proof.steps, known))):
        for name in _names(step.action):
            found.setdefault(name, _line(step, flow))
    for name in (name for proof in proofs for name in _names(proof.proof)):
        found.setdefault(name, 1)
    return found


def _steps(steps: Sequence[Step], known: Mapping[str, str]) -> Iterator[Step]:
    for step in steps:
        yield step
        ruled_out = _ruled_out(step.action, known)
        for key, branch in step.branches.items():
            if key != ruled_out:
                yield from _steps(branch, known)


def _ruled_out(action: object, known: Mapping[str, str]) -> str | None:
    """The branch of a choice that these variables rule out."""
    if not (isinstance(action, When) and known):
        return None
    holds = _decided(action, known)
    return None if holds is None else "else" if holds else "then"


def _line(step: Step, flow: Flow) -> int:
    """The step's line; 1 for a step of another flow that this one uses."""
    path, _, line = step.source.rpartition(":")
    return int(line) if path == flow.path else 1


def _decided(condition: Condition, known: Mapping[str, str]) -> bool | None:
    """Whether a condition is true; None if it also asks for something else."""

    def shown(element: Any) -> bool:
        raise _UndecidedError

    def filled(text: str) -> str:
        if "${" in _VARIABLE.sub("", text) or not all(name in known for name in _VARIABLE.findall(text)):
            raise _UndecidedError
        return _VARIABLE.sub(lambda found: known[found[1]], text)

    try:
        return condition.holds(shown, filled)
    except _UndecidedError:
        return None


def _names(model: FlowModel) -> Iterator[str]:
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, str):
            if any(mark in info.metadata for mark in _MARKS) or _mentions(info.annotation):
                yield value
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, FlowModel):
                yield from _names(part)


def _mentions(annotation: Any) -> bool:
    """Whether an annotation, or a part of it, is `ElementName` or `AnElement`."""
    if any(mark in getattr(annotation, "__metadata__", ()) for mark in _MARKS):
        return True
    parts: Iterable[Any] = getattr(annotation, "__args__", ())
    return any(_mentions(part) for part in parts)
