"""Finds the server's tasks that a call has made; searches until it finds them or can expect no more evidence."""

from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from runner.backends.local_api.answers import ServerStatus, ServerTask
from runner.backends.local_api.batch import PatientCalls, SentBatch, settlements
from runner.backends.local_api.sent_task import (
    Followed,
    Search,
    Searched,
    Sending,
    ServerTaskEnd,
    Trace,
    Unsent,
    kinds,
    ranges,
    surplus,
    unknown,
)
from runner.backends.local_api.server import Newest
from runner.backends.local_api.task_content import agrees, contradicts
from runner.errors import ApiRefused
from runner.tasks import AttemptOutcome, Effect, EffectState, Outcome, Task

SEARCH_S = 60.0
"""How long a search for the tasks of a call lasts at least."""

STILL_UNDER_WAY = timedelta(minutes=15)
"""How long after it was sent a call may still make tasks."""

Found = dict[str, list[ServerTask]]
"""By task key, the server's tasks that are its own."""


# What is searched for.


def search_for(batch: SentBatch, ones: Sequence[Sending], trace: Trace, why: str, since: float = 0.0) -> None:
    """Begin to search for the tasks that a call has made; `why` says what is known of its answer."""
    now = batch.server.clock.monotonic()
    call = Search(tuple(one.task.key for one in ones), trace, why, now, now + SEARCH_S)
    for one in ones:
        batch.update(Searched(one.task, one.effects, call, since))
    batch.server.view.hurry()


def take_up(batch: SentBatch) -> None:
    """Begin where earlier attempts ended: find or search for what was sent, and never send it again."""
    now = batch.server.clock.monotonic()
    lost: dict[Trace, list[tuple[Task, list[Effect]]]] = {}
    for key, effects in batch.journal.effects().items():
        one, unsure = batch.open[key], [effect for effect in effects if effect.state.is_unsettled]
        trace = Trace.of(unsure or effects)
        # The order matters: an effect that nobody has settled goes before those that tell how an attempt ended.
        if unsure and trace.ids:
            known = Followed(one.task, _numbers(unsure), trace.ids, trace.by_order, now, trace.stopping)
            batch.update(known)
        elif unsure:
            lost.setdefault(trace, []).append((one.task, unsure))
        elif any(effect.state is EffectState.COMMITTED for effect in effects):
            outcome = Outcome(AttemptOutcome.COMPLETED, "an earlier attempt had done it")
            batch.finish(one, ServerTaskEnd(outcome))
        elif len(trace.ids) == 1:
            batch.update(Unsent(one.task, repeats=trace.ids[0]))
    for trace, tasks in lost.items():  # all tasks of one call have the same trace
        keys = tuple(task.key for task, _ in tasks)
        call = Search(keys, trace, _why_lost(trace), now, now + SEARCH_S)
        for task, unsure in tasks:
            batch.update(Searched(task, _numbers(unsure), call, now, trace.stopping))
    sent = [one.task for one in batch.open.values() if not isinstance(one, Unsent)]
    batch.server.load.occupy(batch, sent)


def _why_lost(trace: Trace) -> str:
    if trace.answered:
        return f"the server answered with the ids {ranges(trace.answered)}"
    return "the process ended before the answer to the call was written down"


def _numbers(effects: Iterable[Effect]) -> tuple[int, ...]:
    return tuple(effect.id for effect in effects)


# How it is found.


def search(batch: SentBatch) -> None:
    """Join our tasks to the server's tasks, as far as it shows them by now."""
    for call in batch.searches():
        _search(batch, call)


def _search(batch: SentBatch, call: Search) -> None:
    """Search from the surest evidence to the weakest: each takes what those before it have left."""
    view = batch.server.view
    is_over = view.swept_from >= call.until
    _take(batch, call, _taken_up_again(batch, call))
    answered, is_complete = _answered(batch, call)
    if is_complete or is_over or not _is_several(batch, call):
        found, by_order = by_answer([one.task for one in batch.searched(call)], answered)
        _take(batch, call, found, by_order)
    if batch.searched(call) and (is_complete or is_over):
        # Two batches that claim at the same time could both take one of the server's tasks for theirs.
        with batch.server.load.claiming:
            _take(batch, call, _unanswered(batch, call))
            if is_over:
                _take(batch, call, _left_as_it_was(batch, call))
    for one in batch.searched(call):
        if is_over or view.silent_s() >= one.task.timeout_s:
            _give_up(batch, call, one)


