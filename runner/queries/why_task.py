"""Why a task is as it is: by its row, its attempts and effects, and by what goes on now."""

from collections.abc import Iterable, Mapping
from typing import Any

from runner.backend_registry import declared
from runner.clock import utc
from runner.queries.advice import Advice, EndPause, Hint, ReleaseHold, Resolve, ResumeRun, RetryTask
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyAnswer, WhyVerdict
from runner.queries.why_host import Judgement, askew, cut_off, host_of, leaderless, on_host, without_host
from runner.reasons import ReasonKind
from runner.store.rows import TaskRecord, TaskRow
from runner.tasks import Effect, EffectState, TaskState

_WAITS = {
    ReasonKind.DEVICE_AWAY: WhyVerdict.DEVICE_AWAY,
    ReasonKind.ACCOUNT_BUSY: WhyVerdict.ACCOUNT_BUSY,
    ReasonKind.IN_DOUBT: WhyVerdict.IN_DOUBT,
    ReasonKind.RETRY: WhyVerdict.RETRYING,
}
_MISSES = {
    ReasonKind.DAEMON_WAS_DOWN: WhyVerdict.DAEMON_WAS_DOWN,
    ReasonKind.CLOCK_STEPPED: WhyVerdict.CLOCK_STEPPED,
    ReasonKind.LEDGER_PUT_BACK: WhyVerdict.LEDGER_PUT_BACK,
}


def explain_task(record: TaskRecord, situation: Situation) -> WhyAnswer:
    """Why one task is as it is, and what can be done."""
    row = record.row
    verdict, sentences, advice = _JUDGES[row.state](record, situation)
    return WhyAnswer(
        verdict=verdict,
        subject=row.task.key,
        sentences=tuple(sentences),
        facts={**_facts(record), "host": host_of(record, situation)},
        advice=tuple(advice),
    )


