"""The one executor of a ledger: it carries tasks out when they may go, each in its lane, until it is closed."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from runner.backends.backend import Backend, BatchBackend, LeavesNoTrace, LendsPhones
from runner.clock import Clock
from runner.clock_watch import ClockWatch
from runner.errors import Unsupported
from runner.events import EventSink, PhoneReturned, TaskOverdue
from runner.execution.accounts import Accounts
from runner.execution.board import Board
from runner.execution.doubts import Doubts
from runner.execution.failing_phones import CAUTIOUS, FailingPhones, Patience
from runner.execution.gate import Gate
from runner.execution.holding import Holding, lane_of
from runner.execution.limiter import Limiter
from runner.execution.loans import Loan, Loans
from runner.execution.requests import ON_REQUEST, Requests
from runner.execution.state import ExecutorState, Mode
from runner.execution.taken_task import ExecutionContext, TakenTask
from runner.execution.worker import Worker
from runner.reasons import ReasonKind
from runner.scripts import SCRIPTS
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind, CommandRow
from runner.store.rows import TaskRow
from runner.tasks import Task, TaskState

if TYPE_CHECKING:
    from runner.phone.session import Session

POLL_S = 0.25
"""How often the pump looks for what others have written to the ledger; that costs one page of shared memory."""

LEAST_POLL_S = 0.05
"""How long lies between two of these looks at least: steps that end look too. For as long after new tasks have come
nobody looks, if the last look was not too long ago: what begins now does not wait for the answers."""

LEAST_SHARED_POLL_S = 0.2
"""The same where hosts share the ledger: it changes all the time, and each look is a question to its server."""


class Executor:
    """A pump thread that looks for what may go, and one more thread for each lane and batch that is at work.

    `backends` carry out the tasks that name them; a BatchBackend takes many at once and no lanes. `patience` is that
    with phones that fail repeatedly. If the ledger
    fails, the executor begins no further task and asks running attempts to stop; in a daemon the error ends its
    thread, by hand `wait_until_done` raises it.

    With `holding` hosts share the ledger, and this one has lanes for a while: see `take_over` and `lose`. It then
    answers only what people ask about tasks of its lanes.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        artifacts: Artifacts,
        backends: Mapping[str, Backend | BatchBackend],
        limiter: Limiter,
        clock: Clock,
        sink: EventSink,
        mode: Mode,
        patience: Patience = CAUTIOUS,
        holding: Holding | None = None,
    ) -> None:
        self._ledger, self._clock, self._mode = ledger, clock, mode
        self.clock_watch = ClockWatch(clock)
        """The pump looks at it. Whoever must know when the clock steps registers here, before the executor starts."""
        self._batched = {name for name, backend in backends.items() if isinstance(backend, BatchBackend)}
        self._doubts = Doubts(ledger, self._batched, clock)
        failing = FailingPhones(ledger, clock, limiter.zone, patience)
        self._context = ExecutionContext(
            ledger,
            artifacts,
            limiter,
            Accounts(ledger.account_uses),
            self._doubts,
            failing,
            clock,
            sink,
            mode,
        )
        self._lookers = {*backends} - self._batched
        self._lender = next((one for one in backends.values() if isinstance(one, LendsPhones)), None)
        self._tidiers = [one for one in backends.values() if isinstance(one, LeavesNoTrace)]
        self._poke = threading.Event()
        self._board = Board(self._context, self._batched, self._poke.set)
        self._holding = holding
        self._requests = Requests(ledger, limiter.zone)
        self._loans = Loans(clock, self._given_back)
        gate = Gate(self._context, self._requests, self._loans)
        self._worker = Worker(
            self._context,
            gate,
            self._board,
            backends,
            self._refresh_soon,
            self.refresh,
            self.clock_watch.look,
        )
        self._thread = threading.Thread(target=self._pump, name="executor", daemon=True)
        self._closed = False
        self._refreshing = threading.Lock()
        self._refreshed = self._looked = self._submitted = time.monotonic()
        self._latest_id = 0

    def start(self) -> None:
        """Begin to carry tasks out."""
        self._ledger.warm_up()
        # Registered last: what others do after a step, such as to miss what has expired, comes before the board's part.
        self.clock_watch.on_step(self._clock_stepped)
        self.clock_watch.look()
        # Asked before the reads below, so that whatever is written from here on counts as a change.
        self._ledger.changed()
        self._requests.read()
        if self._holding is None:
            self._prove_first(self._doubts.read())
            self._obey()
        else:
            self._requests.skip_stops()
        self._thread.start()

    def submit(self, tasks: Iterable[TaskRow | Task]) -> None:
        """Take tasks that are pending in the ledger; a key twice is taken once. Any thread may submit."""
        self._submitted = time.monotonic()
        given = list(tasks)
        ids = [one.id for one in given if isinstance(one, TaskRow)]
        self._latest_id = max([self._latest_id, *ids])
        self._board.add(given)
        if self._thread.is_alive():  # what may go begins now, not when the pump has come round
            self._guard(self._begin_ready)

    def take_over(self, lanes: Collection[str]) -> None:
        """Have these lanes from now on, whose interrupted attempts have been settled: what is in doubt there is proved
        before anything else."""
        self._prove_first(self._doubts.read(lambda task: lane_of(task) in lanes))

    def lose(self, lanes: Collection[str]) -> None:
        """Have these lanes no longer: another host may. Their tasks leave the board, and what runs in them is asked to
        stop at its next step."""
        self._board.lose(lanes)

    def at_rest(self, lane: str) -> bool:
        """Whether nothing runs in a lane and nothing may go there now; `lane` is its name in the ledger."""
        return self._board.at_rest(lane)

    def refresh(self) -> None:
        """Look at once for commands, pauses and holds that somebody has written."""
        with self._refreshing:
            self._refreshed = time.monotonic()
            if not self._ledger.changed():
                return
            if self._requests.read() | self._doubts.recheck() | self._context.accounts.recheck():
                self._board.lift()
            self._obey()

    def wake(self) -> None:
        """Look again at everything that is held back: the clock or a limit has changed."""
        self._board.lift()

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing runs and nothing could start at the clock's present instant."""
        self._poke.set()
        return self._board.wait_until(is_empty=False, timeout_s=timeout_s)

    def wait_until_at_rest(self, asleep: Callable[[], int], timeout_s: float) -> bool:
        """As `wait_until_idle`, under a simulated clock: attempts may run whose threads wait for the clock to move;
        `asleep` counts these. Call `look_again` when it has changed. Raises the error that keeps the executor from
        going on."""
        self._poke.set()
        is_at_rest = self._board.wait_until_at_rest(asleep, timeout_s)
        if self._board.failure is not None:
            raise self._board.failure
        return is_at_rest

    def look_again(self) -> None:
        """Have whoever waits for rest look again."""
        self._board.look_again()

    def next_wake(self) -> datetime | None:
        """The first instant at which a task that waits may go, or is looked at again."""
        return self._board.next_wake()

    def wait_until_done(self, timeout_s: float | None = None) -> bool:
        """Wait until no task is left: each has ended or, in a run by hand, is left for a later run.

        Raises the error that kept the executor from going on.
        """
        is_done = self._board.wait_until(is_empty=True, timeout_s=timeout_s)
        if is_done and self._board.failure is not None:
            raise self._board.failure
        return is_done

    def drain(self, grace_s: float | None) -> bool:
        """Begin nothing more, and ask running attempts to stop at their next step; true if all ended in time."""
        self._board.close()
        self._board.stop(by_person=False)
        return self._board.wait_until(is_empty=False, timeout_s=grace_s)

    def close(self) -> None:
        """Begin nothing more. Attempts that still run end with the process, as if it had been killed."""
        self._closed = True
        self._board.close()
        self._poke.set()
        if self._thread.is_alive():
            self._thread.join()

    def state(self) -> ExecutorState:
        """What runs and what waits, at this moment."""
        return self._board.state()

    def silent_s(self) -> float:
        """For how long it has not looked for work; more than a second or two means that it hangs."""
        # Real seconds, not those of the clock, which a ManualClock stops.
        return time.monotonic() - self._looked

    # phones in the hands of people

    def lend(self, serial: str, by: str, loan_id: str | None = None) -> Loan:
        """Give a phone into somebody's hands: no task begins on it until it is given back, or has rested for LOAN_S.

        Raises PhoneInUse while a task or somebody else has it. Whether it may be touched at all the caller decides.
        """
        return self._board.lend(serial, self._loans, by, loan_id)

    def using(self, serial: str, loan_id: str) -> AbstractContextManager[Loan]:
        """Something that is done with a lent phone: no task begins meanwhile. Raises PhoneInUse if the loan is over."""
        return self._loans.using(serial, loan_id)

    def give_back(self, serial: str, loan_id: str | None = None) -> None:
        """End a loan, or any of the phone: its tasks may begin."""
        self._loans.give_back(serial, loan_id)

    def lent(self, serial: str) -> Loan | None:
        """Who has a phone in his hands, if anybody."""
        return self._loans.of(serial)

    def glance(self, serial: str) -> AbstractContextManager[None]:
        """A moment in which no task begins on a phone, for a picture of it. Raises PhoneInUse while a task has it."""
        return self._board.glance(serial)

    def session(self, serial: str) -> "Session":
        """A phone's own session, for whoever has the phone while no task does. Raises Unsupported if no backend here
        drives phones."""
        if self._lender is None:
            raise Unsupported("this runner drives no phones itself")
        return self._lender.session(serial)

    def _given_back(self, loan: Loan) -> None:
        self._board.lift()
        self._context.sink(PhoneReturned(loan.serial, loan.by))

    def traced(self) -> list[str]:
        """The phones on which something is left that can be undone now."""
        return [serial for one in self._tidiers for serial in one.traced()]

    def undo(self, serial: str, *, may_sleep: bool) -> None:
        """Undo what is left on a phone, while no task has it. Raises PhoneInUse, and TaskError."""
        for one in self._tidiers:
            if serial in one.traced():
                with self.glance(serial):
                    one.undo(serial, may_sleep=may_sleep)

    def _prove_first(self, rows: Iterable[TaskRow]) -> None:
        """Put what dead processes have left in doubt before everything else, whoever was to carry it out."""
        for row in rows:
            # A flow of the user's own is known only to whoever hands its task over; built-in scripts anybody has.
            can_look = self._board.knows(row.task.key) or row.task.script in SCRIPTS
            if can_look and row.task.backend in self._lookers:
                self._board.prove_first(row)
            else:
                self._doubts.put_off(row.task.key)

    def _refresh_soon(self) -> None:
        """Refresh, unless that was done a moment ago, or tasks have come a moment ago."""
        now = time.monotonic()
        since_s = min(now - self._refreshed, max(now - self._submitted, now - self._refreshed - POLL_S))
        if since_s >= (LEAST_POLL_S if self._holding is None else LEAST_SHARED_POLL_S):
            self.refresh()

    # the pump

    def _pump(self) -> None:
        while not self._closed:
            self._poke.clear()  # before the look: a poke that comes during the look leads to another one
            self._looked = time.monotonic()
            self._guard(self._look_for_work)
            wake = self._board.next_wake()
            wait_s = (wake - self._clock.now()).total_seconds() if wake is not None else POLL_S
            self._poke.wait(min(max(wait_s, 0.0), POLL_S))

    def _look_for_work(self) -> None:
        self._refresh_soon()
        self.clock_watch.look()
        self._loans.end_idle()
        for taken in self._board.overdue():
            self._tell_overdue(taken)
        self._begin_ready()

    def _begin_ready(self) -> None:
        batches: dict[tuple[object, ...], list[TakenTask]] = {}
        for taken in self._board.take(self._clock.now()):
            task = taken.task
            if task.backend in self._batched:
                batch = (task.backend, task.campaign, task.entry, task.nominal, task.due_utc)
                batches.setdefault(batch, []).append(taken)
            else:
                self._begin(f"lane {task.lane}", partial(self._worker.run_lane, taken))
        for taken_tasks in batches.values():
            self._begin(f"batch {taken_tasks[0].task.entry}", partial(self._worker.run_batch, taken_tasks))

    def _begin(self, name: str, taken: Callable[[], None]) -> None:
        threading.Thread(target=self._guard, args=[taken], name=name, daemon=True).start()

    def _guard(self, taken: Callable[[], None]) -> None:
        """End the executor's work if this fails; in a daemon end the thread too, which the crash guard notices."""
        try:
            taken()
        except BaseException as error:
            self._board.fail(error)
            if not self._mode.is_manual:
                raise

    def _clock_stepped(self, stepped_s: float) -> None:
        """Look at everything again: since somebody has set the clock, instants that tasks wait for mean other ones."""
        if stepped_s < 0:
            self._board.clock_set_back()
        self._board.lift()

    def _tell_overdue(self, taken: TakenTask) -> None:
        if not taken.is_told_overdue:
            taken.is_told_overdue = True
            task, running_s = taken.task, self._clock.monotonic() - taken.started
            self._context.sink(TaskOverdue(task.key, task.lane, task.title, running_s, task.timeout_s))

    # commands

    def _obey(self) -> None:
        requests = self._requests
        for command in requests.commands() if self._holding is None else requests.commands_of_host():
            answer = self._carry_out(command)
            if answer is not None:
                self._ledger.commands.answer(command.id, answer)

    def _carry_out(self, command: CommandRow) -> str | None:
        """The answer to a command; None for one that somebody else answers, or that is answered later."""
        if self._holding is not None:
            return self._carry_out_here(self._holding, command)
        match command.kind:
            case CommandKind.STOP_ALL:
                return f"{self._board.stop(by_person=True)} running tasks were asked to stop"
            case CommandKind.STOP_TASK:
                return self._stop_task(command.subject or "")
            case CommandKind.TASKS_ADDED if not self._mode.is_manual:
                return self._add(command.subject)
        return None

    def _carry_out_here(self, holding: Holding, command: CommandRow) -> str | None:
        """The same on one host of several. What is about no task of its lanes, the leader answers."""
        if command.kind is CommandKind.STOP_ALL:
            self._board.stop(by_person=True)
        if command.kind is not CommandKind.STOP_TASK or not command.subject:
            return None
        row = self._ledger.tasks.get(command.subject)
        return self._stop_task(row.task.key) if row and holding.has(lane_of(row.task)) else None

    def _stop_task(self, key: str) -> str | None:
        if self._board.stop_task(key):
            return "it stops at its next step"
        if self._may_go_on_elsewhere(key):
            self._board.call_up(key)
            return None  # it is found there first, and asked to stop then
        self._board.withdraw(key)
        if self._ledger.tasks.cancel([key], ON_REQUEST, ReasonKind.STOPPED):
            return "it had not begun, and is cancelled"
        return "it neither runs nor waits"

    def _may_go_on_elsewhere(self, key: str) -> bool:
        """Whether an earlier attempt handed a task, which waits, over to a server that may still carry it out."""
        row = self._ledger.tasks.get(key)
        if row is None or row.state is not TaskState.PENDING or row.task.backend not in self._batched:
            return False
        return bool(self._ledger.effects.in_doubt([key]))

    def _add(self, key: str | None) -> str:
        rows = self._ledger.tasks.added_since(self._latest_id)
        named = self._ledger.tasks.get(key) if key else None
        if named is not None and named.state is TaskState.PENDING:
            rows.append(named)
        self.submit(rows)
        return f"{len(rows)} tasks were taken"
