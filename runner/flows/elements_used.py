"""Which elements of the app profile a flow names. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from runner.flows.conditions import Condition
from runner.flows.elements import AnElement
from runner.flows.flow import Flow, Step
from runner.flows.reading import FlowModel
from runner.flows.templates import ElementName, fill, names_in

_MARKS = (get_args(ElementName)[1], get_args(AnElement)[1])
"""What marks the fields of models that may hold the name of an element."""


class _UndecidedError(Exception):
    """A condition asks for something that is not known before the flow runs."""


def elements_of(flow: Flow, config: Mapping[str, str] | None = None) -> dict[str, int]:
    """The elements that a flow names in its steps and its proof, each with the line of the first step that names it; 1
    for those that only the conditions of the proof name.

    With the values of its config, by `config.NAME`, branches that these rule out are left out.
    """
    found: dict[str, int] = {}
    steps = list(_steps(flow.steps, config or {}))
    used = {step.proof for step in steps if step.action.kind == "commit"}
    proofs = [proof for name, proof in flow.proofs.items() if name in used]
    for step in (*steps, *(one for proof in proofs for one in _steps(proof.steps, config or {}))):
        for name in _names(step.action):
            found.setdefault(name, int(step.source.rpartition(":")[2]))
    for name in (name for proof in proofs for name in _names(proof.proof)):
        found.setdefault(name, 1)
    return found


def _steps(steps: Sequence[Step], config: Mapping[str, str]) -> Iterator[Step]:
    for step in steps:
        yield step
        action: object = step.action
        holds = _decided(action, config) if isinstance(action, Condition) else None
        ruled_out = {True: "else", False: "then"}.get(holds) if holds is not None else None
        for key, branch in step.branches.items():
            if key != ruled_out:
                yield from _steps(branch, config)


def _decided(condition: Condition, config: Mapping[str, str]) -> bool | None:
    """Whether a condition is true for a config; None if it also asks for something else."""

    def shown(element: Any) -> bool:
        raise _UndecidedError

    def known(text: str) -> str:
        if not all(name in config for name in names_in(text)):
            raise _UndecidedError
        return fill(text, config)

    try:
        return condition.holds(shown, known)
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
