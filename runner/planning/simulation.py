"""How the tasks of a plan would go if each took as long as expected: which wait for a limit, and until when.

Lanes do not depend on each other: limits count what one device does, and an account works on one device, or is a lane
itself.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import heappop, heappush

from runner.planning.limits import (
    LOOK_BACK,
    MIN_GAP,
    EffectiveLimits,
    NotBefore,
    Usage,
    effective_limits,
    limit_answer,
)
from runner.planning.plannable_entry import PlannableEntry
from runner.tasks import Task

_NOTHING: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Delay:
    """A task that would not start as its turn comes.

    `refusal` is the first limit that holds it back; None if it only waits for the tasks before it, and so starts later
    than its grace. A missed task does not start at all: it is still held back when its grace ends. An interrupted one
    starts in time, and meets the limit before its last effect.
    """

    task: Task
    refusal: NotBefore | None
    start_utc: datetime
    is_missed: bool = False
    is_interrupted: bool = False


class Simulation:
    """Takes tasks in the order in which they are due, and yields those that would be late.

    `past` is what has been done already, by lane and by doer; `fleet_zone` is the zone of days that span campaigns.
    """

    def __init__(
        self,
        plannables: Iterable[PlannableEntry],
        fleet_zone: tzinfo,
        past: Mapping[str, Usage] | None = None,
    ) -> None:
        terms = [(plannable, _Terms.of(plannable)) for plannable in plannables]
        self._terms = {
            (*plannable.name, lane.doer): of_plannable
            for plannable, of_plannable in terms
            for lane in plannable.lanes
        }
        self._zone = fleet_zone
        self._past = past or {}
        self._lanes: dict[str, _LaneCourse] = {}

    def feed(self, task: Task) -> Iterator[Delay]:
        """Let another task come due; yields the delays of the tasks before it."""
        lane = self._lanes.get(task.lane)
        if lane is None:
            lane = self._lanes[task.lane] = _LaneCourse(self._zone, task.lane, self._past)
        yield from lane.advance(task.due_utc)
        lane.add(task, self._terms[task.campaign, task.entry, task.doer])

    def finish(self) -> Iterator[Delay]:
        """The delays of the tasks that still wait."""
        for lane in self._lanes.values():
            yield from lane.advance(None)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the tasks of an entry in one time zone have in common."""

    limits: EffectiveLimits
    effects: tuple[tuple[str, int], ...]
    expected: timedelta
    grace: timedelta

    @classmethod
    def of(cls, plannable: PlannableEntry) -> "_Terms":
        effects = plannable.entry.script.effects(plannable.entry.config)
        return cls(
            effective_limits(plannable.campaign.limits, plannable.own_zone),
            tuple((kind, count) for kind, count in effects.items() if count),
            plannable.expected,
            plannable.entry.grace.delta,
        )


@dataclass(order=True, slots=True)
class _Waiting:
    """A task that waits for its turn; the first that is ready goes first, then the first that came."""

    ready_utc: datetime
    number: int
    task: Task = field(compare=False)
    terms: _Terms = field(compare=False)
    refusal: NotBefore | None = field(compare=False, default=None)


class _LaneCourse:
    """One lane: its waiting tasks, until when it is busy, and what has been done on it."""

    def __init__(self, zone: tzinfo, name: str, past: Mapping[str, Usage]) -> None:
        self._zone = zone
        self._past = past
        self._waiting: list[_Waiting] = []
        self._count = 0
        self._free_utc: datetime | None = None
        self._last: tuple[str, str, str] | None = None
        self._device = _growing(past.get(name, _NOTHING).device)
        self._accounts: dict[str, _Growing] = {}

    def add(self, task: Task, terms: _Terms) -> None:
        self._count += 1
        heappush(self._waiting, _Waiting(task.due_utc, self._count, task, terms))

    def advance(self, until_utc: datetime | None) -> Iterator[Delay]:
        """Let every task start that is ready before an instant, or all."""
        while self._waiting and (until_utc is None or self._waiting[0].ready_utc < until_utc):
            first = heappop(self._waiting)
            start = max(first.ready_utc, self._free_utc or first.ready_utc)
            refusal = self._refusal(first, start)
            expires = first.task.due_utc + first.terms.grace
            if start > expires and (refusal is not None or first.ready_utc > expires):
                yield Delay(first.task, first.refusal, start, is_missed=True)
            elif refusal is None:
                yield from self._start(first, start)
            else:
                first.refusal = first.refusal or (None if self._is_pace(first.task, refusal) else refusal)
                first.ready_utc = refusal.instant_utc
                heappush(self._waiting, first)

    def _refusal(self, waiting: _Waiting, at: datetime) -> NotBefore | None:
        refusals = [self._refusal_of(waiting, kind, at) for kind, _ in waiting.terms.effects]
        found = [refusal for refusal in refusals if refusal]
        return max(found, key=lambda refusal: refusal.instant_utc, default=None)

    def _refusal_of(self, waiting: _Waiting, kind: str, at: datetime) -> NotBefore | None:
        task = waiting.task
        usage = Usage(self._device, self._account(task))
        answer = limit_answer(waiting.terms.limits, usage, kind, task.device, task.username, at, self._zone)
        return answer if isinstance(answer, NotBefore) else None

    def _is_pace(self, task: Task, refusal: NotBefore) -> bool:
        """Whether this is only the gap to the task before it, of the same occurrence: not worth a word."""
        return refusal.limit == MIN_GAP and self._last == (task.campaign, task.entry, task.nominal)

    def _start(self, first: _Waiting, start: datetime) -> Iterator[Delay]:
        task, terms = first.task, first.terms
        self._free_utc = start + terms.expected
        self._last = (task.campaign, task.entry, task.nominal)
        interrupted = None
        for kind, count in terms.effects:
            # Effects are taken as spread evenly over the task; the last one is asked about with those
            # before it counted.
            instants = [start + number * terms.expected / count for number in range(count)]
            self._record(kind, task, instants[:-1])
            if count > 1:
                interrupted = interrupted or self._refusal_of(first, kind, instants[-1])
            self._record(kind, task, instants[-1:])
        if first.refusal is not None or start > task.due_utc + terms.grace:
            yield Delay(task, first.refusal, start)
        elif interrupted is not None and interrupted.limit != MIN_GAP:
            yield Delay(task, interrupted, interrupted.instant_utc, is_interrupted=True)

    def _record(self, kind: str, task: Task, instants: list[datetime]) -> None:
        counted = [self._device] * (task.device is not None) + [self._account(task)] * bool(task.username)
        for usage in counted:
            made = usage.setdefault(kind, deque())
            made.extend(instants)
            # Limits look no further back; without this a year would hold all its effects.
            while made and made[0] < made[-1] - LOOK_BACK:
                made.popleft()

    def _account(self, task: Task) -> "_Growing":
        """What the task's account has made; nothing is known of an account that the task does not name."""
        if not task.username:
            return {}
        if task.doer not in self._accounts:
            self._accounts[task.doer] = _growing(self._past.get(task.doer, _NOTHING).account)
        return self._accounts[task.doer]


_Growing = dict[str, deque[datetime]]


def _growing(made: Mapping[str, Sequence[datetime]]) -> _Growing:
    return {kind: deque(sorted(instants)) for kind, instants in made.items()}
