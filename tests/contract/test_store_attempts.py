"""What every store promises of attempts and effects, many at once."""

from dataclasses import replace

import pytest
from claims import claim
from ledgers import BROKEN, DONE, HOUR, NOON, add, begin, finish

from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.journals import Settlement
from runner.store.ledger import Ledger
from runner.store.rows import AttemptEnd, NewEffect
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, TaskState


def test_many_tasks_are_started_at_once(ledger: Ledger) -> None:
    keys = add(ledger, *(f"D{number}" for number in range(1203)))
    ledger.tasks.cancel(keys[:1], "no longer wanted")
    attempts = ledger.attempts.start_all([*keys, "no such"])
    assert list(attempts) == [*keys[1:]]
    assert len({attempt.id for attempt in attempts.values()}) == 1202
    assert all(attempt.task_key == key for key, attempt in attempts.items())
    assert ledger.attempts.start_all(keys) == {}
    assert ledger.attempts.start_all([]) == {}
    assert ledger.tasks.counts() == {TaskState.CANCELLED: 1, TaskState.RUNNING: 1202}


def test_an_attempt_ends_and_another_task_is_claimed_at_once(ledger: Ledger) -> None:
    first, second, third = add(ledger, "A1", "B2", "C3")
    begun = ledger.attempts.start_all([first])[first]
    ledger.tasks.cancel([third], "no longer wanted")
    next_one = ledger.attempts.finish_and_start(AttemptEnd(begun.id, DONE, TaskState.COMPLETED), second)
    assert next_one is not None and (next_one.task_key, next_one.number) == (second, 1)
    ended = AttemptEnd(next_one.id, DONE, TaskState.COMPLETED)
    assert ledger.attempts.finish_and_start(ended, third) is None
    assert ledger.tasks.counts() == {TaskState.COMPLETED: 2, TaskState.CANCELLED: 1}


def test_an_end_that_is_refused_claims_nothing(ledger: Ledger) -> None:
    first, second = add(ledger, "A1", "B2")
    begun = ledger.attempts.start_all([first])[first]
    ended = AttemptEnd(begun.id, DONE, TaskState.COMPLETED)
    ledger.attempts.finish_all([ended])
    with pytest.raises(LedgerError, match="has ended"):
        ledger.attempts.finish_and_start(ended, second)
    assert ledger.tasks.counts() == {TaskState.COMPLETED: 1, TaskState.PENDING: 1}


def test_many_effects_are_begun_and_settled_at_once(ledger: Ledger) -> None:
    keys = add(ledger, *(f"D{number}" for number in range(700)))
    attempts = ledger.attempts.start_all(keys)
    wanted = [
        NewEffect(attempts[key].id, key, kind, None, None, "tiktok:@us", {"before": kind})
        for key in keys
        for kind in ("follow", "like")
    ]
    ids = ledger.effects.begin_all(wanted)
    settled = [
        Settlement(ids[0], EffectState.REFUTED, {}),
        Settlement(ids[1], EffectState.COMMITTED, {"n": "1"}),
    ]
    ledger.effects.settle_all(settled)
    endings = [AttemptEnd(attempts[key].id, DONE, TaskState.COMPLETED) for key in keys]
    rest = [Settlement(effect_id, EffectState.COMMITTED, {}) for effect_id in ids[2:]]
    ledger.attempts.finish_all(endings, rest)
    effects = ledger.effects.of_all([*keys, "no such"])
    assert [len(found) for found in effects.values()] == [2] * 700 + [0]
    assert [(one.ordinal, one.state, one.evidence) for one in effects[keys[0]]] == [
        (0, EffectState.REFUTED, {"before": "follow"}),
        (1, EffectState.COMMITTED, {"before": "like", "n": "1"}),
    ]
    assert [one.id for found in effects.values() for one in found] == ids
    assert ledger.tasks.counts() == {TaskState.COMPLETED: 700}


