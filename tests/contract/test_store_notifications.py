"""What people are to be told: once for each recipient, and what became of it."""

from ledgers import BROKEN, HOUR, NOON, SECOND, add, finish

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.notification_rows import NewNotification
from runner.tasks import TaskState


def news(number: int = 1, to: str = "anna", event: str = "failed") -> NewNotification:
    content = {"what": f"task {number} failed", "identity": str(number)}
    return NewNotification(f"{event}/{number}@{to}", event, "A1", to, content, NOON + number * SECOND)


def test_the_same_news_are_written_once_for_each_recipient(ledger: Ledger) -> None:
    assert ledger.notifications.note([news(1), news(2), news(1)]) == 2
    assert ledger.notifications.note([news(2), news(2, "bob")]) == 1
    assert ledger.notifications.note([]) == 0
    assert [row.key for row in ledger.notifications.open("anna")] == ["failed/1@anna", "failed/2@anna"]
    assert [row.content["what"] for row in ledger.notifications.open("bob", "failed")] == ["task 2 failed"]
    assert ledger.notifications.open("bob", "missed") == []
    assert {(one.recipient, one.event) for one in ledger.notifications.waiting()} == {
        ("anna", "failed"),
        ("bob", "failed"),
    }


def test_a_notification_is_begun_and_then_sent_tried_again_or_given_up(
    ledger: Ledger, clock: ManualClock
) -> None:
    ledger.notifications.note([news(1), news(2), news(3)])
    ledger.notifications.begin([1, 2, 3])
    assert {(row.tries, row.begun_utc) for row in ledger.notifications.open()} == {(1, NOON)}
    clock.advance(1)
    ledger.notifications.sent([1])
    ledger.notifications.failed([2], "refused", NOON + HOUR)
    ledger.notifications.give_up([3], "refused")
    (left,) = ledger.notifications.open()
    assert (left.id, left.problem, left.begun_utc, left.not_before_utc) == (2, "refused", None, NOON + HOUR)
    assert ledger.notifications.failing() == [left]
    assert [row.id for row in ledger.notifications.given_up(NOON)] == [3]
    assert ledger.notifications.last_sent() == {("anna", "failed"): NOON + SECOND}
    ledger.notifications.sent([3])
    assert [row.is_sent for row in ledger.notifications.newest()] == [False, False, True], "over is over"


def test_all_that_somebody_waits_for_can_be_given_up_but_what_is_on_its_way(ledger: Ledger) -> None:
    ledger.notifications.note([news(1), news(2), news(3, "bob")])
    ledger.notifications.begin([1])
    ledger.notifications.give_up_of("anna", "gone", before_utc=NOON)
    assert len(ledger.notifications.open()) == 3
    ledger.notifications.give_up_of("anna", "gone")
    assert [row.id for row in ledger.notifications.open()] == [1, 3]


def test_tasks_that_went_wrong_are_found_by_when_they_did(ledger: Ledger, clock: ManualClock) -> None:
    keys = add(ledger, "A1", "A2", "A3")
    finish(ledger, keys[0], BROKEN, TaskState.FAILED)
    clock.advance(3600)
    ledger.tasks.miss([keys[1]], "too late")
    finish(ledger, keys[2])
    assert [row.task.key for row in ledger.tasks.troubles(NOON)] == [keys[1], keys[0]]
    assert [row.task.key for row in ledger.tasks.troubles(NOON, offset=1)] == [keys[0]]
    assert [row.task.key for row in ledger.tasks.troubles(NOON + SECOND)] == [keys[1]]
    ledger.tasks.retry(keys[0])
    assert [row.trouble_utc for row in ledger.tasks.troubles(NOON)] == [NOON + HOUR]
