"""Which apps are installed on a phone, and which input methods they bring."""

from collections.abc import Callable, Mapping
from typing import Any

from runner.virtual.apps.app import App

SYSTEM_PACKAGES = (
    "android",
    "com.android.providers.media.module",
    "com.android.settings",
    "com.android.shell",
    "com.android.systemui",
)
LATIN_KEYBOARD = "com.android.inputmethod.latin/.LatinIME"
ADB_KEYBOARD = "com.github.uiautomator/.AdbKeyboard"


class Packages:
    """The first app that `make_apps` returns is the home screen.

    Packages that it does not know can be installed and are listed, but show nothing.
    """

    def __init__(self, make_apps: Callable[[], list[App]]) -> None:
        self._make_apps = make_apps
        self._apps = {app.package: app for app in make_apps()}
        self._known = tuple(self._apps)
        self.home = self._known[0]
        self._foreign: set[str] = set()
        self.versions: dict[str, str] = {}
        """What a rehearsal wants the versions of apps to be, by package."""

    @property
    def apps(self) -> list[App]:
        """The installed apps that have screens, the home screen first."""
        return list(self._apps.values())

    def app(self, package: str) -> App | None:
        return self._apps.get(package)

    @property
    def third_party(self) -> list[str]:
        return sorted((set(self._apps) | self._foreign) - {self.home})

    @property
    def system(self) -> list[str]:
        return sorted([*SYSTEM_PACKAGES, LATIN_KEYBOARD.partition("/")[0], self.home])

    def version(self, package: str) -> str:
        app = self._apps.get(package)
        return self.versions.get(package) or (app.version if app else "1.0.0")

    def is_installed(self, package: str) -> bool:
        return package in self.third_party or package in self.system

    def install(self, package: str) -> None:
        """Install a package, or install it again, keeping its data."""
        if package in self._apps:
            return
        fresh = self._fresh(package)
        if fresh is None:
            self._foreign.add(package)
        else:
            self._apps[package] = fresh

    def uninstall(self, package: str) -> bool:
        """Remove a package with its data; false if it is not there or belongs to the system."""
        if package not in self.third_party:
            return False
        self._apps.pop(package, None)
        self._foreign.discard(package)
        return True

    def clear(self, package: str) -> bool:
        """Forget an app's data; false if it is not installed."""
        fresh = self._fresh(package)
        if package in self._apps and fresh is not None:
            self._apps[package] = fresh
        return self.is_installed(package)

    @property
    def keyboards(self) -> list[str]:
        """The ids of the installed input methods."""
        return (
            [LATIN_KEYBOARD, ADB_KEYBOARD]
            if self.is_installed("com.github.uiautomator")
            else [LATIN_KEYBOARD]
        )

    def memory(self) -> dict[str, Any]:
        """As JSON: the apps' own memory, and what was installed and removed."""
        return {
            "apps": {package: app.memory() for package, app in self._apps.items()},
            "foreign": sorted(self._foreign),
            "removed": [package for package in self._known if package not in self._apps],
        }

    def restore(self, memory: Mapping[str, Any]) -> None:
        self._foreign = set(memory["foreign"])
        for package in memory["removed"]:
            self._apps.pop(package, None)
        for package, remembered in memory["apps"].items():
            if package in self._apps:
                self._apps[package].restore(remembered)

    def _fresh(self, package: str) -> App | None:
        return next((app for app in self._make_apps() if app.package == package), None)
