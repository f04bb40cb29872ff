"""The commit point: one call for tasks that are due together; its intent is durable before, and it is never sent twice.

A POST makes all tasks of its call; a task that failed there in an earlier attempt is retried by its id. The server may
make another task of it, so a retry is a call like the other: with an intent, and a search.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from runner.backends.local_api.answers import (
    OF_ONE_CALL,
    ServerCode,
    ServerCreated,
    ServerStatus,
    ServerTask,
    created,
    found,
)
from runner.backends.local_api.batch import SentBatch
from runner.backends.local_api.client import Client
from runner.backends.local_api.searching import search_for
from runner.backends.local_api.sent_task import (
    Followed,
    Sending,
    Trace,
    Unsent,
    intents,
    not_carried_out,
    ranges,
)
from runner.backends.local_api.server import Newest
from runner.backends.local_api.task_content import body, chunks, contradicts, placed, secrets_of
from runner.campaign.masking import masked_data
from runner.errors import ApiRefused, ServerApiError, TaskError, Unsupported
from runner.planning.calls import calls
from runner.scripts import SCRIPTS
from runner.tasks import EffectState, Task


def send_unsent(batch: SentBatch) -> None:
    """Send the tasks that have not been sent yet, as far as the licence has room for them."""
    unsent, load = batch.in_state(Unsent), batch.server.load
    if not unsent:
        return
    try:
        load.check()
    except ServerApiError as error:
        _end(batch, unsent, error)
        return
    admitted = {task.key for task in load.admit(batch, [one.task for one in unsent])}
    may_send = _retry_failed(batch, [one for one in unsent if one.task.key in admitted])
    anew = {one.task.key: one for one in _unsent_of(batch, admitted) if one.repeats is None}
    for tasks in chunks(one.task for one in anew.values()):
        if batch.is_leaving or not may_send:
            break
        may_send = _post(batch, [anew[task.key] for task in tasks])
    idle = _unsent_of(batch, admitted)
    load.clear(batch, [one.task for one in idle])
    batch.free_idle_lanes(idle)


def _unsent_of(batch: SentBatch, keys: set[str]) -> list[Unsent]:
    return [one for one in batch.in_state(Unsent) if one.task.key in keys]


# A call that makes tasks. Functions that make a call return whether others may follow; else the server is left alone.


def _post(batch: SentBatch, ones: Sequence[Unsent]) -> bool:
    """Make these tasks with one POST."""
    server = batch.server
    try:
        config, secrets = _config(ones[0].task, server.client)
        trace = Trace(server.view.newest(), server.clock.now())
    except TaskError as error:
        return _fail(batch, ones, error)
    if batch.is_leaving:  # asked right before the intent: what is sent now could not be searched for any more
        return False
    server.client.hide(secrets)
    begun = {one.task.key: one for one in _begin(batch, ones, trace)}
    made_of = list(calls(one.task for one in begun.values()))
    if not made_of:
        return True
    first, *later = made_of  # several, where a limit holds some of the targets of some devices back
    for call in later:
        _put_off(batch, [begun[task.key] for task in call.tasks])
    sending = [begun[task.key] for task in first.tasks]
    content = body(first, config)
    batch.journal.be_sure()
    try:
        made = server.client.create(content)
    except ServerApiError as error:
        if not error.sent:
            return _fail(batch, sending, error)
        search_for(batch, sending, trace, error.message)
        return True
    batch.settle(sending, EffectState.COMMITTING, _evidence(made))
    search_for(batch, sending, replace(trace, answered=made.ids), _in_words(made, len(sending)))
    return True


def _config(task: Task, client: Client) -> tuple[dict[str, object], list[str]]:
    """The config for the server, and the secrets in it. Raises TaskError."""
    if task.script not in SCRIPTS:
        raise Unsupported(
            f"the Local API has no script {task.script!r}",
            hint="a flow of your own runs with `backend: device`",
        )
    script = SCRIPTS[task.script]
    config, secrets = secrets_of(task)
    return placed(script, config, is_here=client.is_here), secrets


def _put_off(batch: SentBatch, ones: Sequence[Sending]) -> None:
    # Their intents are taken back: the next pass sends them with a call of their own, and with new intents.
    batch.settle(ones, EffectState.REFUTED, {"refused": "not sent yet: it takes a call of its own"})
    for one in ones:
        batch.update(Unsent(one.task))


def _in_words(made: ServerCreated, planned: int) -> str:
    count = "" if made.count is None or made.count == len(made.ids) else f" and a count of {made.count}"
    return f"the server answered with {len(made.ids)} ids{count} for {planned} planned tasks"


# A call that makes the server try a task again.


def _retry_failed(batch: SentBatch, ones: Iterable[Unsent]) -> bool:
    """Retry those of the tasks that the server still has from an earlier attempt; the others are made anew later."""
    failed = [one for one in ones if one.repeats is not None]
    if not failed:
        return True
    try:
        newest = batch.server.view.newest()
    except ServerApiError as error:
        return _fail(batch, failed, error)
    return all(not batch.is_leaving and _retry(batch, one, newest) for one in failed)


def _retry(batch: SentBatch, one: Unsent, newest: Newest) -> bool:
    server, task_id = batch.server, one.repeats
    assert task_id is not None
    failed = None
    try:
        failed = server.view.ask(task_id)
    except ServerApiError as error:
        if not _is_unknown(error):
            return _fail(batch, [one], error)
    if failed is None or contradicts(one.task, failed):
        # The server has deleted our task, and may have given its id to another one.
        batch.update(Unsent(one.task))
        return True
    trace = Trace(newest, server.clock.now(), retry_of=task_id)
    begun = _begin(batch, [one], trace)
    if not begun:
        return True
    if _goes_on(failed):  # somebody else has retried it: another retry might do once more what it has done
        _follow(batch, begun[0], task_id, {}, since=0.0)
        return True
    return _send_retry(batch, begun[0], task_id, trace)


def _send_retry(batch: SentBatch, one: Sending, task_id: int, trace: Trace) -> bool:
    server = batch.server
    batch.journal.be_sure()
    try:
        made = created(server.client.retry(task_id))
    except ServerApiError as error:
        return _not_retried(batch, one, task_id, trace, error)
    since = server.clock.monotonic()
    if made.ids == (task_id,):
        _follow(batch, one, task_id, _evidence(made), since)
    else:
        batch.settle([one], EffectState.COMMITTING, _evidence(made))
        why = f"the retry of task {task_id} was accepted"
        search_for(batch, [one], replace(trace, answered=made.ids), why, since)
    return True


def _not_retried(batch: SentBatch, one: Sending, task_id: int, trace: Trace, error: ServerApiError) -> bool:
    since = batch.server.clock.monotonic()
    if error.sent:
        search_for(batch, [one], trace, error.message, since)
    elif _is_unknown(error):
        batch.settle([one], EffectState.REFUTED, {"refused": error.message})
        batch.update(Unsent(one.task))
    elif isinstance(error, ApiRefused) and _was_taken_up(batch, task_id):
        _follow(batch, one, task_id, {}, since)
    else:
        return _fail(batch, [one], error)
    return True


def _follow(batch: SentBatch, one: Sending, task_id: int, evidence: Mapping[str, str], since: float) -> None:
    """Follow a task by the id that it had before."""
    followed = Followed(one.task, one.effects, (task_id,), since=since)
    batch.update(followed)
    batch.settle([followed], EffectState.COMMITTING, {**evidence, **followed.names})
    batch.server.load.clear(batch, [one.task])
    batch.server.view.hurry()


def _was_taken_up(batch: SentBatch, task_id: int) -> bool:
    """Whether a task that the server would not retry is under way again already, or done."""
    try:
        return _goes_on(batch.server.view.ask(task_id))
    except ServerApiError:
        return False


def _goes_on(one: ServerTask) -> bool:
    """Whether a task that had failed is under way again, or done."""
    return one.status is not None and one.status is not ServerStatus.FAILED


def _is_unknown(error: ServerApiError) -> bool:
    return isinstance(error, ApiRefused) and error.code == ServerCode.UNKNOWN_TASK


# What both calls have around them.


def _begin(batch: SentBatch, ones: Sequence[Unsent], trace: Trace) -> list[Sending]:
    """Write the intents of a call down, without those of tasks that a limit holds back."""
    wanted = [intent for one in ones for intent in intents(one.task, trace.intent(one.task.lane))]
    written = batch.journal.committing(wanted)
    begun = [Sending(one.task, tuple(written[one.task.key])) for one in ones if one.task.key in written]
    for sending in begun:
        batch.update(sending)
    for one in ones:
        if one.task.key not in written:
            batch.drop(one)
    return begun


def _evidence(made: ServerCreated) -> dict[str, str]:
    """The evidence that the ledger keeps of an answer."""
    return {"answered": ranges(made.ids), "answer": found(masked_data(made.raw), 500)}


def _fail(batch: SentBatch, ones: Sequence[Unsent | Sending], error: TaskError) -> bool:
    """End tasks whose call was surely not carried out; returns whether other calls may follow."""
    if isinstance(error, ApiRefused) and error.code == ServerCode.PLAN:
        error = batch.server.load.bar(error)
    _end(batch, ones, error)
    return not isinstance(error, ServerApiError) or (
        isinstance(error, ApiRefused) and error.code in OF_ONE_CALL
    )


def _end(batch: SentBatch, ones: Sequence[Unsent | Sending], error: TaskError) -> None:
    for one in ones:
        batch.finish(one, not_carried_out(one, error))