def test_many_are_written_all_or_none(ledger: Ledger) -> None:
    keys = add(ledger, "A1", "B2")
    attempts = ledger.attempts.start_all(keys)
    ids = [attempts[key].id for key in keys]
    good = NewEffect(ids[0], keys[0], "post", None, "A1", None, {})
    with pytest.raises(LedgerError, match="none of this task's"):
        ledger.effects.begin_all([good, good._replace(attempt_id=99)])
    assert ledger.effects.of(keys[0]) == []
    with pytest.raises(LedgerError, match="cannot finish attempt 99"):
        ledger.attempts.finish_all([(ids[0], DONE, TaskState.COMPLETED), (99, DONE, TaskState.COMPLETED)])
    with pytest.raises(LedgerError, match="cannot settle effect 99"):
        ledger.attempts.finish_all(
            [(ids[0], DONE, TaskState.COMPLETED)], [Settlement(99, EffectState.COMMITTED, {})]
        )
    assert ledger.tasks.counts() == {TaskState.RUNNING: 2}


def test_tries_are_counted_until_a_person_asks_for_a_retry(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    away = replace(BROKEN, again=Again.WHEN_BACK)
    stopped = Outcome(AttemptOutcome.STOPPED)
    tries = []
    for outcome in (BROKEN, away, stopped, BROKEN, BROKEN):
        attempt = claim(ledger, key)
        tries.append(attempt.tries)
        ledger.attempts.finish(attempt.id, outcome, TaskState.PENDING)
    assert tries == [0, 1, 1, 1, 2]
    finish(ledger, key, BROKEN, TaskState.FAILED)
    row = ledger.tasks.retry(key)
    assert (row.state, row.tries, row.attempts, row.reason) == (TaskState.PENDING, 0, 6, "")
    assert claim(ledger, key).number == 7


def test_an_ending_may_say_more_than_its_outcome(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    attempt = claim(ledger, key)
    ledger.attempts.finish_all(
        [AttemptEnd(attempt.id, BROKEN, TaskState.PENDING, "tried again soon", NOON + HOUR)]
    )
    record = ledger.tasks.record_of(key)
    assert record is not None
    assert (record.row.reason, record.row.not_before) == ("tried again soon", NOON + HOUR)
    assert record.attempts[0].message == "no button"


def test_usage_of_many_is_the_usage_of_each(ledger: Ledger, clock: ManualClock) -> None:
    keys = add(ledger, "A1", "B2", "C3")
    attempts = ledger.attempts.start_all(keys)
    for key, device in zip(keys, ("A1", "B2", "C3"), strict=True):
        begin(ledger, attempts[key], device=device)
        clock.advance(60)
    refuted = begin(ledger, attempts[keys[0]], "follow")
    ledger.effects.settle(refuted, EffectState.REFUTED, {})
    clock.advance(3 * 24 * 3600)
    begin(ledger, attempts[keys[1]], "follow", device="B2")
    table = ledger.effects.usage_of(["A1", "B2", "Z9"], ["tiktok:@us", "tiktok:@no"], clock.now())
    for device in ("A1", "B2", "Z9", None):
        for account in ("tiktok:@us", "tiktok:@no", None):
            one = ledger.effects.usage(device=device, account=account, now=clock.now())
            many = table.of(device, account)
            assert {kind: list(made) for kind, made in many.device.items()} == {
                kind: list(made) for kind, made in one.device.items()
            }
            assert {kind: list(made) for kind, made in many.account.items()} == {
                kind: list(made) for kind, made in one.account.items()
            }


def test_effects_alike_are_found_among_other_tasks(ledger: Ledger) -> None:
    keys = add(ledger, "A1", "B2", "C3", "D4")
    attempts = list(ledger.attempts.start_all(keys).values())

    def effect(number: int, kind: str, target: str | None, device: str | None, account: str | None) -> int:
        attempt = attempts[number]
        return ledger.effects.begin(attempt.id, attempt.task_key, kind, target, device, account, {})

    effect(0, "follow", "@north", "A1", None)
    effect(0, "post", None, None, "@us")
    same_device = effect(1, "follow", "@north", "A1", None)
    same_account = effect(2, "post", None, "C3", "@us")
    ledger.effects.settle(same_account, EffectState.REFUTED, {})
    effect(3, "follow", "@south", "A1", None)
    effect(3, "follow", "@north", "D4", None)
    effect(3, "like", None, None, "@us")
    assert [one.id for one in ledger.effects.alike([keys[0]])] == [same_device, same_account]
    assert ledger.effects.alike(["no such"]) == []
