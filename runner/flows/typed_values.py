"""Values of steps that are no texts and may come from a variable: `swipe: {times: "${config.times}"}`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from runner.errors import TaskError, Unsupported
from runner.flows.reading import Names, refuse
from runner.flows.templates import check, fill, names_in

T = TypeVar("T", bound=BaseModel)

_ONE_VARIABLE = r"^\$\{[^${}]+\}$"
_PATTERN_MESSAGE = {"patternErrorMessage": "a text stands here only as one variable, such as ${config.times}"}
_TYPES = {"int": "integer", "float": "number", "bool": "boolean"}
_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
}
_FITS = {"number": ("integer", "number")}
"""The declared types that fit beside the key's own."""


@dataclass(frozen=True)
class OrVariable:
    """Marks a key of a step that takes a variable, in quotes or not, in place of its value.

    It must be the last mark of the annotation. The variable's declared type must be that of the key; `filled` checks
    its value when the step begins.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        expected = _TYPES.get(inner["type"], "string")

        def validate(value: Any, inside: core_schema.ValidatorFunctionWrapHandler, info: Any) -> Any:
            if not _is_variable(value):
                return inside(value)
            names: Names = info.context or Names()
            declared = names.types.get(check(value, names)[2:-1].strip(), expected)
            if declared not in _FITS.get(expected, (expected,)):
                raise refuse(
                    "wrong-type",
                    f"this must be {_WORDS[expected]}, and {value} is declared as `type: {declared}`",
                    f"declare it as `type: {expected}`",
                )
            return value

        return core_schema.with_info_wrap_validator_function(validate, inner)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        rules = dict(handler(schema["schema"]))
        if "enum" not in rules:
            return rules | {"type": [rules["type"], "string"], "pattern": _ONE_VARIABLE, **_PATTERN_MESSAGE}
        choices = rules.pop("enum")
        no_variable = {"not": {"pattern": _ONE_VARIABLE}}
        return rules | {"examples": choices, "if": no_variable, "then": {"enum": choices}}


def filled(model: T, variables: Mapping[str, str]) -> T:
    """The step with its variables replaced by their values. Raises Unsupported if one does not fit."""
    values = {
        name: _value(type(model), name, _known(value, variables), value)
        for name in _keys(type(model))
        if _is_variable(value := getattr(model, name))
    }
    return model.model_copy(update=values) if values else model


def _known(value: str, variables: Mapping[str, str]) -> str:
    if any(name not in variables for name in names_in(value)):
        raise TaskError(f"what the step needs could not be read: {value}")
    return fill(value, variables)


def _value(model: type[BaseModel], name: str, text: str, written: str) -> Any:
    try:
        return _adapter(model, name).validate_strings(text)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]["msg"].replace("Input should", "it should")
        raise Unsupported(
            f"the step's {name!r} cannot be {text!r}, the value of {written}: {wrong}",
            hint="correct the config; minimum, maximum and choices of a parameter let `runner validate` find it",
        ) from None


@cache
def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name, info in model.model_fields.items() if _marks(info) is not None)


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """The key's own type, with its bounds and without variables."""
    marks = _marks(model.model_fields[name])
    assert marks is not None
    kind, bounds = marks
    return TypeAdapter(Annotated[(kind, *bounds)] if bounds else kind)


def _marks(info: FieldInfo) -> tuple[Any, tuple[Any, ...]] | None:
    """The type and the bounds of a key that takes a variable; None for any other. `X | None` counts as X."""
    found: list[tuple[Any, Sequence[Any]]] = [(info.annotation, info.metadata)]
    found += [
        (part.__origin__, part.__metadata__) for part in get_args(info.annotation) if _is_annotated(part)
    ]
    for kind, marks in found:
        if any(isinstance(mark, OrVariable) for mark in marks):
            return kind, tuple(mark for mark in marks if not isinstance(mark, OrVariable))
    return None


def _is_annotated(part: Any) -> bool:
    return hasattr(part, "__metadata__")


def _is_variable(value: Any) -> bool:
    return isinstance(value, str) and re.match(_ONE_VARIABLE, value) is not None
