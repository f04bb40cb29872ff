"""Reading what a rehearsal asks of an app: an action by name, its arguments, and errors that say what is legal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

Arguments = Mapping[str, Any]
Subject = TypeVar("Subject")
Action = tuple[tuple[str, ...], Callable[[Subject, Arguments], None]]
"""The arguments that an action takes, and what carries it out."""


def carry_out(
    actions: Mapping[str, Action[Subject]], subject: Subject, name: str, arguments: Arguments
) -> None:
    """Do what a rehearsal asks; raises ValueError that names what would have been legal."""
    if name not in actions:
        raise ValueError(f"no control action {name!r}; there are {', '.join(sorted(actions))}")
    known, act = actions[name]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        legal = ", ".join(known) or "no arguments"
        raise ValueError(f"{name}: unknown argument {', '.join(unknown)}; it takes {legal}")
    act(subject, arguments)


def needed(arguments: Arguments, name: str) -> Any:
    """The argument, which must be there."""
    if name not in arguments:
        raise ValueError(f"the argument {name} is missing")
    return arguments[name]


def number(arguments: Arguments, name: str, low: float, high: float) -> float:
    """The argument, a number within bounds, both included."""
    value = needed(arguments, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is a number, not {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} is {low:g} to {high:g}, not {value:g}")
    return float(value)


def choice(arguments: Arguments, name: str, legal: Sequence[str]) -> str:
    """The argument, one of the legal words."""
    value = needed(arguments, name)
    if value not in legal:
        raise ValueError(f"{name} is one of {', '.join(legal)}, not {value!r}")
    return str(value)
