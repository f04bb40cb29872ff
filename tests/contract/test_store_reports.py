"""What reports ask of a store."""

from dataclasses import replace

from claims import claim
from ledgers import BROKEN, DAY, DONE, HOUR, NOON, SECOND, decided, occurrence, task

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.rows import OccurrenceState, TaskFilter
from runner.tasks import EffectState, TaskState


def filled(ledger: Ledger, clock: ManualClock) -> None:
    """Two occurrences: of the first, one task is completed and one failed, both 3.5 s late; the second has one that
    waits."""
    first, second = occurrence(), occurrence(13)
    tasks = [task(first, "A1"), task(first, "B2"), task(second, "A1", username="@us")]
    ledger.occurrences.record([decided(first, *tasks[:2]), decided(second, tasks[2])], "by-hand")
    clock.advance(3.5)
    for one, outcome, state in ((tasks[0], DONE, TaskState.COMPLETED), (tasks[1], BROKEN, TaskState.FAILED)):
        attempt = claim(ledger, one.key)
        effect = ledger.effects.begin(attempt.id, one.key, "post", None, one.device, "@us", {}, "tiktok")
        is_made = state is TaskState.COMPLETED
        ledger.effects.settle(effect, EffectState.COMMITTED if is_made else EffectState.REFUTED, {})
        ledger.attempts.finish(attempt.id, outcome, state)


def test_tasks_are_counted_and_the_newest_read(ledger: Ledger, clock: ManualClock) -> None:
    filled(ledger, clock)
    whole, hour = TaskFilter(campaign="autumn"), TaskFilter(since_utc=NOON, until_utc=NOON + HOUR)
    counts = {TaskState.COMPLETED: 1, TaskState.FAILED: 1}
    assert ledger.reports.counts(whole) == {**counts, TaskState.PENDING: 1}
    assert ledger.reports.counts(hour) == ledger.reports.counts(TaskFilter(occurrence_ids=[1])) == counts
    assert [row.id for row in ledger.reports.newest(whole, 2)] == [3, 2]
    records = ledger.reports.records(ledger.reports.newest(hour, 5))
    assert [(one.row.id, len(one.attempts), len(one.effects)) for one in records] == [(2, 1, 1), (1, 1, 1)]
    assert ledger.reports.has_tasks(hour)
    assert not ledger.reports.has_tasks(replace(hour, since_utc=NOON - DAY, until_utc=NOON))


def test_what_lies_around_an_empty_time(ledger: Ledger, clock: ManualClock) -> None:
    filled(ledger, clock)
    empty = TaskFilter(since_utc=NOON + SECOND, until_utc=NOON + 2 * SECOND)
    assert ledger.reports.ends_around(empty) == (NOON, NOON + HOUR)
    assert ledger.reports.ends_around(TaskFilter(campaign="winter")) == (None, None)


def test_occurrences_are_found_by_their_names_and_those_without_tasks_in_a_time(
    ledger: Ledger, clock: ManualClock
) -> None:
    filled(ledger, clock)
    missed = occurrence(14)
    ledger.occurrences.record([decided(missed, state=OccurrenceState.MISSED)])
    found = ledger.reports.occurrence(missed.campaign, missed.entry, missed.nominal)
    assert found is not None
    assert (found.occurrence, ledger.reports.occurrence_by_id(found.id)) == (missed, found)
    assert ledger.reports.occurrence("autumn", "publish", "another") is None
    assert ledger.reports.not_started(TaskFilter(campaign="autumn"), 9) == [found]
    assert ledger.reports.not_started(TaskFilter(until_utc=NOON + 2 * HOUR), 9) == []


def test_tasks_are_summed_up(ledger: Ledger, clock: ManualClock) -> None:
    filled(ledger, clock)
    chosen = TaskFilter(campaign="autumn")
    groups = [(one.lane, one.username, one.state, one.tasks) for one in ledger.summaries.groups(chosen)]
    assert sorted(groups, key=str) == [
        ("A1", "@us", TaskState.PENDING, 1),
        ("A1", None, TaskState.COMPLETED, 1),
        ("B2", None, TaskState.FAILED, 1),
    ]
    assert ledger.summaries.lateness(chosen) == [(3, 2)]
    failed = replace(chosen, states=[TaskState.FAILED])
    assert [(one.reason, one.tasks, one.newest_id) for one in ledger.summaries.reasons(failed, 9)] == [
        ("no button", 1, 2)
    ]


def test_what_was_made_is_counted_and_what_did_not_happen_is_not(ledger: Ledger, clock: ManualClock) -> None:
    filled(ledger, clock)
    made = ledger.summaries.made(["A1", "B2"], ["@us"], NOON, NOON + HOUR)
    assert made == [("A1", "@us", "tiktok", "post", 1)]
    assert ledger.summaries.made([], ["@us"], NOON, NOON + HOUR) == made
    assert ledger.summaries.made(["A1"], ["@us"], NOON - HOUR, NOON) == []
