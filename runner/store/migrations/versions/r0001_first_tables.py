"""The first tables: the nine that docs/ledger.md describes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC


def one_of(name: str, *words: str) -> sa.Enum:
    """Text that a CHECK of this name holds to these words."""
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=16)


def upgrade() -> None:
    create_campaign_versions()
    create_occurrences()
    create_tasks()
    create_attempts()
    create_steps()
    create_effects()
    create_holds()
    create_commands()
    create_daemon_spans()


def create_campaign_versions() -> None:
    op.create_table(
        "campaign_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("git_commit", sa.Text),
        sa.Column("first_seen_utc", INSTANT, nullable=False),
        sa.Column("seen_utc", INSTANT, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_versions")),
        sa.UniqueConstraint("name", "path", "sha256", name=op.f("uq_campaign_versions_name_path_sha256")),
    )


def create_occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("nominal", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("instant_utc", INSTANT, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("campaign_version_id", ID),
        sa.Column("git_commit", sa.Text),
        sa.Column(
            "state", one_of("state", "started", "missed", "skipped", "merged", "cancelled"), nullable=False
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_utc", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_version_id"], ["campaign_versions.id"], name=op.f("fk_occurrences_campaign_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint(
            "campaign", "entry", "nominal", name=op.f("uq_occurrences_campaign_entry_nominal")
        ),
    )
    op.create_index(
        op.f("ix_occurrences_campaign_entry_instant_utc"), "occurrences", ["campaign", "entry", "instant_utc"]
    )
    op.create_index(op.f("ix_occurrences_run_id"), "occurrences", ["run_id"])


def create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("script", sa.Text, nullable=False),
        sa.Column("backend", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
        sa.Column("username", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("due_utc", INSTANT, nullable=False),
        sa.Column("timeout_s", sa.Float, nullable=False),
        sa.Column("git_commit", sa.Text),
        sa.Column(
            "state",
            one_of(
                "state",
                "pending",
                "running",
                "completed",
                "failed",
                "missed",
                "skipped",
                "cancelled",
                "uncertain",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("hint", sa.Text),
        sa.Column("not_before_utc", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_utc", INSTANT, nullable=False),
        sa.Column("started_utc", INSTANT),
        sa.Column("finished_utc", INSTANT),
        sa.Column("deleted_utc", INSTANT),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_tasks_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_tasks_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tasks_occurrence_id"), "tasks", ["occurrence_id"])
    op.create_index(op.f("ix_tasks_run_id_state"), "tasks", ["run_id", "state"])
    op.create_index(op.f("ix_tasks_state_lane_due_utc"), "tasks", ["state", "lane", "due_utc"])


def create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("started_utc", INSTANT, nullable=False),
        sa.Column("finished_utc", INSTANT),
        sa.Column(
            "outcome",
            one_of("outcome", "completed", "failed", "stopped", "held_back", "uncertain", "interrupted"),
        ),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("hint", sa.Text),
        sa.Column("needs_person", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_attempts_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("task_id", "number", name=op.f("uq_attempts_task_id_number")),
    )


def create_steps() -> None:
    op.create_table(
        "steps",
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("outcome", one_of("outcome", "completed", "skipped", "failed"), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("started_utc", INSTANT, nullable=False),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("screenshot", sa.Text),
        sa.Column("hierarchy", sa.Text),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_steps_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "ordinal", name=op.f("pk_steps")),
    )


def create_effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("attempt_id", ID),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("device", sa.Text),
        sa.Column("account", sa.Text),
        sa.Column(
            "state", one_of("state", "committing", "committed", "refuted", "uncertain"), nullable=False
        ),
        sa.Column("begun_utc", INSTANT, nullable=False),
        sa.Column("settled_utc", INSTANT),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_effects_attempt_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_effects_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("task_id", "ordinal", name=op.f("uq_effects_task_id_ordinal")),
    )
    op.create_index(op.f("ix_effects_account_begun_utc"), "effects", ["account", "begun_utc"])
    op.create_index(op.f("ix_effects_attempt_id"), "effects", ["attempt_id"])
    op.create_index(op.f("ix_effects_device_begun_utc"), "effects", ["device", "begun_utc"])


def create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("task_id", ID),
        sa.Column("placed_utc", INSTANT, nullable=False),
        sa.Column("released_utc", INSTANT),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_holds_task_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_released_utc_device"), "holds", ["released_utc", "device"])
    op.create_index(op.f("ix_holds_task_id"), "holds", ["task_id"])


def create_commands() -> None:
    op.create_table(
        "commands",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_utc", INSTANT, nullable=False),
        sa.Column("taken_utc", INSTANT),
        sa.Column("done_utc", INSTANT),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_commands_done_utc"), "commands", ["done_utc"])


def create_daemon_spans() -> None:
    op.create_table(
        "daemon_spans",
        sa.Column("id", ID, nullable=False),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_utc", INSTANT, nullable=False),
        sa.Column("seen_utc", INSTANT, nullable=False),
        sa.Column("stopped_utc", INSTANT),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daemon_spans")),
    )
    op.create_index(op.f("ix_daemon_spans_started_utc"), "daemon_spans", ["started_utc"])
