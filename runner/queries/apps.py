"""The apps on phones for which there are profiles: their versions and languages, and what nobody has tried."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from runner.errors import PhoneError
from runner.flows.profile import Profile
from runner.flows.versions import untested
from runner.phone.choosing import Device
from runner.phone.fleets import Fleets
from runner.phone.session import Session
from runner.settings import AdbAddress

PARALLEL = 16
"""How many phones are asked at the same time."""


@dataclass(frozen=True, slots=True)
class AppOnPhone:
    """An installed app: the profile's name, its package and version; `warning` says what may go wrong with it."""

    app: str
    package: str
    version: str | None
    language: str | None
    warning: str


@dataclass(frozen=True, slots=True)
class PhoneWithApps:
    """A phone that adb lists; `state` is adb's word, `trouble` why it could not be asked."""

    serial: str
    state: str
    apps: tuple[AppOnPhone, ...] = ()
    trouble: str = ""


def phones_with_apps(
    servers: Sequence[AdbAddress], profiles: Sequence[Profile], language: str | None = None
) -> list[PhoneWithApps]:
    """Every phone that adb lists, with the apps of these profiles. Raises AdbUnavailable.

    A `language` stands in for what the phones say, as in the backend.
    """
    fleets = Fleets(servers)
    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(lambda device: _look(fleets, device, profiles, language), fleets.devices()))


def _look(fleets: Fleets, device: Device, profiles: Sequence[Profile], language: str | None) -> PhoneWithApps:
    serial = device.serial or device.transport
    if not device.is_ready:
        return PhoneWithApps(serial, device.words)
    session = Session(fleets, serial)
    try:
        found = [one for profile in profiles if (one := _app(session, profile, language))]
    except PhoneError as error:
        return PhoneWithApps(serial, device.words, (), error.message)
    return PhoneWithApps(serial, device.words, tuple(found))


def _app(session: Session, profile: Profile, language: str | None) -> AppOnPhone | None:
    package = next((one for one in profile.packages if session.installed(one)), None)
    if package is None:
        return None
    version, shown = session.app_version(package), language or session.language(package)
    notes = [untested(profile.app, version, profile.tested_with)]
    if shown and profile.in_language(shown).language not in (profile.language, *profile.languages):
        notes.append(f"the profile {profile.app} has no labels for {shown}")
    return AppOnPhone(profile.app, package, version, shown, "; ".join(filter(None, notes)))
