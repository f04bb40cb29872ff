"""What is asked about hosts of any ledger."""

from collections.abc import Sequence

from runner.store.asked.questions import AskedPart, is_one_of
from runner.store.conditions import OPEN
from runner.store.leases import BACKEND

_BEGUN_BY = (
    "(SELECT attempts.host FROM attempts WHERE attempts.task_id = tasks.id"
    " ORDER BY attempts.number DESC LIMIT 1)"
)

_HOLDER = (
    "(SELECT hosts.name FROM lanes JOIN hosts ON hosts.name = lanes.host AND hosts.epoch = lanes.host_epoch"
    " WHERE lanes.name ="
)

# Only a backend that takes many tasks at once has a lane of its own; that goes before the one of the phone.
_HELD_BY = f"coalesce({_HOLDER} '{BACKEND}' || tasks.backend), {_HOLDER} tasks.lane))"

HOST_OF_TASK = f"coalesce({_BEGUN_BY}, CASE WHEN tasks.{OPEN} THEN {_HELD_BY} END)"
"""The host of a task: the one that made the last attempt; before the first one, the one that has its lane, or is gone
with it. NULL if there is none."""

IS_ON_HOST = (
    "tasks.id IN (SELECT attempts.task_id FROM attempts WHERE attempts.host = :chosen_host AND NOT EXISTS"
    " (SELECT 1 FROM attempts AS later WHERE later.task_id = attempts.task_id AND later.number > attempts.number)"
    f" UNION ALL SELECT tasks.id FROM tasks WHERE tasks.{OPEN} AND {HOST_OF_TASK} = :chosen_host)"
)
"""Whether that is the one that was chosen; in a form that indexes serve."""

AT_ONCE = 1000
"""How many tasks one question is about."""


class AskedHosts(AskedPart):
    def are_several(self) -> bool:
        """Whether hosts have registered: the ledger may be shared, and its rows tell what other machines see."""
        return bool(self._ask("look for hosts", "SELECT name FROM hosts LIMIT 1"))

    def of_tasks(self, task_ids: Sequence[int]) -> dict[int, str] | None:
        """The hosts of tasks (`HOST_OF_TASK`) by the tasks' ids; one without is left out. None for a ledger that
        belongs to one host only."""
        found: dict[int, str] = {}
        with self._asked.asking("read the hosts of tasks") as ask:
            for first in range(0, len(task_ids), AT_ONCE):
                some = is_one_of("tasks.id", task_ids[first : first + AT_ONCE])
                rows = ask(f"SELECT tasks.id, {HOST_OF_TASK} AS host FROM tasks WHERE {some}")
                found |= {row.id: row.host for row in rows if row.host}
        return found if found or self.are_several() else None  # a copy knows its tasks' hosts, and has none
