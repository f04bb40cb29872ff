"""A campaign as the checks see it: what is written where, whatever of it has the right type.

A file whose structure has errors is checked too, so that all its problems are reported in one go; values of
the wrong type simply do not appear here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.campaign.document import Document, JsonPath
from runner.campaign.schema_file import config_schemas
from runner.diagnostics import Diagnostic, Related, Severity, Span


@dataclass(frozen=True, slots=True)
class Item:
    """A text, and where it stands."""

    path: tuple[str | int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    script: Item | None
    config_name: Item | None
    devices: tuple[Item, ...]
    start_times: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ConfigUse:
    """A config in the eyes of one built-in script.

    `entries` are the entries that use it by its name; none if it is written within its entry. `path` is where
    it stands, or would stand if the entry had one.
    """

    script: str
    path: tuple[str | int, ...]
    values: Mapping[str, Any]
    entries: tuple[str, ...] = ()

    @property
    def has_unknown_keys(self) -> bool:
        """Then one of them may be the key that seems to be missing."""
        return not self.values.keys() <= config_schemas()[self.script]["properties"].keys()

    def value(self, key: str) -> Any:
        """What is written, or the key's default."""
        return self.values.get(key, self._schema(key).get("default"))

    def texts(self, key: str) -> tuple[Item, ...]:
        """The key's text, or the texts of its list; none if it has the one where the other belongs."""
        value = self.values.get(key)
        if isinstance(value, list) != (self._schema(key).get("type") == "array"):
            return ()
        return tuple(_items(value, (*self.path, key)))

    def _schema(self, key: str) -> Mapping[str, Any]:
        return _mapping(config_schemas()[self.script]["properties"].get(key))


class CampaignView:
    """One campaign file; `now` is the instant of the check."""

    def __init__(self, document: Document, now: datetime) -> None:
        self.document = document
        self.now = now
        self.data = _mapping(document.data)

    def text(self, key: str) -> Item | None:
        """A text at the top of the file."""
        return next(_items(self.data.get(key), (key,)), None)

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The campaign's time zone, if it names one that there is."""
        name = self.text("timezone")
        try:
            return ZoneInfo(name.text) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None

    @property
    def backend(self) -> str:
        backend = self.text("backend")
        return backend.text if backend else "device"

    def section(self, key: str) -> Mapping[str, Any]:
        """A section of definitions by name: `devices`, `configs` or `start_times`."""
        return _mapping(self.data.get(key))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                name=name,
                script=next(_items(entry.get("script"), ("scripts", name, "script")), None),
                config_name=next(_items(entry.get("config"), ("scripts", name, "config")), None),
                devices=tuple(_items(entry.get("devices"), ("scripts", name, "devices"))),
                start_times=tuple(_items(entry.get("start_times"), ("scripts", name, "start_times"))),
            )
            for name, entry in self.section("scripts").items()
            if isinstance(entry, dict)
        )

    @cached_property
    def configs(self) -> tuple[ConfigUse, ...]:
        """Every config that a built-in script uses, once for each script."""
        named: dict[tuple[str, str], list[str]] = {}
        uses = []
        for entry in self.entries:
            if entry.script is None or entry.script.text not in config_schemas():
                continue
            if entry.config_name:
                named.setdefault((entry.config_name.text, entry.script.text), []).append(entry.name)
            else:
                inline = _mapping(self.section("scripts")[entry.name].get("config"))
                uses.append(ConfigUse(entry.script.text, ("scripts", entry.name, "config"), inline))
        for (name, script), entries in named.items():
            values = self.section("configs").get(name)
            if isinstance(values, dict):
                path = ("configs", name)
                uses.append(ConfigUse(script, path, values, tuple(entries)))
        return tuple(uses)

    def used_start_times(self) -> Iterator[Item]:
        """The start times of all entries, each where it is defined."""
        defined = self.section("start_times")
        for entry in self.entries:
            for item in entry.start_times:
                if item.text in defined:
                    yield from _items(defined[item.text], ("start_times", item.text))
                else:
                    yield item

    def problem(
        self,
        code: str,
        at: JsonPath | Span,
        message: str,
        hint: str | None = None,
        *,
        severity: Severity = Severity.ERROR,
        related: tuple[Related, ...] = (),
        config: ConfigUse | None = None,
    ) -> Diagnostic:
        """A diagnostic at a value; one about a named config names the entries that use it."""
        span = at if isinstance(at, Span) else self.document.span(at)
        users = tuple(
            self.related(("scripts", entry, "config"), f"entry `{entry}` uses this config")
            for entry in (config.entries if config else ())
        )
        return Diagnostic(self.document.path, span, severity, code, message, hint, (*related, *users))

    def head(self, config: ConfigUse) -> Span:
        """The place that stands for a config as a whole: its key, or the entry that has none."""
        return self.document.span(config.path, key=True)

    def related(self, path: JsonPath, message: str) -> Related:
        return Related(self.document.path, self.document.span(path), message)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any, path: tuple[str | int, ...]) -> Iterator[Item]:
    if isinstance(value, str):
        yield Item(path, value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield Item((*path, index), item)