def _give_up(batch: SentBatch, call: Search, one: Searched) -> None:
    problem = batch.server.view.problem
    message = f"{call.why}; no task after {call.trace.newest.id} there can be told to be this one"
    if problem is not None:
        message = f"{call.why}; {problem.message}"
    batch.finish(one, unknown(one.task, message, {"searched": message}))


def _take(batch: SentBatch, call: Search, found: Found, by_order: Set[str] = frozenset()) -> None:
    """Follow these tasks by their ids from now on."""
    taken = [
        one.found([task.id for task in found[one.task.key]], by_order=one.task.key in by_order)
        for one in batch.searched(call)
        if found.get(one.task.key)
    ]
    if not taken:
        return
    taken = _with_surplus(batch, taken)
    for one in taken:
        batch.update(one)
    batch.journal.settle(
        [line for one in taken for line in settlements([one], EffectState.COMMITTING, one.names)]
    )
    batch.server.load.clear(batch, [one.task for one in taken])


def _with_surplus(batch: SentBatch, ones: Sequence[Followed]) -> list[Followed]:
    """Make limits count what tasks do for every account of a device, not for one."""
    more = [intent for one in ones for intent in surplus(one)]
    written = batch.journal.discovered(more) if more else {}
    return [replace(one, effects=(*one.effects, *written.get(one.task.key, ()))) for one in ones]


def _is_several(batch: SentBatch, call: Search) -> bool:
    """Whether each task of the call may have become several on the server, one for each account."""
    several = any(one.task.options.multi_account and one.task.device for one in batch.searched(call))
    return several and call.trace.retry_of is None


def _answered(batch: SentBatch, call: Search) -> tuple[list[ServerTask], bool]:
    """The tasks that the answer named, as far as one can see them yet, and whether those are all."""
    view, calls, seen = batch.server.view, PatientCalls(batch), []
    for number in call.trace.answered:
        one = view.get(number, 0.0)
        if one is None and call.asked_at < view.swept_from and view.is_missing(number, call.since):
            with suppress(ApiRefused):
                one = calls.ask(number)
        if one is not None:
            seen.append(one)
    call.asked_at = max(call.asked_at, view.swept_from)
    return seen, len(seen) == len(call.trace.answered)


def _taken_up_again(batch: SentBatch, call: Search) -> Found:
    """For a retry without an answer: the task to try again, if it is under way or done."""
    again = _retried(batch, call)
    if again is None or again.status is ServerStatus.FAILED:
        return {}
    return {one.task.key: [again] for one in batch.searched(call)}


def _left_as_it_was(batch: SentBatch, call: Search) -> Found:
    """For a retry without an answer: the task to try again, if it is still a failed one and the retry can have made no
    other."""
    again = _retried(batch, call)
    if again is None or call.trace.answered:
        return {}
    others = {number for other in batch.in_state(Followed) for number in other.ids}
    others |= {number for effect in batch.journal.alike() for number in Trace.of([effect]).ids}
    newer = [task for task in batch.server.view.newer(call.trace.newest.id) if task.id not in others]
    return {
        one.task.key: [again]
        for one in batch.searched(call)
        if all(task.source == "ui" or contradicts(one.task, task) for task in newer)
    }


def _retried(batch: SentBatch, call: Search) -> ServerTask | None:
    """The task to try again, as it was after the retry."""
    retry_of = call.trace.retry_of
    return None if retry_of is None else batch.server.view.get(retry_of, call.since)


def _unanswered(batch: SentBatch, call: Search) -> Found:
    """The tasks that the call has surely made though no answer names them."""
    view, newest, is_several = batch.server.view, call.trace.newest, _is_several(batch, call)
    if is_several and view.swept_from < call.since:
        return {}
    newer = {task.id: task for task in view.newer(newest.id)}
    wanted = batch.searched(call)
    alike = {one.task.key: by_content(one.task, list(newer.values()), newest) for one in wanted}
    if not any(alike.values()):
        return {}
    others = batch.journal.alike()
    found: Found = {}
    for one in wanted:
        ids = [task.id for task in alike[one.task.key]]
        own = Claim(one.effects[0], newest.id, _sent(call.trace), several=is_several)
        if share := own_share(own, _claims(one.task, others), ids):
            found[one.task.key] = [newer[number] for number in share]
    return found


