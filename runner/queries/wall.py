"""The wall: what each phone does now and next, how much it has done today, and what needs a person."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from runner.planning.limits import midnight
from runner.queries.attention import needs
from runner.queries.phones import PhoneLine
from runner.queries.roster import Ahead, DayCap, Member, Roster
from runner.queries.situation import Situation
from runner.queries.wall_tiles import (
    HOST_GONE,
    NO_HOST,
    READY,
    UNKNOWN,
    Around,
    Headline,
    Meter,
    NextTask,
    RunningTask,
    Tile,
    TileState,
    Totals,
    WaitingTask,
    Wall,
)
from runner.queries.why_task import explain_task
from runner.store.host_rows import HostRow
from runner.store.lanes_now import EffectsOfLanes, Queue
from runner.store.ledger import Ledger
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow
from runner.store.rows import TaskRecord, TaskRow
from runner.tasks import Effect, TaskState


def wall(
    ledger: Ledger, roster: Roster, situation: Situation, around: Around, *, steps: bool = False
) -> Wall:
    """The wall with all its tiles; `steps` says whether to read those of running attempts."""
    today = _Today.read(ledger, roster, situation, around, None)
    return Wall(_headline(ledger, roster, today), tuple(today.tiles(ledger, roster, steps=steps)))


def headline(ledger: Ledger, roster: Roster, situation: Situation, around: Around) -> Headline:
    """What stands above the wall, for less than a wall costs."""
    return _headline(ledger, roster, _Today.read(ledger, roster, situation, around, None))


def tiles(
    ledger: Ledger,
    roster: Roster,
    situation: Situation,
    around: Around,
    lanes: Collection[str],
    *,
    steps: bool = False,
) -> list[Tile]:
    """The tiles of these lanes."""
    today = _Today.read(ledger, roster, situation, around, lanes)
    return list(today.tiles(ledger, roster, steps=steps))


def away(phones: Iterable[PhoneLine], running: Collection[str]) -> list[PhoneLine]:
    """The phones that cannot be used now. One at work is there, whatever adb said a moment ago."""
    return [one for one in phones if one.state not in (READY, UNKNOWN) and one.serial not in running]


@dataclass(frozen=True, slots=True)
class _Today:
    """What was read at once, by lane; the wall is made of it without further questions."""

    members: Sequence[Member]
    situation: Situation
    around: Around
    adb: Mapping[str, str]
    running: Mapping[str, TaskRow]
    queues: Mapping[str, Queue]
    counts: Mapping[str, Mapping[TaskState, int]]
    doubts: Mapping[str, Sequence[Effect]]
    since_utc: datetime
    process: str

    @classmethod
    def read(
        cls,
        ledger: Ledger,
        roster: Roster,
        situation: Situation,
        around: Around,
        lanes: Collection[str] | None,
    ) -> "_Today":
        """Read what the wall shows of these lanes; None means of all, also of those that no campaign names."""
        now, zone = situation.now, situation.zone
        since_utc, until_utc = midnight(now, zone, days=0), midnight(now, zone, days=1)
        running = {row.task.lane: row for row in ledger.lanes_now.running(lanes)}
        queues = ledger.lanes_now.queues(now, lanes)
        known = roster.members
        if lanes is None:
            # A task of the Local API, or of a campaign that is gone, may be on a phone that no campaign names now.
            rows = [*running.values(), *(queue.first for queue in queues.values())]
            others = {row.task.lane: Member(row.task.lane, row.task.device) for row in rows}
            others |= {hold.device: Member(hold.device, hold.device) for hold in situation.holds.values()}
            members = [*known.values(), *(others[lane] for lane in others if lane not in known)]
        else:
            members = [known.get(lane) or Member(lane, lane) for lane in lanes]
        return cls(
            members=members,
            situation=situation,
            around=around,
            adb={one.serial: one.state for one in around.phones},
            running=running,
            queues=queues,
            counts=ledger.lanes_now.counts(since_utc, until_utc, lanes),
            doubts=ledger.effects.doubts(),
            since_utc=since_utc,
            process=ledger.executor,
        )

    def tiles(self, ledger: Ledger, roster: Roster, *, steps: bool) -> Iterator[Tile]:
        made = _made_today(ledger, self.members, self.situation)
        ahead = roster.ahead(self.situation.now)
        ids = [row.id for row in self.running.values()] if steps else []
        of_tasks = ledger.lanes_now.steps(ids) if ids else {}
        for member in self.members:
            row = self.running.get(member.lane)
            running = None
            if row is not None:
                progress = self.around.progress.get(row.task.key)
                running = RunningTask(row, progress, tuple(of_tasks.get(row.id, ())))
            yield self._tile(member, running, ahead.get(member.lane), tuple(self._meters(member, made)))

    def _tile(
        self, member: Member, running: RunningTask | None, ahead: Ahead | None, meters: tuple[Meter, ...]
    ) -> Tile:
        queue = self.queues.get(member.lane)
        waiting = self._waiting(queue.first) if queue and running is None else None
        hold = self.situation.holds.get(member.device or "")
        pause = self._pause(member)
        host, adb = self._host(member)
        at_work = None if adb in (HOST_GONE, NO_HOST) else running
        return Tile(
            lane=member.lane,
            device=member.device,
            state=_state(hold, at_work, adb, pause, waiting),
            adb=adb,
            accounts=tuple(member.accounts),
            groups=tuple(member.groups),
            campaigns=tuple(member.campaigns),
            host=self.around.host if self.situation.hosts is None else host.name if host else "",
            hold=hold,
            pause=pause,
            running=running,
            waiting=waiting,
            following=_following(queue.first if queue and waiting is None else None, ahead),
            pending=queue.count if queue else 0,
            counts=self.counts.get(member.lane, {}),
            meters=meters,
            is_elsewhere=host is not None and host.process != self.process,
        )

    def _host(self, member: Member) -> tuple[HostRow | None, str]:
        """The host of a lane, where there are several, and adb's word for its phone."""
        table, adb = self.situation.hosts, self.adb.get(member.device, UNKNOWN) if member.device else ""
        if table is None:
            return None, adb
        host = table.keeper(member.lane)
        if member.device is None or (host is not None and host.is_alive):
            return host, adb
        return host, HOST_GONE if host else NO_HOST

    def _waiting(self, row: TaskRow) -> WaitingTask | None:
        if row.task.due_utc > self.situation.now:
            return None
        effects = tuple(self.doubts.get(row.task.key, ()))
        return WaitingTask(row, explain_task(TaskRecord(row, (), effects), self.situation))

    def _pause(self, member: Member) -> PauseRow | None:
        """A pause that keeps all that the lane could do from starting."""
        pauses = [self.situation.pause_of(name, member.device) for name in member.campaigns or ("",)]
        return pauses[0] if all(pauses) else None

    def _meters(self, member: Member, made: Mapping[datetime, EffectsOfLanes]) -> Iterator[Meter]:
        for limit in member.caps.values():
            cap, count = limit.cap, _count(made[_opening(limit, self.situation)], limit)
            if cap.at_most or count:
                zone = str(limit.zone or self.situation.zone)
                yield Meter(cap.scope, limit.name, limit.app, cap.kind, count, cap.at_most, zone)


