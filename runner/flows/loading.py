"""Flows by script: those that come with the runner (`library/APP/NAME.yaml`), and those of the users' own."""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from runner.campaign.app_file import AppFile, texts_of
from runner.campaign.flow_file import FlowFile, read_flow_file
from runner.diagnostics import Diagnostic
from runner.errors import FlowError, Unsupported
from runner.flows.elements_used import elements_of
from runner.flows.flow import Flow
from runner.flows.language import read_flow
from runner.flows.profile import Profiles, apps, is_unverified
from runner.flows.reading import raise_for
from runner.flows.steps import ACTIONS
from runner.scripts import SCRIPTS
from runner.scripts.script import FlowText


@cache
def load_flow(app: str, script: str) -> Flow:
    """The flow of a built-in script in an app. Raises Unsupported if there is none, FlowError if its file is wrong."""
    path = f"library/{app}/{script}.yaml"
    file = files("runner.flows") / path
    # The names come from the ledger too: no other text becomes a part of a path.
    if script not in SCRIPTS or app not in apps() or not file.is_file():
        raise Unsupported(f"the device backend has no flow for the script {script!r} in the app {app!r}")
    return _read(
        file.read_text(encoding="utf-8"), path, SCRIPTS[script].config_schema()["properties"], Profiles()
    )


@lru_cache(maxsize=256)
def load_own_flow(own: FlowText, profiles: Profiles) -> Flow:
    """A flow of the user's own. Raises FlowError if it is wrong."""
    file = read_flow_file(own.text, own.path)
    raise_for(file.diagnostics)
    assert file.script is not None
    return _read(own.text, own.path, file.script.config_schema()["properties"], profiles)


def problems(file: FlowFile, apps: Mapping[str, AppFile]) -> list[Diagnostic]:
    """The problems of a flow in the flow language; if its structure is wrong, only names that mean nothing in it.

    `apps` are the user's own app profiles.
    """
    text, path = file.document.text, file.document.path
    profiles = Profiles.over(texts_of(apps))
    app = file.document.data.get("app") if isinstance(file.document.data, dict) else None
    if isinstance(app, str) and app in apps and _is_wrong(profiles, app, apps[app]):
        return []  # it tells so itself, and what its flows name cannot be checked
    if file.script is not None:
        return read_flow(text, path, file.script.config_schema()["properties"], ACTIONS, profiles.load)[1]
    found = read_flow(text, path, _config(file), ACTIONS, profiles.load)[1]
    known = {problem.span for problem in file.diagnostics}
    return [problem for problem in found if problem.span not in known and _is_about_a_name(problem)]


def unverified_elements(own: FlowText, apps: Mapping[str, AppFile]) -> list[tuple[str, int]]:
    """The elements that a flow needs and nobody has seen, each with the line at which it is first named; none if the
    flow or its app profile is wrong."""
    profiles = Profiles.over(texts_of(apps))
    try:
        flow = load_own_flow(own, profiles)
        profile = profiles.load(flow.app)
    except FlowError:
        return []
    named = elements_of(flow)
    return [(name, line) for name, line in named.items() if is_unverified(profile.elements.get(name, ()))]


def _is_wrong(profiles: Profiles, app: str, file: AppFile) -> bool:
    if file.diagnostics:
        return True
    try:
        profiles.load(app)
    except FlowError:
        return True
    return False


def _config(file: FlowFile) -> Mapping[str, Any]:
    """The config keys of a flow that is wrong somewhere, with their rules as far as they are known."""
    if file.config_rules is not None:
        known: Mapping[str, Any] = file.config_rules["properties"]
        return known
    parameters = file.document.data.get("parameters") if isinstance(file.document.data, dict) else None
    return {key: {} for key in parameters} if isinstance(parameters, dict) else {}


def _is_about_a_name(problem: Diagnostic) -> bool:
    """Whether a problem is about a name. Variables count only if they are of the config: a wrong step may have meant to
    remember another one."""
    if problem.code == "unknown-variable":
        return "'config." in problem.message
    return problem.code in ("unknown-element", "unknown-link")


def _read(text: str, path: str, config: Mapping[str, Any], profiles: Profiles) -> Flow:
    flow, diagnostics = read_flow(text, path, config, ACTIONS, profiles.load)
    raise_for(diagnostics)
    assert flow is not None
    return flow
