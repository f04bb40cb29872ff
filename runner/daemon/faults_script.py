"""Lets the faults of a rehearsal happen, each at its time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from runner.daemon.faults_file import FaultKind, ScriptedFault
from runner.daemon.rehearsal import PACKAGES, Rehearsal
from runner.store.ledger import Ledger

USUAL_UPLOAD_S = 1.5
"""How long the apps of virtual phones take for an upload, if nobody says otherwise."""

USUAL_SPACE_MB = 20_000
"""How much a phone has left when somebody has made room."""


@dataclass(frozen=True, slots=True)
class _Turn:
    at: datetime
    act: Callable[[], None]


class FaultsScript:
    """Faults as they come: what begins and what ends, in the order of time. The machine's own are its caller's."""

    def __init__(self, faults: Sequence[ScriptedFault], rehearsal: Rehearsal, ledger: Ledger) -> None:
        self._rehearsal = rehearsal
        self._ledger = ledger
        self._down = [fault for fault in faults if fault.kind is FaultKind.MACHINE_DOWN]
        of_phones = [fault for fault in faults if fault.kind is not FaultKind.MACHINE_DOWN]
        turns = [_Turn(fault.from_utc, partial(self._begin, fault)) for fault in of_phones]
        turns += [_Turn(fault.until_utc, partial(self._end, fault)) for fault in of_phones]
        self._turns = sorted(turns, key=lambda turn: turn.at)

    def next_down(self, now: datetime) -> ScriptedFault | None:
        """When the machine is down next, or now."""
        ahead = (fault for fault in self._down if fault.until_utc > now)
        return min(ahead, key=lambda fault: fault.from_utc, default=None)

    def next_instant(self) -> datetime | None:
        """When something begins or ends next."""
        return self._turns[0].at if self._turns else None

    def play_until(self, instant: datetime) -> bool:
        """Let everything happen that begins or ends until then; whether anything did. Raises PhonesError."""
        is_played = False
        while self._turns and self._turns[0].at <= instant:
            self._turns.pop(0).act()
            is_played = True
        return is_played

    def _begin(self, fault: ScriptedFault) -> None:
        self._rehearsal.need(fault.phone)
        phones = self._rehearsal.phones
        match fault.kind:
            case FaultKind.PHONE_AWAY:
                phones.unplug(fault.phone)
            case FaultKind.LOGIN_SCREEN:
                phones.control_app(fault.phone, PACKAGES[fault.app], "show", {"screen": "login"})
            case FaultKind.SLOW_UPLOADS:
                self._set_upload(fault, fault.upload_s)
            case FaultKind.NO_SPACE:
                phones.leave_space(fault.phone, 0)

    def _end(self, fault: ScriptedFault) -> None:
        phones = self._rehearsal.phones
        match fault.kind:
            case FaultKind.PHONE_AWAY:
                phones.plug_in(fault.phone)
            case FaultKind.LOGIN_SCREEN:  # somebody logs in, and says so
                phones.control_app(fault.phone, PACKAGES[fault.app], "clear", {})
                self._ledger.holds.release(fault.phone)
            case FaultKind.SLOW_UPLOADS:
                self._set_upload(fault, USUAL_UPLOAD_S)
            case FaultKind.NO_SPACE:
                phones.leave_space(fault.phone, USUAL_SPACE_MB)

    def _set_upload(self, fault: ScriptedFault, seconds: float) -> None:
        for package in PACKAGES.values():
            self._rehearsal.phones.control_app(
                fault.phone, package, "set_upload_seconds", {"seconds": seconds}
            )
