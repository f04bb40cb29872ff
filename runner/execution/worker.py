"""What the threads of an executor do: a lane's tasks one after the other, or many tasks with one call."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from runner.backends.backend import Backend, BatchBackend
from runner.errors import LedgerRefusal
from runner.events import TaskFinished, TaskWaiting
from runner.execution import attempt
from runner.execution.batch import Batch
from runner.execution.board import Board
from runner.execution.gate import Gate
from runner.execution.requests import ON_REQUEST, Refusal
from runner.execution.work import Ends, Means, Work, claim
from runner.reasons import ReasonKind
from runner.tasks import AttemptOutcome, Outcome, TaskState

FAR_UTC = datetime.max.replace(tzinfo=UTC)

Refused = tuple[Work, Refusal]


class Worker:
    """Shared by all threads. Errors of the ledger go through, and leave attempts open.

    `glance` is called between steps, `look` when a hold has been placed: the next task of the lane must see it,
    `watch_clock` before that is taken.
    """

    def __init__(
        self,
        means: Means,
        gate: Gate,
        board: Board,
        backends: Mapping[str, Backend | BatchBackend],
        glance: Callable[[], None],
        look: Callable[[], None],
        watch_clock: Callable[[], None],
    ) -> None:
        self._means = means
        self._gate = gate
        self._board = board
        self._backends = backends
        self._glance = glance
        self._look = look
        self._watch_clock = watch_clock

    def run_lane(self, first: Work) -> None:
        """Carry out a task, and those that may follow it in its lane."""
        work: Work | None = first
        while work is not None:
            try:
                self._run_one(work)
            except BaseException as error:
                self._board.fail(error, [work])
                raise
            self._watch_clock()
            work = self._board.take_next(work.waiting.lane)

    def run_batch(self, works: Sequence[Work]) -> None:
        """Carry out the tasks of one entry that are due at one instant."""
        try:
            self._run_together(works)
        except BaseException as error:
            self._board.fail(error, works)
            raise

    def _run_together(self, works: Sequence[Work]) -> None:
        backend = self._backends[works[0].task.backend]
        assert isinstance(backend, BatchBackend)
        refusals = self._gate.refusals(works, backend, self._board.away(works))
        self._hold_back_all([(work, refusals[work.key]) for work in works if work.key in refusals])
        claimed = self._claim([work for work in works if work.key not in refusals], begins=False)
        self._board.free(set(works).difference(claimed))
        if claimed:
            Batch(self._means, claimed, self._batch_ended, lambda: self._board.is_closed).run(backend)

    def _run_one(self, work: Work) -> None:
        backend = self._backends.get(work.task.backend)
        assert not isinstance(backend, BatchBackend)
        away = self._board.away([work])
        refusal = self._gate.refusals([work], backend, away).get(work.key)
        if away:
            self._miss_behind(work, refusal or Refusal(work.waiting.reason, ReasonKind.DEVICE_AWAY))
        if refusal is not None:
            self._hold_back_all([(work, refusal)])
        elif self._claim([work], begins=True):
            self._ended([(work, attempt.perform(self._means, backend, work, self._glance))])

    def _claim(self, works: Sequence[Work], *, begins: bool) -> list[Work]:
        """Those that are still pending: somebody may have cancelled others meanwhile."""
        claimed = claim(self._means, works, begins=begins) if works else []
        for work in set(works).difference(claimed):
            self._board.drop(work)
        return claimed

    def _ended(self, ends: Ends) -> None:
        if any(then.outcome.needs_person for _, then in ends):
            self._look()
        self._board.ended(ends)
        self._cancel([work for work, then in ends if then.state is TaskState.PENDING])
        bug = next((work.bug for work, _ in ends if work.bug is not None), None)
        if bug is not None and self._means.mode.is_manual:
            self._board.fail(bug)

    def _batch_ended(self, ends: Ends) -> None:
        self._ended(ends)
        self._board.free([work for work, _ in ends])

    def _hold_back_all(self, refused: Sequence[Refused]) -> None:
        """Miss those for which it is too late. The first of each strand is told why it is held back; the others wait
        behind it."""
        over, waiting = list[Refused](), list[Refused]()
        for work, refusal in refused:
            (over if self._is_over(work) else waiting).append((work, refusal))
        self._miss_all(over)
        told: set[tuple[object, ...]] = set()
        for work, refusal in waiting:
            strand = (work.waiting.lane, work.task.campaign, work.task.entry)
            if strand in told and self._is_waited_for(refusal):
                self._put_back(work, refusal)
            else:
                self._hold_back(work, refusal)
                told.add(strand)

    def _hold_back(self, work: Work, refusal: Refusal) -> None:
        """Write down why a task may not begin."""
        try:
            if refusal.reason != work.waiting.reason or refusal.away is not None:
                self._tell(work, refusal)
        except LedgerRefusal:  # somebody cancelled it meanwhile
            self._board.drop(work)
            return
        if self._is_waited_for(refusal):
            self._put_back(work, refusal)
        else:
            self._board.drop(work)

    def _put_back(self, work: Work, refusal: Refusal) -> None:
        self._board.put_back(work, self._until(work, refusal), refusal.away)
        self._cancel([work])

    def _cancel(self, works: Iterable[Work]) -> None:
        """Those that a person stopped just when they were about to wait."""
        if stopped := [work.key for work in works if work.stop.cancels]:
            self._means.ledger.tasks.cancel(stopped, ON_REQUEST, ReasonKind.STOPPED)

    def _miss_behind(self, work: Work, refusal: Refusal) -> None:
        """What waited behind a task for a phone that was away until now, and whose grace is over."""
        if not self._means.mode.is_manual:
            late = self._board.take_expired(work.waiting.lane)
            self._miss_all([(one, refusal) for one in late])

    def _miss_all(self, refused: Sequence[Refused]) -> None:
        alike: dict[tuple[str, ReasonKind], list[Work]] = {}
        for work, refusal in refused:
            alike.setdefault((refusal.reason, refusal.kind), []).append(work)
        for (reason, kind), works in alike.items():
            missed = self._means.ledger.tasks.miss([work.key for work in works], reason, kind)
            outcome = Outcome(AttemptOutcome.HELD_BACK, reason, kind=kind)
            for work in works:
                if work.key in missed:  # else somebody cancelled it meanwhile
                    self._means.sink(TaskFinished(work.key, work.task.lane, TaskState.MISSED, outcome, 0.0))
                self._board.drop(work)

    def _tell(self, work: Work, refusal: Refusal) -> None:
        now = self._means.clock.now()
        until = refusal.until or now
        self._means.ledger.tasks.hold_back(work.key, refusal.reason, until, refusal.kind)
        if work.waiting.reason != refusal.reason:
            shown = refusal.until or work.task.expires_utc
            self._means.sink(TaskWaiting(work.key, work.task.lane, refusal.reason, shown))
        work.waiting.reason = refusal.reason

    def _is_over(self, work: Work) -> bool:
        """Whether the task's grace has ended; by hand there is none."""
        late = self._means.clock.now() >= work.task.expires_utc
        return late and not self._means.mode.is_manual and self._gate.may_expire(work)

    def _is_waited_for(self, refusal: Refusal) -> bool:
        """A run by hand waits for nothing that is far away, or in a person's hands."""
        patience_s = self._means.mode.patience_s
        if patience_s is None:
            return True
        if refusal.until is None:
            return False
        return refusal.until - self._means.clock.now() <= timedelta(seconds=patience_s)

    def _until(self, work: Work, refusal: Refusal) -> datetime:
        """When it is looked at again: also when its grace ends, since then it is missed."""
        until, expires = refusal.until or FAR_UTC, work.task.expires_utc
        return min(until, expires) if expires > self._means.clock.now() else until
