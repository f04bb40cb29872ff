"""What tells a ledger from another one and from an older copy of it: its tally, and whether it is a rehearsal's."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.BigInteger()  # microseconds since 1970 UTC


def upgrade() -> None:
    op.add_column("ledger", sa.Column("tally", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("ledger", sa.Column("is_rehearsal", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("ledger", sa.Column("accepted_utc", INSTANT))
