"""Python's garbage collector in a process that lives for months and now and then begins thousands of tasks."""

import gc

THRESHOLDS = (50_000, 20, 50)
"""A burst of 10,000 tasks makes some 300,000 objects and no garbage: looking through them again and again takes a
fifth of the time. What has to be collected meanwhile is a few megabytes at most."""


def relieve() -> None:
    """What has been loaded by now stays, and is looked through no more; the rest is looked through more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