def _following(row: TaskRow | None, ahead: Ahead | None) -> NextTask | None:
    if row is not None:
        at_utc = max(row.not_before or row.task.due_utc, row.task.due_utc)
        return NextTask(row.task.title, row.task.campaign, row.task.entry, at_utc, row)
    if ahead is None:
        return None
    return NextTask(ahead.title, ahead.occurrence.campaign, ahead.occurrence.entry, ahead.due_utc)


def _state(
    hold: Hold | None,
    running: RunningTask | None,
    adb: str,
    pause: PauseRow | None,
    waiting: WaitingTask | None,
) -> TileState:
    if hold is not None:
        return TileState.HOLD
    if running is not None:
        return TileState.RUNNING
    if adb not in (READY, UNKNOWN, ""):
        return TileState.AWAY
    if pause is not None:
        return TileState.PAUSED
    return TileState.WAITING if waiting is not None else TileState.IDLE


def _headline(ledger: Ledger, roster: Roster, today: _Today) -> Headline:
    running = {row.task.key for row in today.running.values()}
    gone = away(today.around.phones, today.running)
    situation, around = today.situation, today.around
    return Headline(
        situation=situation,
        totals=_totals(today, roster),
        needs=needs(ledger, situation, today.doubts, running, gone, around.outdated),
        lanes=tuple(member.lane for member in today.members),
        adb_problem=around.adb_problem,
    )


def _totals(today: _Today, roster: Roster) -> Totals:
    counts: Counter[TaskState] = Counter()
    for of_lane in today.counts.values():
        counts.update(of_lane)
    return Totals(
        running=len(today.running),
        waiting=sum(queue.due for queue in today.queues.values()),
        counts=counts,
        since_utc=today.since_utc,
        next_start=roster.next_start(today.situation.now),
    )


def _opening(limit: DayCap, situation: Situation) -> datetime:
    """When the limit's day began."""
    return midnight(situation.now, limit.zone or situation.zone, days=0)


def _made_today(
    ledger: Ledger, members: Sequence[Member], situation: Situation
) -> Mapping[datetime, EffectsOfLanes]:
    """What limits of a day count, by the instant at which that day began on their clocks."""
    by_opening: dict[datetime, list[DayCap]] = {}
    for member in members:
        for limit in member.caps.values():
            by_opening.setdefault(_opening(limit, situation), []).append(limit)
    return {
        opening: ledger.lanes_now.made(
            {limit.name for limit in limits if limit.cap.scope == "device"},
            {limit.name for limit in limits if limit.cap.scope == "account"},
            opening,
            situation.now,
        )
        for opening, limits in by_opening.items()
    }


def _count(made: EffectsOfLanes, limit: DayCap) -> int:
    if limit.cap.scope == "device":
        return made.devices.get((limit.name, limit.cap.kind), 0)
    return made.by(limit.name, limit.app, limit.cap.kind)
