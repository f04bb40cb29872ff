"""Durations in flows: `20s`, a number from the config (`${config.upload_wait_time}s`), or all of it from there."""

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from runner.errors import Unsupported
from runner.flows.reading import Names, refuse
from runner.flows.templates import Template

_SHAPE = re.compile(r"\d+(?:ms|s|m|h)|(\$\{[^}]*\})(ms|s|m|h)?")
_VALUE = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NUMBERS = ("integer", "number")

LONGEST_S = 7 * 86400.0
"""The longest duration that a flow may ask for."""


def _check(text: str, info: ValidationInfo) -> str:
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise refuse(
            "bad-duration", f"{text!r} is no duration", "write a whole number and ms, s, m or h: 20s"
        )
    variable, unit = shape.groups()
    names: Names = info.context or Names()
    declared = names.types.get(variable[2:-1]) if variable else None
    if declared is not None and unit is None and declared != "string":
        raise refuse(
            "wrong-type",
            f"this must be a duration, and {variable} is declared as `type: {declared}`",
            f"write its unit behind it: {variable}s"
            if declared in _NUMBERS
            else "declare it as `type: string`",
        )
    if declared is not None and unit is not None and declared not in _NUMBERS:
        raise refuse(
            "wrong-type",
            f"before `{unit}` this must be a number, and {variable} is declared as `type: {declared}`",
            "declare it as `type: integer`",
        )
    return text


def seconds(text: str) -> float:
    """A duration in seconds, its variables replaced before. Raises Unsupported if it is none."""
    shape = _VALUE.fullmatch(text.strip())
    duration_s = float(shape[1]) * _UNITS[shape[2]] if shape else None
    if duration_s is None or duration_s > LONGEST_S:
        raise Unsupported(
            f"{text[:40]!r} is no duration of at most seven days",
            hint="write a number and ms, s, m or h, such as 20s; the value comes from the config",
        )
    return duration_s


Timeout = Annotated[Template, AfterValidator(_check)]
