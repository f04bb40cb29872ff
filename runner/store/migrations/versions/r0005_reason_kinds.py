"""What a reason is about gets a column of its own, and effects say in which app their account is.

Rows that are there get the kind that their sentence has told until now; others stay without one. Of which app an old
effect was nobody has written down.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OF_TASKS = {
    "device %": "device_away",
    "backend %": "device_away",
    "account %": "account_busy",
    "in doubt: %": "in_doubt",
    "attempt %": "retry",
    "paused since %": "paused",
    "% is on hold: %": "on_hold",
}
"""How a reason looks for which a task waits, or waited until it was missed; the first that fits."""

OF_MISSES = {
    "the daemon was down%": "daemon_was_down",
    "the machine slept, or its clock stepped forward,%": "clock_stepped",
    "the daemon was held up%": "held_up",
    "an older copy of the ledger was put back%": "ledger_put_back",
}
OF_ENDS = {"stopped on request%": "stopped", "deleted": "deleted"}


def upgrade() -> None:
    for table in ("tasks", "occurrences"):
        op.add_column(table, sa.Column("reason_kind", sa.String(16)))
    op.add_column("effects", sa.Column("app", sa.Text))
    fill_in("tasks", ("pending", "missed"), OF_MISSES | OF_TASKS)
    fill_in("tasks", ("uncertain",), OF_MISSES)
    fill_in("tasks", ("cancelled",), OF_ENDS)
    fill_in("occurrences", ("missed",), OF_MISSES)


def fill_in(name: str, states: tuple[str, ...], kinds: dict[str, str]) -> None:
    table = sa.table(name, *map(sa.column, ("state", "reason", "reason_kind")))
    fits = [(table.c.reason.like(pattern), kind) for pattern, kind in kinds.items()]
    any_fits = sa.or_(*(condition for condition, _ in fits))
    op.execute(sa.update(table).where(table.c.state.in_(states), any_fits).values(reason_kind=sa.case(*fits)))
