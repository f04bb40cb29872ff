"""Who leads: the one daemon of several that does what is done once."""

from sqlalchemy import ColumnElement, Connection, Update, false, or_, select, update

from runner.errors import LeaseLost
from runner.store import schema
from runner.store.bulk import ask
from runner.store.connector import database_now
from runner.store.host_rows import LeaderRow
from runner.store.instants import MICROSECOND
from runner.store.leases import LEADER_LEASE, LeaderLease
from runner.store.part import Part, add_unless_there

LEADER = schema.leader.c

THE_ROW = 1

IS_LED: ColumnElement[bool] = LEADER.until_utc > database_now()
"""Whether the lease of the one who leads goes on."""

UNTIL = database_now() + LEADER_LEASE // MICROSECOND


class Leader(Part):
    def try_take(self, host: str, *, gone: int | None = None) -> LeaderLease | None:
        """Lead, if nobody does; None if somebody does, or takes the lead at this moment. `gone` is the epoch of a lead
        whose process has ended, as the caller knows: the end of that lease is not waited for."""
        sent_s = self._clock.boottime()
        is_free = or_(LEADER.host.is_(None), ~IS_LED, LEADER.epoch == gone if gone is not None else false())
        # Passed over while it is locked: whoever leads writes then, or has been frozen in the midst of it.
        wanted = select(LEADER.id).where(LEADER.id == THE_ROW, is_free).with_for_update(skip_locked=True)
        taken = (
            update(schema.leader)
            .where(LEADER.id == wanted.scalar_subquery())
            .values(host=host, epoch=LEADER.epoch + 1, since_utc=database_now(), until_utc=UNTIL)
            .returning(LEADER.epoch)
        )

        def work(connection: Connection) -> int | None:
            epoch: int | None = connection.scalar(taken)
            if epoch is None and connection.scalar(select(LEADER.id)) is None:
                first = {"host": host, "epoch": 1, "since_utc": database_now(), "until_utc": UNTIL}
                epoch = 1 if add_unless_there(connection, schema.leader, {"id": THE_ROW, **first}) else None
            return epoch

        epoch = self._write_beside("take the lead", work)
        return None if epoch is None else LeaderLease(host, epoch, self._clock, LEADER_LEASE, sent_s)

    def renew(self, lease: LeaderLease) -> bool:
        """Go on leading. False if the lease was over: somebody else may lead then."""
        if not lease.is_sure():
            return False
        sent_s = self._clock.boottime()
        renewed = _of(lease).values(until_utc=UNTIL)
        action = "renew the lease of the leader"
        if self._write_beside(action, lambda connection: connection.execute(renewed).rowcount, flush=False):
            lease.renewed(sent_s)
        else:
            lease.lose()
        return lease.is_sure()

    def release(self, lease: LeaderLease) -> None:
        """Give the lead back: others may take it at once."""
        lease.lose()
        given = _of(lease).values(host=None, until_utc=database_now())
        self._write_beside("give the lead back", lambda connection: connection.execute(given))

    def now(self) -> LeaderRow | None:
        """Who leads, or has led last; None if nobody ever has."""
        columns = (LEADER.host, LEADER.epoch, LEADER.since_utc, LEADER.until_utc, IS_LED)

        def work(connection: Connection) -> LeaderRow | None:
            row = connection.execute(select(*columns)).one_or_none()
            return None if row is None else LeaderRow(*row)

        return self._read("read who leads", work)


def _of(lease: LeaderLease) -> Update:
    """A change of the lead while this lease goes on."""
    return update(schema.leader).where(LEADER.epoch == lease.epoch, IS_LED)


# Shared until the transaction ends: whoever takes the lead passes it over meanwhile. The key alone is shared, or the
# leader could not renew its lease while it writes many tasks down.
LEADS = select(LEADER.epoch).where(IS_LED).with_for_update(read=True, key_share=True)


def check_leads(connection: Connection, lease: LeaderLease) -> None:
    """Raise LeaseLost unless whoever has this lease leads, which he does then until this transaction has ended."""
    if ask(connection, LEADS, LEADER.id, [THE_ROW]) != [(lease.epoch,)]:
        lease.lose()
    if not lease.is_sure():
        raise LeaseLost(
            f"the host {lease.host} no longer leads: another one may decide what is due",
            hint="it stands for leader again; the one that leads now goes on",
        )
