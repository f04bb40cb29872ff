"""What is done for a task, piece by piece as it comes: as lines for people, and as JSON, one object a line."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from runner.clock import utc
from runner.reports.instants import local
from runner.reports.task_hints import hint_of_attempt
from runner.reports.task_list import effect_data
from runner.reports.task_log import EFFECT_STYLES, STEP_STYLES, step_data
from runner.reports.terminal import Terminal
from runner.store.artifacts import Artifacts
from runner.store.rows import AttemptRow, StepRow
from runner.tasks import Effect, TaskState


@dataclass(frozen=True, slots=True)
class AttemptBegan:
    attempt: AttemptRow


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step of the attempt with this number."""

    number: int
    step: StepRow


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    attempt: AttemptRow


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The task's state, and why it is so."""

    state: TaskState
    reason: str
    hint: str | None


Piece = AttemptBegan | StepEnded | AttemptEnded | Effect | StateChanged


def print_piece(piece: Piece, artifacts: Artifacts, zone: tzinfo, out: Terminal) -> None:
    """A line, and one more for each file that a step has kept."""
    match piece:
        case AttemptBegan(attempt):
            out.say((f"Attempt {attempt.number}", "bold"), f"  {local(attempt.started_utc, zone)}")
        case StepEnded(_, step):
            at = f"{step.started_utc.astimezone(zone):%H:%M:%S}"
            said = f": {step.message}" if step.message else ""
            took = f"  {step.duration_s:.1f} s  "
            painted = (step.outcome.value, STEP_STYLES[step.outcome])
            out.say(f"  {step.ordinal}  {at}{took}", painted, f"  {step.title} ({step.source}){said}")
            for kept in filter(None, (step.screenshot, step.hierarchy)):
                out.say(f"     {artifacts.where(kept)}")
        case AttemptEnded(attempt):
            outcome = attempt.outcome.value if attempt.outcome else ""
            said = f": {attempt.message}" if attempt.message else ""
            out.say(f"  Attempt {attempt.number} {outcome}{said}")
            if hint := hint_of_attempt(attempt):
                out.say((f"  {hint}", "dim"))
        case Effect():
            target = f" {piece.target}" if piece.target else ""
            out.say(f"  {piece.kind}{target}: ", (piece.state, EFFECT_STYLES[piece.state]))
        case StateChanged(state, reason):
            out.say(("The task is ", ""), (state.value, "bold"), f": {reason}" if reason else "")


def piece_data(piece: Piece, artifacts: Artifacts) -> dict[str, Any]:
    """`{"what", ...}`, where `what` is `attempt began`, `step`, `attempt ended`, `effect` or `state`."""
    match piece:
        case AttemptBegan(attempt):
            return {"what": "attempt began", "attempt": attempt.number, "at_utc": utc(attempt.started_utc)}
        case StepEnded(number, step):
            return {"what": "step", "attempt": number, **step_data(step, artifacts)}
        case AttemptEnded(attempt):
            return {
                "what": "attempt ended",
                "attempt": attempt.number,
                "at_utc": utc(attempt.finished_utc),
                "outcome": attempt.outcome and attempt.outcome.value,
                "message": attempt.message,
                "hint": hint_of_attempt(attempt),
            }
        case Effect():
            return {"what": "effect", **effect_data(piece)}
        case StateChanged(state, reason, hint):
            return {"what": "state", "state": state.value, "reason": reason, "hint": hint}
