"""Versions of apps, and ranges of them. Pure."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

_VERSION = r"\d+(\.\d+){0,5}"

VersionRange = Annotated[
    str,
    StringConstraints(pattern=rf"^{_VERSION}( - {_VERSION})?$"),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'a version is written as "410", a range of them as "43.1.4 - 47.0.3"'
        }
    ),
]
"""A version, or a first and a last one. What begins like the last belongs to it: "47" has all of 47."""


def is_within(version: str, ranges: Sequence[str]) -> bool:
    """Whether a version that an app names is in one of the ranges; one without any number is in none."""
    number = _parts(version)
    return bool(number) and any(_is_in(number, one) for one in ranges)


def untested(app: str, version: str | None, ranges: Sequence[str]) -> str:
    """What people are told of a version of an app on which nobody has tried its profile; empty for others."""
    if not ranges or version is None or is_within(version, ranges):
        return ""
    return f"the app is version {version}, and the profile {app} was tested with {', '.join(ranges)}"


def _is_in(number: tuple[int, ...], written: str) -> bool:
    first, _, last = written.partition(" - ")
    end = _parts(last or first)
    return _parts(first) <= number and number[: len(end)] <= end


def _parts(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()
