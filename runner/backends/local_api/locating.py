"""Which of the server's tasks a call has made: searched until found, or until no evidence is to be expected."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from runner.backends.local_api.batch import Batch, Server, settlements
from runner.backends.local_api.calling import SEARCH_S
from runner.backends.local_api.ending import Ending, unknown
from runner.backends.local_api.look import Look
from runner.backends.local_api.matching import Claim, Found, by_answer, by_content, contradicts, own_share
from runner.backends.local_api.shapes import ServerStatus, ServerTask, ranges
from runner.backends.local_api.work import Lot, Trace, Work, kinds, surplus
from runner.errors import ApiRefused
from runner.tasks import AttemptOutcome, Effect, EffectState, Outcome, Task


def take_up(batch: Batch) -> None:
    """Begin where earlier attempts have ended: what was sent is found or searched for, never sent again."""
    now = batch.server.clock.monotonic()
    lots: dict[tuple[object, ...], Lot] = {}
    for key, effects in batch.journal.effects().items():
        work = batch.open[key]
        unsure = [effect for effect in effects if effect.state.is_unsettled]
        if unsure:
            _take_up(work, unsure, lots, now)
        elif any(effect.state is EffectState.COMMITTED for effect in effects):
            batch.finish(work, Ending(Outcome(AttemptOutcome.COMPLETED, "an earlier attempt had done it")))
        else:
            ids = Trace.of(effects).ids
            work.repeats = ids[0] if len(ids) == 1 else None
    batch.lots = list(lots.values())
    sent = [work.task for work in batch.open.values() if not work.is_waiting]
    batch.server.gate.take_up(batch, sent)


def _take_up(work: Work, unsure: Sequence[Effect], lots: dict[tuple[object, ...], Lot], now: float) -> None:
    trace = Trace.of(unsure)
    work.effects = [effect.id for effect in unsure]
    work.by_order = trace.by_order
    work.ids = trace.ids
    work.was_stopped = trace.stopping
    work.since = now
    if not work.ids:
        why = "the process ended before the answer to the call was written down"
        if trace.answered:
            why = f"the server answered with the ids {ranges(trace.answered)}"
        call = (trace.newest, trace.sent_utc, trace.answered, trace.retry_of)
        lot = lots.setdefault(call, Lot(trace, why, now, now + SEARCH_S))
        lot.works.append(work)
        work.lot = lot


def locate(batch: Batch) -> None:
    """Join the tasks that are searched for to the server's, as far as it shows them by now."""
    for lot in list(batch.lots):
        lot.works = [work for work in lot.works if batch.open.get(work.task.key) is work and not work.ids]
        if lot.works:
            _locate(batch, lot)
        if not lot.works:
            batch.lots.remove(lot)


def _locate(batch: Batch, lot: Lot) -> None:
    server = batch.server
    is_over = server.view.swept_from >= lot.until
    _take(batch, lot, _taken_up_again(server, lot), set())
    answered, is_complete = _answered(batch, lot)
    if is_complete or is_over or not _is_several(lot):
        _take(batch, lot, *by_answer([work.task for work in lot.works], answered))
    if lot.works and (is_complete or is_over):
        with server.gate.claiming:
            _take(batch, lot, _unanswered(batch, lot), set())
            if is_over:
                _take(batch, lot, _left_as_it_was(batch, lot), set())
    for work in list(lot.works):
        if is_over or server.view.silent_s() >= work.task.timeout_s:
            message = f"{lot.why}; no task after {lot.trace.newest.id} there can be told to be this one"
            if server.view.problem is not None:
                message = f"{lot.why}; {server.view.problem.message}"
            batch.finish(work, unknown(work, message, {"searched": message}))
            lot.works.remove(work)


def _is_several(lot: Lot) -> bool:
    """Whether each of its tasks may have become several on the server, one for each account."""
    several = any(work.task.options.multi_account and work.task.device for work in lot.works)
    return several and lot.trace.retry_of is None


def _answered(batch: Batch, lot: Lot) -> tuple[list[ServerTask], bool]:
    """The tasks that the answer named, as far as they are to be seen yet, and whether those are all."""
    view, look, seen = batch.server.view, Look(batch), []
    for number in lot.trace.answered:
        one = view.get(number, 0.0)
        if one is None and lot.asked_at < view.swept_from and view.is_missing(number, lot.since):
            with suppress(ApiRefused):
                one = look.ask(number)
        if one is not None:
            seen.append(one)
    lot.asked_at = max(lot.asked_at, view.swept_from)
    return seen, len(seen) == len(lot.trace.answered)


def _taken_up_again(server: Server, lot: Lot) -> Found:
    """Of a retry without an answer: the task that was to be tried again, if that is under way or done."""
    again = _retried(server, lot)
    if again is None or again.status is ServerStatus.FAILED:
        return {}
    return {work.task.key: [again] for work in lot.works}


def _left_as_it_was(batch: Batch, lot: Lot) -> Found:
    """Of a retry without an answer: the task that was to be tried again and is a failed one all the same, if the
    retry can have made no other one."""
    again = _retried(batch.server, lot)
    if again is None or lot.trace.answered:
        return {}
    others = {number for other in batch.open.values() for number in other.ids}
    others |= {number for effect in batch.journal.alike() for number in Trace.of([effect]).ids}
    newer = [one for one in batch.server.view.newer(lot.trace.newest.id) if one.id not in others]
    return {
        work.task.key: [again]
        for work in lot.works
        if all(one.source == "ui" or contradicts(work.task, one) for one in newer)
    }


def _retried(server: Server, lot: Lot) -> ServerTask | None:
    """The task that was to be tried again, as it was after that."""
    return None if lot.trace.retry_of is None else server.view.get(lot.trace.retry_of, lot.since)


def _unanswered(batch: Batch, lot: Lot) -> Found:
    """What the call can be told to have made though no answer names it."""
    server, newest = batch.server, lot.trace.newest
    if _is_several(lot) and server.view.swept_from < lot.since:
        return {}
    newer = {one.id: one for one in server.view.newer(newest.id)}
    alike = {work.task.key: by_content(work.task, list(newer.values()), newest) for work in lot.works}
    if not any(alike.values()):
        return {}
    others = batch.journal.alike()
    found: Found = {}
    for work in lot.works:
        ids = [one.id for one in alike[work.task.key]]
        own = Claim(work.effects[0], newest.id, _sent(lot.trace), several=_is_several(lot))
        share = own_share(own, _claims(work.task, others), ids)
        if share:
            found[work.task.key] = [newer[number] for number in share]
    return found


def _claims(task: Task, others: Iterable[Effect]) -> list[Claim]:
    """The other calls whose tasks on the server may look like those of this one; not those that were given up."""
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


def _take(batch: Batch, lot: Lot, found: Found, by_order: set[str]) -> None:
    """These are known by their ids from now on."""
    taken = [work for work in lot.works if found.get(work.task.key)]
    for work in taken:
        work.ids, work.by_order = tuple(one.id for one in found[work.task.key]), work.task.key in by_order
        lot.works.remove(work)
    if taken:
        _count_all(batch, taken)
        told = [one for work in taken for one in settlements([work], EffectState.COMMITTING, work.names)]
        batch.journal.settle(told)
        batch.server.gate.found(batch, [work.task for work in taken])


def _count_all(batch: Batch, works: Iterable[Work]) -> None:
    """Have limits count what tasks do for every account of a device, not for one."""
    if more := [intent for work in works for intent in surplus(work)]:
        for key, effects in batch.journal.discovered(more).items():
            batch.open[key].effects += effects
