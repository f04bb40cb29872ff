"""The commit point: one POST for what is due together, its intent durable before, and never sent twice."""

from collections.abc import Sequence
from dataclasses import replace

from runner.backends.local_api.batch import Batch
from runner.backends.local_api.bodies import body, chunks, placed, secrets_of
from runner.backends.local_api.calling import answer, begin, end, refuse, search
from runner.backends.local_api.client import Client
from runner.backends.local_api.repeating import repeat
from runner.backends.local_api.shapes import Created
from runner.backends.local_api.work import Trace
from runner.errors import ApiError, TaskError, Unsupported
from runner.planning.calls import calls
from runner.scripts import SCRIPTS
from runner.tasks import EffectState, Task


def send_waiting(batch: Batch) -> None:
    """Send what waits, as far as the licence has room for it."""
    waiting = [work for work in batch.open.values() if work.is_waiting]
    if not waiting:
        return
    try:
        batch.server.gate.check()
    except ApiError as error:
        end(batch, waiting, error)
        return
    admitted = {task.key for task in batch.server.gate.admit(batch, [work.task for work in waiting])}
    ready = [work for work in waiting if work.task.key in admitted]
    may_send = repeat(batch, [work for work in ready if work.repeats is not None])
    for chunk in chunks(work.task for work in ready if work.repeats is None):
        if batch.is_leaving or not may_send:
            break
        may_send = _send(batch, chunk)
    idle = [work for work in ready if batch.open.get(work.task.key) is work and work.is_waiting]
    batch.server.gate.found(batch, [work.task for work in idle])
    batch.tidy(idle)


def _send(batch: Batch, tasks: Sequence[Task]) -> bool:
    """One POST; false if the server is better left alone for now."""
    works = [batch.open[task.key] for task in tasks]
    try:
        config, secrets = _config(tasks[0], batch.server.client)
        trace = Trace(batch.server.view.newest(), batch.server.clock.now())
    except TaskError as error:
        return refuse(batch, works, error)
    if batch.is_leaving:
        return False
    batch.server.client.hide(secrets)
    made_of = list(calls(work.task for work in begin(batch, works, trace)))
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
            return refuse(batch, works, error)
        search(batch, works, trace, error.message)
        return True
    batch.settle(works, EffectState.COMMITTING, answer(made))
    search(batch, works, replace(trace, answered=made.ids), _in_words(made, len(works)))
    return True


def _config(task: Task, client: Client) -> tuple[dict[str, object], list[str]]:
    if task.script not in SCRIPTS:
        raise Unsupported(
            f"the Local API has no script {task.script!r}",
            hint="a flow of your own runs with `backend: device`",
        )
    config, secrets = secrets_of(task)
    return placed(SCRIPTS[task.script], config, is_here=client.is_here), secrets


def _in_words(made: Created, planned: int) -> str:
    count = "" if made.count is None or made.count == len(made.ids) else f" and a count of {made.count}"
    return f"the server answered with {len(made.ids)} ids{count} for {planned} planned tasks"
