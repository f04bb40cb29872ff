"""Where an attempt finds the files of its task: at their paths, if this machine has them, else fetched from the host
that has them (`fetching.py`)."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from runner.journals import StopSignal
from runner.tasks import Task


class Supply(Protocol):
    """Gives each file of a task a path of this machine. Any thread may ask."""

    def at_hand(self, task: Task, stop: StopSignal, deadline: float) -> AbstractContextManager[Task]:
        """The task with paths of this machine in place of those that it names; while the context is open, nothing
        removes these files. `deadline` is on the monotonic clock, in seconds.

        Raises HeldBack while a file cannot be had, TaskError if it never can, and Stopped.
        """
        ...


class LocalSupply:
    """The supply of a machine on which the campaigns lie: each path is what it is, and whoever copies the file to a
    phone sees whether it is still what was planned."""

    def at_hand(self, task: Task, stop: StopSignal, deadline: float) -> AbstractContextManager[Task]:
        return nullcontext(task)
