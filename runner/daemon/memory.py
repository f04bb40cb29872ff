"""The memory of a process that lives for months and now and then begins thousands of tasks."""

import ctypes
import gc

M_ARENA_MAX = -8
"""The option of mallopt(3)."""

THRESHOLDS = (50_000, 20, 50)
"""A burst of 10,000 tasks makes some 300,000 objects and no garbage: looking through them again and again takes a
fifth of the time. What has to be collected meanwhile is a few megabytes at most."""


def use_few_arenas() -> None:
    """Have glibc's threads share two heaps: with one for each thread, memory that is free in one is taken anew in
    another, and a process of many threads grows for weeks. Other C libraries do not need it."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    except (OSError, AttributeError):
        return


def collect_garbage_seldom() -> None:
    """Keep what has been loaded by now out of the garbage collector, and run it less often for the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
