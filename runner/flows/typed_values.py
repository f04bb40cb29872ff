"""Values of steps that are no texts and may come from a variable: `swipe: {times: "${config.times}"}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from runner.errors import TaskError, Unsupported
from runner.flows.reading import Names, refuse
from runner.flows.templates import check, fill

T = TypeVar("T", bound=BaseModel)

_ONE_VARIABLE = r"^\$\{[^${}]+\}$"
_PATTERN_MESSAGE = {"patternErrorMessage": "a text stands here only as one variable, such as ${config.times}"}
_TYPES = {"int": "integer", "bool": "boolean"}
_WORDS = {"integer": "a whole number", "boolean": "true or false", "string": "a text"}


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
            declared = names.types.get(check(value, names)[2:-1], expected)
            if declared != expected:
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
    if value[2:-1] not in variables:
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
    return tuple(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(it, OrVariable) for it in info.metadata)
    )


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """The key's own type, with its bounds and without variables."""
    info = model.model_fields[name]
    bounds = tuple(mark for mark in info.metadata if not isinstance(mark, OrVariable))
    kind: Any = info.annotation
    return TypeAdapter(Annotated[(kind, *bounds)] if bounds else kind)


def _is_variable(value: Any) -> bool:
    return isinstance(value, str) and re.match(_ONE_VARIABLE, value) is not None
