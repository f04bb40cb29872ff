"""How an executor behaves where a daemon and a run by hand differ, and what it tells of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Mode:
    """How long an executor keeps a task that it may not begin for now.

    A daemon keeps it until its grace is over, and then it is missed. A run by hand (`patience_s` is set) waits
    that long at most, leaves the task pending for a later run, and counts a phone that is away as a failure.
    """

    patience_s: float | None = None

    @classmethod
    def daemon(cls) -> Self:
        return cls()

    @classmethod
    def manual(cls, patience_s: float = 900) -> Self:
        return cls(patience_s)

    @property
    def is_manual(self) -> bool:
        return self.patience_s is not None


@dataclass(frozen=True, slots=True)
class Running:
    """A task that runs now. `ordinal`, `total` and `step` are those of its latest step, 0 and empty before the first;
    `deadline` is on the clock's monotonic seconds, None while the other side has not begun."""

    key: str
    lane: str
    title: str
    attempt: int
    ordinal: int
    total: int
    step: str
    started_utc: datetime
    deadline: float | None


@dataclass(frozen=True, slots=True)
class ExecutorState:
    """What an executor does at this moment: what runs, how many tasks wait by lane, and the keys of tasks whose
    attempt has overrun its deadline by more than OVERDUE_S."""

    running: tuple[Running, ...]
    waiting: Mapping[str, int]
    overdue: tuple[str, ...]


OVERDUE_S = 60.0
"""How long after its deadline an attempt counts as hung; a flow ends by itself long before."""
