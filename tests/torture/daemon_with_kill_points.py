"""The real command line, which ends itself with SIGKILL (or SIGTERM) at a chosen point of its code.

    python daemon_with_kill_points.py [--kill POINT:COUNT] [--trace FILE] ... -- daemon campaigns/

It wraps the durable writes of the product, its one raw action and its lock from outside (`kill_points.py`).
"""

import argparse
import faulthandler
import importlib
import io
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
from kill_points import Points, leave_committing_out, public_methods, wrap_writes
from PIL import Image

from runner.backends.device import DeviceBackend
from runner.clock import SystemClock
from runner.journals import Journal
from runner.phone.session import Session
from runner.store.artifacts import Artifacts
from runner.store.lock import ExecutorLock
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task


def wrap_the_rest(points: Points) -> None:
    points.around(Session, "tap_once", "tap")
    points.around(ExecutorLock, "__enter__", "lock")
    for name in public_methods(Artifacts):
        if name.startswith("save"):
            points.around(Artifacts, name, f"artifacts.{name}")


def do_nothing_on(prefix: str) -> None:
    """Phones with serials of this prefix do not exist: their tasks are completed at once."""
    perform = DeviceBackend.perform

    def maybe(self: DeviceBackend, task: Task, journal: Journal, *rest: Any) -> Outcome:
        if not (task.device or "").startswith(prefix):
            return perform(self, task, journal, *rest)
        effect = journal.committing(task.script, task.target, f"@{task.device}".lower(), {})
        journal.settle(effect, EffectState.COMMITTED, {})
        return Outcome(AttemptOutcome.COMPLETED)

    DeviceBackend.perform = maybe


def step_the_clock(file: Path) -> None:
    """Add the seconds in a file to the time of the machine's clock; the monotonic clock goes on unchanged.

    APScheduler asks the machine directly, so it gets the same.
    """

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=float(file.read_text()))

    apscheduler.schedulers.base.datetime = Stepped
    SystemClock.now = lambda self: Stepped.now(UTC)


def shorten(wait: str) -> None:
    """Set a constant of the product to this many seconds: `runner.store.sqlite:BUSY_TIMEOUT_S=1`."""
    name, seconds = wait.split("=")
    module, constant = name.split(":")
    constants = vars(importlib.import_module(module))
    assert constant in constants, f"{module} has no {constant} any more"
    constants[constant] = float(seconds)


def look_the_same() -> None:
    """Replace screenshots by a tiny picture: they prove nothing here, and would take most of the time."""
    picture = io.BytesIO()
    Image.new("RGB", (30, 60)).save(picture, "JPEG")
    Session.screenshot = lambda self: picture.getvalue()


def main(words: Sequence[str]) -> None:
    """Run a command of the runner, with the options before it; does not return."""
    parser = argparse.ArgumentParser(description="Run a command with kill points.")
    parser.add_argument("--kill", metavar="POINT:COUNT", help="where to end, and at which time there")
    parser.add_argument("--by-term", action="store_true", help="end there as a service is restarted: SIGTERM")
    parser.add_argument(
        "--armed", metavar="FILE", type=Path, help="stop at the point that FILE names by then"
    )
    parser.add_argument("--trace", metavar="FILE", type=Path, help="write each point reached into FILE")
    parser.add_argument("--without-committing", action="store_true", help="lose the `committing` rows")
    parser.add_argument("--clock-offset", metavar="FILE", type=Path, help="seconds to add to the clock")
    parser.add_argument("--do-nothing-on", metavar="PREFIX", help="phones that there are not")
    parser.add_argument(
        "--hasty", action="append", default=[], metavar="MODULE:NAME=S", help="shorten a wait"
    )
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(words)
    if options.without_committing:
        leave_committing_out()
    if options.clock_offset:
        step_the_clock(options.clock_offset)
    if options.do_nothing_on:
        do_nothing_on(options.do_nothing_on)
    for wait in options.hasty:
        shorten(wait)
    look_the_same()
    faulthandler.register(signal.SIGUSR1)  # whoever asks sees what each thread does
    by = signal.SIGTERM if options.by_term else signal.SIGKILL
    points = Points(options.kill, options.trace, by=by, armed=options.armed)
    wrap_writes(points)
    wrap_the_rest(points)
    sys.argv = ["runner", *options.command]
    from runner.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main(sys.argv[1:])
