"""What waits and what is being carried out, for all threads of an executor: lanes and taken tasks behind one lock."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count

from runner.errors import PhoneInUse
from runner.execution.asked_board import AskedBoard
from runner.execution.lanes import Away, LaneName, Waiting
from runner.execution.loans import Loan, Loans
from runner.execution.retry import Next
from runner.execution.taken_task import Ends, ExecutionContext, TakenTask
from runner.store.rows import TaskRow
from runner.tasks import Again, AttemptOutcome, Task, TaskState

ASKED_S = 1.0
"""How long a person waits for a phone of which it is just asked whether a task may begin on it."""


class Board(AskedBoard):
    """Any thread may call it. It calls `wake` when there may be something new to take; `batched` names the backends
    that take no lanes. Once it `is_closed` it gives out no further tasks; `failure` is the reason, if there is one."""

    def __init__(self, context: ExecutionContext, batched: Collection[str], wake: Callable[[], None]) -> None:
        super().__init__(context)
        self.failure: BaseException | None = None
        self._batched = batched
        self._wake = wake
        self._numbers = count()

    # tasks come and go

    def add(self, given: Iterable[TaskRow | Task]) -> None:
        """Take tasks that are pending; leave a key that is known as it is."""
        with self._changed:
            self._lanes.add_all(self._new(given))
        self._wake()

    def prove_first(self, row: TaskRow) -> None:
        """A task in doubt goes before all others of its lane. If nobody has handed it over, it is only looked at."""
        task = row.task
        with self._changed:
            is_guest = not self._lanes.discard(task.key)
            waiting = Waiting(task, self._lane(task), next(self._numbers), tried=True, in_doubt=True)
            waiting.is_guest = is_guest
            self._lanes.add(waiting, single=True)
        self._wake()

    def take(self, now: datetime) -> list[TakenTask]:
        """Every task that may go now."""
        with self._changed:
            return [] if self.is_closed else [self._taken(waiting) for waiting in self._lanes.take(now)]

    def take_next(self, name: LaneName) -> TakenTask | None:
        """The task that follows in a lane; if there is none, the lane is free."""
        with self._changed:
            waiting = None
            if self.is_closed:
                self._lanes.free(name)
            else:
                waiting = self._lanes.take_next(name, self._context.clock.now())
            if waiting is not None:
                return self._taken(waiting)
            self._notice()
        self._wake()
        return None

    def take_follower(self, name: LaneName) -> TakenTask | None:
        """The task that follows in a lane whose task has not yet been written down as ended: the lane stays busy."""
        with self._changed:
            if self.is_closed:
                return None
            waiting = self._lanes.take_next(name, self._context.clock.now(), stays_busy=True)
            return None if waiting is None else self._taken(waiting)

    def take_expired(self, name: LaneName) -> list[TakenTask]:
        """The tasks of a lane that were never begun and whose grace is over: they wait no longer."""
        with self._changed:
            now = self._context.clock.now()
            return [self._taken(waiting) for waiting in self._lanes.take_expired(name, now)]

    def put_back(self, taken: TakenTask, until: datetime, away: Away | None = None) -> None:
        """The task and those of its strand wait until then; if its phone is away, all those of its lane do.

        A task that a person has stopped meanwhile does not wait: the caller cancels it.
        """
        with self._changed:
            self._taken_tasks.pop(taken.key, None)
            self._put_off(taken)
            if not taken.stop.cancels:
                self._hold(taken, until, away)
        self._let_go([taken])

    def drop(self, taken: TakenTask) -> None:
        """Give a task up: this executor no longer carries it out."""
        with self._changed:
            self._taken_tasks.pop(taken.key, None)
            self._put_off(taken)
        self._let_go([taken])

    def forget(self, lane: str) -> None:
        """Give up what waits in a lane of hosts that this one has lost; what goes on in it is dropped as it ends."""
        with self._changed:
            self._lanes.forget(lane)
            self._notice()
        self._wake()

    def ended(self, ends: Ends) -> None:
        """Take up what follows attempts that have ended, except for tasks to be cancelled, as in `put_back`."""
        with self._changed:
            if any(taken.waiting.in_doubt for taken, _ in ends):  # others have waited for what was found out
                self._lift()
            for taken, then in ends:
                self._taken_tasks.pop(taken.key, None)
                self._follow(taken, then)
        self._let_go([taken for taken, _ in ends])

    def free(self, taken_tasks: Iterable[TakenTask]) -> None:
        """The lanes of these tasks may give others."""
        with self._changed:
            for name in {taken.waiting.lane for taken in taken_tasks}:
                self._lanes.free(name)
            self._notice()
        self._wake()

    # what people ask for

    def stop(self, *, by_person: bool) -> int:
        """Ask every running attempt to stop; returns how many there are."""
        with self._changed:
            for taken in self._taken_tasks.values():
                taken.stop.set(by_person=by_person)
            return len(self._taken_tasks)

    def stop_task(self, key: str) -> bool:
        """Ask the attempt at a task to stop for good; false if there is none."""
        with self._changed:
            taken = self._taken_tasks.get(key)
            if taken is None:
                return False
            taken.stop.cancels = True
            taken.stop.set(by_person=True)
            return True

    def call_up(self, key: str) -> None:
        """Look at a task that waits, to stop it where an earlier attempt left it: no pause keeps it from that."""
        with self._changed:
            self._lanes.call_up(key)
        self._wake()

    def withdraw(self, key: str) -> None:
        """The task no longer waits."""
        with self._changed:
            self._lanes.discard(key)
            self._notice()

    def lose(self, lanes: Collection[str]) -> None:
        """As `forget`, for lanes that another host may have soon: what runs in them stops at its next step."""
        with self._changed:
            for lane in lanes:
                self._lanes.forget(lane)
            for taken in self._taken_tasks.values():
                if taken.waiting.lane.of_hosts in lanes:
                    taken.stop.set(by_person=False)
            self._notice()

    def lift(self) -> None:
        """Look at everything again that is held back."""
        with self._changed:
            self._lift()
        self._wake()

    def clock_set_back(self) -> None:
        with self._changed:
            self._lanes.bring_forward()

    def close(self) -> None:
        """Give out no further tasks."""
        with self._changed:
            self.is_closed = True
            self._notice()

    def fail(self, error: BaseException, taken_tasks: Iterable[TakenTask] = ()) -> None:
        """Give out no further tasks because of this error, which left these tasks as they are."""
        with self._changed:
            self.failure = self.failure or error
            for taken in taken_tasks:
                self._taken_tasks.pop(taken.key, None)
        self.close()
        # As when the process ends: no attempt stays even for its proof, which the next process makes.
        self.stop(by_person=False)

    # what people do with phones

    def lend(self, serial: str, loans: Loans, by: str, loan_id: str | None = None) -> Loan:
        """Give a phone into somebody's hands. Raises PhoneInUse while a task has it."""
        with self._changed:
            # A task that is only asked whether it may begin is put back within milliseconds.
            self._changed.wait_for(lambda: not self._is_asked(serial), ASKED_S)
            if taken := self._taken_on(serial):
                raise PhoneInUse(f"{taken.task.title} has {serial} now", hint="wait until it has ended")
            return loans.lend(serial, by, loan_id)

    @contextmanager
    def glance(self, serial: str) -> Iterator[None]:
        """Keep tasks from beginning on a phone while a picture of it is taken. Raises PhoneInUse while one has it."""
        name = _lane_name("", serial)
        with self._changed:
            self._changed.wait_for(lambda: not self._is_asked(serial), ASKED_S)
            taken = self._taken_on(serial)
            if taken or not self._lanes.occupy(name):
                what = taken.task.title if taken else "a task"
                raise PhoneInUse(f"{what} has {serial} now", hint="its screenshots are on the task's page")
        try:
            yield
        finally:
            with self._changed:
                self._lanes.free(name)
                self._notice()
            self._wake()

    def _new(self, given: Iterable[TaskRow | Task]) -> Iterator[tuple[Waiting, bool]]:
        for one in given:
            task, row = (one.task, one) if isinstance(one, TaskRow) else (one, None)
            if known := self._known(task.key):
                # Handed over now: after the look that it was here for, it goes on as a task of this executor.
                known.is_guest = False
                continue
            waiting = Waiting(task, self._lane(task), next(self._numbers))
            waiting.in_doubt = task.key in self._context.doubts
            if row is not None:
                waiting.not_before, waiting.tried = _later(row), row.attempts > 0
            yield waiting, self._is_single(task)

    def _taken(self, waiting: Waiting) -> TakenTask:
        taken = TakenTask(waiting)
        taken.stop.is_proving = waiting.in_doubt
        # Noted before anybody asks whether the task may go, so that `_hold` notices a lift that came in between.
        taken.lifts = self._context.lifts.count
        away = self._lanes.away(waiting.lane)
        taken.away_since = away.since_utc if away is not None else None
        self._taken_tasks[taken.key] = taken
        return taken

    def _follow(self, taken: TakenTask, then: Next) -> None:
        waiting, again_utc = taken.waiting, then.again_utc
        if then.away_since is None:
            self._lanes.is_back(waiting.lane)
        if then.state is not TaskState.PENDING or self._is_set_aside(then) or taken.stop.cancels:
            return
        waiting.in_doubt = taken.key in self._context.doubts
        if waiting.is_guest and not waiting.in_doubt:
            return
        waiting.reason = then.reason or then.outcome.message
        if then.outcome.outcome is AttemptOutcome.HELD_BACK and again_utc is not None:
            self._hold(taken, again_utc, Away(then.away_since) if then.away_since else None)
        else:
            waiting.not_before = again_utc
            self._lanes.add(waiting, single=self._is_single(taken.task))

    def _hold(self, taken: TakenTask, until: datetime, away: Away | None) -> None:
        lane, single = taken.waiting.lane, self._is_single(taken.task)
        is_outdated = taken.lifts != self._context.lifts.count
        if away is None:
            self._lanes.hold(taken.waiting, until, single=single)
        else:
            self._lanes.hold(taken.waiting, self._context.clock.now(), single=single)
            self._lanes.put_off(lane, away, until)
        # Between the refusal and this hold lies a write to the ledger. A hold that was released or an account that
        # became free in that time tells nobody again: without this lift the task would wait for ever.
        if is_outdated or self._context.accounts.is_free(lane):
            self._lanes.lift([lane])

    def _put_off(self, taken: TakenTask) -> None:
        """Nobody can look at what is in doubt now: what only waited for that look goes on."""
        if self._context.doubts.put_off(taken.key):
            self._lift()

    def _lift(self) -> None:
        self._context.lifts.count += 1
        self._lanes.lift()

    def _let_go(self, taken_tasks: Iterable[TakenTask]) -> None:
        """Lanes that waited for an account of these tasks may go on."""
        freed = self._context.accounts.release([taken.key for taken in taken_tasks])
        with self._changed:
            if freed:
                self._lanes.lift(freed)
            self._notice()
        if freed:
            self._wake()

    def _is_set_aside(self, then: Next) -> bool:
        """Whether a run by hand leaves a task for a later run, since it cannot go on soon."""
        patience_s = self._context.mode.patience_s
        if patience_s is None:
            return False
        if then.again_utc is None:
            goes_on = then.outcome.outcome is AttemptOutcome.STOPPED or then.outcome.again is Again.ANEW
            return not goes_on
        return then.again_utc - self._context.clock.now() > timedelta(seconds=patience_s)

    def _lane(self, task: Task) -> LaneName:
        return _lane_name(task.backend if task.backend in self._batched else "", task.lane)

    def _is_single(self, task: Task) -> bool:
        """A phone does one task at a time; a batch takes no phones, but each account does one at a time too."""
        return task.backend not in self._batched or (task.device is None and task.username is not None)


def _later(row: TaskRow) -> datetime | None:
    """When a task that failed is tried again; None for others, since what held them back is asked anew."""
    return row.not_before if row.tries and row.state is TaskState.PENDING else None


@lru_cache(maxsize=1024)
def _lane_name(backend: str, name: str) -> LaneName:
    """One object for all tasks of a lane, of which there may be a hundred thousand."""
    return LaneName(backend, name)
