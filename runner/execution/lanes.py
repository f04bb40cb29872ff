"""The queues of an executor: which task may go at an instant, and when to look again. No threads, no I/O."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from runner.store.leases import BACKEND, backend_lane
from runner.tasks import Task

AT_ONCE = datetime.min.replace(tzinfo=UTC)


class LaneName(NamedTuple):
    """A lane: the device or account whose queue it is, and its backend. That is empty for all backends that work in
    lanes, since a phone is one queue for them together."""

    backend: str
    name: str

    @property
    def place(self) -> str:
        """What must be reachable for its tasks."""
        return self.of_hosts if self.backend else f"device {self.name}"

    @property
    def of_hosts(self) -> str:
        """The lane that a host has to hold for its tasks: that of a batch is one for all devices and accounts."""
        return backend_lane(self.backend) if self.backend else self.name


@dataclass(slots=True, eq=False)
class Waiting:
    """A task that is to be carried out; `number` counts tasks as they were recorded.

    With `not_before` it waits by itself, whatever the others of its strand do; `free_utc` is when the latest
    thing that held it back was to end. `tried` means that there were attempts at it, `reason` is why it is held back,
    as the ledger heard last. `is_to_stop` means that it begins only to be stopped where an earlier attempt left it. A
    task `in_doubt` goes before anything else in its lane, whenever it is due; `is_guest` means that it is here for
    that look alone.
    """

    task: Task
    lane: LaneName
    number: int
    not_before: datetime | None = None
    free_utc: datetime | None = None
    tried: bool = False
    reason: str = ""
    is_to_stop: bool = False
    in_doubt: bool = False
    is_guest: bool = False


Place = tuple[datetime, int, Waiting]
"""A task's place in a queue: by its due instant, then as it was recorded."""


@dataclass(frozen=True, slots=True)
class Away:
    """A phone, or the other side of a backend, that cannot be reached: since when, and after how many looks."""

    since_utc: datetime
    looks: int = 1


StrandName = tuple[str, str, str]
"""A campaign, an entry, and who does its tasks."""


def strand_name(task: Task) -> StrandName:
    # By doer too: the limit of one account on a phone holds back no other account there.
    return task.campaign, task.entry, task.doer


@dataclass(slots=True, eq=False)
class Strand:
    """The tasks of one entry in a lane, by the same account. What refuses the first of them refuses them all: they
    wait together."""

    queue: list[Place] = field(default_factory=list)
    held_until: datetime | None = None

    def next(self) -> datetime:
        due = self.queue[0][0]
        return due if self.held_until is None else max(due, self.held_until)

    def take_ripe(self, now: datetime) -> list[Place]:
        """Every task that is due."""
        # Not popped one by one: thousands of tasks of a batch come due at one instant.
        ripe = [place for place in self.queue if place[0] <= now]
        self.queue = [place for place in self.queue if place[0] > now] if len(ripe) < len(self.queue) else []
        heapify(self.queue)
        return ripe


@dataclass(slots=True, eq=False)
class Lane:
    """One queue. While it is `busy` none of its tasks may go; one that is not `single` gives all that may go.

    `doubts` are the tasks that go first, `later` those that wait by themselves. `wake` is the instant for which the
    lane stands in the queue of lanes to look at.
    """

    name: LaneName
    single: bool
    strands: dict[StrandName, Strand] = field(default_factory=dict)
    doubts: Strand = field(default_factory=Strand)
    later: list[Waiting] = field(default_factory=list)
    away: Away | None = None
    away_until: datetime | None = None
    busy: bool = False
    wake: datetime | None = None

    def __len__(self) -> int:
        return len(self.later) + sum(len(strand.queue) for strand in self.all_strands())

    def all_strands(self) -> list[Strand]:
        return [self.doubts, *self.strands.values()]

    def next(self) -> datetime | None:
        """The first instant at which one of its tasks may go; None while it is busy or empty."""
        if self.busy:
            return None
        instants = [strand.next() for strand in self.strands.values()]
        instants += [waiting.not_before for waiting in self.later if waiting.not_before]
        if self.doubts.queue:
            instants.append(self.doubts.held_until or AT_ONCE)
        if not instants:
            return None
        return min(instants) if self.away_until is None else max(min(instants), self.away_until)

    def put(self, waiting: Waiting) -> Strand:
        name = strand_name(waiting.task)
        strand = self.doubts if waiting.in_doubt else self.strands.get(name)
        if strand is None:
            strand = self.strands[name] = Strand()
        heappush(strand.queue, (waiting.task.due_utc, waiting.number, waiting))
        return strand

    def take(self, now: datetime) -> list[Waiting]:
        """The tasks that may go: the first, or all of them where several may."""
        if self.away_until is not None and self.away_until > now:
            return []
        self._bring_back(now)
        if self.doubts.queue and (self.doubts.held_until or AT_ONCE) <= now:
            return [heappop(self.doubts.queue)[2]]
        ready = [strand for strand in self.strands.values() if strand.next() <= now]
        if not ready:
            return []
        if self.single:
            places = [heappop(min(ready, key=lambda strand: strand.queue[0]).queue)]
        else:
            places = sorted(place for strand in ready for place in strand.take_ripe(now))
        self._tidy()
        return [waiting for _, _, waiting in places]

    def remove(self, key: str) -> None:
        self.later = [waiting for waiting in self.later if waiting.task.key != key]
        for strand in self.all_strands():
            strand.queue = [place for place in strand.queue if place[2].task.key != key]
            heapify(strand.queue)
        self._tidy()

    def _bring_back(self, now: datetime) -> None:
        """Let tasks that have waited by themselves queue with the others again."""
        ripe = [waiting for waiting in self.later if waiting.not_before and waiting.not_before <= now]
        for waiting in ripe:
            self.later.remove(waiting)
            waiting.not_before = None
            self.put(waiting)

    def _tidy(self) -> None:
        for name in [name for name, strand in self.strands.items() if not strand.queue]:
            del self.strands[name]


