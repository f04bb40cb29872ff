"""Elements in flows: by the name that the app profile gives them, or described on the spot by selectors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from runner.flows.reading import FlowModel, refuse
from runner.flows.selectors import Selector, Selectors
from runner.flows.templates import check_element, names_in

ElementRef = str | tuple[Selector, ...]
"""An element: its name in the app profile, or the selectors that find it, tried in order."""

SELECTOR_KEYS = tuple(info.alias or name for name, info in Selector.model_fields.items())

_SAID_FIRST = ("text", "desc", "text_starts", "desc_starts", "text_matches", "desc_matches", "id", "cls")


@dataclass(frozen=True)
class _NameOrSelectors:
    """Marks a key that takes the name of an element, a selector, or a list of selectors."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: Any, inside: core_schema.ValidatorFunctionWrapHandler, info: Any) -> Any:
            if isinstance(value, str):
                return check_element(value, info)
            if not isinstance(value, dict | list):
                raise PydanticKnownError("string_type")
            return inside(value)

        return core_schema.with_info_wrap_validator_function(validate, handler.generate_schema(Selectors))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        rules = dict(handler(schema["schema"]))
        of_one = {"if": {"type": "object"}, "then": rules["items"]}
        return rules | {"type": ["string", "object", "array"], "minLength": 1, **of_one}


AnElement = Annotated[ElementRef, _NameOrSelectors()]


class AboutElement(FlowModel):
    """What has the key `element`. The keys of a selector may stand beside its own: `tap: {text: Save, timeout: 5s}`."""

    more_keys: ClassVar = SELECTOR_KEYS

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """Bring the keys of a selector together under `element`."""
        if not isinstance(data, dict):
            return data
        own = {info.alias or name for name, info in cls.model_fields.items()}
        said = {key: value for key, value in data.items() if key in SELECTOR_KEYS and key not in own}
        if not said:
            return data
        if "element" in data:
            keys = ", ".join(f"`{key}`" for key in said)
            raise refuse(
                "two-elements",
                f"the element is named by `element`, and described by {keys}",
                "keep one of the two; a selector for `element` stands below it",
            )
        return {key: value for key, value in data.items() if key not in said} | {"element": said}


def spoken(element: ElementRef) -> str:
    """An element as a person reads it: its name, or the first thing that its selector says."""
    if isinstance(element, str):
        return element.replace("_", " ")
    selector = element[0]
    said = next((key for key in _SAID_FIRST if getattr(selector, key) is not None), None)
    if said is None:
        return "an element that is described"
    value = getattr(selector, said)
    return (
        f"'{value}'"
        if said in ("text", "desc")
        else f"{said.replace('cls', 'class').replace('_', ' ')} '{value}'"
    )


def variables_of(element: ElementRef) -> Iterator[str]:
    """The variables that a described element names."""
    if not isinstance(element, str):
        for selector in element:
            if selector.has_variables:
                yield from _variables(selector)


def _variables(selector: Selector) -> Iterator[str]:
    for _, value in selector:
        if isinstance(value, str):
            yield from names_in(value)
        parts: Sequence[Any] = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, Selector):
                yield from _variables(part)
