"""What the package manager knows about one package: the facts of its manifest, and what was granted to it."""

import base64
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from runner.virtual.files import Body

DEFAULT_VERSION = "1.0.0"
DEFAULT_VERSION_CODE = 100
FIRST_APP = 10_000
_USERS = {1001: "radio", 1002: "bluetooth", 2000: "shell"}


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
    installed_s: int = 1767225600
    updated_s: int = 1767225600
    """Unix time; what came with the phone has been there since the start of 2026."""
    uid: int = 0
    """Given by the phone, as it installs the package."""
    enabled: bool = True
    """False after `pm disable-user`: none of its activities can be started then."""

    @property
    def user(self) -> str:
        """The name of its user, as `ps` shows it."""
        return f"u0_a{self.uid - FIRST_APP}" if self.uid >= FIRST_APP else _USERS.get(self.uid, "system")

    @property
    def folder(self) -> str:
        """Where its base file is, as Android names such folders: by two random parts, here always the same."""
        if self.system:
            return f"/system/app/{''.join(part.capitalize() for part in self.package.split('.')[1:] or ['Android'])}"
        name = self.package.encode()
        first, second = (
            base64.urlsafe_b64encode(blake2b(name, digest_size=16, salt=salt).digest()).decode()
            for salt in (b"1", b"2")
        )
        return f"/data/app/~~{first}/{self.package}-{second}"

    @property
    def base(self) -> str:
        """The path of its base file."""
        return f"{self.folder}/{'base' if not self.system else posixpath.basename(self.folder)}.apk"

    def to_json(self) -> dict[str, Any]:
        return {
            "package": self.package,
            "version_name": self.version_name,
            "version_code": self.version_code,
            "activities": list(self.activities),
            "permissions": list(self.permissions),
            "launcher": self.launcher,
            "granted": sorted(self.granted),
            "installed_s": self.installed_s,
            "updated_s": self.updated_s,
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
            installed_s=told["installed_s"],
            updated_s=told["updated_s"],
        )


@dataclass(slots=True)
class InstallSession:
    """An installation that goes on: its options and the APKs that have come, by name."""

    words: list[str]
    parts: dict[str, Body] = field(default_factory=dict)
