"""The time zone of this machine, as its C library has it: by the variable TZ, else by /etc/localtime.

This understands zones without a name in the tz database too. It refuses what it cannot understand, and never takes that
for UTC, which would move each day of the built-in caps in silence.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from runner.errors import UsageError

LOCALTIME, TIMEZONE = Path("/etc/localtime"), Path("/etc/timezone")

_HINT = "set RUNNER_TIMEZONE to a name such as Europe/Stockholm"
_ABBREVIATION = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_POSIX = re.compile(
    rf"{_ABBREVIATION}{_OFFSET}(?P<summer>{_ABBREVIATION}(?:{_OFFSET})?(?P<rule>,[^,]+,[^,]+)?)?"
)
"""A rule in the form of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`."""
# What folders of the tz database hold beside places: copies of all of them, pointers, and a zone that means none.
_NOT_PLACES = ("posix/", "right/", "posixrules", "localtime", "Factory")


class UnnamedZone(ZoneInfo):
    """A zone without a name: read from a file, or made from a rule. `key` says where it comes from."""

    data: bytes

    @classmethod
    def of(cls, data: bytes, key: str) -> Self:
        """Raises ValueError for what is no TZif file (RFC 9636)."""
        zone = cls.from_file(BytesIO(data), key)
        zone.data = data
        return zone

    def __reduce__(self) -> tuple[Any, ...]:
        # ZoneInfo pickles itself by its name; worker processes of the checks could not find this one by it.
        return UnnamedZone.of, (self.data, self.key)


def machine_zone(
    environment: Mapping[str, str], localtime: Path = LOCALTIME, timezone: Path = TIMEZONE
) -> ZoneInfo:
    """The zone of TZ, else of /etc/localtime; UTC if there is neither. Raises UsageError for a zone that it cannot
    understand."""
    written = environment.get("TZ")
    if written is None:
        return (
            _of_file(localtime, f"{localtime}", timezone)
            if localtime.is_symlink() or localtime.exists()
            else _UTC
        )
    text = written.removeprefix(":")
    if not text:
        return _UTC
    if text.startswith("/"):
        return _of_file(Path(text), f"TZ is {written!r}, and that", timezone)
    return _named(text) or _of_rule(text)


def _of_rule(text: str) -> ZoneInfo:
    """A zone from a rule; its name begins with `TZ=`, since POSIX counts offsets up to the west of UTC."""
    found = _POSIX.fullmatch(text)
    if found is None:
        raise UsageError(f"TZ is {text!r}, which is no time zone", hint=_HINT)
    if found["summer"] and not found["rule"]:  # libraries take the dates of the United States then
        raise UsageError(
            f"TZ is {text!r}, which does not say when summer time begins and ends",
            hint=f"{_HINT}, or write the rule too: {text},M3.5.0,M10.5.0/3",
        )
    # A TZif file without transitions (RFC 9636), whose footer is the rule: zoneinfo itself reads no rules.
    header = b"TZif2" + bytes(15) + bytes(4 * 4) + b"\x00\x00\x00\x01" + b"\x00\x00\x00\x04"
    times = bytes(6) + b"UTC\x00"
    data = header + times + header + times + b"\n" + text.encode() + b"\n"
    try:
        return UnnamedZone.of(data, f"TZ={text}")
    except ValueError as error:
        raise UsageError(f"TZ is {text!r}, which is no time zone: {error}", hint=_HINT) from None


def _of_file(path: Path, what: str, timezone: Path) -> ZoneInfo:
    """The zone of a file, under its name in the tz database if it has one."""
    try:
        there = path.resolve(strict=True)
        data = there.read_bytes()
        unnamed = UnnamedZone.of(data, str(path))
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{what} cannot be read: {error}", hint=_HINT) from None
    except ValueError:
        raise UsageError(f"{what} is no time zone file", hint=_HINT) from None
    return _named_by_place(there) or _named_alike(data, timezone) or unnamed


def _named_by_place(path: Path) -> ZoneInfo | None:
    """The zone by the place of its file, in a folder of the tz database, whatever the system calls that folder."""
    parts = path.parts
    folders = [place for place, part in enumerate(parts) if part.startswith("zoneinfo")]
    if not folders:
        return None
    name = "/".join(parts[folders[-1] + 1 :])
    return _named(name.removeprefix("posix/").removeprefix("right/"))


def _named_alike(data: bytes, timezone: Path) -> ZoneInfo | None:
    """The zone by the content of its file, a copy of one in the tz database. If several names have this content, the
    one in /etc/timezone is meant."""
    alike = sorted(_names_of(data), key=lambda name: ("/" not in name, name.startswith("Etc/"), name))
    try:
        meant = timezone.read_text("ascii").strip()
    except (OSError, ValueError):
        meant = ""
    return next(filter(None, map(_named, [meant] if meant in alike else alike)), None)


def _names_of(data: bytes) -> Iterator[str]:
    for folder in map(Path, TZPATH):
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if not name.startswith(_NOT_PLACES) and _holds(path, data):
                yield name


def _holds(path: Path, data: bytes) -> bool:
    try:
        # By size first, so that few of the hundreds of files are read.
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _named(name: str) -> ZoneInfo | None:
    try:
        return None if name.startswith(_NOT_PLACES) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


_UTC = ZoneInfo("UTC")
