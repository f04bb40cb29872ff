"""What the batches of one server share: its tasks as last seen, and what they may send to it now."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, inf

from runner.backends.local_api.answers import (
    Envelope,
    Licence,
    ServerCode,
    ServerTask,
    ServerTaskPage,
    refusal,
)
from runner.backends.local_api.client import PAGE_SIZE, Client
from runner.clock import Clock
from runner.errors import ApiRefused, ServerApiError
from runner.tasks import Task

QUICKEST_S, SLOWEST_S, AWAY_S = 0.5, 10.0, 30.0
"""The interval of list requests: after a change, the longest while nothing changes, and while the server is away."""

_GROWTH = 1.5
_LATENCIES = 5.0
"""How many times as long as an answer takes the interval is at least, so that a slow server has time for others."""

LICENCE_S = 60.0
"""How long a licence that has been read holds."""

BARRED_S = 300.0
"""How long nothing is sent after the server has said that its plan does not include the API."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A task as the server showed it, in an answer to a request made at `asked_at` (monotonic seconds)."""

    task: ServerTask
    asked_at: float


@dataclass(frozen=True, slots=True)
class Newest:
    """The task with the highest visible id; 0 if there is none."""

    id: int
    created_at: str | None


@dataclass(slots=True)
class Sweep:
    """Which pages to read until every task from `floor` on has been seen; pure.

    The contract says nothing about the list's order, so any is understood: the newest first, the oldest first, or none.
    """

    floor: int
    begun_at: float = 0.0
    page: int = 1
    done: bool = False
    _seen: set[int] = field(default_factory=set)
    _size: int = 0
    _rises: bool = False

    def take(self, page: ServerTaskPage) -> None:
        """Go on after the page that was asked for."""
        ids = [task.id for task in page.tasks]
        is_new = not self._seen.issuperset(ids)
        self._seen.update(ids)
        if self.page == 1:
            self._size = len(ids)
            self._rises = len(ids) > 1 and ids == sorted(ids) and page.total is not None
        # A page with nothing new ends the reading, whatever the total says.
        if not is_new or (page.total is not None and len(self._seen) >= page.total):
            self.done = True
        elif self._rises and page.total is not None:
            # The oldest come first: on from the last page backwards, to the floor or to the second page.
            self.done = self.page == 2 or (self.page > 1 and ids[0] < self.floor)
            self.page = ceil(page.total / self._size) if self.page == 1 else self.page - 1
        else:
            self.done = ids == sorted(ids, reverse=True) and ids[-1] < self.floor
            self.page += 1


class ServerView:
    """The server's tasks that batches are interested in, as last seen. Any thread may call it.

    There is one reader for all batches, and it reads one page at a time: however many tasks are open, it makes at most
    one list request in an interval. The interval grows while nothing changes, and while the server is away.
    """

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
        """When the latest complete reading of the whole list began."""
        self.problem: ServerApiError | None = None
        """Why the latest request failed; None if it did not."""

    def watch(self, batch: object, floor: int | None) -> None:
        """Take note that a batch is interested in the tasks from id `floor` on; None: no longer."""
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
        """Read the list soon, since something has been sent."""
        with self._lock:
            self._interval_s = QUICKEST_S
            if self.problem is None:
                self._next_at = min(self._next_at, self._clock.monotonic() + QUICKEST_S)

    def refresh(self) -> None:
        """Read one page if its time has come and no other batch reads."""
        if not self._reading.acquire(blocking=False):
            return
        try:
            if self._floors and self._clock.monotonic() >= self._next_at:
                self._read()
        finally:
            self._reading.release()

    def get(self, task_id: int, since: float) -> ServerTask | None:
        """A task as it was after `since`; None if it has not been seen since then."""
        with self._lock:
            seen = self._seen.get(task_id)
        return seen.task if seen is not None and seen.asked_at >= since else None

    def newer(self, than: int) -> list[ServerTask]:
        """The tasks with a higher id that have been seen, in the order of their ids."""
        with self._lock:
            return [seen.task for number, seen in sorted(self._seen.items()) if number > than]

    def is_missing(self, task_id: int, since: float) -> bool:
        """Whether the whole list has been read after `since` without this task in it."""
        with self._lock:
            seen = self._seen.get(task_id)
            return since <= self.swept_from and (seen is None or seen.asked_at < self.swept_from)

    def ask(self, task_id: int) -> ServerTask:
        """Read one task by its id, now. Raises ServerApiError."""
        asked_at = self._clock.monotonic()
        task = self._client.task(task_id)
        with self._lock:
            self._note(task, asked_at)
        return task

    def newest(self) -> Newest:
        """The highest visible id, read now. Raises ServerApiError."""
        first = self._client.tasks()
        ids = [task.id for task in first.tasks]
        tasks = list(first.tasks)
        if ids and first.total is not None and first.total > len(ids) and ids != sorted(ids, reverse=True):
            tasks += self._client.tasks(ceil(first.total / len(ids))).tasks
        highest = max(tasks, key=lambda task: task.id, default=None)
        return Newest(highest.id, highest.created_at) if highest else Newest(0, None)

    def silent_s(self) -> float:
        """How long the server has not answered."""
        return self._clock.monotonic() - self._answered_at if self.problem else 0.0

    def _read(self) -> None:
        sweep, asked_at = self._sweep, self._clock.monotonic()
        try:
            page = self._client.tasks(sweep.page, PAGE_SIZE)
        except ServerApiError as error:
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
        if before is not None and before.asked_at > asked_at:  # an answer that took longer than a newer one
            return False
        self._seen[task.id] = Seen(task, asked_at)
        return before is None or before.task.status is not task.status


