"""Asks a ledger that hosts share whether it is a rehearsal's."""

from contextlib import closing

from sqlalchemy import inspect, select

from runner.store import schema
from runner.store.database import Database


def is_shared_rehearsal(store_url: str) -> bool:
    """False if it has no tables yet. Raises LedgerError if its server cannot be asked."""
    with closing(Database(store_url)) as database, database.read("look for its tables") as connection:
        if not inspect(connection).has_table(schema.ledger.name):
            return False
        return bool(connection.scalar(select(schema.ledger.c.is_rehearsal)))
