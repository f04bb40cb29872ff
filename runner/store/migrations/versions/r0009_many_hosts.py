"""Hosts with their leases, the lanes that they hold, who leads, and which account works where."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("attempts", sa.Column("host", sa.Text))
    has_host = sa.text("host IS NOT NULL")
    op.create_index(
        "ix_attempts_host",
        "attempts",
        ["host", "task_id"],
        sqlite_where=has_host,
        postgresql_where=has_host,
    )
    op.create_table(
        "hosts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("is_daemon", sa.Boolean, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("artifacts", sa.Text),
        sa.Column("started_utc", sa.BigInteger, nullable=False),
        sa.Column("seen_utc", sa.BigInteger, nullable=False),
        sa.Column("until_utc", sa.BigInteger, nullable=False),
        sa.Column("stopped_utc", sa.BigInteger),
        sa.Column("stop_reason", sa.Text, nullable=False),
        sa.Column("clock_ahead_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_hosts"),
    )
    op.create_table(
        "lanes",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("host", sa.Text),
        sa.Column("host_epoch", sa.BigInteger),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("since_utc", sa.BigInteger, nullable=False),
        sa.Column("wanted_by", sa.Text),
        sa.Column("wanted_utc", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_lanes"),
    )
    op.create_index("ix_lanes_host", "lanes", ["host"])
    op.create_table(
        "leader",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("host", sa.Text),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("since_utc", sa.BigInteger, nullable=False),
        sa.Column("until_utc", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leader"),
    )
    op.create_table(
        "account_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("app", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since_utc", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_uses"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_account_uses_task_id", ondelete="CASCADE"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        # In the place of `ledger.tally`, whose row all hosts would wait for.
        op.execute("CREATE SEQUENCE ledger_tally")
    op.create_index("ix_account_uses_name", "account_uses", ["name"])
    op.create_index("ix_account_uses_task_id", "account_uses", ["task_id"])
