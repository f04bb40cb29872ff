"""The daemon's look at itself, every few seconds: it tells systemd how it is, and ends if it can do nothing more."""

from runner.daemon.crash_guard import CrashGuard
from runner.daemon.systemd import Notifier
from runner.errors import LedgerError, RunnerError
from runner.reports.log_lines import LogLines
from runner.server.health import Health
from runner.server.serving import Serving

PERIOD_S = 5.0
"""How often the daemon looks at itself, at least."""

LOST_S = 60.0
"""How long the daemon tries again while the ledger cannot be written; then it gives up."""


class SelfCheck:
    """A job that the daemon runs every `period_s`. `ledger` names it in messages; after `lost_s` without a heartbeat
    the daemon gives up."""

    def __init__(
        self,
        health: Health,
        serving: Serving,
        guard: CrashGuard,
        notifier: Notifier,
        log: LogLines,
        ledger: str,
        lost_s: float = LOST_S,
    ) -> None:
        self._lost_s = lost_s
        self._health, self._serving, self._guard = health, serving, guard
        self._notifier, self._log, self._ledger = notifier, log, ledger
        self._was_ailing = False

    @property
    def period_s(self) -> float:
        return min(self._notifier.alive_every_s or PERIOD_S, PERIOD_S)

    def run(self) -> None:
        """End the daemon if its ledger or its server is lost; tell systemd that it lives, unless something is wrong."""
        if self._guard.over.is_set():  # it ends already, and systemd knows
            return
        if (silent_s := self._health.read_heartbeat()) > self._lost_s:
            self._guard.fail(self._ledger_lost(silent_s))
        try:
            self._health.refuse_raised()
        except LedgerError as error:
            self._guard.fail(error)
        if not self._serving.alive:
            self._guard.fail(RunnerError("the HTTP server has ended by itself"))
        ailments = self._health.ailments()
        if not ailments:
            self._notifier.alive()
        elif not self._was_ailing:
            self._log.say("ailing", "error", reasons=ailments)
        self._was_ailing = bool(ailments)

    def _ledger_lost(self, silent_s: float) -> LedgerError:
        return LedgerError(
            f"the ledger {self._ledger} could not be written for {silent_s:.0f} s",
            hint="what kept it from that was logged before; start the daemon again when that is mended",
        )