def _claims(task: Task, others: Iterable[Effect]) -> "list[Claim]":
    """The other calls whose tasks on the server may look like this one's, except those that were given up."""
    claims = []
    first_kind = next(iter(kinds(task)))
    for effect in others:
        trace = Trace.of([effect])
        same = (effect.kind, effect.target, effect.evidence.get("lane")) == (
            first_kind,
            task.target,
            task.lane,
        )
        ids = trace.ids or trace.answered
        if same and (ids or effect.state is EffectState.COMMITTING):
            claims.append(Claim(effect.id, trace.newest.id, _sent(trace), ids))
    return claims


def _sent(trace: Trace) -> datetime:
    return trace.sent_utc or datetime.min.replace(tzinfo=UTC)


# Which evidence tells whose a task is. Pure.


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A call that has made tasks of some content, or may have: `newest` was the highest id before it, `ids` are those
    that are known to be its own, `effect` is the ledger's id of its intent; `several` means that it may have made more
    than one task."""

    effect: int
    newest: int
    sent_utc: datetime
    ids: tuple[int, ...] = ()
    several: bool = False


def by_answer(tasks: Sequence[Task], answered: Sequence[ServerTask]) -> tuple[Found, set[str]]:
    """The tasks of one call joined to those that its answer names, by the details that the server tells.

    If those do not tell tasks apart, their order does, provided there are as many of them: the second value has the
    keys of such tasks.
    """
    found: Found = {}
    unclear: dict[tuple[str, ...], list[ServerTask]] = {}
    for one in sorted(answered, key=lambda one: one.id):
        possible = [task for task in tasks if not contradicts(task, one)]
        if len(possible) == 1:
            found.setdefault(possible[0].key, []).append(one)
        elif possible:
            unclear.setdefault(tuple(task.key for task in possible), []).append(one)
    by_order: set[str] = set()
    for keys, ones in unclear.items():
        left = [key for key in keys if key not in found]
        if len(left) == len(ones):
            found |= {key: [one] for key, one in zip(left, ones, strict=True)}
            by_order |= set(left)
    return found, by_order


def by_content(task: Task, newer: Sequence[ServerTask], newest: Newest) -> list[ServerTask]:
    """The server's tasks, by id, that a call without an answer can have made for a task: they agree with it in every
    field that the server tells, and tell enough. `newest` was the newest one before the call."""
    alike = (
        one
        for one in newer
        if one.id > newest.id
        and one.source != "ui"
        and not _is_before(one.created_at, newest.created_at)
        and agrees(task, one)
    )
    return sorted(alike, key=lambda one: one.id)


def own_share(own: Claim, others: Sequence[Claim], candidates: Sequence[int]) -> tuple[int, ...]:
    """The ids that belong to this call, among those that calls of the same content may have made; none if that cannot
    be told.

    Ids that are known to be another call's stay with it. Of calls that are as open as this one, the first takes the
    first id. All ids that this call can have made came before a call that was sent much later.
    """
    taken = {number for other in others for number in other.ids}
    later = [other.newest for other in others if other.sent_utc > own.sent_utc + STILL_UNDER_WAY]
    free = [number for number in candidates if number not in taken and number <= min(later, default=number)]
    open_ones = [
        other for other in others if not other.ids and abs(other.sent_utc - own.sent_utc) <= STILL_UNDER_WAY
    ]
    # More tasks than calls: somebody else has made some of them, and nobody can tell which.
    if len(free) > 1 + len(open_ones):
        return tuple(free) if own.several and not open_ones else ()
    for one in sorted([own, *open_ones], key=lambda one: (one.newest, one.effect)):
        number = next((number for number in free if number > one.newest), None)
        if one is own:
            return () if number is None else (number,)
        if number is not None:
            free.remove(number)
    return ()


def _is_before(created_at: str | None, than: str | None) -> bool:
    """Whether one of the server's instants is surely earlier than another of them."""
    try:
        return (
            created_at is not None
            and than is not None
            and datetime.fromisoformat(created_at) < datetime.fromisoformat(than)
        )
    except (ValueError, TypeError):
        return False
