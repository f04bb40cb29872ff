"""Apps that come to a phone that is switched on, and apps that go."""

from typing import TYPE_CHECKING

from runner.virtual.apps.launcher import Launcher
from runner.virtual.package import Package
from runner.virtual.phone import Phone

if TYPE_CHECKING:
    from runner.virtual.apps.written.models import AppFile


def install_app_file(phone: Phone, file: "AppFile") -> None:
    """Install an app of somebody's own, in the place of an earlier one of its package. Raises ValueError."""
    packages = phone.packages
    is_known = any(one.package == file.package for one in phone.app_files)
    if packages.is_own(file.package) and not is_known:
        raise ValueError(f"{file.package} is an app that comes with the phone; give yours another package")
    uninstall(phone, file.package)
    phone.app_files = [one for one in phone.app_files if one.package != file.package] + [file]
    packages.install(Package(file.package, file.version_name))
    home, app = packages.app(packages.home), packages.app(file.package)
    if isinstance(home, Launcher) and app is not None:
        home.add(app)
    phone.changed()


def uninstall(phone: Phone, package: str) -> bool:
    """Remove a package with its data; false if that is impossible."""
    if package not in phone.packages.third_party:
        return False
    phone.stop_app(package)
    phone.packages.uninstall(package)
    phone.changed()
    return True


def clear(phone: Phone, package: str) -> bool:
    """Forget an app's data; false if it is not installed."""
    phone.stop_app(package)
    cleared = phone.packages.clear(package)
    phone.changed()
    return cleared
