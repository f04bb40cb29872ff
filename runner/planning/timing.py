"""How much later than its occurrence a task is due: its device's share of the spread, and its own jitter.

Both are whole seconds, and neither is ever in a task's key.
"""

from datetime import timedelta

from runner.campaign.quantities import Duration
from runner.planning.draw import draw


def shares(spread: Duration | None, lanes: int) -> list[timedelta]:
    """How much later each lane starts, in declared order: lane i of n by i/n of the spread."""
    seconds = int(spread.seconds) if spread else 0
    return [timedelta(seconds=seconds * number // lanes) for number in range(lanes)]


def jitter(key: str, most_s: int) -> timedelta:
    """From none to `most_s` seconds, the same for the same key, for ever."""
    return timedelta(seconds=draw(key) % (most_s + 1))
