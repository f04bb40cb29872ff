"""The apps on phones for which there are profiles: their versions and languages, and what nobody has tried."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from runner.errors import PhoneError
from runner.flows.profile import Profile
from runner.flows.versions import untested
from runner.phone.choosing import Device
from runner.phone.fleets import Fleets
from runner.phone.session import Session
from runner.queries.phone_doctor import FREE, KeptBack, ask
from runner.queries.phone_findings import Finding, of_condition, of_device
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
    """A phone that adb lists; `state` is adb's word, `trouble` why it could not be asked. `battery` is in percent, None
    if it tells none; `obstacles` are what would hold tasks back, or spoil them."""

    serial: str
    state: str
    apps: tuple[AppOnPhone, ...] = ()
    trouble: str = ""
    battery: int | None = None
    is_plugged_in: bool | None = None
    obstacles: tuple[Finding, ...] = ()


def phones_with_apps(
    servers: Sequence[AdbAddress],
    profiles: Sequence[Profile],
    language: str | None = None,
    kept_back: KeptBack = FREE,
) -> list[PhoneWithApps]:
    """Every phone that adb lists, with the apps of these profiles. Raises AdbUnavailable.

    A `language` stands in for what the phones say, as in the backend.
    """
    fleets = Fleets(servers)
    devices = fleets.devices()
    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(lambda one: _look(fleets, one, devices, profiles, language, kept_back), devices))


def _look(
    fleets: Fleets,
    device: Device,
    devices: Sequence[Device],
    profiles: Sequence[Profile],
    language: str | None,
    kept_back: KeptBack,
) -> PhoneWithApps:
    serial = device.serial or device.transport
    same = [one for one in devices if (one.serial or one.transport) == serial]
    way = of_device(serial, device, same)
    obstacles = [way] if way else []
    told = ask(fleets.server_of(device), device) if way is None else None
    if told is not None:
        obstacles += [one for one in of_condition(serial, told) if one.is_wrong]
    phone = PhoneWithApps(
        serial,
        device.words,
        battery=told.battery if told else None,
        is_plugged_in=told.is_plugged_in if told else None,
        obstacles=(*obstacles, *kept_back.findings(serial)),
    )
    if not device.is_ready:
        return phone
    session = Session(fleets, serial)
    try:
        found = [one for profile in profiles if (one := _app(session, profile, language))]
    except PhoneError as error:
        return replace(phone, trouble=error.message if way is None else "")
    return replace(phone, apps=tuple(found))


def _app(session: Session, profile: Profile, language: str | None) -> AppOnPhone | None:
    told = ((package, session.app(package)) for package in profile.packages)
    found = next(((package, app) for package, app in told if app.is_installed), None)
    if found is None:
        return None
    package, app = found
    shown = language or app.language
    notes = [untested(profile.app, app.version, profile.tested_with)]
    if shown and profile.in_language(shown).language not in (profile.language, *profile.languages):
        notes.append(f"the profile {profile.app} has no labels for {shown}")
    return AppOnPhone(profile.app, package, app.version, shown, "; ".join(filter(None, notes)))
