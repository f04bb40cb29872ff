"""What every store promises of files: each account gets every file once, unless a post has surely not happened."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from claims import claim
from ledgers import BROKEN, DAY, NOON, begin, decided, finish, occurrence, task

from runner.errors import LedgerRefusal
from runner.store.ledger import Ledger
from runner.store.rows import Decision
from runner.tasks import EffectState, SeenFile, Task, TaskOptions, TaskState

FILES = [SeenFile(f"/m/{name}.mp4", f"hash-{name}", f"print-{name}") for name in "abc"]
THERE_ARE = {("autumn", "publish"): FILES}
NEXT = TaskOptions(order="next")


def posts(hour: int, *devices: str, **changes: object) -> Decision:
    one = occurrence(hour)
    changes = {"config": {"content_type": 0}, "options": NEXT, **changes}
    return decided(one, *(task(one, device, **changes) for device in devices or ("A1",)))


def made(ledger: Ledger, hour: int, *devices: str, **changes: object) -> list[Task]:
    return ledger.occurrences.record([posts(hour, *devices, **changes)], files=THERE_ARE)


def names(tasks: Sequence[Task]) -> list[str]:
    return [file.path[3] for task in tasks for file in task.options.files]


def had(ledger: Ledger, *names: str) -> dict[str, list[str]]:
    return ledger.file_uses.of([f"tiktok:{name}" for name in names], [file.fingerprint for file in FILES])


def uncertain(ledger: Ledger, key: str, state: EffectState) -> None:
    attempt = claim(ledger, key)
    ledger.effects.settle(begin(ledger, attempt), state, {})
    ledger.attempts.finish(attempt.id, BROKEN, TaskState.FAILED)


def test_each_occurrence_gets_the_next_file_and_its_row_keeps_it(ledger: Ledger) -> None:
    first, second = made(ledger, 12), made(ledger, 13)

    assert (names(first), names(second)) == (["a"], ["b"])
    assert [row.task for row in ledger.tasks.of(occurrence(12))] == first
    assert had(ledger, "A1", "B2") == {"tiktok:A1": ["print-a", "print-b"]}


def test_occurrences_of_one_decision_get_files_one_after_the_other(ledger: Ledger) -> None:
    tasks = ledger.occurrences.record([posts(hour, "A1", "B2") for hour in (12, 13)], files=THERE_ARE)
    assert names(tasks) == ["a", "a", "b", "b"]


def test_recording_again_gives_no_second_file(ledger: Ledger) -> None:
    made(ledger, 12)
    assert made(ledger, 12) == []
    assert had(ledger, "A1") == {"tiktok:A1": ["print-a"]}


def test_an_account_is_the_owner_whatever_phone_it_is_on(ledger: Ledger) -> None:
    tasks = made(ledger, 12, "A1", "B2", username="@Brand")
    assert names(tasks) == ["a", "b"]
    assert had(ledger, "@brand") == {"tiktok:@brand": ["print-a", "print-b"]}


def test_another_app_is_another_account(ledger: Ledger) -> None:
    made(ledger, 12)
    assert names(made(ledger, 13, options=TaskOptions(order="next", app="instagram"))) == ["a"]


@pytest.mark.parametrize("state", [TaskState.FAILED, TaskState.COMPLETED])
def test_a_file_comes_again_only_if_it_was_not_posted(ledger: Ledger, state: TaskState) -> None:
    (one,) = made(ledger, 12)
    finish(ledger, one.key, BROKEN, state)
    assert names(made(ledger, 13)) == ["a" if state is TaskState.FAILED else "b"]


def test_missed_and_cancelled_tasks_give_their_files_back(ledger: Ledger) -> None:
    tasks = made(ledger, 12, "A1", "B2")
    ledger.tasks.miss([tasks[0].key], "too late")
    ledger.tasks.cancel([tasks[1].key], "no longer wanted")
    assert names(made(ledger, 13, "A1", "B2")) == ["a", "a"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EffectState.COMMITTED, "b"),
        (EffectState.UNCERTAIN, "b"),
        (EffectState.COMMITTING, "b"),
        (EffectState.REFUTED, "a"),
    ],
)
def test_a_failed_task_keeps_its_file_if_its_post_may_have_happened(
    ledger: Ledger, state: EffectState, expected: str
) -> None:
    (one,) = made(ledger, 12)
    uncertain(ledger, one.key, state)
    assert names(made(ledger, 13)) == [expected]


def test_a_deleted_task_keeps_what_it_has_posted(ledger: Ledger) -> None:
    first, second = made(ledger, 12)[0], made(ledger, 13)[0]
    finish(ledger, first.key)
    ledger.tasks.delete(first.key)
    ledger.tasks.delete(second.key)  # which cancels it: it had posted nothing
    assert names(made(ledger, 14)) == ["b"]


def test_the_retention_forgets_tasks_and_not_what_they_have_posted(ledger: Ledger) -> None:
    first, second = made(ledger, 12)[0], made(ledger, 13)[0]
    uncertain(ledger, first.key, EffectState.COMMITTED)
    finish(ledger, second.key, BROKEN, TaskState.FAILED)
    later = NOON + 10 * DAY
    for _ in range(2):
        list(ledger.retention.prune(later, later))
    assert had(ledger, "A1") == {"tiktok:A1": ["print-a"]}
    assert names(made(ledger, 14)) == ["b"]


def test_a_retry_posts_the_same_file(ledger: Ledger) -> None:
    (one,) = made(ledger, 12)
    finish(ledger, one.key, BROKEN, TaskState.FAILED)
    again = ledger.tasks.retry(one.key)
    assert again.task.options == one.options
    assert names(made(ledger, 13)) == ["b"]


def test_a_retry_is_refused_once_another_task_has_the_file(ledger: Ledger) -> None:
    (one,) = made(ledger, 12)
    finish(ledger, one.key, BROKEN, TaskState.FAILED)
    (other,) = made(ledger, 13)
    with pytest.raises(LedgerRefusal) as caught:
        ledger.tasks.retry(one.key)
    assert "its file /m/a.mp4 has gone to the task" in caught.value.message
    assert other.key in caught.value.message

    ledger.tasks.cancel([other.key], "no longer wanted")
    assert ledger.tasks.retry(one.key).state is TaskState.PENDING


def test_files_that_a_task_brings_are_kept_and_remembered(ledger: Ledger) -> None:
    brought = TaskOptions(files=(FILES[0],), order="same")
    assert names(made(ledger, 12, options=brought)) == ["a"]
    assert names(made(ledger, 13)) == ["b"]


def test_the_files_of_tasks_are_found_by_their_occurrences(ledger: Ledger) -> None:
    (first,), (second,) = made(ledger, 12), made(ledger, 13)
    until = occurrence(13).instant_utc
    assert ledger.file_uses.recorded(NOON, until) == {first.key: (SeenFile("/m/a.mp4", "hash-a"),)}
    assert set(ledger.file_uses.recorded(NOON, until + timedelta(seconds=1))) == {first.key, second.key}


def test_tasks_without_files_to_choose_from_have_none(ledger: Ledger) -> None:
    assert ledger.occurrences.record([posts(12)])[0].options == NEXT
    assert had(ledger, "A1") == {}


def test_a_task_that_got_no_file_can_get_one_later_and_keeps_it(ledger: Ledger) -> None:
    (one,) = ledger.occurrences.record([posts(12)])
    assert ledger.file_uses.choose(one, {}) == one
    chosen = ledger.file_uses.choose(one, THERE_ARE)

    assert names([chosen]) == ["a"]
    assert [row.task for row in ledger.tasks.of(occurrence(12))] == [chosen]
    assert ledger.file_uses.choose(one, {("autumn", "publish"): FILES[1:]}) == chosen
    assert names(made(ledger, 13)) == ["b"]
