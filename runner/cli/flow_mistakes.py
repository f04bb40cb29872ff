"""All mistakes of one flow, for the commands of `runner flow`."""

from collections.abc import Iterator
from pathlib import Path

from runner.campaign.app_file import AppFile, apps_beside
from runner.campaign.flow_file import FlowFile, flows_beside
from runner.diagnostics import Diagnostic
from runner.scripts.script import FlowText


def mistakes_of(file: FlowFile) -> Iterator[Diagnostic]:
    """The problems of a flow, and those of the user's own app profile that it names."""
    from runner.flows.loading import problems  # slow to import

    yield from file.diagnostics
    if file.document.data is None:
        return
    flows, apps = flows_beside(file), apps_of(file)
    others = {name: FlowText(one.document.path, one.document.text) for name, one in flows.items()}
    yield from problems(file, others, apps)
    app = file.document.data.get("app") if isinstance(file.document.data, dict) else None
    if isinstance(app, str) and app in apps:
        yield from apps[app].diagnostics


def apps_of(file: FlowFile) -> dict[str, AppFile]:
    """The user's own app profiles for a flow: `campaigns/flows/NAME.yaml` has those in `campaigns/apps/`."""
    return apps_beside(str(Path(file.document.path).absolute().parent.parent / "campaign.yaml"))
