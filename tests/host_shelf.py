"""Hosts in a ledger, as a test wants them: living, dead, stopped, with lanes and a leader. The ledger's parts write
them; only how long ago something was is moved afterwards, since nobody can wait for that."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Update, literal, update

from runner.clock import Clock
from runner.store import schema
from runner.store.connector import database_now
from runner.store.instants import MICROSECOND
from runner.store.leases import HOST_LEASE, LEADER_LEASE, HostLease
from runner.store.ledger import Ledger

HOUR = timedelta(hours=1)


@dataclass
class HostShelf:
    """Writes hosts into a ledger. Each is a process of its own for the ledger."""

    ledger: Ledger
    clock: Clock
    leases: dict[str, HostLease] = field(default_factory=dict)

    def host(
        self,
        name: str,
        *lanes: str,
        is_daemon: bool = False,
        version: str = "1.2.3",
        url: str | None = None,
        since: timedelta = HOUR,
    ) -> None:
        """A host that lives and holds these lanes."""
        process = Ledger(self.ledger._database, self.clock)
        process.hosts._executor = f"{name}:1:ab"
        lease = process.hosts.register(
            name, machine=name, version=version, is_daemon=is_daemon, url=url, replaces_dead=True
        )
        self.leases[name] = lease
        # Nobody renews its lease here, and a database may have a clock of its own.
        for_long = {"seen_utc": _ahead(HOUR), "until_utc": _ahead(HOUR)}
        started = {"started_utc": _ahead(-since), **for_long}
        self._write(update(schema.hosts).filter_by(name=name).values(started))
        self.takes(name, *lanes)

    def takes(self, name: str, *lanes: str) -> None:
        """A host takes lanes, or wants them if another one has them."""
        self.ledger.lane_leases.take(self.leases[name], lanes)

    def gives(self, name: str, *lanes: str) -> None:
        """A host gives lanes back: it does not see their phones any more."""
        self.ledger.lane_leases.release(self.leases[name], lanes)

    def leads(self, name: str, *, since: timedelta = HOUR) -> None:
        """A host leads."""
        led = self.ledger.leader.now()
        assert self.ledger.leader.try_take(name, gone=led.epoch if led else None) is not None
        begun = {"since_utc": _ahead(-since), "until_utc": _ahead(HOUR)}
        self._write(update(schema.leader).values(begun))

    def dies(self, name: str, *, ago: timedelta) -> None:
        """A host was heard of for the last time so long ago; if it led, it leads no more than that."""
        died = {"seen_utc": _ahead(-ago), "until_utc": _ahead(HOST_LEASE - ago)}
        self._write(update(schema.hosts).filter_by(name=name).values(died))
        led = {"until_utc": _ahead(LEADER_LEASE - ago)}
        self._write(update(schema.leader).filter_by(host=name).values(led))

    def is_silent(self, name: str, *, ago: timedelta) -> None:
        """A host was heard of for the last time so long ago, and its lease goes on."""
        self._write(update(schema.hosts).filter_by(name=name).values(seen_utc=_ahead(-ago)))

    def stops(self, name: str, reason: str = "terminated", *, ago: timedelta) -> None:
        """A host ended in good order so long ago."""
        self.ledger.hosts.stop(self.leases[name], reason)
        ended = {column: _ahead(-ago) for column in ("seen_utc", "until_utc", "stopped_utc")}
        self._write(update(schema.hosts).filter_by(name=name).values(ended))

    def began(self, attempt_id: int, host: str) -> None:
        """An attempt was begun by a host."""
        self._write(update(schema.attempts).filter_by(id=attempt_id).values(host=host))

    def _write(self, statement: Update) -> None:
        self.ledger._database.write("arrange hosts", lambda connection: connection.execute(statement))


def _ahead(span: timedelta) -> ColumnElement[Any]:
    """The present of the database's clock, so much later."""
    return database_now() + literal(span // MICROSECOND, BigInteger)
