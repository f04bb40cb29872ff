"""A ledger of an earlier version is brought up to date when it is opened, and loses nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from claims import claim
from sqlalchemy import text

from runner.clock import ManualClock
from runner.store.database import Database
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.store.upgrade import alembic_config
from runner.tasks import AttemptOutcome, EffectState, Outcome, RetryRule, TaskSource, TaskState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = 1_795_262_400_000_000  # noon, in microseconds since 1970

FIRST_VERSION = f"""
INSERT INTO campaign_versions VALUES (1, 'autumn', '/srv/autumn.yaml', 'abc', 'c0ffee', {AT}, {AT}, 'version: 1');
INSERT INTO occurrences VALUES (7, 'autumn', 'publish', 'run:1', 'now', {AT}, '1', 1, 'c0ffee', 'started', '', {AT});
INSERT INTO tasks VALUES (3, 'autumn/publish/run:1/A1', 7, 0, '1', 'post', 'device', 'A1', 'A1', NULL, NULL, {AT},
  600.0, 'c0ffee', 'failed', 'no button', NULL, NULL, 1, {AT}, {AT}, {AT}, NULL, '{{}}', '{{"captions": "Hej"}}');
INSERT INTO attempts VALUES (5, 3, 1, 'host:1', {AT}, {AT}, 'failed', 'no button', NULL, false);
INSERT INTO steps VALUES (5, 0, 'tap', 'Tap Post', 'post.yaml:12', 'failed', 'no button', {AT}, 0.25, 'a.jpg', NULL);
INSERT INTO effects VALUES (9, 3, 0, 5, 'post', NULL, 'A1', '@us', 'refuted', {AT}, {AT}, '{{"posts": "3"}}');
INSERT INTO holds VALUES (2, 'A1', 'captcha', 3, {AT}, NULL);
"""


COUNTED = ("campaign_versions", "occurrences", "tasks", "attempts", "effects", "holds")
"""The tables of which it has rows with ids that the database has not given."""


@pytest.fixture(params=["file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger of the first version, after a run."""
    is_file = request.param == "file"
    url = f"sqlite:///{tmp_path / 'ledger.db'}" if is_file else request.getfixturevalue("empty_postgres")
    database = Database(url)
    database.migrate("make", lambda connection: command.upgrade(alembic_config(connection), "0001"))
    for statement in filter(str.strip, FIRST_VERSION.split(";\n")):
        database.write("fill", lambda connection, sql=statement: connection.exec_driver_sql(sql))
    for table in () if is_file else COUNTED:
        count = f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"
        database.write("count on", lambda connection, sql=count: connection.exec_driver_sql(sql))
    database.close()
    return url


def test_a_ledger_of_the_first_version_keeps_all_that_it_held(url: str) -> None:
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        record = ledger.tasks.record_of("autumn/publish/run:1/A1")
        assert record is not None
        (attempt,), (effect,) = record.attempts, record.effects
        assert (attempt.outcome, attempt.message) == (AttemptOutcome.FAILED, "no button")
        assert [(step.title, step.screenshot) for step in attempt.steps] == [("Tap Post", "a.jpg")]
        assert (effect.id, effect.state, effect.evidence) == (9, EffectState.REFUTED, {"posts": "3"})
        task = record.row.task
        assert record.row.trouble_utc == NOON
        assert (task.campaign, task.entry, task.source) == ("autumn", "publish", TaskSource.MANUAL)
        assert (task.retry, task.grace_s) == (RetryRule(0, 30.0), 3600.0)
        assert [(hold.device, hold.task_key) for hold in ledger.holds.current()] == [("A1", task.key)]
        assert ledger.tasks.page(TaskFilter(campaign="autumn"))[0] == 1
        run, version = ledger.runs.get("1"), ledger.runs.campaign_of("1")
        assert run is not None and version is not None
        assert (run.path, run.commit, run.created_utc) == ("/srv/autumn.yaml", "c0ffee", NOON)
        assert version.text == "version: 1"
        with ledger._database.read("look") as connection:
            kept = connection.exec_driver_sql("SELECT attempt_id FROM effects").scalar()
        assert kept == 5


def test_a_ledger_of_the_first_version_goes_on(url: str) -> None:
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        first_id = ledger.id
        row = ledger.tasks.retry("autumn/publish/run:1/A1")
        attempt = claim(ledger, row.task.key)
        assert attempt.number == 2
        ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.CANCELLED), TaskState.CANCELLED)
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        assert ledger.id == first_id
        assert ledger.tasks.counts() == {TaskState.CANCELLED: 1}


REASONS = {
    ("pending", "device A1 away since 2026-11-21 09:00:00+01:00: offline"): "device_away",
    ("pending", "backend local_api away since 2026-11-21 09:00:00+01:00: no answer"): "device_away",
    ("pending", "account @us is busy on A1"): "account_busy",
    ("pending", "in doubt: whether the post of k happened is looked up first"): "in_doubt",
    ("pending", "attempt 1 failed: no button; tried again at 2026-11-21 09:01:00+01:00"): "retry",
    ("pending", "paused since 2026-11-21 09:00:00+01:00 by anna"): "paused",
    ("pending", "A1 is on hold: captcha"): "on_hold",
    ("pending", "5 of 5 posts on A1 today in UTC; next at 2026-11-22 00:00:00+00:00"): None,
    (
        "missed",
        "the daemon was down from 2026-11-21 08:00:00+01:00 to 2026-11-21 11:00:00+01:00",
    ): "daemon_was_down",
    ("missed", "the machine slept, or its clock stepped forward, from 2026-11-21 08:00"): "clock_stepped",
    ("failed", "attempt 1 failed: no button"): None,
    ("cancelled", "stopped on request by anna"): "stopped",
}


def test_reasons_get_the_kind_that_their_beginnings_told(url: str) -> None:
    database = Database(url)
    database.migrate("make", lambda connection: command.upgrade(alembic_config(connection), "0004"))
    copied = (
        "INSERT INTO tasks (key, state, reason, occurrence_id, ordinal, script, backend, lane, due_utc, timeout_s,"
        " attempts, created_utc, options, config) SELECT :key, :state, :reason, occurrence_id, ordinal, script,"
        " backend, lane, due_utc, timeout_s, attempts, created_utc, options, config FROM tasks WHERE id = 3"
    )
    for number, (state, reason) in enumerate(REASONS):
        values = {"key": str(number), "state": state, "reason": reason}
        database.write("fill", lambda connection, of=values: connection.execute(text(copied), of))
    database.close()
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        found = {(row.state, row.reason): row.reason_kind for row in ledger.tasks.all()}
        assert {key: found[key] for key in REASONS} == REASONS
        assert ledger.effects.of("autumn/publish/run:1/A1")[0].app is None
