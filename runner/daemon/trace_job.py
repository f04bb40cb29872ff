"""Undoes what earlier processes, or attempts whose effects nobody knew, have left on phones: a job of the daemon."""

from runner.errors import PhoneInUse, RunnerError, TaskError
from runner.execution.executor import Executor
from runner.reports.log_lines import LogLines
from runner.store.ledger import Ledger
from runner.store.phone_rows import READY

PERIOD_S = 15.0
"""How often it looks; without traces that asks nobody."""


class TraceJob:
    """Takes each phone on which something can be undone for a moment, once it is there and no task has it."""

    def __init__(self, ledger: Ledger, executor: Executor, log: LogLines) -> None:
        self._ledger, self._executor, self._log = ledger, executor, log

    def look(self) -> None:
        """Undo what can be undone now. Raises LedgerError."""
        for serial in self._executor.traced():
            state = self._ledger.phones.latest(serial).get(serial)
            if state is None or state.state == READY:
                self._undo(serial)

    def say_failed(self, error: RunnerError) -> None:
        """Log that nothing could be undone; the job runs again soon."""
        self._log.say("phones not tidied", "warning", reason=error.message, hint=error.hint)

    def _undo(self, serial: str) -> None:
        # A phone on hold waits for a person, who is to see what its screen shows.
        is_held = any(hold.device == serial for hold in self._ledger.holds.current())
        try:
            self._executor.undo(serial, may_sleep=not is_held)
        except PhoneInUse:
            return
        except TaskError as error:  # tried again while adb says that the phone is there
            self._log.say("phone not tidied", "debug", serial=serial, reason=error.message)
            return
        self._log.say("phone tidied", serial=serial)
