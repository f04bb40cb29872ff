"""Lets time pass for leases, on whatever clock the database has."""

from datetime import timedelta

from sqlalchemy import BigInteger, type_coerce, update

from runner.clock import ManualClock
from runner.store import schema
from runner.store.instants import MICROSECOND
from runner.store.ledger import Ledger


def let_pass(ledger: Ledger, clock: ManualClock, seconds: float) -> None:
    """Move the clock. A database with a clock of its own cannot be moved: there the leases' ends move instead."""
    database = ledger._database
    clock.advance(seconds)
    if database.is_shared:
        span = timedelta(seconds=seconds) // MICROSECOND
        for table in (schema.hosts, schema.leader):
            earlier = update(table).values(until_utc=type_coerce(table.c.until_utc, BigInteger) - span)
            database.write("let time pass", lambda connection, it=earlier: connection.execute(it))
