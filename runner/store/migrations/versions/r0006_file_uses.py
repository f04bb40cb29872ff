"""Which account, or device, had which file: each gets every file once before one comes again.

What was posted before is not in it: nobody has written down which file that was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "file_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file_uses"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_file_uses_task_id", ondelete="SET NULL"),
    )
    op.create_index("ix_file_uses_owner_sha256", "file_uses", ["owner", "sha256"])
    op.create_index("ix_file_uses_task_id", "file_uses", ["task_id"])
