"""What every store promises of occurrences, and of tasks as they are read."""

from dataclasses import replace

from claims import claim
from ledgers import (
    BROKEN,
    DONE,
    HOUR,
    NOON,
    add,
    begin,
    decided,
    finish,
    occurrence,
    state,
    task,
)

from runner.store.ledger import Ledger
from runner.store.rows import Attempt, OccurrenceState, TaskFilter
from runner.tasks import (
    EffectState,
    StepOutcome,
    StepRecord,
    TaskSource,
    TaskState,
)

# Occurrences


def test_decisions_are_recorded_with_their_tasks(ledger: Ledger) -> None:
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", "c0ffee")
    noon, one = occurrence(12), occurrence(13)
    tasks = [task(noon, "A1"), task(noon, "B2")]
    new = ledger.occurrences.record(
        [
            decided(noon, *tasks, version_id=version),
            decided(one, state=OccurrenceState.MISSED, reason="the daemon was down"),
        ]
    )
    assert new == tasks
    told = ledger.occurrences.of_entry("autumn", "publish")
    assert [(row.occurrence, row.state, row.reason, row.commit) for row in told] == [
        (one, OccurrenceState.MISSED, "the daemon was down", None),
        (noon, OccurrenceState.STARTED, "", "c0ffee"),
    ]
    assert [row.task for row in ledger.tasks.of(noon)] == tasks
    assert ledger.tasks.of(one) == []
    assert ledger.tasks.records_of(noon) == [ledger.tasks.record_of(task.key) for task in tasks]
    assert ledger.tasks.records_of(one) == []


def test_occurrences_are_found_by_their_instants(ledger: Ledger) -> None:
    hours = [occurrence(hour) for hour in range(8, 14)]
    ledger.occurrences.record([decided(one) for one in hours])
    between = ledger.occurrences.of_entry("autumn", "publish", hours[1].instant_utc, hours[4].instant_utc)
    assert [row.occurrence for row in between] == hours[3:0:-1]
    assert [row.occurrence for row in ledger.occurrences.of_entry("autumn", "publish", limit=1)] == hours[-1:]
    assert ledger.occurrences.of_entry("autumn", "follow") == []


def test_what_was_decided_once_is_left_alone(ledger: Ledger) -> None:
    noon = occurrence()
    first = task(noon)
    ledger.occurrences.record([decided(noon, first)])
    finish(ledger, first.key)
    assert ledger.occurrences.record([decided(noon, replace(first, config={}))]) == []
    assert ledger.occurrences.record([decided(noon, state=OccurrenceState.MISSED, reason="too late")]) == []
    (row,) = ledger.occurrences.of_entry("autumn", "publish")
    assert (row.state, state(ledger, first.key)) == (OccurrenceState.STARTED, TaskState.COMPLETED)


def test_an_occurrence_that_was_missed_can_be_run_by_hand(ledger: Ledger) -> None:
    noon = occurrence()
    ledger.occurrences.record([decided(noon, state=OccurrenceState.MISSED, reason="the daemon was down")])
    assert ledger.occurrences.record([decided(noon, task(noon))], "by-hand") == [task(noon)]
    (row,) = ledger.occurrences.of_entry("autumn", "publish")
    assert (row.state, row.reason) == (OccurrenceState.STARTED, "")
    assert ledger.tasks.all(run_id="by-hand")[0].task == task(noon)
    assert ledger.occurrences.record([decided(noon, task(noon))], "again") == []


def test_an_occurrence_that_was_missed_belongs_to_the_run_that_carries_it_out(ledger: Ledger) -> None:
    noon = occurrence()
    old, new = (ledger.campaigns.record("autumn", "autumn.yaml", text, text) for text in ("old", "new"))
    ledger.occurrences.record([decided(noon, state=OccurrenceState.MISSED, version_id=old)])
    ledger.occurrences.record([decided(noon, task(noon), version_id=new)], "by-hand")
    version, run = ledger.runs.campaign_of("by-hand"), ledger.runs.get("by-hand")
    assert (version and version.text, run and run.commit) == ("new", "new")
    assert [row.task for row in ledger.tasks.all(run_id="by-hand")] == [task(noon)]


