"""Flows by script: those that come with the runner (`library/APP/NAME.yaml`), and those of the users' own."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from runner.campaign import patterns
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
from runner.flows.used_flows import OtherFlow
from runner.scripts import SCRIPTS
from runner.scripts.script import FlowText

OF_STRUCTURE = ("unknown-key", "missing-key", "unknown-step", "invalid-value", "wrong-type", "missing-verify")
"""Problems that may be told of a flow though the schema tells of what is behind them."""


@cache
def load_flow(app: str, script: str) -> Flow:
    """The flow of a built-in script in an app. Raises Unsupported if there is none, FlowError if its file is wrong."""
    flow = _shipped(app, script) if script in SCRIPTS else None
    if flow is None:
        raise Unsupported(f"the device backend has no flow for the script {script!r} in the app {app!r}")
    return _read(flow, SCRIPTS[script].config_schema()["properties"], Profiles(), {})


class AccountFlows(NamedTuple):
    """How to see which account an app shows, and how to switch to another one; None if nobody has written that."""

    look: Flow
    switch: Flow | None


@cache
def account_flows(app: str) -> AccountFlows | None:
    """The flows about accounts of an app (`account.yaml` and `switch_account.yaml`); None if there are none."""
    look, switch = _account_flow(app, "account"), _account_flow(app, "switch_account")
    return AccountFlows(look, switch) if look else None


def _account_flow(app: str, name: str) -> Flow | None:
    flow = _shipped(app, name)
    return _read(flow, {}, Profiles(), {}) if flow else None


@lru_cache(maxsize=256)
def load_own_flow(own: FlowText, profiles: Profiles) -> Flow:
    """A flow of the user's own. Raises FlowError if it is wrong."""
    file = read_flow_file(own.text, own.path)
    raise_for(file.diagnostics)
    assert file.script is not None
    others = {flow.name: flow for flow in own.used}
    return _read(own, file.script.config_schema()["properties"], profiles, others)


def problems(file: FlowFile, others: Mapping[str, FlowText], apps: Mapping[str, AppFile]) -> list[Diagnostic]:
    """The problems of a flow in the flow language; if its structure is wrong, only those that it does not bring about.

    `others` are the flows beside it, `apps` the user's own app profiles.
    """
    text, path = file.document.text, file.document.path
    profiles, other = Profiles.over(texts_of(apps)), _others(others)
    app = file.document.data.get("app") if isinstance(file.document.data, dict) else None
    if isinstance(app, str) and app in apps and _is_wrong(profiles, app, apps[app]):
        return []  # it tells so itself, and what its flows name cannot be checked
    if file.script is not None:
        properties = file.script.config_schema()["properties"]
        return read_flow(text, path, properties, ACTIONS, profiles.load, other)[1]
    found = read_flow(text, path, _config(file), ACTIONS, profiles.load, other)[1]
    known = {problem.span for problem in file.diagnostics}
    return [problem for problem in found if problem.span not in known and _is_of_the_language(problem)]


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


def _is_of_the_language(problem: Diagnostic) -> bool:
    """Whether a problem is not about the structure, of which the schema tells. Variables count only if they are of the
    config: a wrong step may have meant to remember another one."""
    if problem.code == "unknown-variable":
        return "'config." in problem.message
    return problem.code not in OF_STRUCTURE


def _read(
    own: FlowText, config: Mapping[str, Any], profiles: Profiles, others: Mapping[str, FlowText]
) -> Flow:
    flow, diagnostics = read_flow(own.text, own.path, config, ACTIONS, profiles.load, _others(others))
    raise_for(diagnostics)
    assert flow is not None
    return flow


def _others(beside: Mapping[str, FlowText]) -> Callable[[str, str], OtherFlow | None]:
    """How a flow finds another one by its name: first beside it, then among those that come with the runner."""

    def find(app: str, name: str) -> OtherFlow | None:
        text = beside.get(name) or _shipped(app, name)
        if text is None:
            return None
        if name in SCRIPTS and name not in beside:
            return OtherFlow(text.text, text.path, SCRIPTS[name].config_schema())
        file = read_flow_file(text.text, text.path)
        return OtherFlow(text.text, text.path, file.config_rules, file.diagnostics)

    return find


def _shipped(app: str, name: str) -> FlowText | None:
    """A flow that comes with the runner; None if there is none of this name in the app's folder."""
    # The names come from the ledger and from flows too: no other text becomes a part of a path.
    if app not in apps() or not re.fullmatch(patterns.KEY, name):
        return None
    path = f"library/{app}/{name}.yaml"
    file = files("runner.flows") / path
    return FlowText(path, file.read_text(encoding="utf-8")) if file.is_file() else None
