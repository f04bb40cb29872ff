"""What the threads of an executor do: carry out a lane's tasks one after the other, or many tasks with one call."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from runner.backends.backend import Backend, BatchBackend
from runner.errors import LeaseLost, LedgerRefusal
from runner.events import TaskFinished, TaskWaiting
from runner.execution import attempt
from runner.execution.batch import Batch
from runner.execution.board import Board
from runner.execution.gate import Gate
from runner.execution.lanes import strand_name
from runner.execution.requests import ON_REQUEST, Refusal
from runner.execution.taken_task import Ends, ExecutionContext, TakenTask, claim
from runner.reasons import ReasonKind
from runner.tasks import AttemptOutcome, Outcome, TaskState

LOG = logging.getLogger(__name__)

FAR_UTC = datetime.max.replace(tzinfo=UTC)

Refused = tuple[TakenTask, Refusal]


class Worker:
    """Shared by all threads. Errors of the ledger go through, and leave attempts open.

    It calls `glance` between steps, `look` when a hold may have been placed, since the next task of the lane must see
    it, and `watch_clock` before it takes that task.
    """

    def __init__(
        self,
        context: ExecutionContext,
        gate: Gate,
        board: Board,
        backends: Mapping[str, Backend | BatchBackend],
        glance: Callable[[], None],
        look: Callable[[], None],
        watch_clock: Callable[[], None],
    ) -> None:
        self._context = context
        self._gate = gate
        self._board = board
        # Sorted once: to ask a backend whether it fits a protocol takes more time than to write a row.
        self._batching = {name: one for name, one in backends.items() if isinstance(one, BatchBackend)}
        self._one_by_one = {name: one for name, one in backends.items() if not isinstance(one, BatchBackend)}
        self._glance = glance
        self._look = look
        self._watch_clock = watch_clock

    def run_lane(self, first: TakenTask) -> None:
        """Carry out a task, and those that may follow it in its lane."""
        hand = [first]  # and the task that follows it, once it is over
        try:
            while hand:
                try:
                    self._run_first(hand)
                except LeaseLost as error:
                    self._leave(error, hand)
                    hand.clear()
        except BaseException as error:
            self._board.fail(error, hand)
            raise

    def run_batch(self, taken_tasks: Sequence[TakenTask]) -> None:
        """Carry out the tasks of one entry that are due at one instant."""
        try:
            self._run_together(taken_tasks)
        except LeaseLost as error:
            self._leave(error, self._board.left(taken_tasks))
        except BaseException as error:
            self._board.fail(error, taken_tasks)
            raise

    def _leave(self, error: LeaseLost, taken_tasks: Sequence[TakenTask]) -> None:
        """Leave tasks as they are: another host may carry them on. Other lanes go on."""
        for taken in taken_tasks:
            if taken.attempt is None and self._context.ledger.fence.has(taken.waiting.lane.of_hosts):
                self._board.put_back(taken, self._context.clock.now())
            else:
                LOG.warning("%s: left as it is: %s", taken.key, error.message)
                self._board.drop(taken)
        for lane in {taken.waiting.lane.of_hosts for taken in taken_tasks}:
            if not self._context.ledger.fence.has(lane):
                self._board.forget(lane)
        self._board.free(taken_tasks)

    def _run_together(self, taken_tasks: Sequence[TakenTask]) -> None:
        backend = self._batching[taken_tasks[0].task.backend]
        self._context.ledger.fence.of(taken_tasks[0].waiting.lane.of_hosts)
        refusals = self._gate.refusals(taken_tasks, backend, self._board.away(taken_tasks))
        self._hold_back_all([(taken, refusals[taken.key]) for taken in taken_tasks if taken.key in refusals])
        claimed = self._claim([taken for taken in taken_tasks if taken.key not in refusals], begins=False)
        self._board.free(set(taken_tasks).difference(claimed))
        if claimed:
            Batch(self._context, claimed, self._batch_ended, lambda: self._board.is_closed).run(backend)

    def _run_first(self, hand: list[TakenTask]) -> None:
        """Carry out the first task in hand, unless something forbids it; the task that follows takes its place."""
        taken, lane = hand[0], hand[0].waiting.lane
        if taken.attempt is not None or (self._may_begin(taken) and self._claim([taken], begins=True)):
            performed = attempt.perform(self._context, self._backend(taken), taken, self._glance)
            if performed.went_well and _ended_plainly(taken):
                self._take_follower(hand)
            follower = hand[1] if len(hand) > 1 else None
            is_claimed = attempt.conclude(self._context, taken, performed, follower)
            if follower is not None and not is_claimed:  # somebody has cancelled it meanwhile
                self._board.drop(follower)
                hand.remove(follower)
            self._ended([(taken, performed.then)])
        hand.remove(taken)
        if not hand:
            self._watch_clock()  # after a machine slept, what is missed meanwhile must not begin here
            hand += filter(None, [self._board.take_next(lane)])

    def _take_follower(self, hand: list[TakenTask]) -> None:
        """Take the task in hand that may begin as soon as the one before it is written down as ended: one transaction
        does both."""
        self._watch_clock()
        follower = self._board.take_follower(hand[0].waiting.lane)
        if follower is not None:
            hand.append(follower)
            if not self._may_begin(follower):
                hand.remove(follower)

    def _backend(self, taken: TakenTask) -> Backend | None:
        return self._one_by_one.get(taken.task.backend)

    def _may_begin(self, taken: TakenTask) -> bool:
        """Whether nothing forbids a task to begin now; one that must wait, or is missed, is put back or dropped. Raises
        LeaseLost."""
        self._context.ledger.fence.of(taken.waiting.lane.of_hosts)
        backend = self._backend(taken)
        away = self._board.away([taken])
        refusal = self._gate.refusals([taken], backend, away).get(taken.key)
        if away:
            self._miss_behind(taken, refusal or Refusal(taken.waiting.reason, ReasonKind.DEVICE_AWAY))
        if refusal is not None:
            self._hold_back_all([(taken, refusal)])
        return refusal is None

    def _claim(self, taken_tasks: Sequence[TakenTask], *, begins: bool) -> list[TakenTask]:
        """Claim those that are still pending; drop the others, which somebody has cancelled meanwhile."""
        claimed = claim(self._context, taken_tasks, begins=begins) if taken_tasks else []
        for taken in set(taken_tasks).difference(claimed):
            self._board.drop(taken)
        return claimed

    def _ended(self, ends: Ends) -> None:
        if any(then.outcome.needs_person or then.outcome.phone_failed for _, then in ends):
            self._look()
        self._board.ended(ends)
        self._cancel([taken for taken, then in ends if then.state is TaskState.PENDING])
        bug = next((taken.bug for taken, _ in ends if taken.bug is not None), None)
        # A person who runs by hand sees the bug; a daemon logs it, and its other phones go on.
        if bug is not None and self._context.mode.is_manual:
            self._board.fail(bug)

    def _batch_ended(self, ends: Ends) -> None:
        self._ended(ends)
        self._board.free([taken for taken, _ in ends])

    def _hold_back_all(self, refused: Sequence[Refused]) -> None:
        """Miss those for which it is too late. Only the first of each strand is written down as held back; the others
        wait behind it."""
        over, waiting = list[Refused](), list[Refused]()
        for taken, refusal in refused:
            (over if self._is_over(taken) else waiting).append((taken, refusal))
        self._miss_all(over)
        told: set[tuple[object, ...]] = set()
        for taken, refusal in waiting:
            strand = (taken.waiting.lane, *strand_name(taken.task))
            if strand in told and self._is_waited_for(refusal):
                self._put_back(taken, refusal)
            else:
                self._hold_back(taken, refusal)
                told.add(strand)

    def _hold_back(self, taken: TakenTask, refusal: Refusal) -> None:
        """Write down why a task may not begin."""
        try:
            if refusal.reason != taken.waiting.reason or refusal.away is not None:
                self._tell(taken, refusal)
        except LeaseLost:
            raise
        except LedgerRefusal:  # somebody cancelled it meanwhile
            self._board.drop(taken)
            return
        if self._is_waited_for(refusal):
            self._put_back(taken, refusal)
        else:
            self._board.drop(taken)

    def _put_back(self, taken: TakenTask, refusal: Refusal) -> None:
        self._board.put_back(taken, self._until(taken, refusal), refusal.away)
        self._cancel([taken])

    def _cancel(self, taken_tasks: Iterable[TakenTask]) -> None:
        """Cancel tasks that a person stopped just when they were about to wait: no attempt sees that request."""
        if stopped := [taken.key for taken in taken_tasks if taken.stop.cancels]:
            self._context.ledger.tasks.cancel(stopped, ON_REQUEST, ReasonKind.STOPPED)

    def _miss_behind(self, taken: TakenTask, refusal: Refusal) -> None:
        """Miss the tasks whose grace ended while they waited behind this one for a phone that was away."""
        if not self._context.mode.is_manual:
            late = self._board.take_expired(taken.waiting.lane)
            self._miss_all([(one, refusal) for one in late])

    def _miss_all(self, refused: Sequence[Refused]) -> None:
        alike: dict[tuple[str, ReasonKind], list[TakenTask]] = {}
        for taken, refusal in refused:
            alike.setdefault((refusal.reason, refusal.kind), []).append(taken)
        for (reason, kind), taken_tasks in alike.items():
            missed = self._context.ledger.tasks.miss([taken.key for taken in taken_tasks], reason, kind)
            outcome = Outcome(AttemptOutcome.HELD_BACK, reason, kind=kind)
            for taken in taken_tasks:
                if taken.key in missed:  # else somebody cancelled it meanwhile
                    self._context.sink(
                        TaskFinished(taken.key, taken.task.lane, TaskState.MISSED, outcome, 0.0)
                    )
                self._board.drop(taken)

    def _tell(self, taken: TakenTask, refusal: Refusal) -> None:
        now = self._context.clock.now()
        until = refusal.until or now
        self._context.ledger.tasks.hold_back(taken.key, refusal.reason, until, refusal.kind)
        if taken.waiting.reason != refusal.reason:
            shown = refusal.until or taken.task.expires_utc
            self._context.sink(TaskWaiting(taken.key, taken.task.lane, refusal.reason, shown))
        taken.waiting.reason = refusal.reason

    def _is_over(self, taken: TakenTask) -> bool:
        """Whether the task's grace has ended; in a run by hand there is none."""
        late = self._context.clock.now() >= taken.task.expires_utc
        return late and not self._context.mode.is_manual and self._gate.may_expire(taken)

    def _is_waited_for(self, refusal: Refusal) -> bool:
        """Whether to wait for the end of a refusal; a run by hand does not if that is far away, or up to a person."""
        patience_s = self._context.mode.patience_s
        if patience_s is None:
            return True
        if refusal.until is None:
            return False
        return refusal.until - self._context.clock.now() <= timedelta(seconds=patience_s)

    def _until(self, taken: TakenTask, refusal: Refusal) -> datetime:
        """When to look at the task again: at the latest when its grace ends, since it is missed then."""
        until, expires = refusal.until or FAR_UTC, taken.task.expires_utc
        return min(until, expires) if expires > self._context.clock.now() else until


def _ended_plainly(taken: TakenTask) -> bool:
    """Whether the end of a task changes nothing for those behind it: no phone has come back with it, and nobody has
    waited for what it found out."""
    return taken.bug is None and taken.away_since is None and not taken.waiting.in_doubt
