"""Which host has left the files of an attempt, and where it writes."""

from collections.abc import Set

from sqlalchemy import Connection, select

from runner.store import schema
from runner.store.artifacts import ArtifactPlace
from runner.store.bulk import ask
from runner.store.part import Part

HOST, ATTEMPT = schema.hosts.c, schema.attempts.c
IDS = select(ATTEMPT.id)


class ArtifactPlaces(Part):
    def of(self, attempt_id: int) -> ArtifactPlace | None:
        """Where the host of an attempt writes; None if no host is known."""
        query = (
            select(HOST.name, HOST.artifacts)
            .select_from(schema.attempts.join(schema.hosts, ATTEMPT.host == HOST.name))
            .where(ATTEMPT.id == attempt_id, HOST.artifacts.is_not(None))
        )
        row = self._read("look which host has left a file", lambda it: it.execute(query).one_or_none())
        return None if row is None else ArtifactPlace(row.name, row.artifacts)

    def all(self) -> list[ArtifactPlace]:
        """Where hosts write, each of them."""
        query = select(HOST.name, HOST.artifacts).where(HOST.artifacts.is_not(None)).order_by(HOST.name)
        rows = self._read("look where hosts leave files", lambda it: it.execute(query).all())
        return [ArtifactPlace(row.name, row.artifacts) for row in rows]

    def attempts_left(self, attempt_ids: Set[int]) -> set[int]:
        """Those of these attempts that the ledger still has."""

        def work(connection: Connection) -> set[int]:
            return {row[0] for row in ask(connection, IDS, ATTEMPT.id, list(attempt_ids))}

        return self._read("look which attempts are left", work)
