"""What a daemon does now, what comes next, and what waits for a person: everything that `status` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import nsmallest

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming
from runner.planning.plannable_entry import plannable_entries
from runner.reports.status import CampaignLine, ComingLine, Overview, RunningLine, WaitingLine
from runner.scheduling.asked_times import following
from runner.scheduling.situation import Situation, campaigns_in_force
from runner.scheduling.task_verdicts import explain_task
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter, TaskRecord, TaskRow
from runner.tasks import TaskState

DAY = timedelta(days=1)
MOST_COMING, MOST_WAITING = 5, 10
"""So many occurrences that come, and so many tasks that wait or need a person, are named."""


def overview(ledger: Ledger, situation: Situation) -> Overview:
    """The ledger's present, as a person wants to see it first."""
    campaigns = campaigns_in_force(ledger)
    uncertain = ledger.tasks.page(TaskFilter(states={TaskState.UNCERTAIN}), 0, MOST_WAITING)
    running = ledger.tasks.page(TaskFilter(states={TaskState.RUNNING}), 0, 1000)[1]
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
        phones=tuple(
            dict.fromkeys(
                lane.device
                for plannable in plannable_entries(campaigns.values())
                for lane in plannable.lanes
                if lane.device
            )
        ),
    )


def _campaigns(ledger: Ledger, campaigns: Mapping[str, ResolvedCampaign]) -> list[CampaignLine]:
    return [
        CampaignLine(row, len(campaigns[row.name].entries) if row.name in campaigns else 0)
        for row in ledger.campaigns.all()
        if row.withdrawn_utc is None
    ]


def _running(ledger: Ledger, row: TaskRow) -> RunningLine:
    record = ledger.tasks.record_of(row.task.key)
    attempts = record.attempts if record else ()
    steps = attempts[-1].steps if attempts else ()
    return RunningLine(row, steps[-1].ordinal if steps else 0, steps[-1].title if steps else "")


def _waiting(ledger: Ledger, situation: Situation) -> tuple[WaitingLine, ...]:
    """Pending tasks that something holds, by what holds them: how many, and the first of them."""
    found: dict[tuple[str, str], list[TaskRow]] = {}
    doubts = ledger.effects.doubts()
    for row in ledger.tasks.pending():
        if row.task.due_utc >= situation.now:
            break
        one = explain_task(TaskRecord(row, (), tuple(doubts.get(row.task.key, ()))), situation)
        found.setdefault((one.verdict, row.reason or row.task.lane), []).append(row)
    lines = (WaitingLine(verdict, len(rows), rows[0]) for (verdict, _), rows in found.items())
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


def _counts(ledger: Ledger, situation: Situation) -> Mapping[str, int]:
    """Tasks that fell due in the last 24 hours, by state."""
    now = situation.now
    today = TaskFilter(since_utc=now - DAY, until_utc=now)
    totals = {state.value: ledger.tasks.page(replace(today, states={state}), 0, 1)[0] for state in TaskState}
    return {state: total for state, total in totals.items() if total}
