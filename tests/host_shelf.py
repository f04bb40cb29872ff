"""Hosts in a ledger, as a test wants them: living, dead, stopped, with lanes and a leader; written as rows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, update

from runner.clock import Clock
from runner.store import schema
from runner.store.ledger import Ledger

LEASE = timedelta(seconds=5)
RENEWED = timedelta(seconds=1)


@dataclass
class HostShelf:
    """Writes hosts into a ledger; a host lives from `host` on, until `dies` or `stops`."""

    ledger: Ledger
    clock: Clock
    epochs: dict[str, int] = field(default_factory=dict)

    def host(
        self,
        name: str,
        *lanes: str,
        is_daemon: bool = False,
        version: str = "1.2.3",
        url: str | None = None,
        since: timedelta = timedelta(hours=1),
    ) -> None:
        """A host that lives and holds these lanes."""
        now = self.clock.now()
        self.epochs[name] = self.epochs.get(name, 0) + 1
        row = {
            "name": name,
            "epoch": self.epochs[name],
            "process": f"{name}:1:ab",
            "machine": name,
            "version": version,
            "is_daemon": is_daemon,
            "url": url,
            "artifacts": None,
            "started_utc": now - since,
            "seen_utc": now,
            "until_utc": now + LEASE,
            "stopped_utc": None,
            "stop_reason": "",
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(schema.hosts).filter_by(name=name))
            connection.execute(insert(schema.hosts).values(**row))

        self._write(work)
        for lane in lanes:
            self.lane(lane, name, since=since)

    def lane(
        self,
        name: str,
        host: str | None,
        *,
        since: timedelta = timedelta(),
        wanted_by: str | None = None,
    ) -> None:
        """A lane that a host has taken; or let go, if `host` is None."""
        now = self.clock.now()
        row = {
            "name": name,
            "host": host,
            "epoch": 1,
            "since_utc": now - since,
            "wanted_by": wanted_by,
            "wanted_utc": now if wanted_by else None,
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(schema.lanes).filter_by(name=name))
            connection.execute(insert(schema.lanes).values(**row))

        self._write(work)

    def leader(self, host: str | None, *, since: timedelta = timedelta(hours=1)) -> None:
        """A host leads."""
        now = self.clock.now()
        row = {
            "id": 1,
            "host": host,
            "epoch": 1,
            "since_utc": now - since,
            "until_utc": now + timedelta(seconds=3),
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(schema.leader))
            connection.execute(insert(schema.leader).values(**row))

        self._write(work)

    def dies(self, name: str, *, ago: timedelta) -> None:
        """A host was heard of for the last time so long ago; if it led, so did its lead."""
        seen = self.clock.now() - ago
        self._change(name, seen_utc=seen, until_utc=seen + LEASE)
        lead = update(schema.leader).filter_by(host=name).values(until_utc=seen + timedelta(seconds=3))
        self._write(lambda connection: connection.execute(lead))

    def stops(self, name: str, reason: str = "terminated", *, ago: timedelta) -> None:
        """A host ended in good order so long ago; its lanes stay noted as its own."""
        at = self.clock.now() - ago
        self._change(name, seen_utc=at, until_utc=at, stopped_utc=at, stop_reason=reason)

    def began(self, attempt_id: int, host: str) -> None:
        """An attempt was begun by a host."""
        statement = update(schema.attempts).filter_by(id=attempt_id).values(host=host)
        self._write(lambda connection: connection.execute(statement))

    def sees(self, host: str, *serials: str) -> None:
        """The ledger's phones with these serials were seen by a host last."""
        statement = update(schema.phones).where(schema.phones.c.serial.in_(serials)).values(host=host)
        self._write(lambda connection: connection.execute(statement))

    def _change(self, name: str, **values: datetime | str | None) -> None:
        statement = update(schema.hosts).filter_by(name=name).values(**values)
        self._write(lambda connection: connection.execute(statement))

    def _write(self, work) -> None:  # type: ignore[no-untyped-def]
        self.ledger._database.write("arrange hosts", work)
