"""What the package manager knows about one package: the facts of its manifest, and what was granted to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_VERSION = "1.0.0"
DEFAULT_VERSION_CODE = 100


@dataclass(slots=True)
class Package:
    """`activities` and `launcher` (what an icon on the home screen starts) are full class names.

    `permissions` are those that the manifest asks for, and `granted` those that `pm grant` or `install -g` has granted.
    """

    package: str
    version_name: str = DEFAULT_VERSION
    version_code: int = DEFAULT_VERSION_CODE
    activities: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    launcher: str | None = None
    system: bool = False
    granted: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        return {
            "package": self.package,
            "version_name": self.version_name,
            "version_code": self.version_code,
            "activities": list(self.activities),
            "permissions": list(self.permissions),
            "launcher": self.launcher,
            "granted": sorted(self.granted),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Package":
        """What `to_json` gave. A package that is remembered was installed, so it is not the system's."""
        return cls(
            package=told["package"],
            version_name=told["version_name"],
            version_code=told["version_code"],
            activities=tuple(told["activities"]),
            permissions=tuple(told["permissions"]),
            launcher=told["launcher"],
            granted=set(told["granted"]),
        )
