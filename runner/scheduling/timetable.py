"""Decides what is due now, and writes it down: the synchronous core of the daemon's sense of time."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, islice, pairwise
from operator import attrgetter

from runner import __version__
from runner.backend_registry import declared
from runner.backends.material import Looks
from runner.campaign.resolve import ResolvedCampaign
from runner.clock import Clock, format_instant
from runner.clock_watch import STEP_S, ClockReading
from runner.events import ClockStepped, EventSink, OccurrenceDecided
from runner.planning.coming import Coming
from runner.planning.occurrences import zone_in
from runner.planning.plannable_entry import PlannableEntry, named_files, plannable_entries
from runner.scheduling.agenda import Agenda, RuleName, rules
from runner.scheduling.catchup import PROMPT, Cause, Found, Gap, decide, expired_reason, length
from runner.store.ledger import Ledger
from runner.store.rows import Decision, Identity, OccurrenceState
from runner.tasks import Task, TaskSource

HEARTBEAT_S = 10.0

REACH = timedelta(days=366)
"""How far catch-up looks back at most: a daemon that was down for longer does not tell one by one what it missed."""

TAKEN_OVER = timedelta(seconds=30)
"""How long after the last heartbeat a daemon that takes over goes on as if there had always been one."""

CHUNK = 2000
"""How many occurrences one transaction decides: those of one instant together, those of months in parts."""


class Timetable:
    """Decides what becomes of every occurrence when its instant comes, or was missed, and hands its tasks over.

    Each decision is in the ledger before it hands a task over. Any thread may call any method. Methods raise
    LedgerError when the ledger cannot be used; the next call then takes up where the last one ended.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, submit: Callable[[Sequence[Task]], None], sink: EventSink
    ) -> None:
        self._ledger, self._clock, self._submit, self._sink = ledger, clock, submit, sink
        self._looks = Looks()
        self._lock = threading.RLock()
        self._last = self._beaten = ClockReading.take(clock)
        self._agenda = Agenda((), {}, self._last.now)
        self._versions: dict[str, int | None] = {}
        self._written = ledger.watch()
        self._foreseen: dict[Identity, bool] = {}
        self._span: int | None = None

    def begin(self, campaigns: Iterable[ResolvedCampaign], *, takes_over: bool = False) -> None:
        """Settle the occurrences that have come since a daemon last looked at the clock, and go on from now. One that
        `takes_over` from another counts as the same daemon, which was held up, if that looked a moment ago."""
        with self._lock:
            here, seen, last = ClockReading.take(self._clock), self._first_seen(), self._ledger.spans.last()
            since = last.seen_utc if last else min(seen.values(), default=here.now)
            latest = self._ledger.spans.latest_instant()
            if latest is not None and latest > here.now + PROMPT:
                self._sink(_behind(here.now, latest))
            entries = plannable_entries(campaigns)
            floors = {}
            for _, rule in rules(entries):
                # A start time seen in the future was seen by a wrong clock, and says nothing.
                first = seen.get(rule, here.now)
                floors[rule] = max(first, since) if first <= here.now else since
            start = max(min(since, here.now), here.now - REACH)
            self._last = ClockReading(start, here.monotonic)
            self._take_up(Agenda(entries, floors, start))
            # Two gaps: until a person accepted the copy nobody knows what was done; after that the daemon was down.
            accepted = self._ledger.ownership.accepted_utc()
            if accepted is not None and since < accepted <= here.now:
                self._decide_until(
                    Gap(Cause.RESTORED, since, accepted), ClockReading(accepted, here.monotonic)
                )
                since = accepted
            is_same = takes_over and here.now - since <= TAKEN_OVER
            self._decide_until(Gap(Cause.HELD_UP if is_same else Cause.DOWN, since, here.now), here)
            self._begin_span("started")

    def replace(self, campaigns: Iterable[ResolvedCampaign]) -> None:
        """Go on with other campaigns. The old ones have everything up to now; a start time that is new comes from the
        moment at which the ledger saw it."""
        with self._lock:
            self._settle_until_now()
            now, seen = self._last.now, self._first_seen()
            entries, before, floors, start = plannable_entries(campaigns), self._agenda.floors, {}, now
            for plannable, rule in rules(entries):
                known = [before[name] for name in _names(plannable, rule) if name in before]
                floors[rule] = max(now, *known) if known else seen.get(rule, now)
                start = min(start, floors[rule])
            self._take_up(Agenda(entries, floors, start))
            self._settle_until_now()  # what came between the ledger's first sight of a start time and now
            self._beat()

    def foresee(self) -> None:
        """Ask the ledger what it knows of the next instant's occurrences, so that nobody waits for that when they come.
        The answer holds until anything is written."""
        with self._lock:
            identities = {one for coming in self._agenda.foreseen() for one in _identities(coming)}
            self._written()
            known = self._ledger.occurrences.known(identities)
            self._foreseen = {identity: identity in known for identity in identities}

    def settle_due(self) -> None:
        """Decide everything whose instant has come."""
        with self._lock:
            self._settle_until_now()

    def beat(self) -> None:
        """As `settle_due`, and tell the ledger every 10 s that the daemon lives."""
        with self._lock:
            self._settle_until_now()
            if self._last.monotonic - self._beaten.monotonic >= HEARTBEAT_S:
                self._beat()

    def read_ahead(self, stopping: threading.Event) -> None:
        """Read what the campaigns in force post, as far as it has changed: to read videos takes seconds, and rows are
        made when they are due."""
        for plannable in self._agenda.plannables:
            if plannable.order and declared(plannable.campaign.backend).reads_files_here:
                self._looks.ahead(plannable.entry.config, stopping)
            self._looks.read_ahead([file.path for file in named_files(plannable.entry)], stopping)

    def next_instant(self) -> datetime | None:
        """When there is something to decide next, if ever; in the past if the ledger has refused a decision."""
        with self._lock:
            return self._agenda.next_instant()

    def end(self, reason: str) -> None:
        """Decide nothing more; the next daemon goes on from where this one looked last."""
        with self._lock:
            self._agenda = Agenda((), {}, self._last.now)
            self._end_span(reason)

    # What the clock shows

    def _settle_until_now(self) -> None:
        here = ClockReading.take(self._clock)
        stepped_s = self._last.drift_s(here)
        if stepped_s < -STEP_S:
            self._go_back(here, stepped_s)
            return
        cause = Cause.ASLEEP if stepped_s > STEP_S else Cause.HELD_UP
        gap = Gap(cause, self._last.now, here.now)
        self._decide_until(gap, here)
        if cause is Cause.ASLEEP:
            self._begin_again(gap.worded(UTC), stepped_s)

    def _go_back(self, here: ClockReading, stepped_s: float) -> None:
        """Go on after a step back. The clock shows times a second time; what the ledger knows of them is not done
        again."""
        was = self._last.now
        floors = {rule: max(floor, was) for rule, floor in self._agenda.floors.items()}
        self._agenda = Agenda(self._agenda.plannables, floors, here.now)
        self._last = here
        back = length(timedelta(seconds=-stepped_s))
        self._begin_again(f"the clock stepped back by {back}, to {format_instant(here.now, UTC)}", stepped_s)

    def _begin_again(self, message: str, stepped_s: float) -> None:
        self._sink(ClockStepped(stepped_s, message))
        self._end_span(message)
        self._begin_span(message)

    # Deciding

    def _take_up(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._versions = {row.name: row.version_id for row in self._ledger.campaigns.all()}

    def _decide_until(self, gap: Gap, here: ClockReading) -> None:
        """Decide what has come in the gap, at the end of which `here` was read."""
        try:
            # A daemon that was only held up has its executor, which misses by itself what it could not begin.
            if gap.cause is not Cause.HELD_UP:
                self._miss_expired(gap)
            found = _marked(self._agenda.take(here.now))
            while chunk := list(islice(found, CHUNK)):
                self._decide_chunk(chunk, gap)
        except BaseException:
            # The agenda has given out what was not written down: begin again from the last instant that is settled.
            self._agenda = Agenda(self._agenda.plannables, self._agenda.floors, self._last.now)
            raise
        self._last = here

    def _decide_chunk(self, chunk: Sequence[tuple[Coming, bool]], gap: Gap) -> None:
        identities = {identity for one, _ in chunk for identity in _identities(one)}
        known, running = self._known(identities), _Running(self._ledger)
        decisions: list[Decision] = []
        for one, is_newest in chunk:
            names = {moment.nominal for moment in one.moments}
            known_names = {name for name in names if _is_known(one.plannable, name, known)}
            found = Found(one, is_newest, frozenset(known_names), running.before(one))
            for decision in decide(found, gap, self._versions.get(one.plannable.campaign.name)):
                decisions.append(decision)
                if decision.state is OccurrenceState.STARTED:
                    running.started(one)
        if decisions:
            decisions.sort(key=attrgetter("occurrence.instant_utc"))
            # No flush of its own: an attempt is flushed, and this with it; a decision that is lost is made anew.
            decisions = [replace(one, tasks=self._looks.named(one.tasks)) for one in decisions]
            files = self._looks.files(task for decision in decisions for task in decision.tasks)
            self._hand_over(self._ledger.occurrences.record(decisions, files=files, flush=False), gap)
            self._tell(decisions)

    def _known(self, identities: Set[Identity]) -> Set[Identity]:
        """Those of these occurrences that the ledger has."""
        foreseen, self._foreseen = self._foreseen, {}
        if identities <= foreseen.keys() and not any(self._written()):
            return {identity for identity in identities if foreseen[identity]}
        return self._ledger.occurrences.known(identities)

    def _hand_over(self, tasks: Sequence[Task], gap: Gap) -> None:
        late = [task for task in tasks if _is_late(task, gap)]
        self._miss(late, gap)
        missed = {task.key for task in late}
        if in_time := [task for task in tasks if task.key not in missed]:
            self._submit(in_time)

    def _miss_expired(self, gap: Gap) -> None:
        """Miss the tasks whose grace ended while nobody looked at the clock."""
        waiting = (row.task for row in self._ledger.tasks.pending() if not row.attempts)
        self._miss([task for task in waiting if _is_late(task, gap) and _ends_in(task, gap)], gap)

    def _miss(self, tasks: Iterable[Task], gap: Gap) -> None:
        alike: dict[str, list[str]] = {}
        for task in tasks:
            reason = expired_reason(gap, task.grace_s, self._zone(task.campaign))
            alike.setdefault(reason, []).append(task.key)
        for reason, keys in alike.items():
            self._ledger.tasks.miss(keys, reason, gap.cause.kind)

    def _zone(self, campaign: str) -> tzinfo:
        zones = (
            plannable.campaign.zone
            for plannable in self._agenda.plannables
            if plannable.campaign.name == campaign
        )
        return next(zones, UTC)

    def _tell(self, decisions: Iterable[Decision]) -> None:
        """Send one event for all occurrences of an entry with one result; only the ledger tells what merged."""
        alike: dict[tuple[str, str, OccurrenceState], list[Decision]] = {}
        for decision in decisions:
            if decision.state is not OccurrenceState.MERGED:
                one = decision.occurrence
                alike.setdefault((one.campaign, one.entry, decision.state), []).append(decision)
        for (campaign, entry, state), group in alike.items():
            last, tasks = group[-1], sum(len(decision.tasks) for decision in group)
            self._sink(
                OccurrenceDecided(
                    campaign, entry, last.occurrence.nominal, state, last.reason, tasks, len(group)
                )
            )

    # The ledger's idea of it

    def _first_seen(self) -> dict[RuleName, datetime]:
        open_rows = (row for row in self._ledger.campaigns.schedules() if row.gone_utc is None)
        return {RuleName(row.campaign, row.entry, row.rule): row.first_seen_utc for row in open_rows}

    def _begin_span(self, reason: str) -> None:
        self._span = self._ledger.spans.begin(__version__, reason, self._last.now)
        self._beaten = self._last

    def _beat(self) -> None:
        if self._span is not None:
            self._ledger.spans.heartbeat(self._span, self._last.now)
            self._beaten = self._last

    def _end_span(self, reason: str) -> None:
        if self._span is not None:
            self._ledger.spans.heartbeat(self._span, self._last.now)
            self._ledger.spans.end(self._span, reason)
            self._span = None


class _Running:
    """The occurrences with tasks that are not over, of entries with `overlap: skip`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open: dict[tuple[str, str, str], str | None] = {}

    def before(self, one: Coming) -> str | None:
        """The name of such an occurrence of the same entry; None where overlaps do not matter."""
        plannable = one.plannable
        if plannable.entry.overlap != "skip":
            return None
        key = _in_zone(plannable)
        if key not in self._open:
            names = (
                name
                for campaign in plannable.campaign_names
                for name in self._ledger.occurrences.open_nominals(campaign, plannable.entry.name)
                # A run by hand is no occurrence of a start time, and holds none up.
                if not name.startswith("run:") and not _is_elsewhere(plannable, name)
            )
            self._open[key] = next(names, None)
        return self._open[key]

    def started(self, one: Coming) -> None:
        self._open[_in_zone(one.plannable)] = one.occurrence.nominal


def _in_zone(plannable: PlannableEntry) -> tuple[str, str, str]:
    return (*plannable.name, plannable.zone.key)


def _is_elsewhere(plannable: PlannableEntry, nominal: str) -> bool:
    """Whether an occurrence belongs to the entry's devices in another zone, which do not keep these busy."""
    campaign = plannable.campaign
    zone = zone_in(nominal)
    there = zone.key if zone else campaign.timezone
    return there != plannable.zone.key and there in {campaign.timezone, *plannable.entry.zones.values()}


def _marked(taken: Iterable[Coming]) -> Iterator[tuple[Coming, bool]]:
    """Each occurrence, and whether it is the newest of its entry."""
    for one, following in pairwise(chain(taken, [None])):
        assert one is not None
        yield one, following is None or following.plannable is not one.plannable


def _identities(one: Coming) -> Iterator[Identity]:
    """The names under which the ledger may have an occurrence: of each of its moments, by each name of its campaign."""
    for moment in one.moments:
        for name in one.plannable.campaign_names:
            yield name, one.plannable.entry.name, moment.nominal


def _names(plannable: PlannableEntry, rule: RuleName) -> list[RuleName]:
    return [rule._replace(campaign=name) for name in plannable.campaign_names]


def _is_known(plannable: PlannableEntry, nominal: str, known: Set[Identity]) -> bool:
    return any((name, plannable.entry.name, nominal) in known for name in plannable.campaign_names)


def _is_late(task: Task, gap: Gap) -> bool:
    """Whether a task's grace, or what counts as on time, ended before the end of the gap."""
    return max(task.expires_utc, task.due_utc + PROMPT) < gap.until_utc


def _ends_in(task: Task, gap: Gap) -> bool:
    """Whether the grace of a task that a start time made ended in the gap, and not before it."""
    return task.source is TaskSource.CAMPAIGN and task.expires_utc > gap.from_utc


def _behind(now: datetime, since: datetime) -> ClockStepped:
    by = since - now
    return ClockStepped(
        -by.total_seconds(),
        f"the clock says {format_instant(now, UTC)}, {length(by)} before the last entry of the ledger: what the ledger "
        "holds is not done again, anything else is done when this clock says so. If the clock is wrong, set it",
    )
