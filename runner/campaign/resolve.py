"""A campaign with every name resolved and every default applied: planning works on this.

It is made from plain data whose structure is valid. The models would do the same, but are slow to import.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from runner.backend_registry import DEFAULT, declared
from runner.campaign import paths
from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.app_file import texts_of
from runner.campaign.document import Document, JsonPath
from runner.campaign.loader import Loaded
from runner.campaign.match import Match
from runner.campaign.members import Cast
from runner.campaign.quantities import Duration
from runner.campaign.secrets import anchored
from runner.scripts import Script, complete
from runner.scripts.script import FlowText, ProfileText
from runner.targets import account


class StartTime(NamedTuple):
    """A start time of an entry: `value` as written (a text or a mapping), where it stands in the file, and
    its name in `start_times:`, if it has one."""

    value: str | Mapping[str, Any]
    name: str | None
    path: JsonPath


class ResolvedRetry(NamedTuple):
    """A failed task is tried again `max` times at most, `delay` after the attempt before."""

    max: int
    delay: Duration


class ActiveDays(NamedTuple):
    """The days on which a campaign is active, `until` included; None leaves a side open."""

    from_day: date | None
    until_day: date | None


class Candidate(NamedTuple):
    """A phone that only it itself can say to fit: `misfit` is why it does not, empty if it does; `when` words how old
    its answer is."""

    serial: str
    misfit: str
    when: str


@dataclass(frozen=True, slots=True)
class ResolvedEntry:
    """One entry with every name resolved and the campaign's defaults applied.

    `config` is complete, its paths absolute, with a seam if a Local API is to have them (`paths.py`); `devices` are
    serials, `accounts` declared ones on their phones, `usernames` those that the backend finds, each once, in
    declared order; `zones` has the time zones of those whose group names one, by what stands for them in task keys;
    `matches` are those of its groups by which phones were found, or would have been; `conditions` has, by serial, those
    of which a phone has to meet one by what it says of itself, and `candidates` whether it did when somebody looked
    (`campaign/narrowing.py`);
    `app` and `order` (`planning/rotation.py`) are as written, None if nothing is; `min_interval` and `max_interval` are
    minutes; a `timeout` of None means the script's own.
    """

    name: str
    script: Script
    config: Mapping[str, Any]
    devices: tuple[str, ...]
    accounts: tuple[DeclaredAccount, ...]
    usernames: tuple[str, ...]
    zones: Mapping[str, str]
    matches: tuple[Match, ...]
    conditions: Mapping[str, tuple[Match, ...]]
    start_times: tuple[StartTime, ...]
    spread: Duration | None
    jitter: Duration | None
    app: str | None
    multi_account: bool
    min_interval: int
    max_interval: int
    retry: ResolvedRetry
    timeout: Duration | None
    on_missed: str
    grace: Duration
    overlap: str
    order: str | None
    candidates: tuple[Candidate, ...] = ()

    @property
    def phones(self) -> list[str]:
        """The serials of the phones on which it is carried out, as far as they are known, each once."""
        of_accounts = (one.device for one in self.accounts if one.device)
        return list(dict.fromkeys([*self.devices, *of_accounts]))

    @property
    def lanes(self) -> list[str]:
        """The names of the queues in which its tasks wait: phones, and accounts that the backend finds."""
        return [*self.phones, *map(account, self.usernames)]


@dataclass(frozen=True, slots=True)
class ResolvedCampaign:
    """A campaign with its names resolved: plans are made from it.

    `limits` are as written, `serials` the phones that its groups declare, `accounts` all that it may use, whether an
    entry does or not; `document` is its file, `commit` the git revision of the file.
    """

    name: str
    formerly: tuple[str, ...]
    timezone: str | None
    backend: str
    active: ActiveDays | None
    limits: Mapping[str, Any]
    serials: tuple[str, ...]
    accounts: tuple[DeclaredAccount, ...]
    entries: tuple[ResolvedEntry, ...]
    document: Document = field(repr=False)
    commit: str | None = None
    profiles: Mapping[str, ProfileText] = field(default_factory=dict, repr=False)
    """The user's own app profiles beside it, by app."""

    @property
    def path(self) -> str:
        """Its file."""
        return self.document.path

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall-clock times, save those of groups that name their own; UTC if it names none."""
        return ZoneInfo(self.timezone or "UTC")

    @property
    def phones(self) -> list[str]:
        """The serials of all phones that it names, in its groups and in its entries, each once."""
        used = (serial for entry in self.entries for serial in entry.phones)
        return list(dict.fromkeys([*self.serials, *used]))

    def timezone_of(self, entry: str, doer: str) -> str | None:
        """The time zone of an entry's work on a device or by an account, as task keys call it: its group's, else the
        campaign's; None if neither names one."""
        zones = next((one.zones for one in self.entries if one.name == entry), {})
        return zones.get(doer, self.timezone)

    @property
    def flows(self) -> dict[tuple[str, str], FlowText]:
        """The user's own flows that it uses, by each name that it has or had, and the script."""
        own = [(entry.script.name, entry.script.flow) for entry in self.entries]
        names = (self.name, *self.formerly)
        return {(name, script): flow for name in names for script, flow in own if flow is not None}


