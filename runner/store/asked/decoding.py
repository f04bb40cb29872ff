"""Turns rows of the tables into the types that the rest of the runner knows, however they were asked for."""

from collections.abc import Iterable
from typing import Any

from runner.reasons import ReasonKind
from runner.store.rows import AttemptRow, OccurrenceRow, OccurrenceState, StepRow, TaskRow
from runner.store.task_options import options_of
from runner.tasks import (
    AttemptOutcome,
    Effect,
    EffectState,
    Occurrence,
    RetryRule,
    StepOutcome,
    Task,
    TaskSource,
    TaskState,
)


def task_row(row: Any) -> TaskRow:
    """From the columns of a task, and the `nominal` of its occurrence."""
    task = Task(
        key=row.key,
        campaign=row.campaign,
        entry=row.entry,
        script=row.script,
        backend=row.backend,
        device=row.device,
        username=row.username,
        target=row.target,
        nominal=row.nominal,
        ordinal=row.ordinal,
        due_utc=row.due_utc,
        timeout_s=row.timeout_s,
        config=row.config,
        commit=row.git_commit,
        options=options_of(row.options),
        retry=RetryRule(row.retry_max, row.retry_delay_s),
        grace_s=row.grace_s,
        source=TaskSource(row.source),
    )
    return TaskRow(
        id=row.id,
        task=task,
        state=TaskState(row.state),
        reason=row.reason,
        hint=row.hint,
        not_before=row.not_before_utc,
        run_id=row.run_id,
        attempts=row.attempts,
        created_utc=row.created_utc,
        started_utc=row.started_utc,
        finished_utc=row.finished_utc,
        tries=row.tries,
        reason_kind=_kind(row.reason_kind),
        trouble_utc=row.trouble_utc,
    )


def occurrence_row(row: Any) -> OccurrenceRow:
    return OccurrenceRow(
        id=row.id,
        occurrence=Occurrence(row.campaign, row.entry, row.nominal, row.rule, row.instant_utc),
        state=OccurrenceState(row.state),
        reason=row.reason,
        commit=row.git_commit,
        created_utc=row.created_utc,
        run_id=row.run_id,
        reason_kind=_kind(row.reason_kind),
    )


def attempt_row(row: Any, steps: Iterable[StepRow]) -> AttemptRow:
    return AttemptRow(
        number=row.number,
        executor=row.executor,
        started_utc=row.started_utc,
        finished_utc=row.finished_utc,
        outcome=row.outcome and AttemptOutcome(row.outcome),
        message=row.message,
        hint=row.hint,
        needs_person=row.needs_person,
        steps=tuple(steps),
        host=row.host,
    )


def step_row(row: Any) -> StepRow:
    return StepRow(
        ordinal=row.ordinal,
        kind=row.kind,
        title=row.title,
        source=row.source,
        outcome=StepOutcome(row.outcome),
        message=row.message,
        started_utc=row.started_utc,
        duration_s=row.duration_s,
        screenshot=row.screenshot,
        hierarchy=row.hierarchy,
        touch=row.touch,
    )


def effect(row: Any) -> Effect:
    """From the columns of an effect, and the `key` of its task."""
    state = EffectState(row.state)
    return Effect(
        row.id, row.key, row.ordinal, row.kind, row.target, state, row.evidence, row.account, row.app
    )


def _kind(written: str | None) -> ReasonKind | None:
    return None if written is None else ReasonKind(written)
