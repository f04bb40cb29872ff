"""Whether a task that may go by its queue may begin: people, accounts, phones that are away, limits."""

from collections.abc import Iterator, Mapping, Sequence

from runner.backends.backend import Backend, BatchBackend
from runner.errors import LedgerError, RunnerError
from runner.execution.journal import ACCOUNT_LOOK, busy
from runner.execution.lanes import Away
from runner.execution.requests import Refusal, Requests
from runner.execution.retry import away_reason, look_after
from runner.execution.work import Means, Work
from runner.planning.limits import NotBefore
from runner.reasons import ReasonKind

Refusals = dict[str, Refusal]
"""By task key."""


class Gate:
    """Asked before each attempt. What it says may have changed when the attempt makes its effect: that is asked
    again there."""

    def __init__(self, means: Means, requests: Requests) -> None:
        self._means = means
        self._requests = requests

    def refusals(
        self,
        works: Sequence[Work],
        backend: Backend | BatchBackend | None,
        away: Mapping[str, Away],
    ) -> Refusals:
        """Which of these tasks may not begin, and why; `away` says which of their lanes could not be reached at the
        latest look, by task key. Looks for phones only where nothing else forbids the task."""
        found = dict(self._forbidden(works))
        left = [work for work in works if work.key not in found]
        is_open = self._open(left)
        found |= self._limited([work for work in left if work.key not in is_open])
        left = [work for work in left if work.key not in found and work.key in away]
        if left and backend is not None:
            found |= self._look_for(left, backend, away)
        return found

    def may_expire(self, work: Work) -> bool:
        """A task is not missed while nobody knows what an earlier attempt at it did."""
        return not self._open([work])

    def _forbidden(self, works: Sequence[Work]) -> Iterator[tuple[str, Refusal]]:
        for work in works:
            in_doubt = work.waiting.in_doubt
            if (
                not work.waiting.is_to_stop
                and (refusal := self._requests.refusal(work.task, only_looks=in_doubt))
            ) or (refusal := self._means.doubts.refusal(work.task)):
                yield work.key, refusal
            elif obstacle := self._means.accounts.obstacle(work.waiting.lane):
                until = self._means.clock.now() + ACCOUNT_LOOK
                yield work.key, Refusal(busy(*obstacle), ReasonKind.ACCOUNT_BUSY, until)

    def _open(self, works: Sequence[Work]) -> set[str]:
        """Tasks with an effect of which an earlier attempt left open whether it happened: it is only looked up."""
        tried = [work.key for work in works if work.waiting.tried]
        return self._means.ledger.effects.in_doubt(tried) if tried else set()

    def _limited(self, works: Sequence[Work]) -> Refusals:
        limiter = self._means.limiter
        if len(works) == 1:
            refusal = limiter.before(works[0].task)
            return {works[0].key: _of(refusal)} if refusal else {}
        refused = limiter.before_all([work.task for work in works]) if works else {}
        return {key: _of(refusal) for key, refusal in refused.items()}

    def _look_for(
        self, works: Sequence[Work], backend: Backend | BatchBackend, away: Mapping[str, Away]
    ) -> Refusals:
        """The tasks whose phone, or backend, still is not there."""
        try:
            problems = backend.check([work.task for work in works])
            missing = {problem.lane: problem.message for problem in problems if problem.is_away}
        except LedgerError:
            raise
        except RunnerError as error:
            missing = {work.task.lane: error.message for work in works}
        return {
            work.key: self._still_away(work, missing[work.task.lane], away[work.key])
            for work in works
            if work.task.lane in missing
        }

    def _still_away(self, work: Work, message: str, before: Away) -> Refusal:
        away = Away(before.since_utc, before.looks + 1)
        reason = away_reason(work.task, away.since_utc, message, self._means.limiter.zone)
        until = self._means.clock.now() + look_after(away.looks)
        return Refusal(reason, ReasonKind.DEVICE_AWAY, until, away)


def _of(refusal: NotBefore) -> Refusal:
    return Refusal(refusal.reason, refusal.kind, refusal.instant_utc)
