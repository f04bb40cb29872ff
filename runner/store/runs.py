"""Runs by hand, for a person who looks back on them."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from runner.store import schema
from runner.store.campaign_rows import CampaignVersion
from runner.store.part import Part
from runner.store.reading import IS_LISTED
from runner.store.rows import RunRow
from runner.tasks import TaskState

RUN, TASK, VERSION = schema.runs.c, schema.tasks.c, schema.campaign_versions.c


class Runs(Part):
    def get(self, run_id: str) -> RunRow | None:
        return self._read(
            f"read the run {run_id}", lambda connection: next(iter(_runs(connection, run_id=run_id)), None)
        )

    def newest(self, limit: int = 50) -> list[RunRow]:
        """The latest runs, newest first."""
        return self._read("read the runs", lambda connection: _runs(connection, limit=limit))

    def campaign_of(self, run_id: str) -> CampaignVersion | None:
        """The campaign as it was when the run began; None if the run has made no tasks."""
        query = (
            select(VERSION.id, VERSION.name, VERSION.path, VERSION.text, VERSION.git_commit)
            .join(schema.runs)
            .where(RUN.id == run_id)
        )
        found = self._read(
            f"read the campaign of the run {run_id}",
            lambda connection: connection.execute(query).one_or_none(),
        )
        return None if found is None else CampaignVersion(*found)


def _runs(connection: Connection, *, run_id: str | None = None, limit: int | None = None) -> list[RunRow]:
    """Runs, newest first."""
    query = (
        select(RUN.id, VERSION.name, VERSION.path, RUN.git_commit, RUN.created_utc)
        .join_from(schema.runs, schema.campaign_versions)
        .order_by(RUN.created_utc.desc(), RUN.id.desc())
        .limit(limit)
    )
    if run_id is not None:
        query = query.where(RUN.id == run_id)
    found = connection.execute(query).all()
    counts = _counts(connection, [row.id for row in found])
    return [RunRow(*row, counts[row.id]) for row in found]


def _counts(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[TaskState, int]]:
    query = (
        select(TASK.run_id, TASK.state, func.count())
        .where(TASK.run_id.in_(run_ids), TASK.run_id.is_not(None), IS_LISTED)
        .group_by(TASK.run_id, TASK.state)
    )
    counts: dict[str, dict[TaskState, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, count in connection.execute(query):
        counts[run_id][state] = count
    return counts
