"""A campaign as the checks see it: everything in it that has the right type, and where it stands.

A file whose structure has errors is checked too, so that all its problems are reported in one go; values of the wrong
type simply do not appear here.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from runner.backend_registry import DEFAULT, BackendDeclaration, find
from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.document import JsonPath
from runner.campaign.loader import Loaded
from runner.campaign.match import Match
from runner.campaign.meaning import Known
from runner.campaign.members import known_accounts, serial_of
from runner.campaign.nearest import nearest
from runner.checks.calendar import MOST_ZONES, ActiveDays, Budget, Calendar, Horizon, zone_named
from runner.checks.entry_reader import EntryReader, read_time
from runner.checks.files import Files
from runner.checks.material import Material, material_of
from runner.checks.places import Places
from runner.checks.written import (
    ConfigUse,
    Item,
    Path,
    Time,
    WrittenEntry,
    item_of,
    items_of,
    mapping,
)
from runner.diagnostics import MAX_PROBLEMS, Diagnostic, Fix, Related, Severity, Span, cut_sentence
from runner.errors import RunnerError
from runner.scripts import defaults

TOO_MANY = "too-many-problems"

T = TypeVar("T")

_MOST_COMPARISONS = 20_000
"""How many names of a file are compared with others to find what was meant."""


class CampaignView:
    """One campaign file, and the world around it.

    `found` are its problems so far, `wrong` the places where something means nothing; a file with more errors than are
    told `is_hopeless`: nobody knows what is right in it.
    """

    def __init__(self, loaded: Loaded, horizon: Horizon, files: Files) -> None:
        self.loaded = loaded
        self.document = loaded.document
        self.horizon = horizon
        self.files = files
        self.data = mapping(loaded.document.data)
        self.scripts = loaded.scripts
        self.found = list(loaded.diagnostics)
        self.wrong = self._structural = self._places(self.found)
        self.is_hopeless = any(problem.code == TOO_MANY for problem in self.found)
        self._comparisons_left = _MOST_COMPARISONS
        self._defaults: dict[str, Mapping[str, Any]] = {}
        self._budget = Budget()
        self._made: dict[Callable[[CampaignView], Any], Any] = {}
        self._calendars: dict[ZoneInfo | None, Calendar] = {}

    def add(self, problems: Iterable[Diagnostic], *, breaking: bool = False) -> None:
        """Note what a check finds, except where the text or the structure is wrong already: one mistake gets one
        diagnostic. Where a `breaking` problem stands, nothing can be planned."""
        new = list(islice(problems, MAX_PROBLEMS))
        if not new:
            return
        here = self.document.path
        # Problems of its flows are in other files, whose places tell nothing here.
        self.found += (one for one in new if one.path != here or not self._structural.any_in(one.span))
        if len(new) == MAX_PROBLEMS:
            message = f"only {MAX_PROBLEMS} problems of one kind are told at once"
            self.found.append(self.problem(TOO_MANY, new[-1].span, message, "correct these first"))
            self.is_hopeless |= breaking
        if breaking:
            self.wrong = self._places(self.found)

    def _places(self, problems: Iterable[Diagnostic]) -> Places:
        here = self.document.path
        return Places(
            problem.span
            for problem in problems
            if problem.severity is Severity.ERROR and problem.path == here
        )

    def text(self, key: str) -> Item | None:
        """A text at the top of the file."""
        return item_of(self.data, (), key)

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The campaign's time zone, if it names one that exists."""
        name = self.text("timezone")
        return zone_named(name.text) if name else None

    @property
    def calendar(self) -> Calendar:
        """When its start times come on the campaign's clocks."""
        return self.calendar_in(self.zone)

    def calendar_in(self, zone: ZoneInfo | None) -> Calendar:
        """When its start times come on the clocks of a zone."""
        if zone not in self._calendars:
            active = ActiveDays.read(self.section("active"))
            self._calendars[zone] = Calendar(zone, active, self.horizon, self._budget)
        return self._calendars[zone]

    @cached_property
    def backend(self) -> BackendDeclaration | None:
        """The campaign's backend; None if it names one that does not exist."""
        name = self.data.get("backend", DEFAULT)
        try:
            return find(name) if isinstance(name, str) else None
        except RunnerError:  # the check unknown-reference reports it
            return None

    @property
    def reads_files_here(self) -> bool:
        """Whether its paths are those of this machine; assumed if its backend is not known."""
        return self.backend is None or self.backend.reads_files_here

    def section(self, key: str) -> Mapping[str, Any]:
        """A section by name: `devices`, `configs`, `start_times`, `defaults`, ..."""
        return mapping(self.data.get(key))

    @cached_property
    def named_times(self) -> Mapping[str, Time]:
        """The start times that have a name."""
        written = self.section("start_times").items()
        return {name: read_time(value, ("start_times", name), self.is_sound) for name, value in written}

    @cached_property
    def entries(self) -> tuple[WrittenEntry, ...]:
        written = self.section("scripts").items()
        reader = EntryReader(self.named_times, self._groups, self.nearest, self.is_sound)
        return tuple(reader.read(name, values) for name, values in written if isinstance(values, dict))

    @cached_property
    def times(self) -> tuple[Time, ...]:
        """Every start time of the file once, where it is defined."""
        return tuple(dict.fromkeys((*self.named_times.values(), *self.used_times)))

    @cached_property
    def used_times(self) -> tuple[Time, ...]:
        """The start times of all entries, each once."""
        return tuple(dict.fromkeys(time for entry in self.entries for time in entry.times))

    @cached_property
    def group_zones(self) -> Mapping[str, Item]:
        """The zones that groups of devices name, by group."""
        groups = ((name, mapping(group)) for name, group in self.section("devices").items())
        named = ((name, item_of(group, ("devices", name), "timezone")) for name, group in groups)
        return {name: item for name, item in named if item}

    def members(self, group: str) -> Iterator[str]:
        """The serials, the usernames or the accounts of a group."""
        written = self.section("devices").get(group)
        serials = written if isinstance(written, list) else mapping(written).get("serials")
        yield from (self.serial_of(item.text) for item in items_of(serials, ()))
        for key in ("usernames", "accounts"):
            yield from (item.text for item in items_of(mapping(written).get(key), ()))
        if "match" in mapping(written) and self.is_sound(("devices", group)):
            match = Match.read(mapping(written)["match"])
            yield from (device.serial for device in match.among(self.loaded.shared_devices.values()))

    def serial_of(self, phone: str) -> str:
        """The serial of a phone that is named by it, or as `devices.yaml` calls it."""
        return serial_of(phone, self.loaded.shared_devices)

    def phones_named(self, item: Item) -> Iterator[str]:
        """The serials for which a name in the devices of an entry stands, that is none of accounts."""
        is_group = item.text in self.section("devices")
        yield from self.members(item.text) if is_group else (self.serial_of(item.text),)

    def zones_of(self, entry: WrittenEntry) -> tuple[ZoneInfo | None, ...]:
        """The zones on whose clocks an entry's start times come: those of its groups, or the campaign's; None for a
        zone that is not named, or does not exist."""
        if not self.group_zones:
            return (self.zone,)
        named = [self.group_zones.get(item.text) for item in entry.devices]
        return tuple(dict.fromkeys(zone_named(item.text) if item else self.zone for item in named)) or (
            self.zone,
        )

    @cached_property
    def clocked_times(self) -> Sequence[tuple[Time, Calendar]]:
        """Every start time of the file with each calendar in which it comes; unused ones with the campaign's."""
        found = dict.fromkeys(
            (time, self.calendar_in(zone))
            for entry in self.entries
            for zone in self.zones_of(entry)[:MOST_ZONES]
            for time in entry.times
        )
        used = {time for time, _ in found}
        unused = ((time, self.calendar) for time in self.named_times.values() if time not in used)
        return [*found, *unused]

    @property
    def former_names(self) -> tuple[Item, ...]:
        """The former names of the campaign."""
        return items_of(self.data.get("formerly"), ("formerly",))

    @cached_property
    def material(self) -> tuple[Material, ...]:
        """The files and folders of all posts, except those that only a Local API's machine can have."""
        folder = os.path.dirname(self.document.path)  # noqa: PTH120 - Paths cost more than looking at the files
        found = (one for config in self.configs_of("post") for one in material_of(config, folder))
        return tuple(one for one in found if not (one.is_elsewhere and not self.reads_files_here))

    def once(self, make: Callable[["CampaignView"], T]) -> T:
        """What a function makes of the campaign; it is made once, for the first of several checks that ask."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    @cached_property
    def accounts(self) -> Mapping[str, DeclaredAccount]:
        """The accounts that it may use, by name: those whose declaration can be read."""
        return known_accounts(self.loaded)

    @cached_property
    def _groups(self) -> Mapping[str, Any]:
        """All that the devices of an entry may name, save serials."""
        return {**self.section("devices"), **self.accounts, **self.loaded.shared_devices}

    @cached_property
    def configs(self) -> tuple[ConfigUse, ...]:
        """Every config that a script uses, once for each script."""
        uses = []
        named: dict[tuple[str, str], list[str]] = {}
        for entry in self.entries:
            script = self._script_meant(entry)
            if script is None:
                continue
            if entry.config_name:
                config = self._known_configs.meant(entry.config_name.text) or entry.config_name.text
                named.setdefault((config, script), []).append(entry.name)
            else:
                inline = mapping(entry.values.get("config"))
                uses.append(self._use(script, (*entry.path, "config"), inline))
        defined = self.section("configs")
        for (name, script), entries in named.items():
            if isinstance(values := defined.get(name), dict):
                uses.append(self._use(script, ("configs", name), values, tuple(entries)))
        return tuple(uses)

    def _script_meant(self, entry: WrittenEntry) -> str | None:
        """The script of an entry, even if it is misspelt; None if there is none like it, or its flow has errors."""
        if entry.script is None or entry.script.text in self.loaded.flows:
            return entry.script.text if entry.script and entry.script.text in self.scripts else None
        return self._known_scripts.meant(entry.script.text)

    @cached_property
    def _known_scripts(self) -> Known:
        return Known(self.scripts)

    @cached_property
    def _known_configs(self) -> Known:
        return Known(self.section("configs"))

    def knows(self, script: str) -> bool:
        """Whether there is such a script, right or wrong."""
        return script in self.scripts or script in self.loaded.flows

    def nearest(self, name: str, names: Collection[str], *, likeness: float = 0.75) -> str | None:
        """The name that was probably meant; also None if a file has so many that guessing would take too long."""
        self._comparisons_left -= len(names)
        return nearest(name, names, likeness=likeness) if self._comparisons_left >= 0 else None

    def configs_of(self, *scripts: str) -> Iterator[ConfigUse]:
        """The configs that one of these scripts uses."""
        return (config for config in self.configs if config.script.name in scripts)

    def is_sound(self, path: JsonPath) -> bool:
        """Whether nothing is wrong with the value at `path` and its key."""
        if not self.wrong:
            return True
        key, value = self.document.span(path, key=True), self.document.span(path)
        return not self.wrong.any_in(Span(key.line, key.column, value.end_line, value.end_column))

    def is_value_sound(self, path: JsonPath) -> bool:
        """Whether nothing is wrong with the value at `path`, even if its key is misspelt."""
        return not self.wrong.any_in(self.document.span(path))

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
        fix: Fix | None = None,
    ) -> Diagnostic:
        """A diagnostic at a value; one about a named config names the entries that use it."""
        span = at if isinstance(at, Span) else self.document.span(at)
        users = tuple(
            self.related(("scripts", entry, "config"), f"entry `{entry}` uses this config")
            for entry in (config.entries if config else ())
        )
        return Diagnostic(
            self.document.path,
            span,
            severity,
            code,
            cut_sentence(message),
            hint and cut_sentence(hint),
            (*related, *users),
            fix,
        )

    def warning(
        self, code: str, at: JsonPath | Span, message: str, hint: str | None = None, **more: Any
    ) -> Diagnostic:
        """The same for something that may be intended."""
        return self.problem(code, at, message, hint, severity=Severity.WARNING, **more)

    def on_material(
        self,
        code: str,
        material: Material,
        message: str,
        hint: str | None,
        *,
        offered: str | None = None,
        fix: Fix | None = None,
    ) -> Diagnostic:
        """The same for a file or folder; a Local API may have it elsewhere. An `offered` hint holds either way."""
        place, config = material.place, material.config
        if self.reads_files_here:
            return self.problem(code, place, message, offered or hint, config=config, fix=fix)
        hint = "it may be otherwise on the Local API's machine"
        hint = f"{offered} I{hint[1:]}" if offered else hint
        return self.warning(code, place, message, hint, config=config)

    def span(self, item: Item) -> Span:
        """Where a text stands."""
        if item.whole is None:
            return self.document.span(item.path)
        return self.document.span_within(item.path, item.whole, item.offset, len(item.text))

    def head(self, path: JsonPath) -> Span:
        """The place for an entry, a config or a definition as a whole: its key, or if it has none its parent's."""
        return self.document.span(path, key=True)

    def related(self, at: JsonPath | Span, message: str) -> Related:
        return Related(self.document.path, at if isinstance(at, Span) else self.document.span(at), message)

    def _use(
        self, name: str, path: Path, values: Mapping[str, Any], entries: tuple[str, ...] = ()
    ) -> ConfigUse:
        script = self.scripts[name]
        if name not in self._defaults:
            self._defaults[name] = defaults(script)
        return ConfigUse(script, self._defaults[name], path, values, entries)
