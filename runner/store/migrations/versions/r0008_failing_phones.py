"""How often in a row a phone has failed, and holds that end by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("phones", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
    op.add_column("holds", sa.Column("until_utc", sa.BigInteger))
