"""What was done for a task: its attempts with their steps, its effects with their evidence."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

from runner.clock import utc
from runner.reports.instants import local, print_zone
from runner.reports.rows import Column, Rows, Words
from runner.reports.task_hints import hint_of_attempt
from runner.reports.task_list import effect_data, task_data
from runner.reports.terminal import Terminal
from runner.store.artifacts import Artifacts
from runner.store.rows import AttemptRow, StepRow, TaskRecord
from runner.tasks import Effect, EffectState, StepOutcome

STEP_STYLES = {StepOutcome.COMPLETED: "green", StepOutcome.SKIPPED: "yellow", StepOutcome.FAILED: "red"}
EFFECT_STYLES = {
    EffectState.COMMITTING: "yellow",
    EffectState.MADE: "yellow",
    EffectState.COMMITTED: "green",
    EffectState.REFUTED: "",
    EffectState.UNCERTAIN: "bold red",
}


def print_log(
    record: TaskRecord, attempts: Sequence[AttemptRow], artifacts: Artifacts, zone: tzinfo, out: Terminal
) -> None:
    """The task, these of its attempts, and its effects; files are named as `artifacts` names them."""
    row = record.row
    print_zone(zone, out)
    out.say()
    out.say((f"{row.id}  {row.task.key}", "bold"), f"  {row.state}")
    if not record.attempts:
        out.say("  it has not been tried yet")
    for attempt in attempts:
        out.say()
        out.say(*_attempt_line(attempt, zone))
        if hint := hint_of_attempt(attempt):
            out.say((f"  {hint}", "dim"))
        if attempt.steps:
            out.print(_steps(attempt.steps, zone))
        for line in _files(attempt.steps, artifacts):
            out.say(f"  {line}")
    if record.effects:
        out.say()
        out.say(("Effects", "bold"))
        out.print(_effects(record.effects))


def log_data(record: TaskRecord, attempts: Sequence[AttemptRow], artifacts: Artifacts) -> dict[str, Any]:
    """The same as JSON: `{"task", "attempts": [{..., "steps": [...]}], "effects"}`."""
    return {
        "task": task_data(record.row),
        "attempts": [
            {
                "number": attempt.number,
                "executor": attempt.executor,
                "host": attempt.host,
                "started_utc": utc(attempt.started_utc),
                "finished_utc": utc(attempt.finished_utc),
                "outcome": attempt.outcome and attempt.outcome.value,
                "message": attempt.message,
                "hint": hint_of_attempt(attempt),
                "needs_person": attempt.needs_person,
                "steps": [step_data(step, artifacts) for step in attempt.steps],
            }
            for attempt in attempts
        ],
        "effects": list(map(effect_data, record.effects)),
    }


def _attempt_line(attempt: AttemptRow, zone: tzinfo) -> list[Words]:
    ended = f" to {local(attempt.finished_utc, zone)}" if attempt.finished_utc else ""
    outcome = attempt.outcome.value if attempt.outcome else "goes on, or its process has died"
    message = f": {attempt.message}" if attempt.message else ""
    start = local(attempt.started_utc, zone)
    where = f"  on host {attempt.host}" if attempt.host else ""
    return [(f"Attempt {attempt.number}", "bold"), f"  {start}{ended}{where}  {outcome}{message}"]


def _steps(steps: Sequence[StepRow], zone: tzinfo) -> Rows:
    table = Rows(
        Column("STEP", is_number=True),
        "AT",
        Column("TOOK", is_number=True),
        "OUTCOME",
        Column("WHAT", is_text=True),
        Column("SAID", is_text=True),
        indent=2,
    )
    for step in steps:
        table.add(
            str(step.ordinal),
            f"{step.started_utc.astimezone(zone):%H:%M:%S}",
            f"{step.duration_s:.1f} s",
            (step.outcome, STEP_STYLES[step.outcome]),
            f"{step.title} ({step.source})",
            step.message,
        )
    return table


def _files(steps: Sequence[StepRow], artifacts: Artifacts) -> Iterator[str]:
    for step in steps:
        for kept in filter(None, (step.screenshot, step.hierarchy)):
            yield f"step {step.ordinal}: {artifacts.where(kept)}"


def _effects(effects: Sequence[Effect]) -> Rows:
    table = Rows(
        "EFFECT", Column("TARGET", is_text=True), "STATE", Column("EVIDENCE", is_text=True), indent=2
    )
    for effect in effects:
        evidence = ", ".join(f"{name}: {value}" for name, value in effect.evidence.items())
        is_open = effect.is_left_open  # uncertain, and nobody is asked about it
        state = (
            (f"{effect.state}, stays open", "") if is_open else (effect.state, EFFECT_STYLES[effect.state])
        )
        table.add(effect.kind, effect.target or "", state, evidence)
    return table


def step_data(step: StepRow, artifacts: Artifacts) -> dict[str, Any]:
    return {
        "ordinal": step.ordinal,
        "kind": step.kind,
        "title": step.title,
        "source": step.source,
        "outcome": step.outcome.value,
        "message": step.message,
        "started_utc": utc(step.started_utc),
        "duration_s": step.duration_s,
        "screenshot": step.screenshot and artifacts.where(step.screenshot),
        "hierarchy": step.hierarchy and artifacts.where(step.hierarchy),
    }
