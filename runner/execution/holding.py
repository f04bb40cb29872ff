"""What of a ledger's work a process has, where hosts share the ledger."""

from typing import Protocol

from runner.backend_registry import find
from runner.store.leases import backend_lane
from runner.tasks import Task


class Holding(Protocol):
    """The lanes that this process holds, by their names in the ledger. Any thread may ask; it is cheap."""

    def has(self, lane: str) -> bool: ...


def lane_of(task: Task) -> str:
    """The name in the ledger of the lane that a host must hold for a task: its phone's, or its backend's if that takes
    batches, which know no phones."""
    declaration = find(task.backend)
    return backend_lane(task.backend) if declaration and declaration.takes_batches else task.lane
