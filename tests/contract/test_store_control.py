"""What every store promises of commands, pauses, spans and retention."""

from datetime import datetime

import pytest
from claims import claim
from ledgers import DAY, DONE, HOUR, NOON, SECOND, add, begin, decided, occurrence, task

from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind, PauseScope
from runner.store.retention import Pruned
from runner.store.rows import OccurrenceState, TaskFilter
from runner.tasks import (
    EffectState,
    StepOutcome,
    StepRecord,
    TaskState,
)

# Commands, pauses and spans


def test_a_command_is_open_until_it_is_answered(ledger: Ledger, clock: ManualClock) -> None:
    stop = ledger.commands.request(CommandKind.STOP_TASK, "a/b/c", "Ann")
    added = ledger.commands.request(CommandKind.TASKS_ADDED, None, "runner run", {"run": "20261121"})
    assert [(one.id, one.kind, one.subject, one.by) for one in ledger.commands.open()] == [
        (stop, CommandKind.STOP_TASK, "a/b/c", "Ann"),
        (added, CommandKind.TASKS_ADDED, None, "runner run"),
    ]
    assert ledger.commands.open()[1].arguments == {"run": "20261121"}
    clock.advance(1)
    ledger.commands.answer(stop, "it has stopped")
    told = ledger.commands.get(stop)
    assert told is not None
    assert (told.answer, told.requested_utc, told.done_utc) == ("it has stopped", NOON, NOON + SECOND)
    assert [one.id for one in ledger.commands.open()] == [added]
    with pytest.raises(LedgerError, match="it has been answered, or never existed"):
        ledger.commands.answer(stop, "again")
    assert ledger.commands.get(99) is None


def test_pauses_last_until_they_are_ended(ledger: Ledger, clock: ManualClock) -> None:
    ledger.pauses.begin(PauseScope.ALL, None, "Ann")
    ledger.pauses.begin(PauseScope.CAMPAIGN, "autumn", "Ann")
    clock.advance(60)
    ledger.pauses.begin(PauseScope.CAMPAIGN, "autumn", "Bo")
    ledger.pauses.begin(PauseScope.DEVICE, "A1", "Bo")
    assert [(one.scope, one.subject, one.by, one.since_utc) for one in ledger.pauses.current()] == [
        (PauseScope.ALL, None, "Ann", NOON),
        (PauseScope.CAMPAIGN, "autumn", "Ann", NOON),
        (PauseScope.DEVICE, "A1", "Bo", NOON + 60 * SECOND),
    ]
    clock.advance(60)
    assert ledger.pauses.end(PauseScope.CAMPAIGN, "winter") == 0
    assert ledger.pauses.end(PauseScope.CAMPAIGN, "autumn") == 1
    assert len(ledger.pauses.current()) == 2
    assert ledger.pauses.end() == 2
    assert ledger.pauses.current() == []
    history = ledger.pauses.between(NOON - HOUR, NOON + SECOND)
    assert [(one.subject, one.ended_utc) for one in history] == [
        (None, clock.now()),
        ("autumn", clock.now()),
    ]
    assert ledger.pauses.between(clock.now(), clock.now() + HOUR) == []


def test_a_span_lasts_as_long_as_its_daemon_is_known_to_live(ledger: Ledger, clock: ManualClock) -> None:
    assert ledger.spans.last() is None
    first = ledger.spans.begin("1.0", "started")
    clock.advance(10)
    ledger.spans.heartbeat(first)
    clock.advance(3600)
    second = ledger.spans.begin("1.0", "started")  # the first one was killed
    clock.advance(10)
    ledger.spans.heartbeat(second, NOON + HOUR + 15 * SECOND)
    clock.advance(5)
    ledger.spans.end(second, "stopped on request")
    newer, older = ledger.spans.newest()
    assert (older.id, older.seen_utc, older.stopped_utc, older.until_utc) == (
        first,
        NOON + 10 * SECOND,
        None,
        NOON + 10 * SECOND,
    )
    assert (newer.start_reason, newer.stop_reason) == ("started", "stopped on request")
    assert (newer.seen_utc, newer.until_utc) == (NOON + HOUR + 15 * SECOND, NOON + HOUR + 25 * SECOND)
    assert ledger.spans.last() == newer
    assert ledger.spans.at(NOON + SECOND) == older
    assert ledger.spans.at(NOON + 11 * SECOND) is None
    assert ledger.spans.at(NOON + HOUR + 20 * SECOND) == newer
    assert ledger.spans.at(NOON + 2 * HOUR) is None


def test_the_latest_instant_tells_a_clock_that_is_behind(ledger: Ledger, clock: ManualClock) -> None:
    assert ledger.spans.latest_instant() is None
    (key,) = add(ledger, "A1")
    assert ledger.spans.latest_instant() == NOON
    clock.advance(60)
    attempt = claim(ledger, key)
    assert ledger.spans.latest_instant() == NOON + 60 * SECOND
    clock.advance(60)
    effect = begin(ledger, attempt)
    clock.advance(60)
    ledger.effects.settle(effect, EffectState.COMMITTED, {})
    assert ledger.spans.latest_instant() == NOON + 180 * SECOND
    clock.advance(-3600)
    ledger.spans.heartbeat(ledger.spans.begin("1.0", "started"))
    assert ledger.spans.latest_instant() == NOON + 180 * SECOND


