"""PostgreSQL finds what the executor asks for all the time by an index, and reads no whole table for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from claims import claim

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import AttemptOutcome, EffectState, Occurrence, Outcome, Task, TaskState, task_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TASKS = 3_000
READ_WHOLE = ("tasks", "attempts", "effects")
"""Tables that grow with what is done."""

Question = Callable[[Ledger, str], object]


@pytest.fixture
def ledger(postgres_ledger: str) -> Iterator[Ledger]:
    """A ledger in which enough has been done that to read all of it would take longer than to look it up."""
    with Ledger.open(postgres_ledger, ManualClock(NOON)) as opened:
        of = Occurrence("autumn", "publish", "run:1", "now", NOON)
        tasks = [
            Task(
                task_key("autumn", "publish", of.nominal, f"A{number}", None), "autumn", "publish", "post",
                "device", f"A{number}", None, None, of.nominal, number, NOON, 60.0, {},
            )
            for number in range(TASKS)
        ]  # fmt: skip
        opened.occurrences.record([Decision(of, OccurrenceState.STARTED, "", None, tasks)])
        done = opened.attempts.start_all([task.key for task in tasks[10:]])
        outcome = Outcome(AttemptOutcome.COMPLETED)
        opened.attempts.finish_all((one.id, outcome, TaskState.COMPLETED) for one in done.values())
        with psycopg.connect(postgres_ledger, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO effects (task_id, ordinal, attempt_id, kind, device, account, state, begun_utc, evidence)"
                " SELECT task_id, 0, id, 'post', 'A' || task_id, '@us' || task_id, 'committed', 1, '{}' FROM attempts"
            )
            connection.execute("ANALYZE")
        yield opened


def carry_out(ledger: Ledger, key: str) -> None:
    attempt = claim(ledger, key)
    effect = ledger.effects.begin(attempt.id, key, "post", None, "A1", "@us1", {})
    ledger.effects.settle(effect, EffectState.COMMITTED, {"posts": "4"})
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)


QUESTIONS: dict[str, Question] = {
    "carrying out": carry_out,
    "limits": lambda ledger, key: ledger.effects.usage(device="A1", account="@us1", app="tiktok", now=NOON),
    "what waits": lambda ledger, key: (ledger.tasks.pending(), ledger.tasks.added_since(7)),
    "a task": lambda ledger, key: (ledger.tasks.get(key), ledger.tasks.get(1), ledger.effects.of(key)),
    "doubts": lambda ledger, key: (ledger.effects.doubts(), ledger.effects.in_doubt([key])),
    "interrupted": lambda ledger, key: ledger.attempts.interrupted(),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_asked_all_the_time_is_found_by_an_index(
    ledger: Ledger, postgres_ledger: str, name: str
) -> None:
    key = "autumn/publish/run:1/A3"
    reads = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY(%s)"
    with psycopg.connect(postgres_ledger, autocommit=True) as connection:
        before = _told(ledger, connection, reads)
        QUESTIONS[name](ledger, key)
        after = _told(ledger, connection, reads)
    assert {table: after[table] - before[table] for table in after} == dict.fromkeys(after, 0)


def _told(ledger: Ledger, connection: psycopg.Connection, reads: str) -> dict[str, int]:
    """How often each table was read as a whole, by all connections."""
    for using in (
        ledger._database.connector.reading,
        lambda: ledger._database.connector.writing(flush=False, guarded=True),
    ):
        with using() as own:
            own.exec_driver_sql("SELECT pg_stat_force_next_flush()")
    return dict(connection.execute(reads, (list(READ_WHOLE),)).fetchall())
