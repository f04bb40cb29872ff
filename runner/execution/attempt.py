"""One attempt at one task in a lane, from the backend's call to what follows it."""

import logging
from collections.abc import Callable

from runner.backends.backend import Backend
from runner.errors import AppMissing, FlowError, LedgerError, RunnerError, Unsupported
from runner.execution.journal import AttemptJournal
from runner.execution.retry import Next
from runner.execution.work import Means, Work, decide, finish, tell_finished
from runner.tasks import Again, AttemptOutcome, Effect, Outcome, TaskState

LOG = logging.getLogger(__name__)


def perform(means: Means, backend: Backend | None, work: Work, look: Callable[[], None]) -> Next:
    """Carry a claimed task out and write down how that ended. Raises LedgerError; the attempt is then open."""
    journal = AttemptJournal(means, work, look)
    outcome = _outcome(backend, work, journal)
    effects: list[Effect] = []
    if outcome.outcome not in (AttemptOutcome.COMPLETED, AttemptOutcome.UNCERTAIN):
        effects = journal.effects()
    following = decide(means, work, outcome, [effect.state for effect in effects])
    finish(means, [(work, following)])
    is_over = following.state is not TaskState.PENDING
    means.doubts.looked(work.task, () if is_over else effects, following.again_utc)
    tell_finished(means, [(work, following)])
    return following


def _outcome(backend: Backend | None, work: Work, journal: AttemptJournal) -> Outcome:
    assert work.deadline is not None
    try:
        if backend is None:
            raise _no_backend(work)
        return backend.perform(work.task, journal, journal, work.stop, work.deadline)
    except LedgerError:
        raise
    except (Unsupported, AppMissing, FlowError) as error:
        return Outcome(AttemptOutcome.FAILED, error.message, error.hint, again=Again.NEVER)
    except RunnerError as error:
        return Outcome(AttemptOutcome.FAILED, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - a bug: told with the task, and raised in the end
        work.bug = error
        return bug(work.key, error)


def bug(what: str, error: Exception) -> Outcome:
    """The outcome of an attempt that ended in a way for which nobody was prepared."""
    LOG.error("%s: a bug in the runner ended the attempt", what, exc_info=error)
    return Outcome(
        AttemptOutcome.FAILED,
        f"a bug in the runner ended the attempt: {type(error).__name__}: {error}",
        "please report it, with what the log says of it",
        again=Again.NEVER,
    )


def _no_backend(work: Work) -> Unsupported:
    return Unsupported(
        f"this runner has no backend {work.task.backend!r}",
        hint="start it with what that backend needs, or change `backend` in the campaign",
    )
