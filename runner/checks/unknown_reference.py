"""Check `unknown-reference`: there is no such backend, script, config, app, group of devices or start time."""

from collections.abc import Collection, Iterator

from runner.backend_registry import find, names
from runner.campaign import rewriting
from runner.campaign.devices_file import FILE
from runner.campaign.meaning import is_name
from runner.campaign.nearest import enumeration, only_answer
from runner.checks.members import account_groups
from runner.checks.view import CampaignView
from runner.checks.written import Item, Path, WrittenEntry, item_of, items_of, mapping
from runner.diagnostics import Diagnostic
from runner.errors import RunnerError

CODE = "unknown-reference"

_ANNOUNCED = ("like", "profile", "message", "super_marketing", "scrape_user")
"""Scripts that the Local API's documentation names, but that cannot be called yet."""

_KINDS = {"devices:": "group of devices", "accounts:": "account", FILE: "phone"}
"""What an entry may name beside serials, by where it is defined."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    yield from _backend(campaign)
    sections = (campaign.section(key) for key in ("configs", "devices", "start_times"))
    configs, groups, times = ([name for name in section if is_name(name)] for section in sections)
    places = [*groups, *campaign.accounts, *campaign.loaded.shared_devices]
    for entry in campaign.entries:
        if entry.script and not campaign.knows(entry.script.text):
            yield _unknown_script(campaign, entry.script)
        if entry.config_name and entry.config_name.text not in configs:
            yield _unknown(campaign, entry.config_name, "config", configs, "`configs:` defines")
        yield from _app(campaign, entry)
        for item in entry.unknown_groups:
            if not _may_be_shared(campaign, item.text, places):
                kind, there_are = _places(campaign)
                yield _unknown(campaign, item, kind, places, there_are)
        for item in entry.unknown_times:
            yield _unknown(campaign, item, "start time", times, "`start_times:` defines")
    for accounts in account_groups(campaign).values():
        for item in accounts:
            if item.text not in campaign.accounts and not _may_be_shared(campaign, item.text, places):
                yield _unknown(campaign, item, "account", campaign.accounts, "the accounts are")

    for item in _misspelt_phones(campaign):
        names = campaign.loaded.shared_devices
        yield _unknown(campaign, item, "phone", names, f"{FILE} has")


def _places(campaign: CampaignView) -> tuple[str, str]:
    """What an entry of this campaign may name beside serials, and where that is defined."""
    where = ["devices:"]
    where += ["accounts:"] if campaign.accounts else []
    where += [FILE] if campaign.loaded.shared_devices else []
    kinds = [_KINDS[place] for place in where]
    named = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    return named, f"{enumeration(where, 'and')} {'define' if len(where) > 1 else 'defines'}"


def _misspelt_phones(campaign: CampaignView) -> Iterator[Item]:
    """What stands among the phones of a group, and is no serial that is declared, but much like a phone's name."""
    devices = campaign.loaded.shared_devices
    known = {*devices, *(one.serial for one in devices.values())}
    for name, group in campaign.section("devices").items() if devices else ():
        path: Path = ("devices", name) if isinstance(group, list) else ("devices", name, "serials")
        for item in items_of(group if isinstance(group, list) else mapping(group).get("serials"), path):
            if item.text not in known and campaign.nearest(item.text, devices, likeness=0.8):
                yield item


def _may_be_shared(campaign: CampaignView, name: str, known: Collection[str]) -> bool:
    """Whether a name may be that of a shared account or phone whose file is too wrong to tell, which is one mistake."""
    shared = (campaign.loaded.accounts_file, campaign.loaded.devices_file)
    is_wrong = any(file is not None and file.diagnostics for file in shared)
    return is_wrong and campaign.nearest(name, known) is None


def _backend(campaign: CampaignView) -> Iterator[Diagnostic]:
    item = campaign.text("backend")
    if item is None or campaign.backend is not None:
        return
    try:
        find(item.text)
    except RunnerError as error:
        yield campaign.problem(CODE, item.path, error.message, error.hint)
    else:
        yield _unknown(campaign, item, "backend", names(), "the backends are")


def _app(campaign: CampaignView, entry: WrittenEntry) -> Iterator[Diagnostic]:
    """An app in which nothing of the runner's own is at home. The app of a flow of the user's own is in the flow."""
    item = item_of(entry.values, entry.path, "app")
    script = campaign.scripts.get(entry.script.text) if entry.script else None
    apps = campaign.backend.apps if campaign.backend else ()
    if item and apps and item.text not in apps and not (script and script.flow):
        yield _unknown(campaign, item, "app", tuple(apps), "the apps of the built-in scripts are")


def _unknown_script(campaign: CampaignView, item: Item) -> Diagnostic:
    if item.text in _ANNOUNCED:
        message = f"the script `{item.text}` is announced for the Local API, and cannot be called yet"
        hint = f"the scripts are {enumeration(campaign.scripts, 'and')}"
        return campaign.problem(CODE, item.path, message, hint)
    return _unknown(campaign, item, "script", campaign.scripts, "the scripts are")


def _unknown(
    campaign: CampaignView, item: Item, kind: str, known: Collection[str], there_are: str
) -> Diagnostic:
    message = f"there is no {kind} `{item.text}`"
    if near := campaign.nearest(item.text, known):
        answer = only_answer(item.text, known)
        fix = rewriting.fix(campaign.document, item.path, answer) if answer else None
        return campaign.problem(CODE, item.path, message, f"did you mean `{near}`?", fix=fix)
    hint = f"{there_are} {enumeration(known, 'and')}" if known else f"{there_are} none"
    return campaign.problem(CODE, item.path, message, hint)
