"""Small tasks in a ledger, for the contract tests of the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from claims import claim

from runner.store.ledger import Ledger
from runner.store.rows import Attempt, Decision, OccurrenceState
from runner.tasks import (
    AttemptOutcome,
    Occurrence,
    Outcome,
    RetryRule,
    Task,
    TaskState,
    task_key,
)

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
"""With microseconds: they must come back from the store, too."""

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
DONE = Outcome(AttemptOutcome.COMPLETED)
BROKEN = Outcome(AttemptOutcome.FAILED, "no button", "look at it")


def occurrence(hour: int = 12, entry: str = "publish", campaign: str = "autumn") -> Occurrence:
    nominal = f"2026-11-21T{hour:02}:00[UTC]"
    return Occurrence(campaign, entry, nominal, f"{hour:02}:00", NOON + (hour - 12) * HOUR)


def task(of: Occurrence, device: str = "A1", **changes: object) -> Task:
    made = Task(
        key=task_key(of.campaign, of.entry, of.nominal, device, None),
        campaign=of.campaign,
        entry=of.entry,
        script="post",
        backend="device",
        device=device,
        username=None,
        target=None,
        nominal=of.nominal,
        ordinal=0,
        due_utc=of.instant_utc,
        timeout_s=600.0,
        config={"captions": "Hej"},
        retry=RetryRule(2, 45.0),
        grace_s=1800.0,
    )
    return replace(made, **changes)


def decided(
    of: Occurrence,
    *tasks: Task,
    state: OccurrenceState = OccurrenceState.STARTED,
    reason: str = "",
    version_id: int | None = None,
) -> Decision:
    return Decision(of, state, reason, version_id, tasks)


def add(ledger: Ledger, *devices: str, hour: int = 12) -> list[str]:
    """Record an occurrence with a task for each device; returns their keys."""
    one = occurrence(hour)
    return [
        new.key
        for new in ledger.occurrences.record([decided(one, *(task(one, device) for device in devices))])
    ]


def finish(ledger: Ledger, key: str, outcome: Outcome = DONE, state: TaskState = TaskState.COMPLETED) -> None:
    ledger.attempts.finish(claim(ledger, key).id, outcome, state)


def begin(ledger: Ledger, attempt: Attempt, kind: str = "post", device: str = "A1") -> int:
    return ledger.effects.begin(
        attempt.id, attempt.task_key, kind, None, device, "tiktok:@us", {"posts": "3"}
    )


def state(ledger: Ledger, key: str) -> TaskState:
    row = ledger.tasks.get(key)
    assert row is not None
    return row.state
