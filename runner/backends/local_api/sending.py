"""The commit point: one POST for what is due together, its intent durable before, and never sent twice."""

from collections.abc import Sequence
from dataclasses import replace

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.bodies import body, chunks, secrets_of
from runner.backends.local_api.ending import not_begun
from runner.backends.local_api.matching import contradicts
from runner.backends.local_api.refusals import PLAN, UNKNOWN
from runner.backends.local_api.shapes import Created, created, found, ranges
from runner.backends.local_api.work import Lot, Trace, Work, intents
from runner.errors import ApiError, ApiRefused, TaskError, Unsupported
from runner.planning.calls import calls
from runner.scripts import SCRIPTS
from runner.tasks import EffectState, Task

SEARCH_S = 60.0
"""For how long the tasks of a call are searched for on the server, at least."""


def send_waiting(batch: Batch) -> None:
    """Send what waits, as far as the licence has room for it."""
    waiting = [work for work in batch.open.values() if work.is_waiting]
    if not waiting:
        return
    try:
        batch.server.gate.check()
    except ApiError as error:
        _refuse(batch, waiting, error)
        return
    admitted = {task.key for task in batch.server.gate.admit(batch, [work.task for work in waiting])}
    ready = [work for work in waiting if work.task.key in admitted]
    for work in ready:
        if work.repeats is not None:
            _repeat(batch, work, work.repeats)
    for chunk in chunks(work.task for work in ready if work.repeats is None):
        if batch.journal.leaving() or not _send(batch, chunk):
            break
    idle = [work for work in ready if batch.open.get(work.task.key) is work and work.is_waiting]
    batch.server.gate.found(batch, [work.task for work in idle])
    batch.tidy(idle)


def _send(batch: Batch, tasks: Sequence[Task]) -> bool:
    """One POST; false if the server is better left alone for now."""
    works = [batch.open[task.key] for task in tasks]
    try:
        config, secrets = _config(tasks[0])
        trace = Trace(batch.server.view.newest(), batch.server.clock.now())
    except TaskError as error:
        _refuse(batch, works, error)
        return not isinstance(error, ApiError)
    batch.server.client.hide(secrets)
    made_of = list(calls(work.task for work in _begin(batch, works, trace)))
    if not made_of:
        return True
    first, *later = made_of
    for call in later:
        others = [batch.open[task.key] for task in call.tasks]
        batch.settle(others, EffectState.REFUTED, {"refused": "not sent yet: it takes a call of its own"})
        for work in others:
            work.effects = []
    works = [batch.open[task.key] for task in first.tasks]
    try:
        made = batch.server.client.create(body(first, config))
    except ApiError as error:
        if not error.sent:
            if isinstance(error, ApiRefused) and error.code == PLAN:
                error = batch.server.gate.bar(error)
            _refuse(batch, works, error)
            return isinstance(error, ApiRefused) and error.code != PLAN
        _search(batch, works, trace, error.message)
        return True
    told = {"answered": ranges(made.ids), "answer": found(made.raw, 500)}
    batch.settle(works, EffectState.COMMITTING, told)
    _search(batch, works, replace(trace, answered=made.ids), _answer_in_words(made, len(works)))
    return True


def _begin(batch: Batch, works: Sequence[Work], trace: Trace) -> list[Work]:
    """Write the intents down; those that a limit holds back are left out."""
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


def _search(batch: Batch, works: Sequence[Work], trace: Trace, why: str) -> None:
    now = batch.server.clock.monotonic()
    lot = Lot(trace, why, now, now + SEARCH_S, list(works))
    for work in works:
        work.lot = lot
    batch.lots.append(lot)
    batch.server.view.hurry()


def _repeat(batch: Batch, work: Work, task_id: int) -> None:
    """Let the server try its own failed task again, by its id. It does so only if the task is a failed one."""
    server = batch.server
    if _names_another(batch, work, task_id):
        work.repeats = None
        return
    try:
        trace = Trace(server.view.newest(), server.clock.now(), retry_of=task_id)
    except ApiError as error:
        _refuse(batch, [work], error)
        return
    if not _begin(batch, [work], trace):
        return
    try:
        ids, why = created(server.client.retry(task_id)).ids, f"the retry of task {task_id} was accepted"
    except ApiError as error:
        if isinstance(error, ApiRefused) and error.code == UNKNOWN:
            batch.settle([work], EffectState.REFUTED, {"refused": error.message})
            work.effects, work.repeats = [], None
            return
        if not error.sent and not (isinstance(error, ApiRefused) and _goes_on(batch, task_id)):
            _refuse(batch, [work], error)
            return
        ids, why = () if error.sent else (task_id,), error.message
    if not ids:
        _search(batch, [work], trace, why)
        return
    work.ids, work.since = ids, server.clock.monotonic()
    batch.settle([work], EffectState.COMMITTING, work.names)
    server.view.hurry()


def _names_another(batch: Batch, work: Work, task_id: int) -> bool:
    """Whether the server has deleted our task and given its id to another one."""
    try:
        return contradicts(work.task, batch.server.view.ask(task_id))
    except ApiError:
        return False


def _goes_on(batch: Batch, task_id: int) -> bool:
    """Whether a task that the server would not retry is one that it has taken up again, or has done, already."""
    try:
        status = batch.server.view.ask(task_id).status
    except ApiError:
        return False
    return status is not None and status.name != "FAILED"


def _refuse(batch: Batch, works: Sequence[Work], error: TaskError) -> None:
    for work in works:
        batch.finish(work, not_begun(error, has_effects=bool(work.effects)))


def _config(task: Task) -> tuple[dict[str, object], list[str]]:
    if task.script not in SCRIPTS:
        raise Unsupported(
            f"the Local API has no script {task.script!r}",
            hint="a flow of your own runs with `backend: device`",
        )
    return secrets_of(task)


def _answer_in_words(made: Created, planned: int) -> str:
    count = "" if made.count is None or made.count == len(made.ids) else f" and a count of {made.count}"
    return f"the server answered with {len(made.ids)} ids{count} for {planned} planned tasks"