class Lanes:
    """All queues. A single lane is busy from the moment it gives a task until somebody calls `free`."""

    def __init__(self) -> None:
        self._lanes: dict[LaneName, Lane] = {}
        self._waiting: dict[str, Waiting] = {}
        self._wakes: list[tuple[datetime, int, Lane]] = []
        self._tickets = count()

    def get(self, key: str) -> Waiting | None:
        """The task that waits under a key."""
        return self._waiting.get(key)

    def __len__(self) -> int:
        return len(self._waiting)

    def are_busy(self) -> bool:
        """Whether a lane has given a task, and `free` or `take_next` has not been called since."""
        return self.count_busy() > 0

    def count_busy(self) -> int:
        """How many lanes are busy."""
        return sum(lane.busy for lane in self._lanes.values())

    def are_at_rest(self, of_hosts: str, now: datetime) -> bool:
        """Whether nothing in a lane of hosts is busy, or may go."""
        lanes = [self._lanes.get(LaneName("", of_hosts))]
        if of_hosts.startswith(BACKEND):
            lanes = [lane for name, lane in self._lanes.items() if name.of_hosts == of_hosts]
        return not any(lane.busy or ((at := lane.next()) and at <= now) for lane in lanes if lane is not None)

    def counts(self) -> dict[str, int]:
        """How many tasks wait, by the name of their lane."""
        counts: dict[str, int] = {}
        for waiting in self._waiting.values():
            counts[waiting.lane.name] = counts.get(waiting.lane.name, 0) + 1
        return counts

    def add(self, waiting: Waiting, *, single: bool) -> None:
        """A task that may go from its due instant on, or from `not_before` if it has one."""
        self.add_all([(waiting, single)])

    def add_all(self, given: Iterable[tuple[Waiting, bool]]) -> None:
        """As `add`, for many tasks, each with whether its lane is single."""
        touched: dict[LaneName, Lane] = {}
        for waiting, single in given:
            lane = touched.get(waiting.lane)
            if lane is None:
                lane = touched[waiting.lane] = self._lane(waiting.lane, single=single)
            self._waiting[waiting.task.key] = waiting
            if waiting.not_before is None:
                lane.put(waiting)
            else:
                waiting.free_utc = waiting.not_before
                lane.later.append(waiting)
        for lane in touched.values():
            self._watch(lane)

    def hold(self, waiting: Waiting, until: datetime, *, single: bool) -> None:
        """Put a task back; neither it nor the others of its strand go before an instant."""
        waiting.not_before, waiting.free_utc = None, until
        lane = self._lane(waiting.lane, single=single)
        self._waiting[waiting.task.key] = waiting
        lane.put(waiting).held_until = until
        self._watch(lane)

    def next_wake(self) -> datetime | None:
        """The first instant at which a task may go."""
        # A lane whose instant changes stands in the queue a second time; the entry that is out of date goes here.
        while self._wakes and self._wakes[0][2].wake != self._wakes[0][0]:
            heappop(self._wakes)
        return self._wakes[0][0] if self._wakes else None

    def take(self, now: datetime) -> list[Waiting]:
        """Every task that may go now; each of their single lanes is busy."""
        taken: list[Waiting] = []
        while (instant := self.next_wake()) is not None and instant <= now:
            taken += self._take(heappop(self._wakes)[2], now)
        return taken

    def take_next(self, name: LaneName, now: datetime, *, stays_busy: bool = False) -> Waiting | None:
        """The task that follows in a busy lane; if there is none, the lane is free, unless it `stays_busy`."""
        lane = self._lanes[name]
        lane.busy = False
        taken = self._take(lane, now)
        if stays_busy and not taken:
            self.occupy(name)
        return next(iter(taken), None)

    def occupy(self, name: LaneName) -> bool:
        """Keep a single lane from giving a task until `free` is called; false if it has given one."""
        lane = self._lane(name, single=True)
        if lane.busy:
            return False
        lane.busy = True
        self._watch(lane)
        return True

    def free(self, name: LaneName) -> None:
        """The task that a lane gave has ended."""
        lane = self._lanes.get(name)
        if lane is not None:
            lane.busy = False
            self._watch(lane)

    def discard(self, key: str) -> bool:
        """Forget a task that waits; false if none of this key does."""
        waiting = self._waiting.pop(key, None)
        if waiting is None:
            return False
        lane = self._lanes[waiting.lane]
        lane.remove(key)
        self._watch(lane)
        return True

    def forget(self, of_hosts: str) -> None:
        """Forget all that waits in a lane of hosts."""
        for key in [one.task.key for one in self._waiting.values() if one.lane.of_hosts == of_hosts]:
            self.discard(key)

    def lift(self, names: Collection[LaneName] | None = None) -> None:
        """Look again at every task that something holds back, in all lanes or in these."""
        # Not at `later`: a task waits there for its own retry, with which no pause, hold or limit has to do.
        lanes = self._lanes.values() if names is None else map(self._lanes.get, names)
        for lane in [lane for lane in lanes if lane is not None]:
            for strand in lane.all_strands():
                strand.held_until = None
            if lane.away is not None:
                lane.away_until = None
            self._watch(lane)

    def call_up(self, key: str) -> None:
        """Look again, once, at a task that waits, in order to stop it."""
        waiting = self._waiting.get(key)
        if waiting is not None and not waiting.is_to_stop:
            waiting.is_to_stop = True
            self.lift([waiting.lane])

    def take_expired(self, name: LaneName, now: datetime) -> list[Waiting]:
        """The tasks of a lane that were never begun and whose grace is over: they wait no longer."""
        lane = self._lanes[name]
        waiting = [one for strand in lane.strands.values() for _, _, one in strand.queue]
        expired = [one for one in waiting if not one.tried and one.task.expires_utc <= now]
        for one in expired:
            del self._waiting[one.task.key]
            lane.remove(one.task.key)
        return expired

    def bring_forward(self) -> None:
        """Let tasks that wait by themselves go at once: after the clock was set back they would wait twice."""
        for lane in list(self._lanes.values()):
            for waiting in lane.later:
                waiting.not_before = waiting.task.due_utc
            self._watch(lane)

    def away(self, name: LaneName) -> Away | None:
        lane = self._lanes.get(name)
        return lane.away if lane is not None else None

    def put_off(self, name: LaneName, away: Away, until: datetime) -> None:
        """Let none of a lane's tasks go before the next look: its other end is away."""
        lane = self._lanes[name]
        lane.away, lane.away_until = away, until
        self._watch(lane)

    def is_back(self, name: LaneName) -> None:
        lane = self._lanes.get(name)
        if lane is not None and lane.away is not None:
            lane.away = lane.away_until = None
            self._watch(lane)

    def _lane(self, name: LaneName, *, single: bool) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(name, single)
        return lane

    def _take(self, lane: Lane, now: datetime) -> list[Waiting]:
        taken = lane.take(now)
        lane.busy = lane.single and bool(taken)
        for waiting in taken:
            del self._waiting[waiting.task.key]
        lane.wake = None
        self._watch(lane)
        return taken

    def _watch(self, lane: Lane) -> None:
        """Note when to look at a lane next; forget one that is empty."""
        instant = lane.next()
        if instant is None and not lane.busy and lane.away is None and not len(lane):
            self._lanes.pop(lane.name, None)
        if instant != lane.wake:
            lane.wake = instant
            if instant is not None:
                heappush(self._wakes, (instant, next(self._tickets), lane))
        # A lane that changes often leaves entries behind far ahead, which no pop would reach for hours.
        if len(self._wakes) > 2 * len(self._lanes) + 100:
            live = [other for other in self._lanes.values() if other.wake is not None]
            self._wakes = [(other.wake, next(self._tickets), other) for other in live if other.wake]
            heapify(self._wakes)
