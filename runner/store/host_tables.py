"""The tables of hosts that share a ledger: who has which lane, who leads, and which account works where."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table

from runner.store.columns import Id, Instant, Text
from runner.store.metadata import metadata

hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("process", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("is_daemon", Boolean, nullable=False),
    Column("url", Text),
    Column("artifacts", Text),
    Column("started_utc", Instant, nullable=False),
    Column("seen_utc", Instant, nullable=False),
    Column("until_utc", Instant, nullable=False),
    Column("stopped_utc", Instant),
    Column("stop_reason", Text, nullable=False),
    Column("clock_ahead_us", BigInteger, nullable=False),
)

lanes = Table(
    "lanes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("host", Text),
    Column("host_epoch", BigInteger),
    Column("epoch", BigInteger, nullable=False),
    Column("since_utc", Instant, nullable=False),
    Column("wanted_by", Text),
    Column("wanted_utc", Instant),
    Index(None, "host"),
)

leader = Table(
    "leader",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", Text),
    Column("epoch", BigInteger, nullable=False),
    Column("since_utc", Instant, nullable=False),
    Column("until_utc", Instant, nullable=False),
)

account_uses = Table(
    "account_uses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("app", Text),
    Column("name", Text, nullable=False),
    Column("since_utc", Instant, nullable=False),
    Index(None, "name"),
    Index(None, "task_id"),
)
