"""Follows tasks whose ids on the server are known to their ends, and stops them where somebody asks for that."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from runner.backends.local_api.answers import ServerCode, ServerStatus, ServerTask
from runner.backends.local_api.batch import PatientCalls, SentBatch
from runner.backends.local_api.client import Client
from runner.backends.local_api.sent_task import (
    Followed,
    Searched,
    ServerTaskEnd,
    StopAsked,
    StopWanted,
    Unsent,
    deleted,
    left,
    ranges,
    reported,
    stopped,
    unknown,
)
from runner.backends.local_api.server import ServerView
from runner.backends.local_api.task_content import contradicts
from runner.errors import ApiRefused
from runner.tasks import EffectState

MOST_QUESTIONS = 5
"""How many questions one pass asks about tasks that the list has lost and nobody stops."""

_STOP_AGAIN_S, _STOP_S = 5.0, 60.0
"""After how long a pass asks for a stop again, and after how long it gives the stop up."""

Shown = dict[int, ServerTask]
"""The server's tasks that are one task of ours, by their ids, without those that are gone."""


# What ends tasks from our side.


def take_stop_requests(batch: SentBatch) -> None:
    """Take note of the tasks to stop: a person asks for it, or their time is over."""
    # A person's word before the timeout: it is the reason that people read afterwards.
    wanted = dict.fromkeys(batch.journal.asked_to_stop(), "stopped on request")
    for key in batch.journal.overdue():
        if key in batch.open:
            wanted.setdefault(key, f"timed out after {batch.open[key].task.timeout_s:g} s")
    for key, why in wanted.items():
        one = batch.open.get(key)
        if isinstance(one, Unsent):
            batch.finish(one, stopped(why))
        elif isinstance(one, Searched | Followed) and one.stop is None:
            batch.update(replace(one, stop=StopWanted(why)))


def leave_to_server(batch: SentBatch) -> None:
    """End the attempts, since our process is about to end; what is on the server goes on there."""
    for one in list(batch.open.values()):
        batch.finish(one, left(one))


# What ends them on the server's.


def follow(batch: SentBatch) -> None:
    """See how far the tasks are, end those that have ended, stop those that must stop."""
    now, calls = batch.server.clock.monotonic(), PatientCalls(batch)
    begun, news = [], dict[str, str]()
    for before in sorted(batch.in_state(Followed), key=_turn):
        one, shown = _read(batch, before, calls)
        if shown and not one.has_begun and any(map(_has_begun, shown.values())):
            one = replace(one, has_begun=True)
            begun.append(one.task.key)
        words = _in_words(shown.values())
        if words and words != one.said:
            one = replace(one, said=words)
            news[one.task.key] = words
        batch.update(one)
        _end_or_stop(batch, one, shown, calls, now)
    still_open = [key for key in begun if key in batch.open]
    if still_open:
        batch.journal.begun(still_open)
    batch.journal.reported({key: words for key, words in news.items() if key in batch.open})


def _turn(one: Followed) -> float:
    """When the server was last asked to stop the task. Those asked longest ago come first, since the first call to a
    server that hangs is the only one of its pass."""
    return one.stop.last_at if isinstance(one.stop, StopAsked) else -inf


def _read(batch: SentBatch, one: Followed, calls: PatientCalls) -> tuple[Followed, Shown]:
    """The task, with the ids noted that are gone, and what the server shows of it."""
    view, shown, gone = batch.server.view, dict[int, ServerTask](), set(one.gone)
    for number in one.ids:
        seen = view.get(number, one.since)
        may_ask = number not in gone and (one.stop or calls.asked < MOST_QUESTIONS)
        if may_ask and view.is_missing(number, one.since):
            try:
                seen = calls.ask(number) or seen
            except ApiRefused as error:
                if error.code == ServerCode.UNKNOWN_TASK:
                    gone.add(number)
        # A server that has deleted our task may have given its id to another one.
        if seen is not None and contradicts(one.task, seen):
            gone.add(number)
        if seen is not None and number not in gone:
            shown[number] = seen
    return replace(one, gone=frozenset(gone)), shown


