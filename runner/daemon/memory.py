"""Keeps memory bounded in a process that lives for months and now and then begins thousands of tasks."""

import ctypes
import gc

M_ARENA_MAX = -8
"""The option of mallopt(3)."""

THRESHOLDS = (50_000, 20, 50)
"""For gc.set_threshold: a burst of 10,000 tasks makes some 300,000 objects and no garbage, and to look through them
again and again takes a fifth of the time. Meanwhile garbage grows to a few megabytes at most."""


def use_few_arenas() -> None:
    """Make the threads share two heaps of glibc. With one for each thread, memory that is free in one heap is taken
    anew in another, and a process of many threads grows for weeks. Other C libraries do not need this."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    except (OSError, AttributeError):
        return


def collect_garbage_seldom() -> None:
    """Take all objects that are loaded by now out of the garbage collector, and run it less often for the others."""
    # Before the freeze, which would keep garbage for ever; a command line has frozen what its imports left.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
