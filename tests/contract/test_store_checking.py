"""`Ledger.flaws`: nothing is wrong with a ledger in use, and what does not agree in it is found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from claims import claim
from full_tables import opened
from ledgers import NOON, add, begin, finish
from sqlalchemy import insert, update

from runner.clock import ManualClock
from runner.store import schema
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, TaskState

Spoil = Callable[[Any], None]


def test_a_ledger_in_use_is_whole(ledger: Ledger) -> None:
    assert ledger.flaws() == []
    first, second, _ = add(ledger, "A1", "A2", "A3")
    finish(ledger, first)
    attempt = claim(ledger, second)
    begin(ledger, attempt, device="A2")
    ledger.spans.begin("1", "started")
    ledger.holds.place("A3", "captcha")
    assert ledger.flaws() == []


def _second_attempt(connection: Any) -> None:
    row = {
        "task_id": 1,
        "number": 2,
        "executor": "e",
        "started_utc": NOON,
        "message": "",
        "needs_person": False,
    }
    connection.execute(insert(schema.attempts).values(row))
    connection.execute(update(schema.tasks).values(attempts=2))


def _a_lane(connection: Any) -> None:
    connection.execute(insert(schema.lanes).values(name="A1", host="gone", epoch=1, since_utc=NOON))


def _set(table: Any, **values: Any) -> Spoil:
    return lambda connection: connection.execute(update(table).values(values))


def _both_run(connection: Any) -> None:
    connection.execute(update(schema.tasks).values(device="A1", state=TaskState.RUNNING))


SPOILT: dict[str, Spoil] = {
    "several attempts that go on": _second_attempt,
    "runs without an attempt": _set(schema.attempts, outcome=AttemptOutcome.FAILED, finished_utc=NOON),
    "has an attempt that goes on, and does not run": _set(schema.tasks, state=TaskState.FAILED),
    "an end without an outcome": _set(schema.attempts, finished_utc=NOON),
    "a higher number than its task has had attempts": _set(schema.attempts, number=7),
    "is in doubt, though its task is over": _set(schema.tasks, state=TaskState.COMPLETED),
    "another campaign or entry than its occurrence": _set(schema.tasks, entry="other"),
    "a lane belongs to a host that the ledger does not know": _a_lane,
    "an attempt goes on at a host that the ledger does not know": _set(schema.attempts, host="gone"),
    "a phone has several tasks that run": _both_run,
}


@pytest.mark.parametrize("store_url", ["file", "postgres"], indirect=True)
@pytest.mark.parametrize("said", SPOILT)
def test_what_does_not_agree_is_found(said: str, store_url: str, ledger: Ledger, clock: ManualClock) -> None:
    first, _ = add(ledger, "A1", "A2")
    begin(ledger, claim(ledger, first))
    with opened(store_url) as database:
        database.write("spoil it", SPOILT[said])
    found = [flaw for flaw in ledger.flaws() if said in flaw.said]
    assert len(found) == 1 and found[0].count == len(found[0].examples)


@pytest.mark.parametrize("store_url", ["file"], indirect=True)  # a server lets nobody remove it
def test_a_reference_to_nothing_is_found(store_url: str, ledger: Ledger) -> None:
    add(ledger, "A1")
    with closing(sqlite3.connect(store_url.removeprefix("sqlite:///"))) as raw, raw:
        raw.execute("DELETE FROM occurrences")
    (flaw,) = ledger.flaws()
    assert (flaw.said, flaw.count, flaw.examples) == (
        "tasks.occurrence_id names a row that is not there",
        1,
        ("1",),
    )
