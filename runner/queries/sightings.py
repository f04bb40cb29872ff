"""What phones say of themselves now, for a plan or a run of campaigns that choose phones by it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from runner.campaign.match import Sighting
from runner.campaign.narrowing import asks_phones
from runner.campaign.resolve import ResolvedCampaign
from runner.settings import AdbAddress

PARALLEL = 16


def seen_now(servers: Sequence[AdbAddress], campaigns: Sequence[ResolvedCampaign]) -> dict[str, Sighting]:
    """The answers of the connected phones that campaigns may work on, by serial. Phones that do not answer are left
    out, and so is everything if no adb server answers: this starts none."""
    if not asks_phones(campaigns):
        return {}
    from runner.errors import FlowError, PhoneError
    from runner.flows.profile import Profiles
    from runner.phone.choosing import Device, choose
    from runner.phone.fleets import Fleets
    from runner.phone.vitals import vitals

    packages: dict[str, str] = {}
    for campaign in campaigns:
        profiles = Profiles.over(campaign.profiles)
        for name in profiles.names:
            try:
                packages |= dict.fromkeys(profiles.load(name).packages, name)
            except FlowError:  # told where its file is read
                continue
    fleets = Fleets(servers)
    try:
        listed = fleets.listed()
    except PhoneError:
        return {}
    serials = {serial for one in campaigns for entry in one.entries for serial in entry.conditions}
    found = {serial: choose(serial, listed) for serial in serials}
    ready = {serial: device for serial, device in found.items() if isinstance(device, Device)}

    def ask(serial: str) -> Sighting | None:
        device = ready[serial]
        try:
            said = vitals(fleets.server_of(device).transport(device.transport), serial, list(packages))
        except PhoneError:
            return None
        apps = {packages[package]: version for package, version in said.apps.items()}
        return Sighting(said.model, apps, "connected, asked now")

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = zip(ready, pool.map(ask, ready), strict=True)
        return {serial: seen for serial, seen in answers if seen is not None}
