"""Points of the code at which a process ends itself; both harnesses that kill processes use them.

Nothing of this is in the product: this wraps its durable writes from outside. A point is `NAME before`, `NAME within`
(the statements are executed, but not committed) or `NAME after`.
"""

import functools
import inspect
import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.journals import Settlement
from runner.store.attempts import Attempts
from runner.store.database import Database
from runner.store.effects import Effects
from runner.store.leases import LaneHold
from runner.store.part import Part
from runner.store.rows import Attempt, AttemptEnd, NewEffect
from runner.tasks import Effect, EffectState


class Points:
    """Counts how often each point is reached, writes a trace, and ends this process at the chosen one
    (`POINT:COUNT`), or `after_s` seconds later, by a signal.

    `armed` is a file that several processes share: who first reaches the point that somebody writes into it, takes the
    file away and stops (SIGSTOP), until somebody lets it go on."""

    def __init__(
        self,
        kill: str | None,
        trace: Path | None,
        after_s: float = 0.0,
        by: signal.Signals = signal.SIGKILL,
        armed: Path | None = None,
    ) -> None:
        point, _, count = (kill or "").rpartition(":")
        self._chosen = (point, int(count or 0))
        self._after_s, self._by = after_s, by
        self._armed = armed
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
                die(self._after_s, self._by)
            if self._armed is not None and self._is_first(self._armed, point):
                die(by=signal.SIGSTOP)

    def _is_first(self, armed: Path, point: str) -> bool:
        try:
            if armed.read_text() != point:
                return False
            armed.unlink()
        except FileNotFoundError:  # another process was first, or no point is chosen
            return False
        return True

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


def die(after_s: float = 0.0, by: signal.Signals = signal.SIGKILL) -> None:
    """Send this process a signal that ends it, now or this many seconds later."""
    if after_s:
        threading.Timer(after_s, die, [0.0, by]).start()
    else:
        os.kill(os.getpid(), by)


def reached(trace: Path) -> list[str]:
    """The points in a trace, in order."""
    lines = trace.read_text().splitlines() if trace.exists() else []
    return [line.split("\t")[2] for line in lines]


def public_methods(owner: type) -> list[str]:
    """The public methods of a class, its own and inherited ones: new ones get points without a change here."""
    found = inspect.getmembers(owner, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_") and name != "close"]


def wrap_writes(points: Points, *, journal: type | None = None, methods: Iterable[str] = ()) -> None:
    """Make points of each public method of the ledger's parts that writes; a method that only reads has none.

    Writes through one of the `methods` of a journal have the points of that method.
    """
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
                points.reach(f"{name} after")
            return result

        return wrapped

    def writing(method: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(method)

        @functools.wraps(method)
        def wrapped(*args: Any, **options: Any) -> Any:
            outer = getattr(inside, "name", None)
            name = outer or f"ledger.{method.__name__}"
            given = signature.bind(*args, **options)
            work = given.arguments["work"]

            def worked(*of: Any) -> Any:  # by this thread, or by another that commits for both
                result = work(*of)
                points.reach(f"{name} within")
                return result

            given.arguments["work"] = worked
            inside.wrote = True
            points.reach(f"{name} before")
            result = method(*given.args, **given.kwargs)
            if outer is None:
                points.reach(f"{name} after")
            return result

        return wrapped

    for part in Part.__subclasses__():  # all that the ledger imports
        for name in public_methods(part):
            setattr(part, name, named(getattr(part, name), f"ledger.{part.__name__.lower()}.{name}"))
    for name in methods:
        setattr(journal, name, named(getattr(journal, name), f"journal.{name}"))
    for name in ("write", "write_beside", "write_together", "migrate"):
        setattr(Database, name, writing(getattr(Database, name)))


def leave_committing_out() -> None:
    """Record no effect before its action, only after it: a harness must notice that."""
    begin, settle, effects = Effects.begin_all, Effects.settle_all, Effects.of
    finish, finish_and_start = Attempts.finish_all, Attempts.finish_and_start
    numbers = itertools.count(1)
    unwritten: dict[int, tuple[Effects, NewEffect]] = {}
    written: dict[int, int] = {}

    def begin_all(self: Effects, new: Sequence[NewEffect], hold: LaneHold | None = None) -> list[int]:
        promised = [-next(numbers) for _ in new]
        unwritten.update({number: (self, one) for number, one in zip(promised, new, strict=True)})
        return promised

    def kept(settlements: Sequence[Settlement]) -> list[Settlement]:
        ids = [one.effect_id for one in settlements]
        for number in dict.fromkeys(ids):
            if number in unwritten:
                part, new = unwritten.pop(number)
                (written[number],) = begin(part, [new])
        return [replace(one, effect_id=written.get(one.effect_id, one.effect_id)) for one in settlements]

    def settle_all(self: Effects, settlements: Sequence[Settlement], hold: LaneHold | None = None) -> None:
        settle(self, kept(settlements), hold)

    def finish_all(
        self: Attempts, endings: Sequence[AttemptEnd], settlements: Sequence[Settlement] = ()
    ) -> None:
        finish(self, endings, kept(settlements))

    def finish_and_begin(
        self: Attempts,
        ending: AttemptEnd,
        key: str,
        settlements: Sequence[Settlement] = (),
        *,
        hold: LaneHold | None = None,
    ) -> Attempt | None:
        return finish_and_start(self, ending, key, kept(settlements), hold=hold)

    def effects_of(self: Effects, key: str) -> list[Effect]:
        promised = {real: effect_id for effect_id, real in written.items()}
        found = [replace(effect, id=promised.get(effect.id, effect.id)) for effect in effects(self, key)]
        for effect_id, (_, new) in unwritten.items():
            if new.task_key == key:
                state = EffectState.COMMITTING
                found.append(Effect(effect_id, key, len(found), new.kind, new.target, state, new.evidence))
        return found

    Effects.begin = lambda self, *about, **more: begin_all(self, [NewEffect(*about)])[0]
    Effects.settle = lambda self, *about, hold=None: settle_all(self, [Settlement(*about)], hold)
    Effects.begin_allowed = lambda self, new, hold, judge: ([*new], begin_all(self, new, hold))
    Effects.begin_all, Effects.settle_all, Effects.of = begin_all, settle_all, effects_of
    Attempts.finish_all, Attempts.finish_and_start = finish_all, finish_and_begin
