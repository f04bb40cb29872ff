"""Reads an entry as it is written: which of its texts are names, and which are meant as a time or a serial itself."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from runner.campaign import patterns
from runner.campaign.document import JsonPath
from runner.checks.written import Item, Path, Time, WrittenEntry, item_of, items_of, listed
from runner.planning.rules import parse

LIKE_A_GROUP = 0.8
_START_TIME = re.compile(patterns.START_TIME)

IsSound = Callable[[JsonPath], bool]
"""Whether nothing is wrong with the value at a path."""


class Nearest(Protocol):
    def __call__(self, name: str, names: Collection[str], *, likeness: float = 0.75) -> str | None:
        """The name that was probably meant."""
        ...


class EntryReader:
    """Reads the entries of one campaign, which names these start times and groups of devices."""

    def __init__(
        self, named_times: Mapping[str, Time], groups: Collection[str], nearest: Nearest, is_sound: IsSound
    ) -> None:
        self._named_times, self._groups = named_times, groups
        self._nearest, self._is_sound = nearest, is_sound

    def read(self, name: str, values: Mapping[str, Any]) -> WrittenEntry:
        path = ("scripts", name)
        times, places, unknown = [], [], []
        for place, written in listed(values.get("start_times"), (*path, "start_times")):
            named = self._named_times.get(written) if isinstance(written, str) else None
            if named or isinstance(written, dict) or self._is_start_time(written):
                times.append(named or read_time(written, place, self._is_sound))
                places.append(place)
            else:
                unknown.append(Item(place, written))
        devices = items_of(values.get("devices"), (*path, "devices"))
        return WrittenEntry(
            name=name,
            values=values,
            script=item_of(values, path, "script"),
            config_name=item_of(values, path, "config"),
            devices=devices,
            times=tuple(times),
            places=tuple(places),
            unknown_groups=tuple(
                item for item in devices if item.text not in self._groups and not self._is_serial(item.text)
            ),
            unknown_times=tuple(unknown),
        )

    def _is_serial(self, text: str) -> bool:
        """Whether a text that names no group is meant as a serial: it has a digit, and is like no group's name."""
        return (
            any(map(str.isdigit, text)) and self._nearest(text, self._groups, likeness=LIKE_A_GROUP) is None
        )

    def _is_start_time(self, text: str) -> bool:
        """Whether a text that names no start time is meant as a time itself, right or wrong."""
        looks_like_one = _START_TIME.match(text) is not None
        return looks_like_one or (text[:1].isdigit() and self._nearest(text, self._named_times) is None)


def read_time(value: Any, path: Path, is_sound: IsSound) -> Time:
    """A start time where it is written."""
    if isinstance(value, str) and not _START_TIME.match(value):
        return Time(path, value, problem=f"`{value}` is no start time")
    try:
        if isinstance(value, str) or (isinstance(value, dict) and is_sound(path)):
            return Time(path, value, parse(value))
    except ValueError as error:
        return Time(path, value, problem=str(error))
    return Time(path, {})
