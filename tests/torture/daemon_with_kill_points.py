"""The real command line, which ends itself with SIGKILL at a chosen point of its code.

    python daemon_with_kill_points.py [--kill POINT:COUNT] [--trace FILE] ... -- daemon campaigns/

Nothing of this is in the product: its durable writes, its one raw action and its lock are wrapped from outside. A
point is `NAME before`, `NAME within` (the statements are executed and not committed) or `NAME after`.
"""

import argparse
import functools
import importlib
import inspect
import io
import itertools
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
from PIL import Image

from runner.backends.device import DeviceBackend
from runner.clock import SystemClock
from runner.phone.session import Session
from runner.store.artifacts import Artifacts
from runner.store.database import Database
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.tasks import AttemptOutcome, Effect, EffectState, Journal, Outcome, Task


class Points:
    """Counts how often each point is reached, writes a trace, and kills this process at the chosen one."""

    def __init__(self, kill: str | None, trace: Path | None) -> None:
        point, _, count = (kill or "").rpartition(":")
        self._chosen = (point, int(count or 0))
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if trace else None
        self._reached: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def reach(self, point: str) -> None:
        with self._lock:
            self._reached[point] += 1
            if self._trace is not None:
                at = time.monotonic() - self._started
                os.write(self._trace, f"{at:.3f}\t{threading.current_thread().name}\t{point}\n".encode())
            if (point, self._reached[point]) == self._chosen:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, method: str, name: str) -> None:
        """Make `NAME before` and `NAME after` points of a method."""
        original = getattr(owner, method)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"{name} before")
            result = original(*args, **kwargs)
            self.reach(f"{name} after")
            return result

        setattr(owner, method, wrapped)


def public_methods(owner: type) -> list[str]:
    """Its own and the inherited ones, so that a new one is included by itself."""
    found = inspect.getmembers(owner, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_") and name != "close"]


def wrap_writes(points: Points) -> None:
    """Each public method of the Ledger, and what it writes; a method that only reads has no points."""
    inside = threading.local()

    def named(method: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if getattr(inside, "name", None):  # one public method that calls another is one write
                return method(*args, **kwargs)
            inside.name, inside.wrote = name, False
            try:
                result = method(*args, **kwargs)
            finally:
                inside.name = None
            if inside.wrote:
                points.reach(f"ledger.{name} after")
            return result

        return wrapped

    def writing(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def wrapped(self: Database, action: str, work: Callable[[Any], Any]) -> Any:
            outer = getattr(inside, "name", None)
            name = outer or method.__name__

            def worked(connection: Any) -> Any:  # by this thread or by another one that commits for both
                result = work(connection)
                points.reach(f"ledger.{name} within")
                return result

            inside.wrote = True
            points.reach(f"ledger.{name} before")
            result = method(self, action, worked)
            if outer is None:
                points.reach(f"ledger.{name} after")
            return result

        return wrapped

    for name in public_methods(Ledger):
        setattr(Ledger, name, named(getattr(Ledger, name), name))
    Database.write, Database.migrate = writing(Database.write), writing(Database.migrate)


def wrap_the_rest(points: Points) -> None:
    points.around(Session, "tap_once", "tap")
    points.around(ExecutorLock, "__enter__", "lock")
    for name in public_methods(Artifacts):
        if name.startswith("save"):
            points.around(Artifacts, name, f"artifacts.{name}")


def leave_committing_out() -> None:
    """Write no effect down before its action, only after it: what the harness must notice."""
    begin, settle, effects = Ledger.begin_effect, Ledger.settle_effect, Ledger.effects
    numbers = itertools.count(1)
    unwritten: dict[int, tuple[Any, ...]] = {}
    written: dict[int, int] = {}

    def begin_effect(self: Ledger, *args: Any) -> int:
        promised = -next(numbers)
        unwritten[promised] = args
        return promised

    def settle_effect(self: Ledger, effect_id: int, *args: Any) -> None:
        if effect_id in unwritten:
            written[effect_id] = begin(self, *unwritten.pop(effect_id))
        settle(self, written.get(effect_id, effect_id), *args)

    def effects_of(self: Ledger, key: str) -> list[Effect]:
        promised = {real: effect_id for effect_id, real in written.items()}
        found = [replace(effect, id=promised.get(effect.id, effect.id)) for effect in effects(self, key)]
        for effect_id, (_, of, kind, target, _, _, evidence) in unwritten.items():
            if of == key:
                state = EffectState.COMMITTING
                found.append(Effect(effect_id, key, len(found), kind, target, state, evidence))
        return found

    Ledger.begin_effect, Ledger.settle_effect, Ledger.effects = begin_effect, settle_effect, effects_of


def do_nothing_on(prefix: str) -> None:
    """Phones whose serial begins so are none: what is to be done on them is done at once."""
    perform = DeviceBackend.perform

    def maybe(self: DeviceBackend, task: Task, journal: Journal, *rest: Any) -> Outcome:
        if not (task.device or "").startswith(prefix):
            return perform(self, task, journal, *rest)
        effect = journal.committing(task.script, task.target, f"@{task.device}".lower(), {})
        journal.settle(effect, EffectState.COMMITTED, {})
        return Outcome(AttemptOutcome.COMPLETED)

    DeviceBackend.perform = maybe


def step_the_clock(file: Path) -> None:
    """Add the seconds that a file holds to what the machine's clock says; the monotonic clock goes on.

    APScheduler asks the machine by itself, so it is told the same.
    """

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=float(file.read_text()))

    apscheduler.schedulers.base.datetime = Stepped
    SystemClock.now = lambda self: Stepped.now(UTC)


def shorten(wait: str) -> None:
    """Let a constant of the product be so many seconds: `runner.store.database:BUSY_TIMEOUT_S=1`."""
    name, seconds = wait.split("=")
    module, constant = name.split(":")
    constants = vars(importlib.import_module(module))
    assert constant in constants, f"{module} has no {constant} any more"
    constants[constant] = float(seconds)


def look_the_same() -> None:
    """Take pictures of the screen that cost nothing: they prove nothing here, and would take most of the time."""
    picture = io.BytesIO()
    Image.new("RGB", (30, 60)).save(picture, "JPEG")
    Session.screenshot = lambda self: picture.getvalue()


def main(words: Sequence[str]) -> None:
    """Run a command of the runner, with the options before it; does not return."""
    parser = argparse.ArgumentParser(description="Run a command with kill points.")
    parser.add_argument("--kill", metavar="POINT:COUNT", help="where to end, and at which time there")
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
    points = Points(options.kill, options.trace)
    wrap_writes(points)
    wrap_the_rest(points)
    sys.argv = ["runner", *options.command]
    from runner.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main(sys.argv[1:])
