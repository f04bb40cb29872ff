"""Check `unsupported-by-backend`: a script or a setting that the campaign's backend cannot carry out."""

from collections.abc import Iterator

from runner.campaign.nearest import enumeration
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Entry
from runner.diagnostics import Diagnostic

CODE = "unsupported-by-backend"

_LOCAL_API_KEYS = ("multi_account", "min_interval", "max_interval")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    if campaign.backend is not None:
        for entry in campaign.entries:
            yield from _script(campaign, entry, campaign.backend)
    if campaign.backend != "device":
        return
    for entry in campaign.entries:
        yield from _devices(campaign, entry)
    for config in campaign.configs:
        if "device" in config.script.backends:
            yield from _settings(campaign, config)
            if config.script.name == "post":
                yield from _material(campaign, config)


def _script(campaign: CampaignView, entry: Entry, backend: str) -> Iterator[Diagnostic]:
    script = campaign.scripts.get(entry.script.text) if entry.script else None
    if script is None or backend in script.backends:
        return
    message = f"the backend `{backend}` cannot run the script `{script.name}`"
    able = [name for name, other in campaign.scripts.items() if backend in other.backends]
    hint = f"it can run {enumeration(able, 'and')}" if able else None
    yield campaign.problem(CODE, (*entry.path, "script"), message, hint)


def _devices(campaign: CampaignView, entry: Entry) -> Iterator[Diagnostic]:
    for item in entry.devices:
        if item.text in campaign.accounts:
            message = f"the backend `device` needs phones, and the group `{item.text}` has accounts"
            yield campaign.problem(CODE, item.path, message, "name a group of phones, or serials")
    for key in _LOCAL_API_KEYS:
        if entry.values.get(key):
            hint = "remove it; `local_api` can do it"
            if key != "multi_account":
                hint = "remove it; `limits.min_gap` keeps effects apart, `spread` and `jitter` tasks"
            message = f"the backend `device` cannot do `{key}`"
            yield campaign.problem(CODE, (*entry.path, key), message, hint)


def _settings(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    for key, supported in config.script.device_values.items():
        value = config.values.get(key, supported[0])
        if value not in supported:
            message = f"the backend `device` cannot do `{key}: {_shown(value)}`"
            hint = f"it can do {enumeration(dict.fromkeys(map(_shown, supported)))}"
            yield campaign.problem(CODE, (*config.path, key), message, hint, config=config)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _material(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    if config.value("material_list") or config.value("material_source") == "localFolder":
        return
    if config.has_unknown_keys:
        return
    message = "there is nothing to post: the backend `device` has no material library"
    hint = (
        "name files in `material_list`, or a folder with `material_source: localFolder` and `material_path`"
    )
    yield campaign.problem(CODE, campaign.head(config.path), message, hint, config=config)
