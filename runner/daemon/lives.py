"""The lives of a host, one after the other, until somebody asks for the end, or something fails for good."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from runner.daemon.crash_guard import CrashGuard, end_process
from runner.daemon.host_life import HostLife
from runner.errors import LedgerError, LedgerOutdated, LedgerRaised, RunnerError
from runner.exit_codes import EXIT_PROBLEMS
from runner.hosts.renewal import Trouble
from runner.reports.log_lines import LogLines

AWAKE_EVERY_S = 0.25
"""How long SIGTERM, or the end of a lease, may go unnoticed."""

AGAIN_S = 1.0
"""How long after a failure a new life is tried."""

PATIENCE_S = 300.0
"""How long current steps may take to end after a life has ended: until then their phones cannot be taken anew."""

FAILING_GRACE_S = 5.0
"""How long steps may go on once the process has failed: perhaps nothing can be written down of them any more."""


class Ending(NamedTuple):
    """How a process ends: how long steps may go on, what says that it has failed and gives the exit code, and what is
    called before steps end and once they have."""

    grace_s: float
    say_failed: Callable[[BaseException], int]
    begins: Callable[[], None] = lambda: None


class Lives:
    """`new_life` makes a life; `around` puts around it what the process does besides, before it starts; `away` is told
    why there is no life at the moment."""

    def __init__(
        self,
        guard: CrashGuard,
        log: LogLines,
        ending: Ending,
        new_life: Callable[[], HostLife],
        around: Callable[[HostLife, ExitStack], None],
        away: Callable[[str], None] = lambda why: None,
    ) -> None:
        self._guard, self._log, self._ending = guard, log, ending
        self._new_life, self._around, self._away = new_life, around, away
        self._trouble = Trouble(log.say, "no work for now", "works again")
        self._has_lived = False

    def run(self) -> None:
        """Live until the end. Raises what keeps the first life from beginning."""
        while not self._guard.over.is_set():
            try:
                self._live()
            except (LedgerOutdated, LedgerRaised):
                raise
            except LedgerError as error:
                if not self._has_lived:
                    raise
                self._note(error.message)
            finally:
                self._guard.forgives = _may_pass
            self._guard.over.wait(AGAIN_S)

    def _live(self) -> None:
        with ExitStack() as stack:
            life = stack.enter_context(self._new_life())
            self._guard.forgives = life.fails_with
            self._around(life, stack)
            life.start()
            self._trouble.end()
            self._has_lived = True
            while not self._guard.over.wait(AWAKE_EVERY_S) and life.is_sure():
                pass
            if self._guard.over.is_set():
                self._end(life, stack)
            else:
                self._note(life.why)
                self._let_steps_end(life)

    def _note(self, why: str) -> None:
        self._trouble.note(why)
        self._away(why)

    def _let_steps_end(self, life: HostLife) -> None:
        """Wait until nothing of a life that is over goes on: a new one may touch the same phones."""
        left_s = PATIENCE_S
        while not life.drain(AWAKE_EVERY_S):
            left_s -= AWAKE_EVERY_S
            if self._guard.over.is_set():
                left_s = min(left_s, self._ending.grace_s)
            if left_s <= 0:
                running = [task.key for task in life.executor.state().running]
                self._log.say("steps that did not end are left behind", "warning", running=running)
                self._log.flush()
                end_process(EXIT_PROBLEMS if not self._guard.over.is_set() else 0)

    def _end(self, life: HostLife, stack: ExitStack) -> None:
        """Let current steps finish, and leave the rest for the next start; see `Daemon`."""
        code = self._ending.say_failed(self._guard.error) if self._guard.error else 0
        grace_s = FAILING_GRACE_S if code else self._ending.grace_s
        running = [task.key for task in life.executor.state().running]
        self._log.say("stopping", grace_s=grace_s, running=running)
        self._ending.begins()
        drained = life.drain(grace_s)
        left = [task.key for task in life.executor.state().running]
        if not code:
            try:
                stack.close()
            except RunnerError as error:
                self._guard.fail(error)
            code = self._ending.say_failed(self._guard.error) if self._guard.error else 0
        if not drained and not code:
            self._log.say("steps that did not end are left behind", "warning", running=left)
        if code or not drained:
            self._log.flush()
            end_process(code)
        self._log.say("stopped")


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, LedgerError) and not isinstance(error, LedgerRaised)
