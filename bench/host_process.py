"""A host whose phones are not there: the real command line, with serials in place of phones, which do nothing.

Whatever is asked of a phone has happened at once. Processes are forked by a server that has loaded everything.
"""

import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from runner.backends.device import DeviceBackend
from runner.daemon.phone_watch import PhoneWatch
from runner.journals import Journal
from runner.phone.choosing import Device
from runner.phone.fleet import Fleet
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task

LOADED_AT_ONCE = (
    "runner.cli.daemon",
    "runner.cli.worker",
    "runner.daemon.shared_daemon",
    "runner.daemon.worker",
    "procrastinate",
    "alembic.command",
    "jsonschema_rs",
    "uiautomator2",
)

for _name in LOADED_AT_ONCE:
    importlib.import_module(_name)

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def start(
    words: Sequence[str], serials: Sequence[str], environment: Mapping[str, str], log: Path
) -> ForkServerProcess:
    """Run `runner WORDS...` with phones of these serials; its output is appended to `log`."""
    process = FORKS.Process(target=_main, args=(words, serials, dict(environment), log), daemon=True)
    process.start()
    return process


def _main(words: Sequence[str], serials: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    os.environ.update(environment)
    time.tzset()
    with log.open("ab") as output:
        for standard in (1, 2):
            os.dup2(output.fileno(), standard)
    be_there(serials)
    DeviceBackend.perform = _perform  # type: ignore[method-assign,assignment]
    sys.argv = ["runner", *words]
    from runner.cli.main import main as command_line

    command_line()


def _perform(self: DeviceBackend, task: Task, journal: Journal, *rest: Any) -> Outcome:
    effect = journal.committing(task.script, task.target, f"@{task.device}".lower(), {})
    journal.settle(effect, EffectState.COMMITTED, {})
    return Outcome(AttemptOutcome.COMPLETED)


def be_there(serials: Sequence[str]) -> None:
    """Have phones with these serials be plugged in. Nobody asks them anything."""
    devices = [Device(serial, serial, "device") for serial in serials]
    Fleet.devices = lambda self, within_s=0.0: devices  # type: ignore[method-assign]
    Fleet.listed_by = lambda self, server, within_s: devices  # type: ignore[method-assign]
    Fleet.find = lambda self, serial: Device(serial, serial, "device")  # type: ignore[method-assign]
    PhoneWatch._ask = lambda self, *about: {}  # type: ignore[method-assign]