def _completed(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    made = _effects(record.effects)
    tries = f" with attempt {row.attempts}" if row.attempts > 1 else ""
    how = f"{_ended(row, situation)}{_lasting(row)}{tries}{on_host(record, situation)}"
    return WhyVerdict.RAN, [f"{row.task.title}: completed at {how}.", *made], []


def _failed(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    at = f"{_ended(row, situation)}{on_host(record, situation)}"
    said = [f"{row.task.title}: failed at {at}: {row.reason or 'no reason was given'}."]
    advice: list[Advice] = [Hint(row.hint)] if row.hint else []
    if hold := situation.holds.get(row.task.device or ""):
        advice.append(ReleaseHold(hold.device))
    if all(effect.state is EffectState.REFUTED for effect in record.effects):
        advice.append(RetryTask(row.id))
    return WhyVerdict.FAILED, said + _effects(record.effects), advice


def _uncertain(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    at = f"{_ended(row, situation)}{on_host(record, situation)}"
    said = [f"{row.task.title} may or may not have happened at {at}: {row.reason}."]
    return WhyVerdict.UNCERTAIN, said + _effects(record.effects), [Resolve(row.id, row.task.lane)]


def _running(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    if judgement := cut_off(record, situation):
        return judgement
    if not situation.is_carried_out:
        said = f"{row.task.title}: attempt {row.attempts} was cut off, since its process has died."
        more = f"Nothing carries tasks out now: {situation.down_since()}."
        return WhyVerdict.DAEMON_DOWN, [said, more], [_start(row, situation)]
    since = f" since {situation.time(row.started_utc)}" if row.started_utc else ""
    steps = record.attempts[-1].steps if record.attempts else ()
    at_step = f" Step {steps[-1].ordinal} ({steps[-1].title}) has ended." if steps else ""
    where = f"{row.task.lane}{on_host(record, situation, 'of')}"
    said = f"{row.task.title} runs now{since} on {where}, attempt {row.attempts}.{at_step}"
    return WhyVerdict.RUNNING, [said], []


def _pending(record: TaskRecord, situation: Situation) -> Judgement:
    """Why a task has not started yet: first what holds everything up, then what holds up this one."""
    row, task = record.row, record.row.task
    last = f"It is missed if that lasts until {situation.time(task.expires_utc)}."
    if judgement := without_host(record, situation):
        verdict, said, advice = judgement
        return verdict, [*said, last], advice
    if not situation.carries_out(task, row.run_id):
        said = [f"{task.title} is due at {situation.time(task.due_utc)}; {situation.down_since()}."]
        return WhyVerdict.DAEMON_DOWN, [*said, last], [_start(row, situation)]
    in_doubt = [effect.kind for effect in record.effects if effect.state.is_in_doubt]
    # No pause keeps a look at what is in doubt from being made, but a hold does: its screen waits for a person.
    if in_doubt and not declared(task.backend).takes_batches and task.device not in situation.holds:
        return _in_doubt(row, in_doubt[-1], situation)
    if pause := situation.pause_of(task.campaign, task.device):
        what = pause.subject or "everything"
        said = [
            f"{task.title} waits: {what} is paused since {situation.time(pause.since_utc)} by {pause.by}."
        ]
        return (
            WhyVerdict.PAUSED,
            [*said, last],
            [EndPause(pause.subject)],
        )
    if hold := situation.holds.get(task.device or ""):
        since = situation.time(hold.placed_utc)
        said = [f"{task.title} waits: {task.device} is on hold since {since}: {hold.reason}."]
        return WhyVerdict.ON_HOLD, [*said, last], [ReleaseHold(hold.device)]
    if row.reason:
        until = f" It is looked at again at {situation.time(row.not_before)}." if row.not_before else ""
        said = [f"{task.title} waits: {row.reason}.{until}", last]
        return (
            _WAITS.get(row.reason_kind, WhyVerdict.HELD_BACK) if row.reason_kind else WhyVerdict.HELD_BACK,
            said,
            [Hint(row.hint)] if row.hint else [],
        )
    if task.due_utc > situation.now:
        return (
            WhyVerdict.WILL_RUN,
            [
                f"{task.title} will run at {situation.time(task.due_utc)}{on_host(record, situation)}.",
                *askew(record, situation),
            ],
            [],
        )
    since, where = situation.time(task.due_utc), f"{task.lane}{on_host(record, situation, 'of')}"
    return (
        WhyVerdict.QUEUED,
        [
            f"{task.title} is due since {since} and waits for its turn on {where}.",
            *leaderless(situation),
            *askew(record, situation),
        ],
        [],
    )


def _in_doubt(row: TaskRow, kind: str, situation: Situation) -> Judgement:
    """The answer about a task in doubt: neither its due time nor a pause holds up the look, and it is never missed."""
    until = f" It is looked at again at {situation.time(row.not_before)}." if row.not_before else ""
    because = f": {row.reason}" if row.reason else ""
    said = f"{row.task.title} was begun, and its {kind} is not proved yet{because}.{until}"
    more = f"Until it is, no other {kind} is made on {row.task.lane} or by its account."
    return (
        WhyVerdict.IN_DOUBT,
        [said, more],
        [Resolve(row.id, row.task.lane)],
    )


def verdict_on_miss(kind: ReasonKind | None) -> WhyVerdict:
    """Why a task or an occurrence was missed: nobody looked at the clock, or something held it back."""
    return _MISSES.get(kind, WhyVerdict.MISSED) if kind else WhyVerdict.MISSED


def _missed(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    said = f"{row.task.title} was due at {situation.time(row.task.due_utc)} and was missed: {row.reason}."
    return verdict_on_miss(row.reason_kind), [said], [RetryTask(row.id)]


def _skipped(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    return WhyVerdict.SKIPPED, [f"{row.task.title} was skipped: {row.reason}."], [RetryTask(row.id)]


def _cancelled(record: TaskRecord, situation: Situation) -> Judgement:
    row = record.row
    return WhyVerdict.CANCELLED, [f"{row.task.title} was cancelled: {row.reason}."], [RetryTask(row.id)]


_JUDGES = {
    TaskState.PENDING: _pending,
    TaskState.RUNNING: _running,
    TaskState.COMPLETED: _completed,
    TaskState.FAILED: _failed,
    TaskState.MISSED: _missed,
    TaskState.SKIPPED: _skipped,
    TaskState.CANCELLED: _cancelled,
    TaskState.UNCERTAIN: _uncertain,
}


def _effects(effects: Iterable[Effect]) -> list[str]:
    said = [f"{effect.kind} {effect.target or ''}".rstrip() + f" is {_known(effect)}" for effect in effects]
    return [f"Effects: {', '.join(said)}."] if said else []


def _known(effect: Effect) -> str:
    return f"{effect.state}, which stays open" if effect.is_left_open else effect.state


def _ended(row: TaskRow, situation: Situation) -> str:
    return situation.time(row.finished_utc or row.created_utc)


def _lasting(row: TaskRow) -> str:
    return f" after {row.duration_s:.1f} s" if row.duration_s is not None else ""


def _start(row: TaskRow, situation: Situation) -> Advice:
    if row.run_id is None or situation.is_rehearsal or situation.hosts is not None:
        return situation.start
    return ResumeRun(row.run_id)


def _facts(record: TaskRecord) -> Mapping[str, Any]:
    row, task = record.row, record.row.task
    return {
        "id": row.id,
        "key": task.key,
        "campaign": task.campaign,
        "entry": task.entry,
        "nominal": task.nominal,
        "script": task.script,
        "device": task.device,
        "lane": task.lane,
        "target": task.target,
        "state": row.state.value,
        "reason": row.reason,
        "due_utc": utc(task.due_utc),
        "expires_utc": utc(task.expires_utc),
        "not_before_utc": utc(row.not_before),
        "started_utc": utc(row.started_utc),
        "finished_utc": utc(row.finished_utc),
        "attempts": row.attempts,
        "effects": [
            {"kind": effect.kind, "target": effect.target, "state": effect.state.value}
            for effect in record.effects
        ],
        "commit": task.commit,
        "run": row.run_id,
    }
