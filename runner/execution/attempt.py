"""One attempt at one task in a lane, from the call of its backend to the decision what follows."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from runner.backends.backend import Backend
from runner.errors import AppMissing, FlowError, LedgerError, RunnerError, Unsupported
from runner.execution.journal import AttemptJournal
from runner.execution.retry import Next
from runner.execution.taken_task import (
    ExecutionContext,
    TakenTask,
    begun,
    decide,
    finish,
    finish_and_claim,
    tell_finished,
)
from runner.store.rows import Attempt
from runner.tasks import Again, AttemptOutcome, Effect, Outcome, Task, TaskState

LOG = logging.getLogger(__name__)


class Performed(NamedTuple):
    """An attempt that is over, and not yet written down as that; `effects` are those of its task if it has not
    succeeded, else they are not read. The journal has what is to be written with the end."""

    then: Next
    effects: Sequence[Effect]
    journal: AttemptJournal

    @property
    def went_well(self) -> bool:
        return self.then.state is TaskState.COMPLETED and not self.then.outcome.needs_person


def perform(
    context: ExecutionContext, backend: Backend | None, taken: TakenTask, look: Callable[[], None]
) -> Performed:
    """Carry a claimed task out. Raises LedgerError, and leaves the attempt open then."""
    taken.task = _with_files(context, taken.task)
    journal = AttemptJournal(context, taken, look)
    outcome = _outcome(backend, taken, journal)
    effects: list[Effect] = []
    if outcome.outcome not in (AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN):
        journal.write_rest()
        effects = journal.effects()
    # What may stay open is over: nobody is asked about it, and it keeps nothing from being done.
    states = [effect.state for effect in effects if not effect.is_left_open]
    then = decide(context, taken, outcome, states)
    taken.be_sure()
    # Before the end of the attempt, as any hold (see `finish`), and before the next task of the lane is asked.
    context.failing.ended(taken.task, outcome)
    return Performed(then, effects, journal)


def conclude(
    context: ExecutionContext, taken: TakenTask, performed: Performed, follower: TakenTask | None = None
) -> bool:
    """Write down how an attempt ended, and in the same transaction claim the task that follows it in its lane. Returns
    whether that has been claimed. Raises LedgerError, and leaves the attempt open then."""
    then, settlements = performed.then, performed.journal.at_end
    started: Attempt | None = None
    # The ledger first: whoever is told of an end, or goes on because of it, may count on its being written down.
    if follower is None:
        finish(context, [(taken, then)], settlements)
    else:
        started = finish_and_claim(context, taken, then, follower, settlements)
    performed.journal.tell(settlements)
    is_over = then.state is not TaskState.PENDING
    context.doubts.looked(taken.task, () if is_over else performed.effects, then.again_utc)
    tell_finished(context, [(taken, then)])
    if follower is None or started is None:
        return False
    begun(context, [follower], {follower.key: started}, begins=True)
    return True


def _with_files(context: ExecutionContext, task: Task) -> Task:
    """A task that should have files, and could not get them when its row was made, gets them before its attempt: they
    may lie on a disk that came later. One that still gets none tells why when it looks for them."""
    if not task.options.order or task.options.files:
        return task
    return context.ledger.file_uses.choose(task, context.looks.files([task]))


def _outcome(backend: Backend | None, taken: TakenTask, journal: AttemptJournal) -> Outcome:
    assert taken.deadline is not None
    try:
        if backend is None:
            raise _no_backend(taken)
        return backend.perform(taken.task, journal, journal, taken.stop, taken.deadline)
    except LedgerError:
        # No failure of the task: what it did cannot be written down, so its attempt stays open.
        raise
    except (Unsupported, AppMissing, FlowError) as error:
        return Outcome(AttemptOutcome.FAILED, error.message, error.hint, again=Again.NEVER)
    except RunnerError as error:
        return Outcome(AttemptOutcome.FAILED, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - a bug: told with the task, and raised in the end
        taken.bug = error
        return bug(taken.key, error)


def bug(what: str, error: Exception) -> Outcome:
    """The outcome of an attempt that a bug ended."""
    LOG.error("%s: a bug in the runner ended the attempt", what, exc_info=error)
    return Outcome(
        AttemptOutcome.FAILED,
        f"a bug in the runner ended the attempt: {type(error).__name__}: {error}",
        "please report it, with what the log says of it",
        again=Again.NEVER,
    )


def _no_backend(taken: TakenTask) -> Unsupported:
    return Unsupported(
        f"this runner has no backend {taken.task.backend!r}",
        hint="start it with what that backend needs, or change `backend` in the campaign",
    )
