"""What the server has, as last seen: one reader for all batches, one page of the list at a time.

However many tasks are open, at most one list request is made per interval. The interval grows while nothing
changes, and while the server is away.
"""

import threading
from dataclasses import dataclass, field
from math import ceil, inf

from runner.backends.local_api.client import PAGE_SIZE, Client
from runner.backends.local_api.shapes import ServerTask, TaskPage
from runner.clock import Clock
from runner.errors import ApiError

QUICKEST_S, SLOWEST_S, AWAY_S = 0.5, 10.0, 30.0
"""The interval after a change, the longest one while nothing changes, and the longest while the server is away."""

_GROWTH = 1.5
_LATENCIES = 5.0
"""The interval is at least so many times as long as the server takes to answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A task as the server told of it, in an answer to what was asked at `asked_at` (monotonic seconds)."""

    task: ServerTask
    asked_at: float


@dataclass(frozen=True, slots=True)
class Newest:
    """The task with the highest visible id; 0 where there is none."""

    id: int
    created_at: str | None


@dataclass(slots=True)
class Sweep:
    """Which pages are to be read until every task from `floor` on has been seen; pure.

    The contract says nothing of the list's order: the newest first, the oldest first, and none are understood.
    """

    floor: int
    begun_at: float = 0.0
    page: int = 1
    done: bool = False
    _seen: set[int] = field(default_factory=set)
    _size: int = 0
    _rises: bool = False

    def take(self, page: TaskPage) -> None:
        """Go on after the page that was asked for."""
        ids = [task.id for task in page.tasks]
        is_new = not self._seen.issuperset(ids)
        self._seen.update(ids)
        if self.page == 1:
            self._size = len(ids)
            self._rises = len(ids) > 1 and ids == sorted(ids) and page.total is not None
        if not is_new or (page.total is not None and len(self._seen) >= page.total):
            self.done = True
        elif self._rises and page.total is not None:
            self.done = self.page == 2 or (self.page > 1 and ids[0] < self.floor)
            self.page = ceil(page.total / self._size) if self.page == 1 else self.page - 1
        else:
            self.done = ids == sorted(ids, reverse=True) and ids[-1] < self.floor
            self.page += 1


class View:
    """The server's tasks that batches are interested in. Any thread may call it."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._floors: dict[object, int] = {}
        self._seen: dict[int, Seen] = {}
        self._sweep = Sweep(0, clock.monotonic())
        self._interval_s = QUICKEST_S
        self._next_at = clock.monotonic()
        self._answered_at = clock.monotonic()
        self.swept_from = -inf
        """When the latest reading of the whole list was begun."""
        self.problem: ApiError | None = None
        """Why the latest request failed; None if it did not."""

    def watch(self, batch: object, floor: int | None) -> None:
        """A batch is interested in the tasks from id `floor` on; None: no longer."""
        with self._lock:
            if floor is None:
                self._floors.pop(batch, None)
            elif self._floors.get(batch) != floor:
                self._floors[batch] = floor
                if floor < self._sweep.floor:
                    self._sweep = Sweep(floor, self._clock.monotonic())
            least = min(self._floors.values(), default=None)
            self._seen = {
                number: seen for number, seen in self._seen.items() if least is not None and number >= least
            }

    def hurry(self) -> None:
        """Something has been sent: look soon."""
        with self._lock:
            self._interval_s = QUICKEST_S
            if self.problem is None:
                self._next_at = min(self._next_at, self._clock.monotonic() + QUICKEST_S)

    def refresh(self) -> None:
        """Read one page if its time has come and no other batch is doing so."""
        if not self._reading.acquire(blocking=False):
            return
        try:
            if self._floors and self._clock.monotonic() >= self._next_at:
                self._read()
        finally:
            self._reading.release()

    def get(self, task_id: int, since: float) -> ServerTask | None:
        """A task as it was at some time after `since`, if it has been seen since then."""
        with self._lock:
            seen = self._seen.get(task_id)
        return seen.task if seen is not None and seen.asked_at >= since else None

    def newer(self, than: int) -> list[ServerTask]:
        """The tasks with a higher id that have been seen, by id."""
        with self._lock:
            return [seen.task for number, seen in sorted(self._seen.items()) if number > than]

    def is_missing(self, task_id: int, since: float) -> bool:
        """Whether the whole list has been read after `since` without this task in it."""
        with self._lock:
            seen = self._seen.get(task_id)
            return since <= self.swept_from and (seen is None or seen.asked_at < self.swept_from)

    def ask(self, task_id: int) -> ServerTask:
        """Read one task by its id, now. Raises ApiError."""
        asked_at = self._clock.monotonic()
        task = self._client.task(task_id)
        with self._lock:
            self._note(task, asked_at)
        return task

    def newest(self) -> Newest:
        """The highest visible id, read now. Raises ApiError."""
        first = self._client.tasks()
        ids = [task.id for task in first.tasks]
        tasks = list(first.tasks)
        if ids and first.total is not None and first.total > len(ids) and ids != sorted(ids, reverse=True):
            tasks += self._client.tasks(ceil(first.total / len(ids))).tasks
        highest = max(tasks, key=lambda task: task.id, default=None)
        return Newest(highest.id, highest.created_at) if highest else Newest(0, None)

    def silent_s(self) -> float:
        """For how long the server has not answered."""
        return self._clock.monotonic() - self._answered_at if self.problem else 0.0

    def _read(self) -> None:
        sweep, asked_at = self._sweep, self._clock.monotonic()
        try:
            page = self._client.tasks(sweep.page, PAGE_SIZE)
        except ApiError as error:
            self.problem = error
            self._rest(min(self._interval_s * 2, AWAY_S))
            return
        answered_at = self._clock.monotonic()
        with self._lock:
            least = min(self._floors.values(), default=0)
            changes = [self._note(task, asked_at) for task in page.tasks if task.id >= least]
            self.problem, self._answered_at = None, answered_at
            sweep.take(page)
            if sweep.done and sweep is self._sweep:
                self.swept_from = sweep.begun_at
                self._sweep = Sweep(least, answered_at)
        is_busy = any(changes) or not sweep.done
        interval_s = QUICKEST_S if is_busy else min(self._interval_s * _GROWTH, SLOWEST_S)
        self._rest(max(interval_s, _LATENCIES * (answered_at - asked_at)))

    def _rest(self, interval_s: float) -> None:
        with self._lock:
            self._interval_s = interval_s
            self._next_at = self._clock.monotonic() + interval_s

    def _note(self, task: ServerTask, asked_at: float) -> bool:
        """Remember a task; whether it is news."""
        before = self._seen.get(task.id)
        if before is not None and before.asked_at > asked_at:
            return False
        self._seen[task.id] = Seen(task, asked_at)
        return before is None or before.task.status is not task.status