Content = tuple[str, str, str | None]
"""Script, device or account, and target: the server may not tell two tasks apart that share all of them."""


class ServerLoad:
    """What may be sent to the server now. Any thread may call it.

    Our batches together use no more devices at a time than the licence allows. Nothing is sent while a task of the same
    content is on its way and not found on the server yet, since nobody could tell the two apart.
    """

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self.claiming = threading.Lock()
        """Held while a batch decides which ids belong to a call: no two batches do so at the same time."""
        self._limit: int | None = None
        self._read_at: float | None = None
        self._barred: tuple[ApiRefused, float] | None = None
        self._failed: tuple[ServerApiError, float] | None = None
        self._lanes: dict[str, set[object]] = {}
        self._on_the_way: dict[Content, object] = {}

    def check(self) -> None:
        """See that the server's plan lets us in. Raises ServerApiError, without a call while it is known not to.

        Threads that come during the call share its answer, or wait only once if there is none.
        """
        came_at = self._clock.monotonic()
        with self._asking:
            now = self._clock.monotonic()
            if self._failed is not None and came_at < self._failed[1]:
                raise self._failed[0]
            if self._barred is not None and now < self._barred[1]:
                raise self._barred[0]
            if self._read_at is not None and now < self._read_at + LICENCE_S:
                return
            try:
                licence = self._client.licence()
            except ApiRefused as error:
                raise self._bar(error, None) if error.code == ServerCode.PLAN else error from None
            except ServerApiError as error:
                self._failed = error, self._clock.monotonic()
                raise
            if not licence.api_enabled:
                raise self._bar(_not_included(licence), None)
            self._limit, self._read_at, self._barred = licence.device_limit, now, None

    def bar(self, error: ApiRefused) -> ApiRefused:
        """Send nothing for a while, since the plan does not include the API. Returns the error to tell."""
        with self._asking:
            try:
                plan_name = self._client.licence().plan_name
            except ServerApiError:
                plan_name = None
            return self._bar(error, plan_name)

    def _bar(self, error: ApiRefused, plan_name: str | None) -> ApiRefused:
        if plan_name is not None:
            message = f"{error.message}; it says that its plan is {plan_name}"
            error = ApiRefused(message, hint=error.hint, sent=False, code=error.code, words=error.words)
        self._barred, self._read_at = (error, self._clock.monotonic() + BARRED_S), None
        return error

    def admit(self, batch: object, tasks: Iterable[Task]) -> list[Task]:
        """The tasks that may be sent now; the batch has their devices until it frees them."""
        admitted = []
        with self._lock:
            for task in tasks:
                content = _content(task)
                if self._on_the_way.get(content, batch) is batch and self._has_room(batch, task.lane):
                    self._on_the_way[content] = batch
                    self._lanes.setdefault(task.lane, set()).add(batch)
                    admitted.append(task)
        return admitted

    def occupy(self, batch: object, tasks: Iterable[Task]) -> None:
        """Count tasks that an earlier attempt has sent as on their way, whatever the licence says by now."""
        with self._lock:
            for task in tasks:
                self._on_the_way.setdefault(_content(task), batch)
                self._lanes.setdefault(task.lane, set()).add(batch)

    def clear(self, batch: object, tasks: Iterable[Task]) -> None:
        """Take tasks as no longer on their way: their ids are known, or they have been given up."""
        with self._lock:
            for task in tasks:
                if self._on_the_way.get(_content(task)) is batch:
                    del self._on_the_way[_content(task)]

    def free(self, batch: object, lanes: Iterable[str]) -> None:
        """Give back devices on which the batch has nothing any more."""
        with self._lock:
            for lane in lanes:
                users = self._lanes.get(lane, set())
                users.discard(batch)
                if not users:
                    self._lanes.pop(lane, None)

    def _has_room(self, batch: object, lane: str) -> bool:
        return self._limit is None or lane in self._lanes or len(self._lanes) < self._limit


def _content(task: Task) -> Content:
    return task.script, task.lane, task.target


def _not_included(licence: Licence) -> ApiRefused:
    answer = Envelope(ServerCode.PLAN, licence.message, None)
    return refusal(answer, f"license/check tells of the plan {licence.plan_name}")


class Server:
    """One server, which all batches share; `closing` is set when they must let go of it."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.view = ServerView(client, clock)
        self.load = ServerLoad(client, clock)
        self.closing = threading.Event()
