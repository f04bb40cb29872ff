"""Tasks that are known on the server by their ids: followed to their ends, and stopped where that is asked for."""

from collections.abc import Iterable

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.client import Client
from runner.backends.local_api.ending import deleted, left, reported, stopped, unknown
from runner.backends.local_api.look import Look
from runner.backends.local_api.matching import contradicts
from runner.backends.local_api.refusals import UNKNOWN
from runner.backends.local_api.shapes import ServerStatus, ServerTask, ranges
from runner.backends.local_api.view import View
from runner.backends.local_api.work import Work
from runner.errors import ApiRefused
from runner.tasks import EffectState

MOST_QUESTIONS = 5
"""How many tasks that the list has lost, and that are not being stopped, are asked for in one look."""

_STOP_AGAIN_S, _STOP_S = 5.0, 60.0
"""After how long a stop is asked for again, and when it is given up."""


def heed(batch: Batch) -> None:
    """Take note of what is to be stopped, for a person or since its time is over."""
    wanted = dict.fromkeys(batch.journal.asked_to_stop(), "stopped on request")
    for key in batch.journal.overdue():
        if key in batch.open:
            wanted.setdefault(key, f"timed out after {batch.open[key].task.timeout_s:g} s")
    for key, why in wanted.items():
        work = batch.open.get(key)
        if work is not None and work.is_waiting:
            batch.finish(work, stopped(why))
        elif work is not None and work.stopping is None:
            work.stopping = why


def leave(batch: Batch) -> None:
    """Our process is about to end: what is on the server goes on there."""
    for work in list(batch.open.values()):
        batch.finish(work, left(work))


def watch(batch: Batch) -> None:
    """See how far the tasks are, end those that have ended, stop those that are to be stopped."""
    view, now = batch.server.view, batch.server.clock.monotonic()
    begun, said, look = [], dict[str, str](), Look(batch)
    for work in sorted(batch.open.values(), key=lambda work: work.stop_at):
        told = _told(batch, work, look)
        gone = len(work.gone)
        if work.ids and told and not work.has_begun and any(map(_has_begun, told.values())):
            work.has_begun = True
            begun.append(work.task.key)
        ended = [one for one in told.values() if one.status is not None and not one.status.is_open]
        said |= _news(work, told.values())
        if work.ids and gone == len(work.ids):
            batch.finish(work, deleted(work))
        elif ended and len(ended) + gone == len(work.ids):
            batch.finish(work, reported(work, ended))
        elif work.stopping and _is_in_vain(work, view, now):
            batch.finish(work, unknown(work, f"{work.stopping}; the server has not ended it", work.names))
        elif work.stopping and work.ids and now >= work.stop_at:
            if look.has_failed and view.problem is None:
                continue  # only the call before hangs: this one has its turn in the next look
            if not work.stop_at:
                batch.settle([work], EffectState.COMMITTING, {"stopping": work.stopping})
            for number in work.ids:
                _stop(work, number, look)
            asked_at = batch.server.clock.monotonic()
            work.stop_at, work.stopped_at = asked_at + _STOP_AGAIN_S, min(work.stopped_at, asked_at)
            view.hurry()
        elif work.ids and view.silent_s() >= work.task.timeout_s and view.problem is not None:
            batch.finish(work, unknown(work, f"task {ranges(work.ids)}: {view.problem.message}", work.names))
    still_open = [key for key in begun if key in batch.open]
    if still_open:
        batch.journal.begun(still_open)
    batch.journal.reported({key: words for key, words in said.items() if key in batch.open})


def _news(work: Work, told: Iterable[ServerTask]) -> dict[str, str]:
    """By the task's key: what the server says of the first of its tasks that has not ended, if that is new."""
    one = next((one for one in told if one.status is None or one.status.is_open), None)
    if one is None:
        return {}
    status = one.status.name.lower() if one.status is not None else "in a state that nobody knows"
    words = f"{status} on the server{': ' if one.message else ''}{one.message}"
    if words == work.said:
        return {}
    work.said = words
    return {work.task.key: words}


def _is_in_vain(work: Work, view: View, now: float) -> bool:
    """Whether a stop was asked for long ago, and the server has told of all tasks since then, or answers nothing."""
    is_told = view.swept_from >= work.stopped_at or view.problem is not None
    return now >= work.stopped_at + _STOP_S and is_told


def _told(batch: Batch, work: Work, look: Look) -> dict[int, ServerTask]:
    """What the server tells of the task, by its ids that are not gone."""
    view, told = batch.server.view, {}
    for number in work.ids:
        one = view.get(number, work.since)
        may_ask = number not in work.gone and (work.stopping or look.asked < MOST_QUESTIONS)
        if may_ask and view.is_missing(number, work.since):
            one = _ask(work, number, look) or one
        if one is not None and contradicts(work.task, one):
            work.gone.add(number)
        if one is not None and number not in work.gone:
            told[number] = one
    return told


def _ask(work: Work, number: int, look: Look) -> ServerTask | None:
    """A task that the list does not show, as it is; noted as gone if the server says that there is none."""
    try:
        return look.ask(number)
    except ApiRefused as error:
        if error.code == UNKNOWN:
            work.gone.add(number)
        return None


def _has_begun(one: ServerTask) -> bool:
    """Whether it runs, or may: with a status that the contract does not know, too."""
    return one.status in (ServerStatus.RUNNING, None) or (
        one.started_at is not None and one.status is ServerStatus.PENDING
    )


def _stop(work: Work, number: int, look: Look) -> None:
    """End one task on the server: by its stop, or if it cannot be stopped since it only waits, by deleting it."""
    try:
        look.call(Client.stop, number)
    except ApiRefused as error:
        if error.code != UNKNOWN:
            _delete_waiting(work, number, look)


def _delete_waiting(work: Work, number: int, look: Look) -> None:
    try:
        one = look.ask(number)
        if one is not None and one.status is ServerStatus.PENDING:
            look.call(Client.delete, number)
            work.was_deleted = True
    except ApiRefused:
        pass
