"""Hosts: the machines that carry tasks out, each with a lease that it renews every second."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, delete, false, or_, select, update

from runner.clock import Clock
from runner.errors import HostTaken, LedgerRefusal
from runner.store import schema
from runner.store.connector import database_now
from runner.store.database import Database
from runner.store.host_rows import HostRow
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.leases import HOST_LEASE, HostLease, sure_skew
from runner.store.part import Part, add_unless_there

HOST = schema.hosts.c

IS_ALIVE: ColumnElement[bool] = HOST.until_utc > database_now()
"""Whether a host's lease goes on."""

UNTIL = database_now() + HOST_LEASE // MICROSECOND


class Hosts(Part):
    """`executor` names this process in the hosts that it registers."""

    def __init__(self, database: Database, clock: Clock, executor: str) -> None:
        super().__init__(database, clock)
        self._executor = executor

    def register(
        self,
        name: str,
        *,
        machine: str,
        version: str,
        is_daemon: bool = False,
        url: str | None = None,
        artifacts: str | None = None,
        replaces_dead: bool = False,
    ) -> HostLease:
        """Begin a life of a host: what its earlier life held is over. `machine` names the machine with its state
        folder, `url` is where its dashboard is, `artifacts` where its screenshots lie.

        With `replaces_dead` the caller knows that no other process of this `machine` lives. Raises HostTaken while
        another living process has the name.
        """
        sent_s = self._clock.boottime()
        about = {
            "process": self._executor,
            "machine": machine,
            "version": version,
            "is_daemon": is_daemon,
            "url": url,
            "artifacts": artifacts,
            "started_utc": database_now(),
            "seen_utc": database_now(),
            "until_utc": UNTIL,
            "stopped_utc": None,
            "stop_reason": "",
            "clock_ahead_us": 0,
        }
        is_own_machine = HOST.machine == machine if replaces_dead else false()
        is_free = or_(~IS_ALIVE, HOST.process == self._executor, is_own_machine)
        epoch = self._write_beside(
            f"register the host {name}", lambda connection: _register(connection, name, about, is_free)
        )
        return HostLease(name, epoch, self._clock, HOST_LEASE, sent_s)

    def renew(self, lease: HostLease) -> bool:
        """Lengthen the lease of a host, and with it that of all its lanes. False if it was over: its holder has lost
        everything then, and may only register anew."""
        if not lease.is_sure():
            return False
        sent_s, sent_utc = self._clock.boottime(), self._clock.now()
        # One statement, so that a lease that has ended by now is never lengthened: what the clocks differ now is
        # written a second later.
        known = {"clock_ahead_us": lease.skew // MICROSECOND}
        renewed = (
            _of(lease).values(seen_utc=database_now(), until_utc=UNTIL, **known).returning(HOST.seen_utc)
        )
        action = f"renew the lease of the host {lease.host}"
        work = lambda connection: connection.scalar(renewed)  # noqa: E731
        seen_utc = self._write_beside(action, work, flush=False, urgent=True)
        if seen_utc is not None:
            lease.renewed(sent_s)
            lease.skew = sure_skew(sent_utc, seen_utc, self._clock.now())
        else:
            lease.lose()
        return lease.is_sure()

    def stop(self, lease: HostLease, reason: str) -> None:
        """End the life of a host: others may have its name and its lanes at once."""
        lease.lose()
        now = database_now()
        ended = _of(lease).values(seen_utc=now, until_utc=now, stopped_utc=now, stop_reason=reason)
        self._write_beside(
            f"say that the host {lease.host} stops", lambda connection: connection.execute(ended)
        )

    def forget(self, name: str) -> None:
        """Forget a host that will not come back; nobody had its lanes any more, and now nobody says so. Raises
        LedgerRefusal for one that lives, or that the ledger does not know."""
        gone = delete(schema.hosts).where(HOST.name == name, ~IS_ALIVE)
        given = update(schema.lanes).filter_by(host=name).values(host=None, host_epoch=None)
        known = select(HOST.name).where(HOST.name == name)

        def work(connection: Connection) -> None:
            if connection.execute(gone).rowcount:
                connection.execute(given)
            elif connection.scalar(known) is not None:
                raise LedgerRefusal(
                    f"cannot forget the host {name}: it lives",
                    hint="stop its process first; one that was killed is gone when its lease is over, after "
                    f"{HOST_LEASE.total_seconds():.0f} s",
                )
            else:
                raise LedgerRefusal(
                    f"cannot forget the host {name}: the ledger knows no such host",
                    hint="look at the list of hosts",
                )

        self._write(f"forget the host {name}", work)

    def all(self) -> list[HostRow]:
        """The hosts that the ledger knows, by name."""
        query = select(*schema.hosts.c, IS_ALIVE.label("is_alive")).order_by(HOST.name)

        def work(connection: Connection) -> list[HostRow]:
            return [HostRow(**row._mapping) for row in connection.execute(query)]

        return self._read("read the hosts", work)

    def now(self) -> datetime:
        """The present instant on the database's clock, on which leases end."""

        def work(connection: Connection) -> datetime:
            return EPOCH + connection.execute(select(database_now())).scalar_one() * MICROSECOND

        return self._read("read the database's clock", work)


def _of(lease: HostLease) -> Update:
    """A change of a host while this life of it goes on."""
    return update(schema.hosts).where(HOST.name == lease.host, HOST.epoch == lease.epoch, IS_ALIVE)


def _register(
    connection: Connection, name: str, about: Mapping[str, Any], is_free: ColumnElement[bool]
) -> int:
    taken = (
        update(schema.hosts)
        .where(HOST.name == name, is_free)
        .values(**about, epoch=HOST.epoch + 1)
        .returning(HOST.epoch)
    )
    if (epoch := connection.scalar(taken)) is not None:
        return int(epoch)
    if add_unless_there(connection, schema.hosts, {"name": name, "epoch": 1, **about}):
        return 1
    other = connection.execute(select(HOST.process, HOST.machine).where(HOST.name == name)).one()
    raise HostTaken(
        f"cannot register the host {name}: the process {other.process} has this name, and lives",
        hint="stop it, or choose another name with --name; a process that has died loses its name after "
        f"{HOST_LEASE.total_seconds():.0f} s",
    )
