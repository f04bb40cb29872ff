"""Turns YAML files of flows and app profiles into typed values, with a diagnostic for every problem."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from runner.campaign.document import Document, JsonPath
from runner.diagnostics import Diagnostic, Severity
from runner.errors import FlowError

T = TypeVar("T", bound="FlowModel")


class FlowModel(BaseModel):
    """The root of what flow and profile files hold: strict, frozen, unknown keys refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    more_keys: ClassVar[tuple[str, ...]] = ()
    """Keys that are legal beside its fields, since it takes them in before they are looked at."""


@dataclass(slots=True)
class Names:
    """The names that a file may use: elements and links of the app profile, and the variables known so far.

    `types` has the JSON types of the variables that declare one.
    """

    elements: Collection[str] = ()
    links: Collection[str] = ()
    variables: set[str] = field(default_factory=set)
    types: Mapping[str, str] = field(default_factory=dict)


WORDING = {
    "too_short": "this should have at least one item",
    "tuple_type": "this should be a list",
    "model_type": "this should be a mapping",
    "model_attributes_type": "this should be a mapping",
    "mapping_type": "this should be a mapping",
    "string_type": "this should be a text; put it into quotes",
}
"""Words in place of pydantic's, by its kind of error."""


OF_SCHEMA = ("invalid-value", "unknown-key")
"""Codes of what the JSON Schemas of flows and profiles tell of too, sometimes at another place."""


class FlowReading:
    """One file while it is read: its document, and the problems found so far."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.diagnostics: list[Diagnostic] = list(document.diagnostics)

    def build(self, model: type[T], data: Any, at: JsonPath, names: Names) -> T | None:
        """Build a model from `data`, which stands at `at`; None if it has problems, which are noted."""
        try:
            return model.model_validate(data, context=names)
        except ValidationError as error:
            details = error.errors(include_url=False)
            misspelt = {detail["loc"][:-1] for detail in details if detail["type"] == "extra_forbidden"}
            for detail in details:
                # An unknown key beside it was probably meant as what describes the element.
                is_told = detail["type"] == "missing" and detail["loc"][:-1] in misspelt
                if not (is_told and detail["loc"][-1] == "element"):
                    self._note_detail(detail, at, model)
            return None

    def note(
        self, at: JsonPath, code: str, message: str, hint: str | None = None, *, key: bool = False
    ) -> None:
        """Note a problem of the value at a place, or of its key."""
        span = self.document.span(at, key=key)
        self.diagnostics.append(Diagnostic(self.document.path, span, Severity.ERROR, code, message, hint))

    def line(self, at: JsonPath) -> int:
        return self.document.span(at).line

    def _written(self, place: JsonPath) -> list[str | int]:
        """A place in the file itself, where a single value may stand for a list of one, and the keys of a selector for
        an `element`."""
        data, written = self.document.data, []
        for number, step in enumerate(place):
            if isinstance(step, int) and not isinstance(data, list):
                continue
            is_last = number == len(place) - 1
            if step == "element" and not is_last and isinstance(data, dict) and not _has(data, step):
                continue
            written.append(step)
            data = data[step] if _has(data, step) else None
        return written

    def _note_detail(self, detail: ErrorDetails, at: JsonPath, model: type[FlowModel]) -> None:
        place = self._written([*at, *detail["loc"]])
        kind = detail["type"]
        if kind == "extra_forbidden":
            key = str(place[-1])
            self.note(
                place,
                "unknown-key",
                f"unknown key {key!r}",
                legal(key, _keys(model, detail["loc"])),
                key=True,
            )
        elif kind == "missing":
            self.note(place[:-1], "missing-key", f"the key {place[-1]!r} is missing")
        else:
            hint = detail.get("ctx", {}).get("hint")
            code = kind.replace("_", "-") if hint else "invalid-value"
            self.note(
                place, code, WORDING.get(kind) or detail["msg"].replace("Input should", "this should"), hint
            )


def refuse(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """The error that a validator raises: its code and hint become the diagnostic's."""
    # pydantic fills in its message as a template, and ours may quote braces.
    escaped = message.replace("{", "{{").replace("}", "}}")
    return PydanticCustomError(
        code.replace("-", "_"), "{message}", {"message": message, "hint": hint or escaped}
    )


def legal(name: str, names: Collection[str]) -> str:
    """A hint: the nearest of the legal names, or all of them."""
    near = get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "known: " + ", ".join(sorted(names)) if names else "none is known here"


def raise_for(diagnostics: Sequence[Diagnostic]) -> None:
    """Raise a FlowError that shows every problem, if there are any."""
    if not diagnostics:
        return
    lines = [
        f"{d.path}:{d.span.line}:{d.span.column}: {d.message}" + (f" ({d.hint})" if d.hint else "")
        for d in diagnostics
    ]
    raise FlowError("\n".join(lines), hint="correct the file; docs/flows.md describes the language")


def _has(data: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(data, list) and step < len(data)
    return isinstance(data, dict) and step in data


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are legal in place of the last one of `loc`."""
    for step in loc[:-1]:
        inner = _inner(model, step) if isinstance(step, str) else None
        model = inner or model
    return [*(info.alias or name for name, info in model.model_fields.items()), *_more_keys(model)]


def _more_keys(model: type[BaseModel]) -> tuple[str, ...]:
    return model.more_keys if issubclass(model, FlowModel) else ()


def _inner(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The model of the value of a key; None if it has none."""
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return _first_model(info.annotation)
    return None


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_first_model(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
