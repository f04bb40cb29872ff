"""Which phones a group means that names none: those of `devices.yaml` that have what it asks for. Pure.

What the file says of a phone is known at any time; what a phone itself says was true when somebody last asked it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from runner.campaign.devices_file import DeclaredDevice


class Sighting(NamedTuple):
    """What a phone has said of itself: its model, with the maker before it, and the versions of its apps by profile.
    `when` words how old that is."""

    model: str
    apps: Mapping[str, str]
    when: str


Sightings = Mapping[str, Sighting]
"""By serial; a phone that nobody has asked yet is not there."""


class Match(NamedTuple):
    """What a phone needs to be one of a group; empty or None where it does not matter. All that is said counts.

    `apps` has ranges of versions (`>=34.1,<36`) by app.
    """

    tags: tuple[str, ...] = ()
    host: str | None = None
    model: str | None = None
    apps: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Match":
        """What is written under `match:`, whose structure is valid."""
        tag = written.get("tag", ())
        tags = (tag,) if isinstance(tag, str) else tuple(tag)
        apps = tuple(written.get("app_version", {}).items())
        return cls(tags, written.get("host"), written.get("model"), apps)

    def among(self, devices: Iterable[DeclaredDevice]) -> Iterator[DeclaredDevice]:
        """The phones that fit as far as the file says, in declared order."""
        return (one for one in devices if self._fits(one))

    @property
    def asks_phones(self) -> bool:
        """Whether only the phones themselves say if they fit."""
        return bool(self.model or self.apps)

    def misfit(self, seen: Sighting | None) -> str:
        """Why a phone does not fit, as a clause: `is a Google Pixel 8`; empty if it does."""
        if seen is None:
            return "has not been asked yet" if self.asks_phones else ""
        if self.model and not _is_model(seen.model, self.model):
            return f"is a {seen.model or 'phone without a model'}"
        for app, versions in self.apps:
            version = seen.apps.get(app)
            if version is None:
                return f"has no {app}"
            if not is_in_range(version, versions):
                return f"has {app} {version}"
        return ""

    def __str__(self) -> str:
        """`has the tag studio and the host 10.0.0.5:5037`"""
        conditions = [f"the tag {tag}" for tag in self.tags]
        conditions += [f"the host {self.host}"] if self.host else []
        conditions += [f"the model {self.model}"] if self.model else []
        conditions += [f"{app} {versions}" for app, versions in self.apps]
        return f"has {' and '.join(conditions)}"

    def _fits(self, device: DeclaredDevice) -> bool:
        return device.tags.issuperset(self.tags) and self.host in (None, device.host)


def is_in_range(version: str, versions: str) -> bool:
    """Whether a version of an app (`34.1.5`, whatever letters follow) is in a range such as `>=34.1,<36`."""
    from packaging.specifiers import SpecifierSet  # of use only to campaigns that ask for versions

    number = re.match(r"\d+(?:\.\d+)*", version)
    return number is not None and SpecifierSet(versions).contains(number[0])


def _is_model(model: str, pattern: str) -> bool:
    """Whether a model is what a pattern means, with its maker's name before it or without."""
    names = (model, model.partition(" ")[2])
    return any(fnmatchcase(name.lower(), pattern.lower()) for name in names)