def test_a_run_that_adds_tasks_to_an_occurrence_is_known_by_its_own_text(ledger: Ledger) -> None:
    noon = occurrence()
    old, new = (ledger.campaigns.record("autumn", "autumn.yaml", text, text) for text in ("old", "new"))
    first, second = task(noon), task(noon, "B2")
    ledger.occurrences.record([decided(noon, first, version_id=old)], "first")
    assert ledger.occurrences.record([decided(noon, first, second, version_id=new)], "second") == [second]
    version, run = ledger.runs.campaign_of("second"), ledger.runs.get("second")
    assert (version and version.text, run and run.commit) == ("new", "new")
    assert [row.task for row in ledger.tasks.all(run_id="second")] == [second]
    assert ledger.occurrences.record([decided(noon, first, second, version_id=new)], "third") == []
    assert ledger.runs.campaign_of("third") is None
    assert {run.run_id for run in ledger.runs.newest()} == {"first", "second"}


def test_a_deleted_task_is_never_made_again(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    ledger.tasks.delete(key)
    assert add(ledger, "A1") == []
    assert ledger.tasks.get(key) is None
    assert ledger.occurrences.known([("autumn", "publish", occurrence().nominal)])


def test_known_occurrences_are_told_from_others(ledger: Ledger) -> None:
    hours = [occurrence(hour) for hour in range(24)]
    ledger.occurrences.record([decided(one) for one in hours[::2]])
    identities = [(one.campaign, one.entry, one.nominal) for one in hours]
    assert ledger.occurrences.known(identities) == set(identities[::2])
    assert ledger.occurrences.known([("winter", "publish", hours[0].nominal)]) == set()
    assert ledger.occurrences.known([]) == set()


def test_entries_are_open_until_their_tasks_are_over(ledger: Ledger) -> None:
    late = add(ledger, "A1", hour=13)
    early = add(ledger, "A1", "B2", hour=12)
    assert ledger.occurrences.open_entries() == {("autumn", "publish")}
    assert ledger.occurrences.open_nominals("autumn", "publish") == [
        occurrence(12).nominal,
        occurrence(13).nominal,
    ]
    ledger.attempts.start_all(early)
    ledger.tasks.cancel(late, "no longer wanted")
    assert ledger.occurrences.open_nominals("autumn", "publish") == [occurrence(12).nominal]
    ledger.attempts.finish_all([(one.id, DONE, TaskState.COMPLETED) for one in attempts_of(ledger, early)])
    assert (ledger.occurrences.open_entries(), ledger.occurrences.open_nominals("autumn", "publish")) == (
        set(),
        [],
    )


def attempts_of(ledger: Ledger, keys: list[str]) -> list[Attempt]:
    """The open attempts of tasks, as another executor sees them."""
    own, ledger.attempts.executor = ledger.executor, "another"
    found = [attempt for attempt in ledger.attempts.interrupted() if attempt.task_key in keys]
    ledger.attempts.executor = own
    return found


# Tasks


def test_a_task_is_found_by_its_key_its_id_or_a_part(ledger: Ledger) -> None:
    first, second = add(ledger, "A1", "B2")
    row = ledger.tasks.get(second)
    assert row is not None
    assert ledger.tasks.get(row.id) == row
    assert ledger.tasks.get(10**6) is None
    assert ledger.tasks.find(str(row.id)) == [row]
    assert ledger.tasks.find(second) == [row]
    assert [one.task.key for one in ledger.tasks.find("autumn/")] == [second, first]
    assert [one.task.key for one in ledger.tasks.find("publish", limit=1)] == [second]
    assert ledger.tasks.find("%") == ledger.tasks.find("no such") == []


def test_a_page_shows_what_its_filter_lets_through_newest_first(ledger: Ledger) -> None:
    noon, one = occurrence(12), occurrence(13, "follow", "winter")
    tasks = [
        task(noon, "A1"),
        task(noon, "B2", script="follow"),
        task(one, "A1", source=TaskSource.API),
        replace(task(one, "C3", source=TaskSource.MANUAL), device=None, username="@us"),
    ]
    ledger.occurrences.record([decided(noon, *tasks[:2]), decided(one, *tasks[2:])])
    claim(ledger, tasks[1].key)

    def shown(**chosen: object) -> list[int]:
        total, rows = ledger.tasks.page(TaskFilter(**chosen))  # type: ignore[arg-type]
        assert total == len(rows)
        return [tasks.index(row.task) for row in rows]

    assert shown() == [3, 2, 1, 0]
    assert shown(campaign="autumn") == [1, 0]
    assert shown(campaign="winter", entry="follow") == [3, 2]
    assert shown(entry="publish", device="A1") == [0]
    assert shown(username="@us") == [3]
    assert shown(script="follow") == [1]
    assert shown(sources=[TaskSource.API, TaskSource.MANUAL]) == [3, 2]
    assert shown(states=[TaskState.RUNNING]) == [1]
    assert shown(states=[TaskState.PENDING], device="A1") == [2, 0]
    assert shown(since_utc=one.instant_utc) == [3, 2]
    assert shown(until_utc=one.instant_utc) == [1, 0]
    assert shown(run_id="no such") == []
    total, rows = ledger.tasks.page(TaskFilter(), offset=1, limit=2)
    assert (total, [tasks.index(row.task) for row in rows]) == (4, [2, 1])


def test_pending_tasks_are_told_in_order_and_new_ones_apart(ledger: Ledger) -> None:
    late = add(ledger, "A1", hour=14)
    early = add(ledger, "A1", "B2", hour=13)
    claim(ledger, early[0])
    assert [row.task.key for row in ledger.tasks.pending()] == [early[1], *late]
    last = ledger.tasks.get(early[1])
    assert last is not None
    newer = add(ledger, "C3", hour=15)
    assert [row.task.key for row in ledger.tasks.added_since(last.id)] == newer


def test_tasks_are_counted_by_state(ledger: Ledger) -> None:
    assert ledger.tasks.counts() == {}
    keys = add(ledger, "A1", "B2", "C3", "D4")
    finish(ledger, keys[0])
    claim(ledger, keys[1])
    ledger.tasks.delete(keys[2])
    assert ledger.tasks.counts() == {TaskState.COMPLETED: 1, TaskState.RUNNING: 1, TaskState.PENDING: 1}


def test_a_record_has_the_attempts_with_their_steps_and_the_effects(ledger: Ledger) -> None:
    key, other = add(ledger, "A1", "B2")
    first = claim(ledger, key)
    step = StepRecord(0, "tap", "Tap Post", "post.yaml:12", StepOutcome.COMPLETED, "", NOON, 0.25)
    ledger.attempts.add_step(first.id, step, "a.jpg", None)
    ledger.effects.settle(begin(ledger, first), EffectState.REFUTED, {})
    ledger.attempts.finish(first.id, BROKEN, TaskState.PENDING, reason="tried again", not_before=NOON + HOUR)
    claim(ledger, key)
    begin(ledger, claim(ledger, other))
    record = ledger.tasks.record_of(key)
    assert record is not None
    assert [(one.number, one.message, len(one.steps)) for one in record.attempts] == [
        (1, "no button", 1),
        (2, "", 0),
    ]
    assert [one.state for one in record.effects] == [EffectState.REFUTED]
    assert ledger.tasks.record_of(record.row.id) == record
    assert ledger.tasks.record_of("no such") is None
