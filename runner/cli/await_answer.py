"""Waits for the answer to a request by the process that carries tasks out."""

from collections.abc import Callable
from threading import Event

from runner.clock import SystemClock
from runner.store.ledger import Ledger

PATIENCE_S = 30.0
"""How long a command waits for an answer; a step of a flow rarely takes longer."""
POLL_S = 0.1


def await_answer(
    ledger: Ledger, command_id: int, is_done: Callable[[], bool], patience_s: float = PATIENCE_S
) -> bool:
    """Wait until a request has been answered and `is_done` is true; False if that takes too long.

    Both are needed: a request to stop is answered when it is taken up, and the step ends later.
    """
    clock, never = SystemClock(), Event()
    give_up_at = clock.monotonic() + patience_s
    while not (_is_answered(ledger, command_id) and is_done()):
        if clock.monotonic() > give_up_at:
            return False
        clock.wait(never, POLL_S)
    return True


def _is_answered(ledger: Ledger, command_id: int) -> bool:
    command = ledger.commands.get(command_id)
    return command is not None and command.done_utc is not None
