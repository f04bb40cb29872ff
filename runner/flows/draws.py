"""What a flow draws or takes in turn: by the task, so that another attempt draws the same. Pure."""

import hashlib
from collections import Counter
from pathlib import PurePath


class Draws:
    """The draws of one attempt at a task; `key` and `ordinal` are the task's. Each step draws anew each time that the
    flow comes to it."""

    def __init__(self, key: str, ordinal: int) -> None:
        self._key, self._ordinal = key, ordinal
        self._times: Counter[str] = Counter()

    def fraction(self, source: str) -> float:
        """A number from 0 up to 1, which is never drawn, for the step at `path:line`."""
        # Without the folders of its path: the same campaign on another machine draws the same.
        step = PurePath(source).name
        drawn = hashlib.sha256(f"{self._key}|{step}|{self._time(source)}".encode()).digest()
        return int.from_bytes(drawn[:7], "big") / 2**56

    def turn(self, source: str) -> int:
        """Whose turn it is, from 0: the task's place among those of its occurrence, and one more each time."""
        return self._ordinal + self._time(source)

    def _time(self, source: str) -> int:
        self._times[source] += 1
        return self._times[source] - 1
