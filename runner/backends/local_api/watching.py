"""Tasks that are known on the server by their ids: followed to their ends, and stopped where that is asked for."""

from contextlib import suppress

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.ending import deleted, left, reported, stopped, unknown
from runner.backends.local_api.matching import contradicts
from runner.backends.local_api.refusals import UNKNOWN
from runner.backends.local_api.shapes import ServerStatus, ServerTask, ranges
from runner.backends.local_api.work import Work
from runner.errors import ApiError, ApiRefused
from runner.tasks import EffectState

MOST_QUESTIONS = 5
"""How many tasks that the list has lost are asked for at a time."""

_STOP_AGAIN_S, _STOP_S = 5.0, 60.0
"""When a stop is asked for again, and when it is given up."""


def heed(batch: Batch) -> None:
    """Take note of what is to be stopped, for a person or since its time is over."""
    wanted = dict.fromkeys(batch.journal.asked_to_stop(), "stopped on request")
    for key in batch.journal.overdue():
        if key in batch.open:
            wanted.setdefault(key, f"timed out after {batch.open[key].task.timeout_s:g} s")
    now = batch.server.clock.monotonic()
    for key, why in wanted.items():
        work = batch.open.get(key)
        if work is not None and work.is_waiting:
            batch.finish(work, stopped(why))
        elif work is not None and work.stopping is None:
            work.stopping, work.stop_until = why, now + _STOP_S


def leave(batch: Batch) -> None:
    """Our process is about to end: what is on the server goes on there."""
    for work in list(batch.open.values()):
        batch.finish(work, left(work))


def watch(batch: Batch) -> None:
    """See how far the tasks are, end those that have ended, stop those that are to be stopped."""
    view, now = batch.server.view, batch.server.clock.monotonic()
    begun, questions = [], MOST_QUESTIONS
    for work in list(batch.open.values()):
        told, questions = _told(batch, work, questions)
        gone = len(work.gone)
        if work.ids and told and not work.has_begun and any(map(_has_begun, told.values())):
            work.has_begun = True
            begun.append(work.task.key)
        ended = [one for one in told.values() if one.status is not None and not one.status.is_open]
        if work.ids and gone == len(work.ids):
            batch.finish(work, deleted(work))
        elif ended and len(ended) + gone == len(work.ids):
            batch.finish(work, reported(work, ended))
        elif work.stopping and now >= work.stop_until:
            batch.finish(work, unknown(work, f"{work.stopping}; the server has not ended it", work.names))
        elif work.stopping and work.ids and now >= work.stop_at:
            if not work.stop_at:
                batch.settle([work], EffectState.COMMITTING, {"stopping": work.stopping})
            work.stop_at = now + _STOP_AGAIN_S
            for number in work.ids:
                _stop(batch, work, number)
        elif work.ids and view.silent_s() >= work.task.timeout_s and view.problem is not None:
            batch.finish(work, unknown(work, f"task {ranges(work.ids)}: {view.problem.message}", work.names))
    still_open = [key for key in begun if key in batch.open]
    if still_open:
        batch.journal.begun(still_open)


def _told(batch: Batch, work: Work, questions: int) -> tuple[dict[int, ServerTask], int]:
    """What the server tells of the task, by its ids that are not gone, and how many questions are left."""
    view, told = batch.server.view, {}
    for number in work.ids:
        one = view.get(number, work.since)
        if number not in work.gone and questions and view.is_missing(number, work.since):
            questions -= 1
            one = _ask(batch, work, number, one)
        if one is not None and contradicts(work.task, one):
            work.gone.add(number)
        if one is not None and number not in work.gone:
            told[number] = one
    return told, questions


def _ask(batch: Batch, work: Work, number: int, before: ServerTask | None) -> ServerTask | None:
    """A task that the list does not show, as it is; noted as gone if the server says that there is none."""
    try:
        return batch.server.view.ask(number)
    except ApiError as error:
        if isinstance(error, ApiRefused) and error.code == UNKNOWN:
            work.gone.add(number)
            return None
        return before


def _has_begun(one: ServerTask) -> bool:
    """Whether it runs, or may: with a status that the contract does not know, too."""
    return one.status in (ServerStatus.RUNNING, None) or (
        one.started_at is not None and one.status is ServerStatus.PENDING
    )


def _stop(batch: Batch, work: Work, number: int) -> None:
    """End one task on the server: by its stop, or if it cannot be stopped since it only waits, by deleting it."""
    client, view = batch.server.client, batch.server.view
    with suppress(ApiError):
        try:
            client.stop(number)
        except ApiRefused as error:
            if error.code != UNKNOWN and view.ask(number).status is ServerStatus.PENDING:
                client.delete(number)
                work.was_deleted = True
    view.hurry()
