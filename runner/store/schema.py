"""The ledger's tables: docs/ledger.md explains them, `migrations/` makes them, a test compares them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from runner.reasons import ReasonKind
from runner.store.columns import Id, Instant, Text, index_where, one_of
from runner.store.conditions import IN_DOUBT, LATE, LISTED, MISSED, OPEN, UNPRUNED
from runner.store.host_tables import account_uses, hosts, lanes, leader
from runner.store.metadata import metadata
from runner.store.request_rows import CommandKind, PauseScope
from runner.store.rows import OccurrenceState
from runner.tasks import AttemptOutcome, EffectState, StepOutcome, TaskSource, TaskState

__all__ = [
    "account_uses",
    "actions",
    "attempts",
    "campaign_versions",
    "campaigns",
    "commands",
    "daemon_spans",
    "effects",
    "file_uses",
    "holds",
    "hosts",
    "invalid_files",
    "lanes",
    "leader",
    "ledger",
    "metadata",
    "notifications",
    "occurrences",
    "pauses",
    "phone_states",
    "phones",
    "runs",
    "schedules",
    "steps",
    "tasks",
]

REASON_KIND = one_of(ReasonKind, "reason_kind", is_checked=False)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_utc", Instant, nullable=False),
    Column("tally", BigInteger, nullable=False, server_default="0"),
    Column("is_rehearsal", Boolean, nullable=False, server_default="0"),
    Column("accepted_utc", Instant),
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("git_commit", Text),
    Column("first_seen_utc", Instant, nullable=False),
    Column("seen_utc", Instant, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("name", "path", "sha256"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("campaign_version_id", ForeignKey("campaign_versions.id"), nullable=False),
    Column("git_commit", Text),
    Column("since_utc", Instant, nullable=False),
    Column("withdrawn_utc", Instant),
    Column("withdrawn_reason", Text),
    Column("flows", JSON, nullable=False),
)

invalid_files = Table(
    "invalid_files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("campaign", Text),
    Column("problem", Text, nullable=False),
    Column("git_commit", Text),
    Column("since_utc", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign_version_id", ForeignKey("campaign_versions.id"), nullable=False),
    Column("git_commit", Text),
    Column("created_utc", Instant, nullable=False),
    Index(None, "campaign_version_id"),
    Index(None, "created_utc"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("first_seen_utc", Instant, nullable=False),
    Column("gone_utc", Instant),
    Index(None, "campaign", "entry"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("nominal", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("instant_utc", Instant, nullable=False),
    Column("run_id", Text),
    Column("campaign_version_id", ForeignKey("campaign_versions.id")),
    Column("git_commit", Text),
    Column("state", one_of(OccurrenceState, "state"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_utc", Instant, nullable=False),
    Column("reason_kind", REASON_KIND),
    UniqueConstraint("campaign", "entry", "nominal"),
    Index(None, "campaign", "entry", "instant_utc"),
    Index(None, "instant_utc"),
    Index(None, "campaign_version_id"),
    index_where(MISSED, "ix_occurrences_missed", "created_utc"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("occurrence_id", ForeignKey("occurrences.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("run_id", Text),
    Column("script", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("device", Text),
    Column("username", Text),
    Column("target", Text),
    Column("due_utc", Instant, nullable=False),
    Column("timeout_s", Float, nullable=False),
    Column("git_commit", Text),
    Column("state", one_of(TaskState, "state"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("hint", Text),
    Column("not_before_utc", Instant),
    Column("attempts", Integer, nullable=False),
    Column("created_utc", Instant, nullable=False),
    Column("started_utc", Instant),
    Column("finished_utc", Instant),
    Column("deleted_utc", Instant),
    Column("options", JSON, nullable=False),
    Column("config", JSON, nullable=False),
    Column("campaign", Text, nullable=False, server_default=""),
    Column("entry", Text, nullable=False, server_default=""),
    Column("source", one_of(TaskSource, "source"), nullable=False, server_default="campaign"),
    Column("grace_s", Float, nullable=False, server_default="3600"),
    Column("retry_max", Integer, nullable=False, server_default="0"),
    Column("retry_delay_s", Float, nullable=False, server_default="30"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("pruned_utc", Instant),
    Column("reason_kind", REASON_KIND),
    Column("trouble_utc", Instant),
    Index(None, "occurrence_id"),
    index_where("run_id IS NOT NULL", None, "run_id", "state"),
    index_where(OPEN, "ix_tasks_open", "state", "due_utc"),
    index_where(LISTED, "ix_tasks_listed_state", "state"),
    index_where(LISTED, "ix_tasks_listed_campaign", "campaign", "state", "entry"),
    # With the column of its condition: else SQLite looks each row up.
    index_where(LISTED, "ix_tasks_listed_campaign_due_utc", "campaign", "due_utc", "state", "deleted_utc"),
    index_where(LISTED, "ix_tasks_listed_device", "device"),
    index_where(f"{LISTED} AND username IS NOT NULL", "ix_tasks_listed_username", "username"),
    index_where(LISTED, "ix_tasks_listed_script", "script"),
    index_where(LISTED, "ix_tasks_listed_source", "source"),
    index_where(LISTED, "ix_tasks_listed_due_utc", "due_utc"),
    index_where(LATE, "ix_tasks_late", "finished_utc"),
    index_where(UNPRUNED, "ix_tasks_unpruned", "deleted_utc"),
    index_where("pruned_utc IS NOT NULL", "ix_tasks_tombstones", "due_utc"),
    index_where("trouble_utc IS NOT NULL", "ix_tasks_trouble_utc", "trouble_utc"),
    # Ids are never given twice, even after the newest row was removed: people name tasks by them.
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("executor", Text, nullable=False),
    Column("started_utc", Instant, nullable=False),
    Column("finished_utc", Instant),
    Column("outcome", one_of(AttemptOutcome, "outcome")),
    Column("message", Text, nullable=False),
    Column("hint", Text),
    Column("needs_person", Boolean, nullable=False),
    Column("host", Text),
    UniqueConstraint("task_id", "number"),
    index_where("host IS NOT NULL", "ix_attempts_host", "host", "task_id"),
)

steps = Table(
    "steps",
    metadata,
    Column("attempt_id", ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outcome", one_of(StepOutcome, "outcome"), nullable=False),
    Column("message", Text, nullable=False),
    Column("started_utc", Instant, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("screenshot", Text),
    Column("hierarchy", Text),
    Column("touch", JSON),
)

effects = Table(
    "effects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("attempt_id", ForeignKey("attempts.id", ondelete="SET NULL")),
    Column("kind", Text, nullable=False),
    Column("target", Text),
    Column("device", Text),
    Column("account", Text),
    Column("state", one_of(EffectState, "state"), nullable=False),
    Column("begun_utc", Instant, nullable=False),
    Column("settled_utc", Instant),
    Column("evidence", JSON, nullable=False),
    Column("app", Text),
    UniqueConstraint("task_id", "ordinal"),
    Index(None, "device", "begun_utc"),
    Index(None, "account", "begun_utc"),
    Index(None, "attempt_id"),
    index_where(IN_DOUBT, "ix_effects_in_doubt", "task_id"),
)

file_uses = Table(
    "file_uses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", ForeignKey("tasks.id", ondelete="SET NULL")),
    Column("owner", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Index(None, "owner", "sha256"),
    Index(None, "task_id"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("device", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("task_id", ForeignKey("tasks.id", ondelete="SET NULL")),
    Column("placed_utc", Instant, nullable=False),
    Column("released_utc", Instant),
    Column("until_utc", Instant),
    Index(None, "released_utc", "device"),
    Index(None, "task_id"),
)

commands = Table(
    "commands",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", one_of(CommandKind, "kind"), nullable=False),
    Column("subject", Text),
    Column("arguments", JSON, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_utc", Instant, nullable=False),
    Column("done_utc", Instant),
    Column("answer", Text, nullable=False),
    Index(None, "done_utc"),
    sqlite_autoincrement=True,
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", one_of(PauseScope, "scope"), nullable=False),
    Column("subject", Text),
    Column("requested_by", Text, nullable=False),
    Column("since_utc", Instant, nullable=False),
    Column("ended_utc", Instant),
    Index(None, "ended_utc"),
)

daemon_spans = Table(
    "daemon_spans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("executor", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_utc", Instant, nullable=False),
    Column("start_reason", Text, nullable=False),
    Column("seen_utc", Instant, nullable=False),
    Column("stopped_utc", Instant),
    Column("stop_reason", Text, nullable=False),
    Index(None, "started_utc"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at_utc", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("detail", Text, nullable=False),
    Index(None, "at_utc"),
    Index(None, "subject", "at_utc"),
)

phones = Table(
    "phones",
    metadata,
    Column("serial", Text, primary_key=True),
    Column("seen_utc", Instant, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
)

phone_states = Table(
    "phone_states",
    metadata,
    Column("id", Id, primary_key=True),
    Column("serial", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("battery", Integer),
    Column("problem", Text, nullable=False),
    Column("at_utc", Instant, nullable=False),
    Index(None, "serial", "at_utc"),
    Index(None, "at_utc"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_utc", Instant, nullable=False),
    Column("not_before_utc", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("begun_utc", Instant),
    Column("problem", Text, nullable=False),
    Column("over_utc", Instant),
    Column("is_sent", Boolean, nullable=False),
    index_where("over_utc IS NULL", "ix_notifications_open", "not_before_utc"),
    Index(None, "created_utc"),
)
