"""Check `unsupported-by-backend`: the campaign's backend cannot carry out a script or a setting."""

from collections.abc import Iterator

from runner.backend_registry import BUILT_IN, KEYS_OF_SOME, BackendDeclaration
from runner.campaign.nearest import enumeration
from runner.checks.apps import apps_of, apps_of_entry
from runner.checks.members import names_accounts
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, WrittenEntry
from runner.diagnostics import Diagnostic
from runner.scripts import Script
from runner.scripts.post import FILES_KEY, FOLDER_KEY, has_material
from runner.targets import DEFAULT_APP

CODE = "unsupported-by-backend"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    if (backend := campaign.backend) is None:
        return
    for entry in campaign.entries:
        yield from _script(campaign, entry, backend)
    for entry in campaign.entries:
        yield from _accounts(campaign, entry, backend)
        yield from _keys(campaign, entry, backend)
    for config in campaign.configs:
        if _carries_out(backend, config.script):
            yield from _settings(campaign, config, backend)
            if config.script.name == "post" and not backend.has_material:
                yield from _material(campaign, config, backend)


def _carries_out(backend: BackendDeclaration, script: Script) -> bool:
    return backend.runs_flows if script.flow else script.name in backend.scripts


def _script(campaign: CampaignView, entry: WrittenEntry, backend: BackendDeclaration) -> Iterator[Diagnostic]:
    script = campaign.scripts.get(entry.script.text) if entry.script else None
    if script is None:
        return
    if _carries_out(backend, script):
        yield from _app(campaign, entry, script, backend)
        return
    message = f"the backend `{backend.name}` cannot run the script `{script.name}`"
    able = [name for name, other in campaign.scripts.items() if _carries_out(backend, other)]
    hint = f"it can run {enumeration(able, 'and')}" if able else None
    yield campaign.problem(CODE, (*entry.path, "script"), message, hint)


def _app(
    campaign: CampaignView, entry: WrittenEntry, script: Script, backend: BackendDeclaration
) -> Iterator[Diagnostic]:
    """Whether the backend can carry out the script in the entry's app, or in those of its targets."""
    path = (*entry.path, "app" if "app" in entry.values else "script")
    if script.app is not None:
        if entry.values.get("app", script.app) != script.app:
            message = f"the flow `{script.name}` is for the app `{script.app}`"
            yield campaign.problem(CODE, path, message, "remove `app`: a flow names its app itself")
        return
    for app in apps_of_entry(campaign, entry):
        if app in backend.apps and script.name not in (able := backend.apps[app].scripts):
            message = f"the backend `{backend.name}` cannot run the script `{script.name}` in the app `{app}`"
            hint = f"it can run {enumeration(able, 'and')} there" if able else None
            yield campaign.problem(CODE, path, message, hint)
        elif app in backend.apps and (what := backend.apps[app].unrecorded.get(script.name)):
            message = f"the backend `{backend.name}` cannot carry `{script.name}` through: nobody has recorded {what}"
            hint = "its tasks fail before they change anything; write it as a flow of your own"
            yield campaign.warning(CODE, path, message, hint)


def _accounts(
    campaign: CampaignView, entry: WrittenEntry, backend: BackendDeclaration
) -> Iterator[Diagnostic]:
    for item in () if backend.takes_accounts or backend.works_as_accounts else entry.devices:
        if names_accounts(campaign, item):
            message = f"the backend `{backend.name}` needs phones, and `{item.text}` names accounts"
            yield campaign.problem(CODE, item.path, message, "name a group of phones, or serials")


def _keys(campaign: CampaignView, entry: WrittenEntry, backend: BackendDeclaration) -> Iterator[Diagnostic]:
    for key in KEYS_OF_SOME:
        if entry.values.get(key) and key not in backend.entry_keys:
            hint = "remove it; `limits.min_gap` keeps effects apart, `spread` and `jitter` tasks"
            if key in ("app", "multi_account"):
                able = [f"`{name}`" for name, other in BUILT_IN.items() if key in other.entry_keys]
                hint = f"remove it; {' and '.join(able)} can do it"
            message = f"the backend `{backend.name}` cannot do `{key}`"
            yield campaign.problem(CODE, (*entry.path, key), message, hint)


def _settings(campaign: CampaignView, config: ConfigUse, backend: BackendDeclaration) -> Iterator[Diagnostic]:
    script = config.script.name
    for app in apps_of(campaign, config) if backend.apps else (DEFAULT_APP,):
        for refused in backend.refusals(script, app, config.values):
            where = "" if app == DEFAULT_APP else f" in the app `{app}`"
            why = f": {refused.reason}" if refused.reason else ""
            message = (
                f"the backend `{backend.name}` cannot do `{refused.key}: {_shown(refused.value)}`{where}{why}"
            )
            hint = f"it can do {enumeration(dict.fromkeys(map(_shown, refused.possible)))}"
            if others := [f"app: {other}" for other in backend.apps_that_can(script, refused)]:
                hint += f"; with {enumeration(others)} it can do this too"
            yield campaign.problem(CODE, (*config.path, refused.key), message, hint, config=config)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _material(campaign: CampaignView, config: ConfigUse, backend: BackendDeclaration) -> Iterator[Diagnostic]:
    if has_material(config.values) or config.has_unknown_keys:
        return
    message = f"there is nothing to post: the backend `{backend.name}` has no material library here"
    hint = (
        f"name files in `{FILES_KEY}`, a folder with `material_source: localFolder` and `{FOLDER_KEY}`, or set "
        "RUNNER_MATERIAL_LIBRARY to the folder that is the library"
    )
    yield campaign.problem(CODE, campaign.head(config.path), message, hint, config=config)
