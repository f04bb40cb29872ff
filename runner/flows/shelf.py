"""The flows that come with the runner, by script: `library/NAME.yaml`."""

from functools import cache
from importlib.resources import files

from runner.errors import Unsupported
from runner.flows.language import Flow, read_flow
from runner.flows.profile import load_profile
from runner.flows.reading import raise_for
from runner.flows.steps import ACTIONS
from runner.scripts import SCRIPTS


@cache
def load_flow(script: str) -> Flow:
    """The flow of a script. Raises Unsupported if there is none, FlowError if its file is wrong."""
    path = f"library/{script}.yaml"
    file = files("runner.flows") / path
    if script not in SCRIPTS or not file.is_file():
        raise Unsupported(f"the device backend has no flow for the script {script!r}")
    keys = SCRIPTS[script].config_model.model_fields
    flow, diagnostics = read_flow(file.read_text(encoding="utf-8"), path, keys, ACTIONS, load_profile)
    raise_for(diagnostics)
    assert flow is not None
    return flow
