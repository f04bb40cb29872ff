"""The overview: what a daemon does now, what comes next, and what waits for a person, as `status` shows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming
from runner.planning.plannable_entry import plannable_entries
from runner.queries.advice import (
    AcceptRestore,
    Action,
    EndPause,
    MendFile,
    ReleaseHold,
    Resolve,
    ResumeRehearsal,
    StartDaemon,
)
from runner.queries.asked_times import following
from runner.queries.notifications import NotificationTrouble, trouble_with
from runner.queries.phones import PhoneLine, devices_of
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyVerdict
from runner.queries.why_task import explain_task
from runner.store.asked.ledger import AskedLedger
from runner.store.campaign_rows import CampaignRow, InvalidFile
from runner.store.last_good import resolved_in_force
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow
from runner.store.rows import SpanRow, TaskFilter, TaskRecord, TaskRow
from runner.tasks import Occurrence, TaskState

if TYPE_CHECKING:
    from runner.queries.hosts import Hosts

DAY = timedelta(days=1)
MOST_COMING, MOST_WAITING = 5, 10
"""How many occurrences that come, and how many tasks that wait, need a person or went wrong, are named."""

PAGE = 50

WENT_WRONG = (TaskState.FAILED, TaskState.MISSED)
"""The states of tasks that went wrong; what is uncertain needs a person, and is listed there."""


class CampaignLine(NamedTuple):
    """A campaign in force."""

    row: CampaignRow
    entries: int


class RunningLine(NamedTuple):
    """A running task and its last step that has ended; 0 before the first."""

    row: TaskRow
    step: int
    step_title: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Tasks that are due and held up by the same thing; `first` is the one that has been due for longest, `host` the
    host for which they wait, if it is gone."""

    verdict: str
    count: int
    first: TaskRow
    host: str = ""


class ComingLine(NamedTuple):
    """An occurrence that comes, with the number of its tasks and of the phones or accounts that they are for."""

    occurrence: Occurrence
    tasks: int
    lanes: int


class Overview(NamedTuple):
    """What `status` shows. `counts` are the tasks that fell due in the last 24 hours, by state; `troubles` the newest
    of those that have failed or were missed since then, and `has_more_troubles` says whether there are others; `untold`
    is what nobody could be told; `phones` are those on which campaigns in force work; `hosts` are those that
    share the ledger, None if it belongs to one."""

    now_utc: datetime
    span: SpanRow | None
    daemon_runs: bool
    is_carried_out: bool
    campaigns: tuple[CampaignLine, ...]
    invalid: tuple[InvalidFile, ...]
    running: tuple[RunningLine, ...]
    waiting: tuple[WaitingLine, ...]
    coming: tuple[ComingLine, ...]
    holds: tuple[Hold, ...]
    uncertain: tuple[TaskRow, ...]
    uncertain_count: int
    pauses: tuple[PauseRow, ...]
    counts: Mapping[str, int]
    troubles: tuple[TaskRow, ...]
    has_more_troubles: bool
    untold: NotificationTrouble | None
    phones: tuple[str, ...]
    hosts: "Hosts | None" = None

    def host_by_lane(self) -> Mapping[str, str]:
        """The hosts that have lanes, or are gone with them."""
        lines = self.hosts.lines if self.hosts else ()
        return {lane.name: one.name for one in lines for lane in one.lanes}


class Surroundings(NamedTuple):
    """What is around the ledger: its file, whether it is a rehearsal's, the process that carries tasks out, its address
    if it is a daemon, and the phones as adb sees them.

    `adb_problem` says why adb could not be asked; `rehearsed_run` is the run that the ledger rehearses, if it is one's;
    `outdated` says why nothing is done with it until a person decides."""

    ledger: str
    is_rehearsal: bool
    pid: int | None
    url: str | None
    devices: Sequence[PhoneLine]
    adb_problem: str | None
    rehearsed_run: str | None = None
    outdated: str | None = None


def overview(ledger: AskedLedger, situation: Situation) -> Overview:
    """The ledger's present, in the form in which a person wants to see it first."""
    campaigns = resolved_in_force(ledger)
    uncertain = ledger.tasks.page(TaskFilter(states={TaskState.UNCERTAIN}), 0, MOST_WAITING)
    running = ledger.tasks.page(TaskFilter(states={TaskState.RUNNING}), 0, 1000)[1]
    troubles = list(islice(_troubles(ledger, situation.now - DAY), MOST_WAITING + 1))
    return Overview(
        now_utc=situation.now,
        span=situation.span,
        daemon_runs=situation.daemon_runs,
        is_carried_out=situation.is_carried_out,
        campaigns=tuple(_campaigns(ledger, campaigns)),
        invalid=tuple(ledger.campaigns.invalid_files()),
        running=tuple(_running(ledger, row) for row in running),
        waiting=_waiting(ledger, situation),
        coming=tuple(_coming(campaigns, situation)),
        holds=tuple(situation.holds.values()),
        uncertain=tuple(uncertain[1]),
        uncertain_count=uncertain[0],
        pauses=situation.pauses,
        counts=_counts(ledger, situation),
        troubles=tuple(troubles[:MOST_WAITING]),
        has_more_troubles=len(troubles) > MOST_WAITING,
        untold=trouble_with(ledger, situation.now),
        phones=devices_of(campaigns.values()),
        hosts=_hosts(ledger, situation, campaigns),
    )


