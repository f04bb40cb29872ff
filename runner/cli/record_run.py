"""Records what a run by hand carries out: an occurrence of each entry now, or the scheduled ones of a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from runner.backends.material import Looks
from runner.campaign.resolve import ResolvedCampaign
from runner.errors import UsageError
from runner.planning.coming import Coming, coming
from runner.planning.plan import manual
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.queries.asked_times import AskedTime, asked_of, following, inactive_at, previous
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import Occurrence, Task, TaskSource


def record_now(ledger: Ledger, campaign: ResolvedCampaign, run_id: str, now: datetime) -> None:
    """Record one occurrence of each entry, with its tasks, due now and belonging to the run."""
    occurrences, tasks = manual(campaign, run_id, now)
    files = Looks().files(tasks)
    ledger.occurrences.add(_version(ledger, campaign), occurrences, tasks, run_id, files=files)


def record_scheduled(
    ledger: Ledger, campaign: ResolvedCampaign, at: str, run_id: str, now: datetime
) -> tuple[list[str], set[str]]:
    """Record the scheduled occurrences of a time, under the names that a daemon gives them: so neither does the work of
    the other again.

    Returns the keys of all their tasks, and the keys of those that are new and belong to the run. Raises UsageError if
    no occurrence falls on that time.
    """
    asked = list(_scheduled(campaign, at, now))
    version = _version(ledger, campaign)
    others = [(one, _started_as_other(ledger, one)) for one in asked]
    decisions = [
        Decision(one.occurrence, OccurrenceState.STARTED, "run by hand", version, _due_from(one, now))
        for one, other in others
        if other is None
    ]
    files = Looks().files(task for decision in decisions for task in decision.tasks)
    new = ledger.occurrences.record(decisions, run_id, files=files)
    keys = [row.task.key for _, other in others if other for row in ledger.tasks.of(other)]
    keys += [task.key for decision in decisions for task in decision.tasks]
    return keys, {task.key for task in new}


def _version(ledger: Ledger, campaign: ResolvedCampaign) -> int:
    document = campaign.document
    return ledger.campaigns.record(campaign.name, document.path, document.text, campaign.commit)


def _scheduled(campaign: ResolvedCampaign, at: str, now: datetime) -> Iterator[Coming]:
    """The occurrences of a time; if it names no zone, on the clocks of each zone that entries are in."""
    asked = asked_of(plannable_entries([campaign]), at, now)
    found = [one for plannable, when in asked for one in coming(plannable, when.window)]
    if not found:
        written = " or ".join(dict.fromkeys(when.written for _, when in asked)) or at
        raise UsageError(f"no start time of {campaign.name} falls on {written}", hint=_nearest(asked))
    yield from found


def _started_as_other(ledger: Ledger, one: Coming) -> Occurrence | None:
    """The occurrence that was started in place of this one, if any: under a former name of the campaign, or named by
    another of the start times that come at its instant."""
    instant, entry = _instant(one), one.plannable.entry.name
    nominals = {moment.nominal for moment in one.moments}
    for campaign in one.plannable.campaign_names:
        for row in ledger.occurrences.of_entry(campaign, entry, instant, instant + timedelta.resolution):
            known = row.occurrence
            is_other = (campaign, known.nominal) != (one.occurrence.campaign, one.occurrence.nominal)
            if is_other and known.nominal in nominals and row.state is OccurrenceState.STARTED:
                return known
    return None


def _nearest(asked: Sequence[tuple[PlannableEntry, AskedTime]]) -> str:
    """The occurrences right before and after a time, of any entry, or why the one at that time does not count."""
    for plannable, when in asked:
        if moment := inactive_at(plannable, when):
            return f"{plannable.entry.name} has one at {moment.nominal}, but the campaign is not active on that day"
    before = [one for plannable, when in asked if (one := previous(plannable, when.window.from_utc))]
    after = [one for plannable, when in asked if (one := following(plannable, when.window.until_utc))]
    near = [max(before, key=_instant)] if before else []
    near += [min(after, key=_instant)] if after else []
    names = [f"{one.occurrence.nominal} ({one.occurrence.entry})" for one in near]
    return f"the nearest are {' and '.join(names)}" if names else "its entries have no start times"


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc


def _due_from(one: Coming, now: datetime) -> list[Task]:
    """The tasks of an occurrence as if it came now: each due as long after now as after the occurrence."""
    instant = one.occurrence.instant_utc
    return [
        replace(task, due_utc=now + (task.due_utc - instant), source=TaskSource.MANUAL)
        for task in one.tasks()
    ]
