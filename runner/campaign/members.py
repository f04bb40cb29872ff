"""Who carries the entries of a campaign out: phones, and accounts on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from runner.backend_registry import DEFAULT, declared
from runner.campaign.accounts_file import DeclaredAccount, declared_accounts
from runner.campaign.devices_file import DeclaredDevice
from runner.campaign.loader import Loaded
from runner.campaign.match import Match
from runner.targets import account


class Group(NamedTuple):
    """A group of `devices:`: phones, as they are named and by what they have in common, accounts by their usernames, or
    by their declared names; `timezone` is its own, if it names one."""

    serials: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    timezone: str | None = None
    match: Match | None = None

    @classmethod
    def read(cls, written: list[str] | Mapping[str, Any]) -> "Group":
        if isinstance(written, list):
            return cls(tuple(written))
        members = {key: tuple(written.get(key, ())) for key in ("serials", "usernames", "accounts")}
        match = Match.read(written["match"]) if "match" in written else None
        return cls(**members, timezone=written.get("timezone"), match=match)

    def phones(self, devices: Mapping[str, DeclaredDevice]) -> tuple[str, ...]:
        """The serials of its phones, each once; `devices` are the declared ones by name."""
        named = self.named_phones(devices)
        matching = self.match.among(devices.values()) if self.match else ()
        return tuple(dict.fromkeys((*named, *(one.serial for one in matching))))

    def named_phones(self, devices: Mapping[str, DeclaredDevice]) -> tuple[str, ...]:
        """The serials of the phones that it names."""
        return tuple(serial_of(one, devices) for one in self.serials) if devices else self.serials


@dataclass(slots=True)
class Members:
    """Phones, declared accounts on their phones, and accounts that the backend finds by their usernames, each once and
    in declared order; `zones` has the time zones of those whose group names one, by what stands for them in task
    keys, `matches` those of the groups, `conditions` by serial those of which a phone has to meet one by what it says
    of itself; `named_phones` are in it in any case."""

    are_found_by_backend: bool
    phones: dict[str, None] = field(default_factory=dict)
    declared: dict[str, DeclaredAccount] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    conditions: dict[str, list[Match]] = field(default_factory=dict)
    named_phones: set[str] = field(default_factory=set)

    @property
    def devices(self) -> tuple[str, ...]:
        return tuple(self.phones)

    @property
    def accounts(self) -> tuple[DeclaredAccount, ...]:
        return tuple(self.declared.values())

    @property
    def usernames(self) -> tuple[str, ...]:
        return tuple(self.named.values())

    def take_phones(self, group: "Group", devices: Mapping[str, DeclaredDevice]) -> tuple[str, ...]:
        """The serials of a group's phones, as `Group.phones`; notes by what each is one of them."""
        self.named_phones.update(group.named_phones(devices))
        if group.match:
            self.matches.append(group.match)
            for one in group.match.among(devices.values()):
                if not group.match.asks_phones:
                    self.named_phones.add(one.serial)
                self.conditions.setdefault(one.serial, []).append(group.match)
        for serial in self.conditions.keys() & self.named_phones:
            del self.conditions[serial]
        return group.phones(devices)

    def add(
        self,
        serials: Iterable[str],
        accounts: Iterable[DeclaredAccount],
        usernames: Iterable[str],
        zone: str | None,
    ) -> None:
        """Take in a group. The first way of writing wins: `@Name` and `name` are one account, but people see it as they
        wrote it."""
        keys = []
        for serial in serials:
            self.phones.setdefault(serial)
            keys.append(serial)
        for one in accounts:
            self.declared.setdefault(one.identity, one)
            keys.append(one.identity)
        for name in usernames:
            self.named.setdefault(account(name), name)
            keys.append(account(name))
        if zone:  # a check refuses two different ones
            self.zones |= dict.fromkeys(keys, zone)


class Cast:
    """Whom the entries of a campaign may name, read once for all of them: its groups, its accounts, its phones."""

    def __init__(self, loaded: Loaded) -> None:
        data = loaded.document.data
        self.accounts = known_accounts(loaded)
        self._phones = loaded.shared_devices
        self._groups = {name: Group.read(written) for name, written in data.get("devices", {}).items()}
        self._are_found_by_backend = declared(data.get("backend", DEFAULT)).takes_accounts

    @property
    def serials(self) -> tuple[str, ...]:
        """The serials of the phones of its groups, each once."""
        return tuple(
            dict.fromkeys(serial for one in self._groups.values() for serial in one.phones(self._phones))
        )

    def members(self, entry: Mapping[str, Any], app: str | None) -> Members:
        """Who carries an entry out, whose names all mean something; `app` is the one that it is for, if that is said.

        Some backends find accounts themselves, and get their usernames; elsewhere each is declared, and its
        declaration says on which phone it is. There `multi_account` means all declared accounts of a phone.
        """
        known, found = self.accounts, Members(self._are_found_by_backend)
        named = entry["devices"]
        for item in [named] if isinstance(named, str) else named:
            group = self._group(item)
            phones = found.take_phones(group, self._phones)
            members = [known[name] for name in group.accounts if name in known]
            if found.are_found_by_backend:
                usernames = (*group.usernames, *(one.username for one in members))
                found.add(phones, (), usernames, group.timezone)
                continue
            for name in group.usernames:
                members += called(name, known, app)[:1]
            serials = phones
            if entry.get("multi_account"):
                members += (one for serial in serials for one in on_phone(serial, known, app))
                serials = ()
            found.add(serials, members, (), group.timezone)
        return found

    def _group(self, item: str) -> Group:
        """What an entry's `devices` name: a group, an account or a phone, which are groups by themselves."""
        if item in self._groups:
            return self._groups[item]
        return Group(accounts=(item,)) if item in self.accounts else Group(serials=(item,))


def known_accounts(loaded: Loaded) -> dict[str, DeclaredAccount]:
    """The accounts that a campaign may use, by name: its own, and those that it shares. A check refuses a name that
    both declare."""
    data = loaded.document.data
    own = data.get("accounts") if isinstance(data, dict) else None
    written = {**loaded.shared_accounts, **(own if isinstance(own, dict) else {})}
    return {
        one.name: replace(one, device=one.device and serial_of(one.device, loaded.shared_devices))
        for one in declared_accounts(written)
    }


def serial_of(phone: str, devices: Mapping[str, DeclaredDevice]) -> str:
    """The serial of a phone that is named by it, or as `devices.yaml` calls it."""
    return devices[phone].serial if phone in devices else phone


def called(username: str, known: Mapping[str, DeclaredAccount], app: str | None) -> list[DeclaredAccount]:
    """The declared accounts with this name in an app, or in any app if None."""
    return [one for one in known.values() if one.handle == account(username) and app in (None, one.app)]


def on_phone(serial: str, known: Mapping[str, DeclaredAccount], app: str | None) -> list[DeclaredAccount]:
    """The declared accounts on a phone, of an app, or of any app if None."""
    return [one for one in known.values() if one.device == serial and app in (None, one.app)]
