"""How long earlier attempts at a task have worked: the time that a loop of an interrupted attempt has used up."""

from claims import claim
from ledgers import NOON
from run_ledgers import add, task

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.rows import Attempt
from runner.tasks import AttemptOutcome, Outcome, StepOutcome, StepRecord, TaskState

CUT_OFF = Outcome(AttemptOutcome.INTERRUPTED, "cut off")


def work(ledger: Ledger, clock: ManualClock, *after_s: float) -> Attempt:
    """An attempt whose steps begin so long after it, and that is closed an hour later."""
    attempt = claim(ledger, task().key)
    began = clock.now()
    for ordinal, seconds in enumerate(after_s):
        clock.advance(seconds - (clock.now() - began).total_seconds())
        step = StepRecord(ordinal, "pause", "pause", "f.yaml:7", StepOutcome.COMPLETED, "", clock.now(), 1.0)
        ledger.attempts.add_step(attempt.id, step, None, None)
    clock.advance(3600)
    ledger.attempts.finish(attempt.id, CUT_OFF, TaskState.PENDING)
    return attempt


def test_it_is_what_their_steps_tell_without_the_time_between_them(
    ledger: Ledger, clock: ManualClock
) -> None:
    add(ledger, task(due_utc=NOON))
    work(ledger, clock, 5, 60, 90)
    work(ledger, clock)
    last = work(ledger, clock, 20, 30)
    now = claim(ledger, task().key)
    assert ledger.attempts.worked_s(task().key, before=now.id) == 120
    assert ledger.attempts.worked_s(task().key, before=last.id) == 90
    assert ledger.attempts.worked_s("another", before=now.id) == 0


def test_what_was_done_before_a_person_had_it_tried_anew_does_not_count(
    ledger: Ledger, clock: ManualClock
) -> None:
    add(ledger, task(due_utc=NOON))
    work(ledger, clock, 60)
    ledger.tasks.cancel([task().key], "not now")
    ledger.tasks.retry(task().key)
    now = claim(ledger, task().key)
    assert ledger.attempts.worked_s(task().key, before=now.id) == 0