def resolve_campaign(loaded: Loaded, commit: str | None = None) -> ResolvedCampaign:
    """The campaign of a file whose structure is valid, and whose names all mean something; `commit` is the git revision
    of the file."""
    data, folder = loaded.document.data, Path(loaded.document.path).parent.absolute()
    cast = Cast(loaded)
    return ResolvedCampaign(
        name=data["name"],
        formerly=tuple(data.get("formerly", ())),
        timezone=data.get("timezone"),
        backend=data.get("backend", DEFAULT),
        active=_active(data["active"]) if "active" in data else None,
        limits=data.get("limits", {}),
        serials=cast.serials,
        accounts=tuple(cast.accounts.values()),
        entries=tuple(_entry(loaded, cast, folder, name, values) for name, values in data["scripts"].items()),
        document=loaded.document,
        commit=commit,
        profiles=texts_of(loaded.apps),
    )


def _active(values: Mapping[str, str]) -> ActiveDays:
    days = (date.fromisoformat(values[side]) if side in values else None for side in ("from", "until"))
    return ActiveDays(*days)


def _entry(loaded: Loaded, cast: Cast, folder: Path, name: str, written: Mapping[str, Any]) -> ResolvedEntry:
    data = loaded.document.data
    script = loaded.scripts[written["script"]]
    common = data.get("defaults", {})
    values = {**common, **written, "retry": {**common.get("retry", {}), **written.get("retry", {})}}
    who = cast.members(values, script.app or values.get("app"))
    return ResolvedEntry(
        name=name,
        script=script,
        config=_config(data, written, script, folder),
        devices=who.devices,
        accounts=who.accounts,
        usernames=who.usernames,
        zones=who.zones,
        matches=tuple(who.matches),
        conditions={serial: tuple(matches) for serial, matches in who.conditions.items()},
        start_times=tuple(_start_times(data, name, values.get("start_times", []))),
        spread=_duration(values.get("spread")),
        jitter=_duration(values.get("jitter")),
        app=values.get("app"),
        multi_account=values.get("multi_account", False) and who.are_found_by_backend,
        min_interval=values.get("min_interval", 0),
        max_interval=values.get("max_interval", 0),
        retry=_retry(values["retry"]),
        timeout=_duration(values.get("timeout")),
        on_missed=values.get("on_missed", "run_once"),
        grace=_parse(values.get("grace", "1h")),
        overlap=values.get("overlap", "queue"),
        order=values.get("order"),
    )


# A thousand entries share a few durations.
_parse = lru_cache(maxsize=1024)(Duration.parse)


def _duration(text: str | None) -> Duration | None:
    return _parse(text) if text is not None else None


def _retry(values: Mapping[str, Any]) -> ResolvedRetry:
    return ResolvedRetry(values.get("max", 0), _parse(values.get("delay", "30s")))


def _start_times(data: Mapping[str, Any], entry: str, written: Any) -> Iterator[StartTime]:
    """Each start time of an entry, or what the campaign defines under its name."""
    defined, path = data.get("start_times", {}), ("scripts", entry, "start_times")
    items = enumerate(written) if isinstance(written, list) else [(None, written)]
    for index, item in items:
        if isinstance(item, str) and item in defined:
            yield StartTime(defined[item], item, ("start_times", item))
        else:
            yield StartTime(item, None, path if index is None else (*path, index))


def _config(
    data: Mapping[str, Any], entry: Mapping[str, Any], script: Script, folder: Path
) -> dict[str, Any]:
    written = entry.get("config", {})
    values = complete(script, data["configs"][written] if isinstance(written, str) else written)
    are_here = declared(data.get("backend", DEFAULT)).reads_files_here
    whole = paths.absolute if are_here else paths.seamed
    placed = {key: _placed(values[key], str(folder), whole) for key in script.paths if values.get(key)}
    return anchored({**values, **placed}, script.secrets, folder)


def _placed(value: str | list[str], folder: str, whole: Callable[[str, str], str]) -> str | list[str]:
    return whole(value, folder) if isinstance(value, str) else [whole(path, folder) for path in value]
