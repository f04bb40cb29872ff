"""What a daemon needs: campaigns in force and their schedules, pauses, spans, and more of each task."""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC

LISTED = "deleted_utc IS NULL"


def one_of(name: str, *words: str) -> sa.Enum:
    """Text that a CHECK of this name holds to these words."""
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=16)


def upgrade() -> None:
    create_ledger()
    create_campaigns()
    create_invalid_files()
    create_runs()
    create_schedules()
    extend_tasks()
    index_tasks()
    index_occurrences()
    extend_attempts()
    recreate_commands()
    create_pauses()
    recreate_daemon_spans()


def create_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def create_ledger() -> None:
    table = op.create_table(
        "ledger",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created_utc", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    now = round(datetime.now(UTC).timestamp() * 1_000_000)
    op.bulk_insert(table, [{"id": str(uuid4()), "created_utc": now}])


def create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("campaign_version_id", ID, nullable=False),
        sa.Column("git_commit", sa.Text),
        sa.Column("since_utc", INSTANT, nullable=False),
        sa.Column("withdrawn_utc", INSTANT),
        sa.Column("withdrawn_reason", sa.Text),
        sa.Column("flows", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_version_id"], ["campaign_versions.id"], name=op.f("fk_campaigns_campaign_version_id")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaigns")),
    )


def create_invalid_files() -> None:
    op.create_table(
        "invalid_files",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("git_commit", sa.Text),
        sa.Column("since_utc", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_invalid_files")),
    )


def create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("campaign_version_id", ID, nullable=False),
        sa.Column("git_commit", sa.Text),
        sa.Column("created_utc", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_version_id"], ["campaign_versions.id"], name=op.f("fk_runs_campaign_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    for column in ("campaign_version_id", "created_utc"):
        op.create_index(op.f(f"ix_runs_{column}"), "runs", [column])
    op.execute(
        "INSERT INTO runs SELECT run_id, campaign_version_id, git_commit, created_utc FROM occurrences"
        " WHERE id IN (SELECT min(id) FROM occurrences WHERE run_id IS NOT NULL GROUP BY run_id)"
    )
    op.drop_index("ix_occurrences_run_id", "occurrences")


def create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("first_seen_utc", INSTANT, nullable=False),
        sa.Column("gone_utc", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_campaign_entry"), "schedules", ["campaign", "entry"])


def extend_tasks() -> None:
    op.add_column("tasks", sa.Column("campaign", sa.Text, nullable=False, server_default=""))
    op.add_column("tasks", sa.Column("entry", sa.Text, nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE tasks ADD COLUMN source VARCHAR(16) DEFAULT 'campaign' NOT NULL"
        " CONSTRAINT ck_tasks_source CHECK (source IN ('campaign', 'manual', 'api'))"
    )
    op.add_column("tasks", sa.Column("grace_s", sa.Float, nullable=False, server_default="3600"))
    op.add_column("tasks", sa.Column("retry_max", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("retry_delay_s", sa.Float, nullable=False, server_default="30"))
    op.add_column("tasks", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("pruned_utc", INSTANT))
    for column in ("campaign", "entry"):
        op.execute(
            f"UPDATE tasks SET {column} ="
            f" (SELECT o.{column} FROM occurrences AS o WHERE o.id = tasks.occurrence_id)"
        )
    op.execute("UPDATE tasks SET source = 'manual' WHERE run_id IS NOT NULL")


def index_tasks() -> None:
    op.drop_index("ix_tasks_state_lane_due_utc", "tasks")
    op.drop_index("ix_tasks_run_id_state", "tasks")
    create_index(op.f("ix_tasks_run_id_state"), "tasks", ["run_id", "state"], "run_id IS NOT NULL")
    create_index("ix_tasks_open", "tasks", ["state", "due_utc"], "state IN ('pending', 'running')")
    create_index("ix_tasks_listed_campaign", "tasks", ["campaign", "state", "entry"], LISTED)
    where = f"{LISTED} AND username IS NOT NULL"
    create_index("ix_tasks_listed_username", "tasks", ["username"], where)
    for column in ("state", "device", "script", "source", "due_utc"):
        create_index(f"ix_tasks_listed_{column}", "tasks", [column], LISTED)
    create_index(
        "ix_tasks_unpruned", "tasks", ["deleted_utc"], "deleted_utc IS NOT NULL AND pruned_utc IS NULL"
    )
    create_index("ix_tasks_tombstones", "tasks", ["due_utc"], "pruned_utc IS NOT NULL")


def index_occurrences() -> None:
    for column in ("instant_utc", "campaign_version_id"):
        op.create_index(op.f(f"ix_occurrences_{column}"), "occurrences", [column])


def extend_attempts() -> None:
    before = ("completed", "failed", "stopped", "held_back", "uncertain", "interrupted")
    with op.batch_alter_table("attempts") as table:
        table.alter_column(
            "outcome",
            existing_type=one_of("outcome", *before),
            type_=one_of("outcome", "completed", "failed", "stopped", "cancelled", *before[3:]),
        )


def recreate_commands() -> None:
    """Nothing has written to the table so far."""
    op.drop_table("commands")
    op.create_table(
        "commands",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", one_of("kind", "stop_all", "stop_task", "tasks_added"), nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_utc", INSTANT, nullable=False),
        sa.Column("done_utc", INSTANT),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_commands_done_utc"), "commands", ["done_utc"])


def create_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope", one_of("scope", "all", "campaign", "device"), nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("since_utc", INSTANT, nullable=False),
        sa.Column("ended_utc", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_pauses_ended_utc"), "pauses", ["ended_utc"])


def recreate_daemon_spans() -> None:
    """Nothing has written to the table so far."""
    op.drop_table("daemon_spans")
    op.create_table(
        "daemon_spans",
        sa.Column("id", ID, nullable=False),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_utc", INSTANT, nullable=False),
        sa.Column("start_reason", sa.Text, nullable=False),
        sa.Column("seen_utc", INSTANT, nullable=False),
        sa.Column("stopped_utc", INSTANT),
        sa.Column("stop_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daemon_spans")),
    )
    op.create_index(op.f("ix_daemon_spans_started_utc"), "daemon_spans", ["started_utc"])
