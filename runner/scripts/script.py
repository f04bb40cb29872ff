"""What a script is: its config model and what can be said of a config without running it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """The root of all config models: strict, frozen, unknown keys refused. Keys are the Local API's own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Script:
    """A kind of work.

    `targets` yields one item per task and device, None where a script has no target; `paths` names the
    config keys that hold file paths (a string or a list of strings) relative to the campaign file;
    `effects` counts the effects of one task by kind; `expected_s` is the expected duration of one task.
    """

    name: str
    config_model: type[Config]
    targets: Callable[[Any], tuple[str | None, ...]]
    effects: Callable[[Any], dict[str, int]]
    expected_s: Callable[[Any], float]
    paths: tuple[str, ...] = ()


def listed(several: list[str], text: str) -> tuple[str, ...]:
    """The Local API's way to name targets: a list wins over text separated by newlines or commas."""
    if several:
        return tuple(several)
    parts = (part.strip() for part in text.replace(",", "\n").splitlines())
    return tuple(part for part in parts if part)
