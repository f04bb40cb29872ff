"""Which files tasks have, for hosts that fetch them from one another, and which hosts have them."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from runner.store import schema
from runner.store.part import Part
from runner.store.task_options import options_of
from runner.tasks import SeenFile

HOST, LEADER, TASK = schema.hosts.c, schema.leader.c, schema.tasks.c


class ServingHost(NamedTuple):
    """A host whose daemon serves at an address, and whether it leads."""

    name: str
    url: str
    leads: bool


class Material(Part):
    def planned(self, key: str, sha256: str) -> SeenFile | None:
        """The file of a task that has this hash; None if no such task stands in the ledger, or it has no such file."""

        def work(connection: Connection) -> SeenFile | None:
            stored = connection.scalar(select(TASK.options).where(TASK.key == key))
            options = options_of(stored or {})
            return next((file for file in (*options.files, *options.named) if file.sha256 == sha256), None)

        return self._read(f"look for the file of {key}", work) if sha256 else None

    def hosts(self) -> list[ServingHost]:
        """The hosts that have not stopped and say where they serve, the leader first."""
        leads = select(LEADER.host).scalar_subquery()
        query = (
            select(HOST.name, HOST.url, (HOST.name == leads).label("leads"))
            .where(HOST.url.is_not(None), HOST.stopped_utc.is_(None))
            .order_by(HOST.seen_utc.desc())
        )
        rows = self._read("look which hosts serve", lambda it: it.execute(query).all())
        found = [ServingHost(row.name, row.url, bool(row.leads)) for row in rows]
        return sorted(found, key=lambda one: not one.leads)
