"""What people see and do: where a step touched the screen, who did what, how phones were, and what people were told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("steps", sa.Column("touch", sa.JSON))
    _add_troubles()

    is_listed = sa.text("deleted_utc IS NULL")
    op.create_index(
        "ix_tasks_listed_campaign_due_utc",
        "tasks",
        ["campaign", "due_utc", "state", "deleted_utc"],
        sqlite_where=is_listed,
        postgresql_where=is_listed,
    )
    op.create_table(
        "actions",
        _id(),
        sa.Column("at_utc", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
    )
    op.create_index("ix_actions_at_utc", "actions", ["at_utc"])
    op.create_index("ix_actions_subject_at_utc", "actions", ["subject", "at_utc"])
    op.create_table(
        "phones",
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("seen_utc", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_phones"),
    )
    op.create_table(
        "phone_states",
        _id(),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("battery", sa.Integer),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("at_utc", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_states"),
    )
    op.create_index("ix_phone_states_serial_at_utc", "phone_states", ["serial", "at_utc"])
    op.create_index("ix_phone_states_at_utc", "phone_states", ["at_utc"])
    op.create_table(
        "notifications",
        _id(),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created_utc", sa.BigInteger, nullable=False),
        sa.Column("not_before_utc", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("begun_utc", sa.BigInteger),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("over_utc", sa.BigInteger),
        sa.Column("is_sent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", name="uq_notifications_key"),
    )
    is_open = sa.text("over_utc IS NULL")
    op.create_index(
        "ix_notifications_open",
        "notifications",
        ["not_before_utc"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_notifications_created_utc", "notifications", ["created_utc"])
    is_late = sa.text("deleted_utc IS NULL AND finished_utc > due_utc + 21600000000")
    op.create_index(
        "ix_tasks_late", "tasks", ["finished_utc"], sqlite_where=is_late, postgresql_where=is_late
    )


def _add_troubles() -> None:
    """When tasks ended failed, missed or uncertain. Of an older row only the end of its last attempt is known, or when
    it was due."""
    op.add_column("tasks", sa.Column("trouble_utc", sa.BigInteger))
    op.execute(
        "UPDATE tasks SET trouble_utc = COALESCE(finished_utc, due_utc)"
        " WHERE state IN ('failed', 'missed', 'uncertain')"
    )
    is_trouble, is_missed = sa.text("trouble_utc IS NOT NULL"), sa.text("state = 'missed'")
    op.create_index(
        "ix_tasks_trouble_utc",
        "tasks",
        ["trouble_utc"],
        sqlite_where=is_trouble,
        postgresql_where=is_trouble,
    )
    op.create_index(
        "ix_occurrences_missed",
        "occurrences",
        ["created_utc"],
        sqlite_where=is_missed,
        postgresql_where=is_missed,
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False)
