"""A phone for one command alone: nothing that carries tasks out works on it meanwhile."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from runner.clock import SystemClock
from runner.errors import LedgerBusy, UsageError
from runner.settings import Settings
from runner.state_dir import StateDir, real_state_dir
from runner.store.ledger import Ledger
from runner.store.phone_rows import by_device
from runner.store.request_rows import PauseScope
from runner.store.rows import TaskFilter
from runner.store.upgrade import Upgrades
from runner.store.url import may_be_there
from runner.tasks import TaskState


@contextmanager
def free_phone(settings: Settings, serial: str, *, only_looks: bool = False) -> Iterator[None]:
    """While this is open no run and no daemon on this user's ledger works on the phone.

    If none is there, none may begin: this holds the executor's lock. Beside a daemon the phone has to be paused, and
    nothing of it may run or be in doubt. Nothing but a look touches a phone that waits for a person. Raises UsageError.
    """
    place = real_state_dir(settings)
    is_there = may_be_there(place.store_url)  # asked first: the lock makes an empty file
    with ExitStack() as stack:
        try:
            stack.enter_context(place.lock())
            is_alone = True
        except LedgerBusy:
            is_alone = False
        if is_there:
            with Ledger.open(place.store_url, SystemClock(), Upgrades.NONE) as ledger:
                if not is_alone:
                    _refuse_unless_paused(ledger, place, serial)
                if not only_looks:
                    _refuse_held(ledger, serial)
        yield


def _refuse_unless_paused(ledger: Ledger, place: StateDir, serial: str) -> None:
    working = place.holder()
    who = f"process {working.pid} ({working.command})" if working else "another process"
    pauses = [(pause.scope, pause.subject) for pause in ledger.pauses.current()]
    if (PauseScope.ALL, None) not in pauses and (PauseScope.DEVICE, serial) not in pauses:
        raise UsageError(
            f"{serial} is not free: {who} carries tasks out, and may begin one on it at any moment",
            hint=f"pause it first: runner pause {serial}; and afterwards: runner resume {serial}",
        )
    running = ledger.tasks.page(TaskFilter(states=[TaskState.RUNNING], device=serial), 0, 1)[1]
    if running:
        raise UsageError(
            f"{serial} is not free: the task {running[0].id} runs on it ({running[0].task.key})",
            hint="wait for its end, or stop it: runner tasks stop " + str(running[0].id),
        )
    for key in ledger.effects.doubts():
        row = ledger.tasks.get(key)
        if row is not None and row.task.device == serial:
            raise UsageError(
                f"{serial} is not free: {who} is about to look what became of the task {row.id}",
                hint=f"runner why {row.id}",
            )


def _refuse_held(ledger: Ledger, serial: str) -> None:
    hold = by_device(ledger.holds.current()).get(serial)
    if hold is not None and hold.ends_by_itself:
        raise UsageError(
            f"{serial} is on hold: {hold.reason}",
            hint=f"if the phone is well again: runner holds release {serial}",
        )
    if hold is not None:
        raise UsageError(
            f"{serial} waits for a person: {hold.reason}",
            hint=f"answer what its screen asks, then: runner holds release {serial}",
        )
