"""Effects that were made and not looked at yet have a state of their own, and those in doubt an index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

IN_DOUBT = "state IN ('committing', 'made')"


def one_of(name: str, *words: str) -> sa.Enum:
    """Text that a CHECK of this name holds to these words."""
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=16)


def upgrade() -> None:
    with op.batch_alter_table("effects") as table:
        table.alter_column(
            "state",
            existing_type=one_of("state", "committing", "committed", "refuted", "uncertain"),
            type_=one_of("state", "committing", "made", "committed", "refuted", "uncertain"),
        )
    where = sa.text(IN_DOUBT)
    op.create_index("ix_effects_in_doubt", "effects", ["task_id"], sqlite_where=where, postgresql_where=where)
