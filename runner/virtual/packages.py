"""Which apps are installed on a phone, and which input methods they bring."""

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from runner.virtual.apk_file import make_apk
from runner.virtual.apps.app import App
from runner.virtual.apps.plain_app import PlainApp
from runner.virtual.files import Body, Files
from runner.virtual.known_packages import package_of, system_packages
from runner.virtual.package import DEFAULT_VERSION, Package

LATIN_KEYBOARD = "com.android.inputmethod.latin/.LatinIME"
ADB_KEYBOARD = "com.github.uiautomator/.AdbKeyboard"
_LAST_SYSTEM_APP = 10_119


class Packages:
    """The first app that `make_apps` returns is the home screen.

    Packages that it does not know can be installed too: their activities show a plain page.
    """

    def __init__(self, make_apps: Callable[[], list[App]], files: Files) -> None:
        self._make_apps = make_apps
        self._files = files
        self._last_uid = _LAST_SYSTEM_APP
        self._apps = {app.package: app for app in make_apps()}
        self._known = tuple(self._apps)
        self.home = self._known[0]
        self._installed: dict[str, Package] = {}
        for package in system_packages():
            self._put(package)
        for app in self._apps.values():
            self._put(package_of(app, is_home=app.package == self.home))
        self.versions: dict[str, str] = {}
        """What a rehearsal wants the versions of apps to be, by package."""

    @property
    def apps(self) -> list[App]:
        """The installed apps that have screens, the home screen first."""
        return list(self._apps.values())

    def app(self, package: str) -> App | None:
        return self._apps.get(package)

    def find(self, package: str) -> Package | None:
        """What is known about an installed package."""
        return self._installed.get(package)

    def startable(self, package: str) -> Package | None:
        """A package with screens that nobody has disabled."""
        found = self.find(package)
        return found if found and found.enabled and package in self._apps else None

    @property
    def third_party(self) -> list[str]:
        return sorted(name for name, package in self._installed.items() if not package.system)

    @property
    def system(self) -> list[str]:
        return sorted(name for name, package in self._installed.items() if package.system)

    def version(self, package: str) -> str:
        found = self.find(package)
        return self.versions.get(package) or (found.version_name if found else DEFAULT_VERSION)

    def is_installed(self, package: str) -> bool:
        return package in self._installed

    def is_own(self, package: str) -> bool:
        """Whether it came with the phone, installed now or not."""
        return package in self._known or package in self.system

    def of_user(self, uid: int) -> list[Package]:
        return [package for package in self._installed.values() if package.uid == uid]

    def install(self, package: Package, apk: Body | None = None) -> None:
        """Install a package, or install it again, keeping its data and what was granted to it.

        `apk` is its base file; without it there is one with the manifest only.
        """
        name, before = package.package, self.find(package.package)
        fresh = self._fresh(name)
        if fresh is not None:
            facts = package_of(fresh, is_home=name == self.home)
            package.activities = tuple(dict.fromkeys((*facts.activities, *package.activities)))
            package.permissions = tuple(dict.fromkeys((*facts.permissions, *package.permissions)))
            package.launcher, package.system = facts.launcher, facts.system
            if package.version_name == DEFAULT_VERSION:
                package.version_name = facts.version_name
        if before is not None:
            package.granted |= before.granted
            package.system, package.uid = before.system, before.uid
            package.installed_s = before.installed_s
        self._put(package, apk)
        if fresh is None or name not in self._apps:
            self._apps[name] = fresh or PlainApp(package)

    def uninstall(self, package: str) -> bool:
        """Remove a package with its data; false if it is not there or belongs to the system."""
        if package not in self.third_party:
            return False
        self._apps.pop(package, None)
        removed = self._installed.pop(package)
        self._files.displace(posixpath.dirname(removed.folder))
        return True

    def clear(self, package: str) -> bool:
        """Forget an app's data and what was granted to it; false if it is not installed."""
        found, fresh = self.find(package), self._fresh(package)
        if found is None:
            return False
        if package in self._apps and fresh is not None:
            self._apps[package] = fresh
        found.granted.clear()
        return True

    @property
    def keyboards(self) -> list[str]:
        """The ids of the installed input methods."""
        return (
            [LATIN_KEYBOARD, ADB_KEYBOARD]
            if self.is_installed("com.github.uiautomator")
            else [LATIN_KEYBOARD]
        )

    def memory(self) -> dict[str, Any]:
        """As JSON: the apps' own memory, and what was installed, granted and removed."""
        return {
            "apps": {package: app.memory() for package, app in self._apps.items()},
            "installed": [
                package.to_json()
                for package in self._installed.values()
                if not package.system and package.package not in self._known
            ],
            "granted": {
                name: sorted(package.granted) for name, package in self._installed.items() if package.granted
            },
            "removed": [package for package in self._known if package not in self._apps],
        }

    def restore(self, memory: Mapping[str, Any]) -> None:
        for told in memory.get("installed", []):
            self.install(Package.from_json(told))
        for package in memory["removed"]:
            self.uninstall(package)
        for package, granted in memory.get("granted", {}).items():
            if found := self.find(package):
                found.granted.update(granted)
        for package, remembered in memory["apps"].items():
            if package in self._apps:
                self._apps[package].restore(remembered)

    def _put(self, package: Package, apk: Body | None = None) -> None:
        if not package.uid:
            self._last_uid += 1
            package.uid = self._last_uid
        self._installed[package.package] = package
        self._files.place(package.base, apk or make_apk(package))

    def _fresh(self, package: str) -> App | None:
        return next((app for app in self._make_apps() if app.package == package), None)
