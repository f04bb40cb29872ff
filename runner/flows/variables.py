"""The names of variables in flows."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from runner.flows.reading import refuse

CHOSEN = frozenset({"caption", "title", "comment", "nickname", "username", "bio", "file", "files"})
"""What was chosen for the task before its first attempt; see `planning/content.py`."""

VARIABLES = (
    frozenset({"target", "user", "device", "account", "handle", "sound", "sound_link", "file_count"}) | CHOSEN
)
"""The variables that every flow knows beside its config: see docs/flows.md."""

_GROUPS = ("config", "evidence", "true", "false", "none", "not", "and", "or", "in", "is", "if", "else")
"""Words that mean something else in an expression."""

VariableName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64),
    Field(
        json_schema_extra={
            "patternErrorMessage": "a variable's name has small letters, digits and underscores"
        }
    ),
]
"""The name of a variable that a flow sets. `account` is one: whoever sets it says as whom the flow works."""


def _check_own(name: str) -> str:
    if name in VARIABLES or name in _GROUPS:
        raise refuse("bad-name", f"{name!r} is a name that every flow has", "give the variable another name")
    return name


OwnName = Annotated[VariableName, AfterValidator(_check_own)]
"""The name of a variable of the flow's own."""
