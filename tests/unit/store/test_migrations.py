"""A ledger of an earlier version is brought up to date when it is opened, and loses nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command

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
INSERT INTO attempts VALUES (5, 3, 1, 'host:1', {AT}, {AT}, 'failed', 'no button', NULL, 0);
INSERT INTO steps VALUES (5, 0, 'tap', 'Tap Post', 'post.yaml:12', 'failed', 'no button', {AT}, 0.25, 'a.jpg', NULL);
INSERT INTO effects VALUES (9, 3, 0, 5, 'post', NULL, 'A1', '@us', 'refuted', {AT}, {AT}, '{{"posts": "3"}}');
INSERT INTO holds VALUES (2, 'A1', 'captcha', 3, {AT}, NULL);
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger of the first version, after a run."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    database = Database(url)
    database.migrate("make", lambda connection: command.upgrade(alembic_config(connection), "0001"))
    for statement in filter(str.strip, FIRST_VERSION.split(";\n")):
        database.write("fill", lambda connection, sql=statement: connection.exec_driver_sql(sql))
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
        assert (task.campaign, task.entry, task.source) == ("autumn", "publish", TaskSource.MANUAL)
        assert (task.retry, task.grace_s) == (RetryRule(0, 30.0), 3600.0)
        assert [(hold.device, hold.task_key) for hold in ledger.holds.current()] == [("A1", task.key)]
        assert ledger.tasks.page(TaskFilter(campaign="autumn"))[0] == 1
        run, text = ledger.runs.get("1"), ledger.runs.campaign_of("1")
        assert run is not None and text is not None
        assert (run.path, run.commit, run.created_utc) == ("/srv/autumn.yaml", "c0ffee", NOON)
        assert text.text == "version: 1"
        with ledger._database.read("look") as connection:
            kept = connection.exec_driver_sql("SELECT attempt_id FROM effects").scalar()
        assert kept == 5


def test_a_ledger_of_the_first_version_goes_on(url: str) -> None:
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        first_id = ledger.id
        row = ledger.tasks.retry("autumn/publish/run:1/A1")
        attempt = ledger.attempts.start(row.task.key)
        assert attempt.number == 2
        ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.CANCELLED), TaskState.CANCELLED)
    with Ledger.open(url, ManualClock(NOON)) as ledger:
        assert ledger.id == first_id
        assert ledger.tasks.counts() == {TaskState.CANCELLED: 1}
