"""The doorbell's jobs in Procrastinate's table: many are taken with one statement, and many are ended with one.

At one instant there is a job for each of hundreds of lanes on each host. Procrastinate's own statement looks through
all jobs of all hosts for one of them.
"""

import asyncio
from collections import deque
from collections.abc import Iterable

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

MOST = 250
"""How many jobs are taken at once: those that wait meanwhile count as begun."""

TAKE = """
WITH taken AS (
  SELECT job.id FROM procrastinate_jobs job
  WHERE job.status = 'todo' AND job.queue_name = ANY(%(queues)s::varchar[])
    AND NOT EXISTS (SELECT FROM procrastinate_jobs other WHERE other.lock = job.lock AND other.status = 'doing')
  ORDER BY job.id LIMIT %(most)s FOR UPDATE OF job SKIP LOCKED)
UPDATE procrastinate_jobs job SET status = 'doing', worker_id = %(worker_id)s FROM taken WHERE job.id = taken.id
RETURNING job.id, job.status, job.task_name, job.priority, job.lock, job.queueing_lock, job.args, job.scheduled_at,
  job.queue_name, job.attempts, job.worker_id
"""
"""Of one lock at most one job is to be done, since that is its queueing lock too."""

END = """
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT job.id FROM procrastinate_jobs job WHERE job.id = ANY(%(ids)s::bigint[]) FOR UPDATE SKIP LOCKED)
"""
"""A job that is locked is being taken back at this moment."""


class LaneJobs(JobManager):
    """For one worker, whose jobs are deleted however they end. Those that it has not begun when its connection fails
    are taken back like those that it has."""

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._taken: deque[Job] = deque()
        self._ended: list[int] = []
        self._ending = asyncio.Lock()

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        if not self._taken:
            rows = await self.connector.execute_query_all_async(
                query=TAKE, queues=list(queues or ()), worker_id=worker_id, most=MOST
            )
            self._taken.extend(Job.from_row(row) for row in sorted(rows, key=lambda row: int(row["id"])))
        return self._taken.popleft() if self._taken else None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Whoever comes first ends what others have added meanwhile."""
        assert job.id is not None
        ended = self._ended
        ended.append(job.id)
        async with self._ending:
            if ended is self._ended:
                self._ended = []
                await self.connector.execute_query_async(query=END, ids=ended)
