"""What every call that makes tasks has around it: its intent before, and what its answer, or none, leads to."""

from collections.abc import Sequence

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.ending import not_begun
from runner.backends.local_api.refusals import OF_ONE_CALL, PLAN
from runner.backends.local_api.shapes import Created, found, ranges
from runner.backends.local_api.work import Lot, Trace, Work, intents
from runner.campaign.masking import masked_data
from runner.errors import ApiError, ApiRefused, TaskError

SEARCH_S = 60.0
"""For how long the tasks of a call are searched for on the server, at least."""


def begin(batch: Batch, works: Sequence[Work], trace: Trace) -> list[Work]:
    """Write the intents of a call down; those that a limit holds back are left out."""
    wanted = [intent for work in works for intent in intents(work.task, trace.intent(work.task.lane))]
    written = batch.journal.committing(wanted)
    begun = []
    for work in works:
        if work.task.key in written:
            work.effects = list(written[work.task.key])
            begun.append(work)
        else:
            batch.drop(work)
    return begun


def answer(made: Created) -> dict[str, str]:
    """The evidence in what a call was answered with."""
    return {"answered": ranges(made.ids), "answer": found(masked_data(made.raw), 500)}


def search(batch: Batch, works: Sequence[Work], trace: Trace, why: str) -> None:
    """What the call has made is to be found on the server; `why` says what is known of its answer."""
    now = batch.server.clock.monotonic()
    lot = Lot(trace, why, now, now + SEARCH_S, list(works))
    for work in works:
        work.lot = lot
    batch.lots.append(lot)
    batch.server.view.hurry()


def refuse(batch: Batch, works: Sequence[Work], error: TaskError) -> bool:
    """As `end`, after a call. Returns false if the server is better left alone for now."""
    if isinstance(error, ApiRefused) and error.code == PLAN:
        error = batch.server.gate.bar(error)
    end(batch, works, error)
    return not isinstance(error, ApiError) or (isinstance(error, ApiRefused) and error.code in OF_ONE_CALL)


def end(batch: Batch, works: Sequence[Work], error: TaskError) -> None:
    """The attempts at tasks that were not sent, or surely not carried out."""
    for work in works:
        batch.finish(work, not_begun(error, has_effects=bool(work.effects)))
