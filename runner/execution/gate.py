"""Whether a task that may go by its queue may begin: people, phones in their hands or away, accounts,
limits."""

from collections.abc import Iterator, Mapping, Sequence

from runner.backends.backend import Backend, BatchBackend
from runner.errors import LedgerError, RunnerError
from runner.execution.accounts import Account, refusal_of
from runner.execution.journal import ACCOUNT_LOOK
from runner.execution.lanes import Away
from runner.execution.loans import Loans
from runner.execution.requests import Refusal, Requests
from runner.execution.retry import away_reason, look_after
from runner.execution.taken_task import ExecutionContext, TakenTask
from runner.planning.limits import NotBefore
from runner.reasons import ReasonKind

Refusals = dict[str, Refusal]
"""By task key."""


class Gate:
    """The executor asks it before each attempt. Its answer may have changed by the time the attempt makes its effect:
    the journal asks again there."""

    def __init__(self, context: ExecutionContext, requests: Requests, loans: Loans) -> None:
        self._context = context
        self._requests = requests
        self._loans = loans

    def refusals(
        self,
        taken_tasks: Sequence[TakenTask],
        backend: Backend | BatchBackend | None,
        away: Mapping[str, Away],
    ) -> Refusals:
        """Which of these tasks may not begin, and why; `away` says, by task key, which of their lanes could not be
        reached at the latest look. It looks for phones only where nothing else forbids the task."""
        found = dict(self._forbidden(taken_tasks))
        left = [taken for taken in taken_tasks if taken.key not in found]
        # No limit keeps a look at an effect from being made: limits say when something may begin, and this has begun.
        is_open = self._open(left)
        found |= self._limited([taken for taken in left if taken.key not in is_open])
        left = [taken for taken in left if taken.key not in found and taken.key in away]
        if left and backend is not None:
            found |= self._look_for(left, backend, away)
        return found

    def may_expire(self, taken: TakenTask) -> bool:
        """Whether the task is missed when its grace is over: not while nobody knows what an earlier attempt did."""
        return not self._open([taken])

    def _forbidden(self, taken_tasks: Sequence[TakenTask]) -> Iterator[tuple[str, Refusal]]:
        now = self._context.clock.now()
        for taken in taken_tasks:
            in_doubt = taken.waiting.in_doubt
            if (
                not taken.waiting.is_to_stop
                and (refusal := self._requests.refusal(taken.task, now, only_looks=in_doubt))
            ) or (refusal := self._loans.refusal(taken.task) or self._context.doubts.refusal(taken.task)):
                yield taken.key, refusal
            elif (obstacle := self._context.accounts.obstacle(taken.waiting.lane)) and _may_be(
                taken, obstacle[0]
            ):
                yield taken.key, Refusal(*refusal_of(*obstacle), now + ACCOUNT_LOOK)

    def _open(self, taken_tasks: Sequence[TakenTask]) -> set[str]:
        """Tasks of which an earlier attempt left an effect in doubt: the next one only looks it up."""
        tried = [taken.key for taken in taken_tasks if taken.waiting.tried]
        return self._context.ledger.effects.in_doubt(tried) if tried else set()

    def _limited(self, taken_tasks: Sequence[TakenTask]) -> Refusals:
        limiter = self._context.limiter
        if len(taken_tasks) == 1:
            refusal = limiter.before(taken_tasks[0].task)
            return {taken_tasks[0].key: _of(refusal)} if refusal else {}
        refused = limiter.before_all([taken.task for taken in taken_tasks]) if taken_tasks else {}
        return {key: _of(refusal) for key, refusal in refused.items()}

    def _look_for(
        self, taken_tasks: Sequence[TakenTask], backend: Backend | BatchBackend, away: Mapping[str, Away]
    ) -> Refusals:
        """The tasks whose phone, or backend, is still away."""
        try:
            problems = backend.check([taken.task for taken in taken_tasks])
            missing = {problem.lane: problem.message for problem in problems if problem.is_away}
        except LedgerError:
            raise
        except RunnerError as error:
            missing = {taken.task.lane: error.message for taken in taken_tasks}
        return {
            taken.key: self._still_away(taken, missing[taken.task.lane], away[taken.key])
            for taken in taken_tasks
            if taken.task.lane in missing
        }

    def _still_away(self, taken: TakenTask, message: str, before: Away) -> Refusal:
        away = Away(before.since_utc, before.looks + 1)
        reason = away_reason(taken.waiting.lane.place, away.since_utc, message, self._context.limiter.zone)
        until = self._context.clock.now() + look_after(away.looks)
        return Refusal(reason, ReasonKind.DEVICE_AWAY, until, away)


def _may_be(taken: TakenTask, account: Account) -> bool:
    """Whether a task may work as an account: as any, if it names none."""
    own = Account.of_task(taken.task)
    return own is None or own.is_same(account)


def _of(refusal: NotBefore) -> Refusal:
    return Refusal(refusal.reason, refusal.kind, refusal.instant_utc)
