"""Which elements of the app profile a flow names. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from runner.flows.conditions import Condition
from runner.flows.elements import AnElement, ElementRef
from runner.flows.flow import Flow, Step
from runner.flows.reading import FlowModel
from runner.flows.templates import fill, names_in

_IS_ELEMENT = get_args(AnElement)[1]
"""What marks the fields of models that hold an element; one with a text holds its name."""


class _UndecidedError(Exception):
    """A condition asks for something that is not known before the flow runs."""


def elements_of(flow: Flow, config: Mapping[str, str] | None = None) -> dict[str, int]:
    """The elements that a flow names in its steps and its proofs, each with the line of the first step that names it; 1
    for those that only the conditions of a proof name. Those that it describes on the spot have no names.

    With the values of its config, by `config.NAME`, branches that these rule out are left out.
    """
    found: dict[str, int] = {}
    proofs = flow.proofs.values()
    for steps in (flow.steps, *(proof.steps for proof in proofs)):
        for step in _steps(steps, config or {}):
            for name in _names(step.action):
                found.setdefault(name, int(step.source.rpartition(":")[2]))
    for proof in proofs:
        for name in _names(proof.proof):
            found.setdefault(name, 1)
    return found


def _steps(steps: Sequence[Step], config: Mapping[str, str]) -> Iterator[Step]:
    for step in steps:
        yield step
        action: object = step.action
        holds = _decided(action, config) if isinstance(action, Condition) else None
        if holds is not False:
            yield from _steps(step.then, config)
        if holds is not True:
            yield from _steps(step.otherwise, config)


def _decided(condition: Condition, config: Mapping[str, str]) -> bool | None:
    """Whether a condition is true for a config; None if it also asks for something else."""

    def shown(element: ElementRef) -> bool:
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
            if _IS_ELEMENT in info.metadata or _mentions(info.annotation):
                yield value
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, FlowModel):
                yield from _names(part)


def _mentions(annotation: Any) -> bool:
    """Whether an annotation, or a part of it, is `AnElement`."""
    if _IS_ELEMENT in getattr(annotation, "__metadata__", ()):
        return True
    parts: Iterable[Any] = getattr(annotation, "__args__", ())
    return any(_mentions(part) for part in parts)
