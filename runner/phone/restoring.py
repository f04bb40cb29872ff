"""Undoes what the runner has changed on a phone, unless a person has changed it since."""

import stat
from collections.abc import Callable, Iterable
from typing import NamedTuple

from runner.phone import shell
from runner.phone.traces import Trace, TraceKind, Traces

IDLE_MS = 60_000
"""How long nobody may have touched a phone whose screen another process has woken, before it is darkened again."""

_SLEEP = "KEYCODE_SLEEP"


class Undoing(NamedTuple):
    """How to undo: `is_settled` says of a task whether its effects are known, so that its media may go, `may_sleep`
    whether the phone may go to sleep again; `is_late` that time has passed since: perhaps a person uses it now."""

    is_settled: Callable[[str], bool]
    may_sleep: bool
    is_late: bool


class Restorer:
    """Undoes the traces on one phone, over adb alone: `run` runs a command there, `look` gives a file's mode and size,
    0 if it is not there. Every method raises PhoneError."""

    def __init__(
        self,
        traces: Traces,
        serial: str,
        run: Callable[..., str],
        look: Callable[[str], tuple[int, int]],
    ) -> None:
        self._traces, self._serial, self._run, self._look = traces, serial, run, look

    def wake(self, task: str, wake_up: Callable[[], object]) -> None:
        """Wake a phone whose screen is dark, for a task."""
        noted = Trace(TraceKind.SCREEN, task)
        self._traces.note(self._serial, noted)
        wake_up()
        # Only now the phone tells since when it is awake, by which a later process sees that nobody else has woken it.
        known = Trace(TraceKind.SCREEN, task, shell.wake_time(self._power()))
        self._traces.note(self._serial, known)
        self._traces.forget(self._serial, [one for one in self._screens() if one != known])

    def find_awake(self) -> None:
        """The screen is on: let go of what an earlier attempt has noted of it, if somebody else has woken it."""
        if screens := self._screens():
            since = shell.wake_time(self._power())
            self._traces.forget(self._serial, [one for one in screens if not since or one.what != since])

    def undo(self, how: Undoing) -> None:
        """Undo what may be undone now, and let go of that, and of what is a person's by now."""
        found = self._traces.of(self._serial)
        # One file may be there for several tasks: it stays while one of them needs it.
        needed = {one.what for one in _media(found) if not how.is_settled(one.task)}
        over = [one for one in _media(found) if one.what not in needed]
        for path, size in {one.what: one.size for one in over}.items():
            self.remove_media(path, size)
        screens = self._screens()
        if screens and not needed:  # an app that may still upload needs the phone awake
            if how.may_sleep:
                self._darken(screens[-1].what, is_late=how.is_late)
            over += screens
        self._traces.forget(self._serial, over)

    def remove_media(self, path: str, size: int) -> None:
        """Remove a copied file, or the part of it that was copied, with its folder once that is empty."""
        mode, found = self._look(path)
        if mode and (not stat.S_ISREG(mode) or found > size):
            return  # somebody has put something else in its place
        self._run("rm", "-f", path)
        # Unless the media store is told, its list keeps an entry that leads nowhere.
        self._run("am", "broadcast", "-a", shell.SCAN_FILE, "-d", f"file://{path}")
        self._run("rmdir", path.rpartition("/")[0])  # refused while anything is in it

    def _darken(self, woken: str, *, is_late: bool) -> None:
        power = self._power()
        is_ours = not is_late or (
            bool(woken) and woken == shell.wake_time(power) and shell.is_idle(power, IDLE_MS)
        )
        # Where a secret unlocks the phone, to sleep may lock it, and only a person could open it again. The time limit
        # of its own screen darkens it as well.
        if (
            is_ours
            and shell.is_awake(power)
            and not shell.lock_is_secure(self._run("dumpsys", "window", "policy"))
        ):
            self._run("input", "keyevent", _SLEEP)

    def _power(self) -> str:
        return self._run("dumpsys", "power")

    def _screens(self) -> list[Trace]:
        return [one for one in self._traces.of(self._serial) if one.kind is TraceKind.SCREEN]


def _media(traces: Iterable[Trace]) -> list[Trace]:
    return [one for one in traces if one.kind is TraceKind.MEDIA]
