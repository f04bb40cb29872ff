"""Check `bad-device`: a name that is also a phone's, or a `match` that fits no phone."""

from collections.abc import Iterator, Mapping

from runner.campaign.devices_file import FILE
from runner.campaign.match import Match
from runner.campaign.nearest import enumeration
from runner.checks.view import CampaignView
from runner.checks.written import Item, Path, item_of, items_of, mapping
from runner.diagnostics import Diagnostic

CODE = "bad-device"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    yield from _ambiguous_names(campaign)
    for group, match in _matches(campaign):
        yield from _match(campaign, ("devices", group, "match"), match)


def _ambiguous_names(campaign: CampaignView) -> Iterator[Diagnostic]:
    """Groups and accounts that are called like a phone."""
    devices = campaign.loaded.shared_devices
    for section, kind in (("devices", "a group of devices"), ("accounts", "an account")):
        for name in devices.keys() & campaign.section(section).keys():
            message = f"`{name}` is {kind} here, and a phone in {FILE}"
            place = campaign.head((section, name))
            yield campaign.problem(CODE, place, message, "give one of them another name")
    for name in devices.keys() & campaign.loaded.shared_accounts.keys():
        if used := next((item for item in _named(campaign) if item.text == name), None):
            message = f"`{name}` is an account and a phone in the files beside the campaign"
            yield campaign.problem(CODE, used.path, message, "give one of them another name")


def _named(campaign: CampaignView) -> Iterator[Item]:
    return (item for entry in campaign.entries for item in entry.devices)


def _matches(campaign: CampaignView) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, group in campaign.section("devices").items():
        match = mapping(group).get("match")
        if isinstance(match, dict) and campaign.is_sound(("devices", name)):
            yield name, match


def _match(campaign: CampaignView, path: Path, written: Mapping[str, object]) -> Iterator[Diagnostic]:
    shared, devices = campaign.loaded.devices_file, campaign.loaded.shared_devices
    if shared is None:
        message = f"there is no {FILE} beside the campaign, which says what phones there are"
        hint = "write one: `version: 1`, and `devices:` with `NAME: {serial: ..., tags: [...]}`"
        yield campaign.problem(CODE, campaign.head(path), message, hint)
        return
    if not devices:  # the file has errors, which are told
        return
    if unknown := [*_unknown(campaign, path, written)]:
        yield from unknown
    elif (backend := campaign.backend) and backend.takes_accounts and (asked := written.keys() - {"tag"}):
        for key in sorted(asked):
            message = (
                f"the backend `{backend.name}` cannot choose phones by `{key}`: it does not see them itself"
            )
            yield campaign.problem(CODE, campaign.head((*path, key)), message, "choose them by `tag`")
    elif not any(Match.read(written).among(devices.values())):
        message = f"no phone of {FILE} fits"
        hint = "each of its conditions fits some phone, and no phone has all of them"
        yield campaign.warning(CODE, campaign.head(path), message, hint)


def _unknown(campaign: CampaignView, path: Path, written: Mapping[str, object]) -> Iterator[Diagnostic]:
    """Tags and hosts that no phone has."""
    devices = campaign.loaded.shared_devices.values()
    tags = sorted({tag for one in devices for tag in one.tags})
    for item in items_of(written.get("tag"), (*path, "tag")):
        if item.text not in tags:
            yield _nobody(campaign, item, "has the tag", tags, "the tags are")
    apps = [*(campaign.backend.apps if campaign.backend else ()), *campaign.loaded.apps]
    for app in mapping(written.get("app_version")):
        if apps and app not in apps:
            near = campaign.nearest(app, apps)
            hint = f"did you mean `{near}`?" if near else f"the apps are {enumeration(apps, 'and')}"
            place = campaign.head((*path, "app_version", app))
            yield campaign.problem(CODE, place, f"there is no app `{app}`", hint)
    hosts = sorted({one.host for one in devices if one.host})
    if (host := item_of(written, path, "host")) and host.text not in hosts:
        yield _nobody(campaign, host, "has the host", hosts, "the hosts are")


def _nobody(campaign: CampaignView, item: Item, has: str, known: list[str], there_are: str) -> Diagnostic:
    message = f"no phone of {FILE} {has} `{item.text}`"
    near = campaign.nearest(item.text, known)
    hint = (
        f"did you mean `{near}`?" if near else f"{there_are} {enumeration(known, 'and')}" if known else None
    )
    return campaign.warning(CODE, item.path, message, hint)