# Retention

SCREEN = StepRecord(0, "tap", "Tap Post", "post.yaml:12", StepOutcome.COMPLETED, "", NOON, 0.25)


def carried_out(ledger: Ledger, key: str, device: str = "A1", after: TaskState = TaskState.COMPLETED) -> None:
    attempt = claim(ledger, key)
    ledger.attempts.add_step(attempt.id, SCREEN, f"{device}.jpg", f"{device}.xml")
    ledger.effects.settle(begin(ledger, attempt, device=device), EffectState.COMMITTED, {})
    ledger.attempts.finish(attempt.id, DONE, after)


def prune(ledger: Ledger, before: datetime, keep_from: datetime) -> Pruned:
    """All that the retention removes."""
    steps = list(ledger.retention.prune(before, keep_from))
    return Pruned(
        sum(step.tasks for step in steps),
        sum(step.tombstones for step in steps),
        sum(step.occurrences for step in steps),
        tuple(path for step in steps for path in step.artifacts),
    )


def test_what_is_old_is_forgotten_but_its_key(ledger: Ledger, clock: ManualClock) -> None:
    old, unsure, waiting, deleted = add(ledger, "A1", "B2", "C3", "D4")
    carried_out(ledger, old)
    carried_out(ledger, unsure, "B2", TaskState.UNCERTAIN)
    carried_out(ledger, deleted, "D4")
    ledger.tasks.delete(deleted)
    clock.advance(10 * 24 * 3600)
    (new,) = add(ledger, "A1", hour=13)
    carried_out(ledger, new)
    pruned = prune(ledger, clock.now() - DAY, keep_from=NOON - DAY)
    assert (pruned.tasks, pruned.tombstones) == (2, 0)
    assert sorted(pruned.artifacts) == ["A1.jpg", "A1.xml", "D4.jpg", "D4.xml"]
    assert ledger.tasks.get(old) is None
    assert [row.task.key for row in ledger.tasks.page(TaskFilter())[1]] == [new, waiting, unsure]
    record = ledger.tasks.record_of(unsure)
    assert record is not None
    assert len(record.attempts[0].steps) == len(record.effects) == 1
    assert add(ledger, "A1", "D4") == []
    assert prune(ledger, clock.now() - DAY, keep_from=NOON - DAY) == Pruned()


def test_limits_count_what_has_been_forgotten(ledger: Ledger, clock: ManualClock) -> None:
    first, second = add(ledger, "A1", "B2")
    carried_out(ledger, first)
    clock.advance(60)
    carried_out(ledger, second)
    prune(ledger, clock.now() + DAY, keep_from=NOON + DAY)
    made = {"post": (NOON, NOON + 60 * SECOND)}
    assert ledger.effects.usage(device="A1", account="tiktok:@us", now=clock.now()).account == made
    clock.advance(100 * 24 * 3600)
    prune(ledger, clock.now(), keep_from=NOON + DAY)
    assert ledger.effects.usage(device="A1", account=None, now=clock.now()).device == {
        "post": (NOON + 60 * SECOND,)
    }


def test_a_key_goes_when_nothing_can_reach_it(ledger: Ledger, clock: ManualClock) -> None:
    keys = add(ledger, *(f"D{number}" for number in range(1100)))
    ledger.tasks.cancel(keys, "no longer wanted")
    carried_out(ledger, add(ledger, "A1", hour=13)[0])  # the latest effect of its device stays
    ledger.occurrences.record([decided(occurrence(14), state=OccurrenceState.MISSED)])
    clock.advance(100 * 24 * 3600)
    ledger.commands.request(CommandKind.TASKS_ADDED, None, "Ann")
    pruned = prune(ledger, clock.now() - 10 * DAY, keep_from=clock.now() - 20 * DAY)
    assert (pruned.tasks, pruned.tombstones) == (1101, 1100)
    identities = [(one.campaign, one.entry, one.nominal) for one in map(occurrence, (12, 13, 14))]
    assert ledger.occurrences.known(identities) == {identities[1]}
    assert ledger.effects.usage(device="A1", account=None, now=clock.now()).device == {"post": (NOON,)}
    assert len(ledger.commands.open()) == 1


def test_a_run_is_forgotten_with_the_last_of_its_tasks(ledger: Ledger, clock: ManualClock) -> None:
    noon, one = occurrence(12), occurrence(13)
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    ledger.occurrences.record([decided(noon, task(noon), version_id=version)], "1")
    ledger.occurrences.record([decided(one, task(one), version_id=version)], "2")
    ledger.tasks.cancel([task(noon).key], "no longer wanted")
    clock.advance(100 * 24 * 3600)
    prune(ledger, clock.now() - 10 * DAY, keep_from=clock.now() - 20 * DAY)
    assert [run.run_id for run in ledger.runs.newest()] == ["2"]
    ledger.tasks.cancel([task(one).key], "no longer wanted")
    clock.advance(30 * 24 * 3600)
    prune(ledger, clock.now() - 10 * DAY, keep_from=clock.now() - 20 * DAY)
    assert (ledger.runs.newest(), ledger.campaigns.newest_version("autumn")) == ([], None)
