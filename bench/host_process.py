"""A host whose phones are not there: the real command line, with serials in place of phones, which do nothing.

    python -m bench.host_process SERIALS_FILE worker --name one ...

The file has one serial a line. Whatever is asked of a phone has happened at once.
"""

import sys
from pathlib import Path
from typing import Any

from runner.backends.device import DeviceBackend
from runner.daemon.phone_watch import PhoneWatch
from runner.journals import Journal
from runner.phone.choosing import Device
from runner.phone.fleet import Fleet
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task


def main(file: Path, words: list[str]) -> None:
    """Does not return."""
    be_there(file.read_text().split())
    DeviceBackend.perform = _perform  # type: ignore[method-assign,assignment]
    sys.argv = ["runner", *words]
    from runner.cli.main import main as command_line

    command_line()


def _perform(self: DeviceBackend, task: Task, journal: Journal, *rest: Any) -> Outcome:
    effect = journal.committing(task.script, task.target, f"@{task.device}".lower(), {})
    journal.settle(effect, EffectState.COMMITTED, {})
    return Outcome(AttemptOutcome.COMPLETED)


def be_there(serials: list[str]) -> None:
    """Have phones with these serials be plugged in. Nobody asks them anything."""
    devices = [Device(serial, serial, "device") for serial in serials]
    Fleet.devices = lambda self: devices  # type: ignore[method-assign]
    Fleet.listed_by = lambda self, server, within_s: devices  # type: ignore[method-assign]
    Fleet.find = lambda self, serial: Device(serial, serial, "device")  # type: ignore[method-assign]
    PhoneWatch._ask = lambda self, *about: {}  # type: ignore[method-assign]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
