"""The pieces of a campaign file, each with the path to its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from runner.planning.rules import Rule
from runner.scripts import Script

Path = tuple[str | int, ...]
"""The path to a value: keys and list indexes."""

_PART = re.compile(r"[^\s,](?:[^,\r\n]*[^\s,])?")


class Item(NamedTuple):
    """A text, and where it stands: at a value, or within it if the value has several parts."""

    path: Path
    text: str
    whole: str | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Time:
    """A start time, at the place of its definition: its rule, or a sentence that says why it has none.

    Compared by identity: two start times that are written alike are two places.
    """

    path: Path
    value: str | Mapping[str, Any]
    rule: Rule | None = None
    problem: str = ""


class WrittenEntry(NamedTuple):
    """An entry: the texts that name its parts, and its start times.

    `times` are its start times at their definitions, `places` where the entry has each of them, or its name.
    `unknown_groups` and `unknown_times` are texts that are no names, and not meant as a serial or a time either.
    """

    name: str
    values: Mapping[str, Any]
    script: Item | None
    config_name: Item | None
    devices: tuple[Item, ...]
    times: tuple[Time, ...]
    places: tuple[Path, ...]
    unknown_groups: tuple[Item, ...]
    unknown_times: tuple[Item, ...]

    @property
    def path(self) -> Path:
        return ("scripts", self.name)


@dataclass(frozen=True, eq=False)
class ConfigUse:
    """A config as one script reads it.

    `entries` are the entries that use it by name; none if it is written within its entry. `path` is where it stands, or
    would stand if the entry had one.
    """

    script: Script
    defaults: Mapping[str, Any]
    path: Path
    values: Mapping[str, Any]
    entries: tuple[str, ...] = ()

    @cached_property
    def has_unknown_keys(self) -> bool:
        """Whether it has unknown keys: one of them may be the key that seems to be missing."""
        return not self.values.keys() <= self.script.config_schema()["properties"].keys()

    def value(self, key: str) -> Any:
        """The written value, or the key's default."""
        return self.values[key] if key in self.values else self.defaults.get(key)

    def texts(self, key: str, *inner: str) -> tuple[Item, ...]:
        """The key's text, or the texts of its list; none if it has one where the other belongs.

        `inner` are the keys that lead on from there, if the key's value is a mapping.
        """
        value = self.values.get(key)
        if not value or (not inner and isinstance(value, list) != isinstance(self.defaults.get(key), list)):
            return ()
        for step in inner:
            value = mapping(value).get(step)
        return items_of(value, (*self.path, key, *inner))

    @cached_property
    def captions(self) -> tuple[Item, ...]:
        """The captions, whose alternatives stand in braces, as far as they are written."""
        keys = (writing.key for writing in self.script.writes if writing.order is None)
        return tuple(item for key in keys for item in self.texts(key))

    @cached_property
    def targets(self) -> tuple[Item, ...]:
        """The targets as the Local API reads them: a list wins over a text with commas or lines in it."""
        if self.script.target_keys is None:
            return ()
        several, *single = self.script.target_keys
        if items := self.texts(several):
            return items
        return tuple(
            Item(item.path, part[0], item.text, part.start())
            for key in single
            for item in self.texts(key)
            for part in _PART.finditer(item.text)
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def item_of(values: Mapping[str, Any], path: Path, key: str) -> Item | None:
    """The text at a key."""
    value = values.get(key)
    return Item((*path, key), value) if isinstance(value, str) else None


def items_of(value: Any, path: Path) -> tuple[Item, ...]:
    """A text, or the texts in a list."""
    if isinstance(value, str):
        return (Item(path, value),)
    return tuple(Item(place, text) for place, text in listed(value, path) if isinstance(text, str))


def listed(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """A text or a mapping, or those in a list, each with its path."""
    if isinstance(value, list):
        return [((*path, index), item) for index, item in enumerate(value) if isinstance(item, str | dict)]
    return [(path, value)] if isinstance(value, str | dict) else []