def _has_begun(one: ServerTask) -> bool:
    """Whether it runs, or may run: a status that the contract does not know counts as running."""
    return one.status in (ServerStatus.RUNNING, None) or (
        one.started_at is not None and one.status is ServerStatus.PENDING
    )


def _in_words(shown: Iterable[ServerTask]) -> str:
    """The server's words about the first of a task's tasks that has not ended; empty if all have."""
    one = next((one for one in shown if one.status is None or one.status.is_open), None)
    if one is None:
        return ""
    status = one.status.name.lower() if one.status is not None else "in a state that nobody knows"
    return f"{status} on the server{': ' if one.message else ''}{one.message}"


def _end_or_stop(batch: SentBatch, one: Followed, shown: Shown, calls: PatientCalls, now: float) -> None:
    view = batch.server.view
    if end := _end(one, shown, view, now):
        batch.finish(one, end)
    elif one.stop and now >= _turn(one) + _STOP_AGAIN_S:
        # If another call of this pass had no answer, this task has its turn in the next pass.
        if not calls.has_failed or view.problem is not None:
            _stop(batch, one, calls)
    elif view.problem is not None and view.silent_s() >= one.task.timeout_s:
        message = f"task {ranges(one.ids)}: {view.problem.message}"
        batch.finish(one, unknown(one.task, message, one.names))


def _end(one: Followed, shown: Shown, view: ServerView, now: float) -> ServerTaskEnd | None:
    """How the task has ended; None unless it has, or a stop of it is given up."""
    if len(one.gone) == len(one.ids):
        return deleted(one)
    ended = [task for task in shown.values() if task.status is not None and not task.status.is_open]
    if ended and len(ended) + len(one.gone) == len(one.ids):
        return reported(one, ended)
    if isinstance(one.stop, StopAsked) and _is_in_vain(one.stop, view, now):
        return unknown(one.task, f"{one.stop.why}; the server has not ended it", one.names)
    return None


def _is_in_vain(stop: StopAsked, view: ServerView, now: float) -> bool:
    """Whether the server was asked to stop long ago, and has shown its whole list since then or answers nothing."""
    has_shown_all = view.swept_from >= stop.first_at or view.problem is not None
    return now >= stop.first_at + _STOP_S and has_shown_all


# Stopping.


def _stop(batch: SentBatch, one: Followed, calls: PatientCalls) -> None:
    """Ask the server to end the task. Before the first time, write that down: the next process must know of it."""
    stop = one.stop
    assert stop is not None
    if isinstance(stop, StopWanted):
        batch.settle([one], EffectState.COMMITTING, {"stopping": stop.why})
    has_deleted = [_stop_or_delete(number, calls) for number in one.ids]
    now = batch.server.clock.monotonic()
    if isinstance(stop, StopWanted):
        stop = StopAsked(stop.why, now, now)
    stop = replace(stop, last_at=now, has_deleted=stop.has_deleted or any(has_deleted))
    batch.update(replace(one, stop=stop))
    batch.server.view.hurry()


def _stop_or_delete(number: int, calls: PatientCalls) -> bool:
    """End one task on the server: stop it, or delete it if it cannot be stopped since it only waits. Returns whether it
    was deleted."""
    try:
        calls.call(Client.stop, number)
    except ApiRefused as error:
        return error.code != ServerCode.UNKNOWN_TASK and _delete_waiting(number, calls)
    return False


def _delete_waiting(number: int, calls: PatientCalls) -> bool:
    try:
        one = calls.ask(number)
        if one is None or one.status is not ServerStatus.PENDING:
            return False
        calls.call(Client.delete, number)
    except ApiRefused:
        return False
    return True
