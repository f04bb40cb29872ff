"""Which phones a group means that names none: those of `devices.yaml` that have what it asks for. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.campaign.devices_file import DeclaredDevice


@dataclass(frozen=True, slots=True)
class Match:
    """What a phone needs to be one of a group; empty or None where it does not matter. All that is said counts."""

    tags: tuple[str, ...] = ()
    host: str | None = None

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Match":
        """What is written under `match:`, whose structure is valid."""
        tag = written.get("tag", ())
        return cls((tag,) if isinstance(tag, str) else tuple(tag), written.get("host"))

    def among(self, devices: Iterable[DeclaredDevice]) -> Iterator[DeclaredDevice]:
        """The phones that fit, in declared order."""
        return (one for one in devices if self._fits(one))

    def __str__(self) -> str:
        """`has the tag studio and the host 10.0.0.5:5037`"""
        conditions = [f"the tag {tag}" for tag in self.tags]
        conditions += [f"the host {self.host}"] if self.host else []
        return f"has {' and '.join(conditions)}"

    def _fits(self, device: DeclaredDevice) -> bool:
        return device.tags.issuperset(self.tags) and self.host in (None, device.host)