def _hosts(
    ledger: AskedLedger, situation: Situation, campaigns: Mapping[str, ResolvedCampaign]
) -> "Hosts | None":
    """The hosts that share the ledger; None if it belongs to one, as most do."""
    if situation.hosts is None:
        return None
    from runner.queries.hosts import hosts

    return hosts(ledger, situation, tuple(campaigns.values()))


def _troubles(ledger: AskedLedger, since: datetime) -> Iterator[TaskRow]:
    """The tasks that have gone wrong since then, newest first."""
    offset = 0
    while rows := ledger.tasks.troubles(since, offset, PAGE):
        yield from (row for row in rows if row.state in WENT_WRONG)
        offset += PAGE


def _campaigns(ledger: AskedLedger, campaigns: Mapping[str, ResolvedCampaign]) -> list[CampaignLine]:
    return [
        CampaignLine(row, len(campaigns[row.name].entries) if row.name in campaigns else 0)
        for row in ledger.campaigns.all()
        if row.withdrawn_utc is None
    ]


def _running(ledger: AskedLedger, row: TaskRow) -> RunningLine:
    record = ledger.tasks.record_of(row.task.key)
    attempts = record.attempts if record else ()
    steps = attempts[-1].steps if attempts else ()
    return RunningLine(row, steps[-1].ordinal if steps else 0, steps[-1].title if steps else "")


def _waiting(ledger: AskedLedger, situation: Situation) -> tuple[WaitingLine, ...]:
    """Pending tasks that something holds up, by what does: how many, and the first of them."""
    found: dict[tuple[str, str, str], list[TaskRow]] = {}
    doubts = ledger.effects.doubts()
    for row in ledger.tasks.pending():
        if row.task.due_utc >= situation.now:
            break  # they come in the order in which they are due
        # Explained without its attempts: a pending task needs none, and thousands may wait.
        one = explain_task(TaskRecord(row, (), tuple(doubts.get(row.task.key, ()))), situation)
        host = one.facts["host"] if one.verdict is WhyVerdict.HOST_GONE else ""
        found.setdefault((one.verdict, host or row.reason or row.task.lane, host), []).append(row)
    lines = (WaitingLine(verdict, len(rows), rows[0], host) for (verdict, _, host), rows in found.items())
    return tuple(sorted(lines, key=lambda line: -line.count)[:MOST_WAITING])


def _coming(campaigns: Mapping[str, ResolvedCampaign], situation: Situation) -> Sequence[ComingLine]:
    firsts = (following(plannable, situation.now) for plannable in plannable_entries(campaigns.values()))
    nearest = nsmallest(MOST_COMING, filter(None, firsts), key=_instant)
    return [
        ComingLine(
            one.occurrence, len(one.plannable.lanes) * len(one.plannable.targets), len(one.plannable.lanes)
        )
        for one in nearest
    ]


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc


def _counts(ledger: AskedLedger, situation: Situation) -> Mapping[str, int]:
    """Tasks that fell due in the last 24 hours, by state."""
    now = situation.now
    totals = ledger.tasks.counts(TaskFilter(since_utc=now - DAY, until_utc=now))
    return {state.value: totals[state] for state in TaskState if state in totals}


def advice_on(view: Overview, around: Surroundings) -> Iterator[Action]:
    """What a person can do about what the overview shows, the most pressing first."""
    if view.hosts is None and not view.daemon_runs:
        yield ResumeRehearsal(around.rehearsed_run) if around.rehearsed_run else StartDaemon()
    for trouble in view.hosts.troubles if view.hosts else ():
        if trouble.advice is not None:
            yield trouble.advice
    if around.outdated:
        yield AcceptRestore(around.outdated)
    yield from (ReleaseHold(hold.device) for hold in view.holds)
    yield from (Resolve(row.id, row.task.lane) for row in view.uncertain)
    yield from (MendFile(file.path) for file in view.invalid)
    yield from (EndPause(pause.subject) for pause in view.pauses)
