"""Rings at the doorbells of hosts: jobs of Procrastinate in the same database, PostgreSQL. See docs/decisions/0037.

A job says "drain this lane" to the host that holds it, and nothing else; the rows of the ledger say what is due. So no
ring is a promise: one too many finds nothing to do, and one that was lost is rung again by the next sweep. Nothing
waits until a ring is on the disk.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, text

from runner.store.leases import BACKEND
from runner.store.part import Part

TASK_NAME = "drain"
"""How Procrastinate calls the work of these jobs; the argument is the lane."""

STALLED_S = 5.0
"""After how long without a sign of life from its worker a job is taken back."""

_LANE_OF = f"CASE WHEN task.backend IN :batched THEN '{BACKEND}' || task.backend ELSE task.lane END"
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

RING = text(f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT host.name, '{TASK_NAME}', lane.name, lane.name, jsonb_build_object('lane', lane.name)
FROM lanes lane JOIN hosts host ON host.name = lane.host AND host.epoch = lane.host_epoch
WHERE lane.name = ANY(:lanes) AND host.until_utc > {_NOW}
ORDER BY lane.name
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
RETURNING lock""")
"""In the order of their names, so that two who ring at the same time never wait for each other in a circle."""

TAKE_BACK = text(f"""
DELETE FROM procrastinate_jobs job
WHERE job.task_name = '{TASK_NAME}' AND job.status IN ('todo', 'doing') AND (
  NOT EXISTS (SELECT FROM lanes lane WHERE lane.name = job.lock AND lane.host = job.queue_name)
  OR job.status = 'doing' AND NOT EXISTS (
    SELECT FROM procrastinate_workers worker
    WHERE worker.id = job.worker_id AND worker.last_heartbeat > now() - make_interval(secs => {STALLED_S})))
RETURNING job.lock""")
"""Jobs in the queue of a host that has the lane no longer, and those of workers that give no sign of life."""

FORGET = text(f"DELETE FROM procrastinate_jobs WHERE task_name = '{TASK_NAME}' AND queue_name = :host")

DUE = text(f"""
SELECT {_LANE_OF}, count(*), max(task.id), max(task.due_utc), max(task.not_before_utc), sum(task.attempts)
FROM tasks task
WHERE task.state = 'pending' AND task.deleted_utc IS NULL AND task.due_utc <= :now
  AND (task.not_before_utc IS NULL OR task.not_before_utc <= :now)
GROUP BY 1""").bindparams(bindparam("batched", expanding=True))

NEXT = text("""
SELECT min(greatest(task.due_utc, coalesce(task.not_before_utc, task.due_utc))) FROM tasks task
WHERE task.state = 'pending' AND task.deleted_utc IS NULL
  AND (task.due_utc > :now OR task.not_before_utc > :now)""")


class DueLane(NamedTuple):
    """A lane in which so many `tasks` may go by their instants; `shape` changes when one more may, and mostly not
    when one has begun."""

    lane: str
    tasks: int
    shape: tuple[int, ...]


class Rings(Part):
    """Only on PostgreSQL, and only once Procrastinate's tables are there. Instants are microseconds since 1970."""

    def ring(self, lanes: Collection[str]) -> list[str]:
        """Tell the hosts that hold these lanes; returns those that were told now: not those that hear of it already, or
        that no living host holds."""
        if not lanes:
            return []
        wanted = sorted(set(lanes))
        action = f"ring for {len(wanted)} lanes"
        return self._write_beside(action, lambda it: _lanes(it, RING, lanes=wanted), flush=False)

    def take_back(self) -> list[str]:
        """Remove rings that nobody will follow any more; returns their lanes."""
        return self._write_beside("take rings back", lambda it: _lanes(it, TAKE_BACK), flush=False)

    def forget(self, host: str) -> None:
        """Remove all rings for a host, which begins anew."""
        self._write_beside(
            f"forget the rings for {host}", lambda it: it.execute(FORGET, {"host": host}), flush=False
        )

    def due(self, now_us: int, batched: Collection[str]) -> list[DueLane]:
        """The lanes in which tasks may go by their instants; `batched` names the backends that take batches."""

        def work(connection: Connection) -> list[DueLane]:
            rows = connection.execute(DUE, {"now": now_us, "batched": [*batched, ""]})
            return [DueLane(row[0], row[1], tuple(int(one or 0) for one in row[2:])) for row in rows]

        return self._read("look for lanes that are due", work)

    def next_us(self, now_us: int) -> int | None:
        """The first instant after now at which a task may go by its instants."""
        values = {"now": now_us}
        found: int | None = self._read("look for what is due next", lambda it: it.scalar(NEXT, values))
        return found


def _lanes(connection: Connection, statement: object, **values: object) -> list[str]:
    return [row[0] for row in connection.execute(statement, values)]  # type: ignore[call-overload]
