"""Durations in flows: `20s`, or a number from the config: `${config.upload_wait_time}s`."""

import re
from typing import Annotated

from pydantic import AfterValidator

from runner.flows.reading import refuse
from runner.flows.templates import Template

_SHAPE = re.compile(r"(?:\d+|\$\{[^}]*\})(?:ms|s|m)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def _check(text: str) -> str:
    if not _SHAPE.fullmatch(text):
        raise refuse("bad-duration", f"{text!r} is no duration", "write a whole number and ms, s or m: 20s")
    return text


def seconds(text: str) -> float:
    """A duration in seconds, its variables replaced before."""
    number = text.rstrip("ms")  # all units, ms, s and m, consist of these two letters
    return float(number) * _UNITS[text[len(number) :]]


Timeout = Annotated[Template, AfterValidator(_check)]
