"""Waiting for what no event tells of."""

import time
from collections.abc import Callable

PATIENCE_S = 60.0
"""However busy the machine is."""


def until(holds: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Look again and again until something holds; fails if it does not come to that."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "it did not come to that"
        time.sleep(0.01)
