"""What carries tasks out: the two backends of the runner, and those that other packages bring."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.backends.backend import Backend, BatchBackend
    from runner.clock import Clock
    from runner.scripts.script import FlowText
    from runner.settings import Settings

ENTRY_POINTS = "runner.backends"
"""The group of entry points: each is named as campaigns name the backend, and makes one from settings and clock."""


def build(
    settings: "Settings", clock: "Clock", flows: "Mapping[tuple[str, str], FlowText]", ledger_id: str | None
) -> "dict[str, Backend | BatchBackend]":
    """Every backend by its name; the caller closes them.

    `flows` are users' own flows by campaign and script, `ledger_id` names the ledger that is worked on.
    Raises RunnerError if another package's backend cannot be made.
    """
    from runner.backends.device import DeviceBackend
    from runner.backends.local_api.backend import LocalApiBackend

    made: dict[str, Backend | BatchBackend] = {
        "device": DeviceBackend(settings, clock, flows),
        "local_api": LocalApiBackend.of(settings, clock, ledger_id),
    }
    for point in entry_points(group=ENTRY_POINTS):
        try:
            made.setdefault(point.name, point.load()(settings, clock))
        except Exception as error:
            raise RunnerError(
                f"the backend {point.name!r} ({point.value}) cannot be made: {type(error).__name__}: {error}",
                hint="update the package that brings it, or uninstall it",
            ) from error
    return made
