"""Failed tasks that the server tries again, by their ids. It may make other tasks of them, so each retry is a call
whose intent is durable before, and that is never sent twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.calling import answer, begin, refuse, search
from runner.backends.local_api.matching import contradicts
from runner.backends.local_api.refusals import UNKNOWN
from runner.backends.local_api.shapes import ServerStatus, ServerTask, created
from runner.backends.local_api.view import Newest
from runner.backends.local_api.work import Trace, Work
from runner.errors import ApiError, ApiRefused
from runner.tasks import EffectState


def repeat(batch: Batch, works: Sequence[Work]) -> bool:
    """Have the server try again what it has of these tasks; those that it has no more are left to be made anew.

    Returns false if the server is better left alone for now.
    """
    if not works:
        return True
    try:
        newest = batch.server.view.newest()
    except ApiError as error:
        return refuse(batch, works, error)
    return all(not batch.is_leaving and _repeat(batch, work, newest) for work in works)


def _repeat(batch: Batch, work: Work, newest: Newest) -> bool:
    server, task_id = batch.server, work.repeats
    assert task_id is not None
    one = None
    try:
        one = server.view.ask(task_id)
    except ApiError as error:
        if not _is_unknown(error):
            return refuse(batch, [work], error)
    if one is None or contradicts(work.task, one):
        work.repeats = None  # the server has deleted our task, and may have given its id to another one
        return True
    trace = Trace(newest, server.clock.now(), retry_of=task_id)
    if not begin(batch, [work], trace):
        return True
    if _goes_on(one):  # a server might do what it has done once more
        _follow(batch, work, task_id, {})
        return True
    try:
        made = created(server.client.retry(task_id))
    except ApiError as error:
        return _not_retried(batch, work, trace, error)
    finally:
        work.since = server.clock.monotonic()
    if made.ids == (task_id,):
        _follow(batch, work, task_id, answer(made))
    else:
        batch.settle([work], EffectState.COMMITTING, answer(made))
        why = f"the retry of task {task_id} was accepted"
        search(batch, [work], replace(trace, answered=made.ids), why)
    return True


def _not_retried(batch: Batch, work: Work, trace: Trace, error: ApiError) -> bool:
    assert trace.retry_of is not None
    if error.sent:
        search(batch, [work], trace, error.message)
    elif _is_unknown(error):
        batch.settle([work], EffectState.REFUTED, {"refused": error.message})
        work.effects, work.repeats = [], None
    elif isinstance(error, ApiRefused) and _was_taken_up(batch, trace.retry_of):
        _follow(batch, work, trace.retry_of, {})
    else:
        return refuse(batch, [work], error)
    return True


def _follow(batch: Batch, work: Work, task_id: int, told: Mapping[str, str]) -> None:
    """The task is known by the id that it had before."""
    work.ids = (task_id,)
    batch.settle([work], EffectState.COMMITTING, {**told, **work.names})
    batch.server.gate.found(batch, [work.task])
    batch.server.view.hurry()


def _is_unknown(error: ApiError) -> bool:
    return isinstance(error, ApiRefused) and error.code == UNKNOWN


def _was_taken_up(batch: Batch, task_id: int) -> bool:
    """Whether a task that the server would not retry is one that it has taken up again, or has done, already."""
    try:
        return _goes_on(batch.server.view.ask(task_id))
    except ApiError:
        return False


def _goes_on(one: ServerTask) -> bool:
    """Whether a task that had failed is under way again, or done."""
    return one.status is not None and one.status is not ServerStatus.FAILED
