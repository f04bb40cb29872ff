"""Records what a run by hand carries out: an occurrence of each entry now, or the scheduled ones of a time. Commands
and the page call the same functions."""

from dataclasses import replace
from datetime import datetime, timedelta

from runner.backends.material import Looks
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming
from runner.planning.plan import manual
from runner.queries.asked_times import alone, scheduled_at
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import Occurrence, Task, TaskSource


def record_now(
    ledger: Ledger, campaign: ResolvedCampaign, run_id: str, now: datetime, entry: str | None = None
) -> int:
    """Record one occurrence of an entry (None: of each), with its tasks, due now and belonging to the run; returns how
    many tasks there are. Raises UsageError if there is no such entry."""
    occurrences, tasks = manual(alone(campaign, entry), run_id, now)
    looks = Looks()
    files = looks.files(tasks)
    ledger.occurrences.add(_version(ledger, campaign), occurrences, looks.named(tasks), run_id, files=files)
    return len(tasks)


def record_scheduled(
    ledger: Ledger,
    campaign: ResolvedCampaign,
    at: str,
    run_id: str,
    now: datetime,
    entry: str | None = None,
) -> tuple[list[str], set[str]]:
    """Record the scheduled occurrences of a time, of an entry (None: of all), under the names that a daemon gives them:
    so neither does the work of the other again.

    Returns the keys of all their tasks, and the keys of those that are new and belong to the run. Raises UsageError if
    no occurrence falls on that time.
    """
    asked = scheduled_at(alone(campaign, entry), at, now)
    version = _version(ledger, campaign)
    others = [(one, _started_as_other(ledger, one)) for one in asked]
    decisions = [
        Decision(one.occurrence, OccurrenceState.STARTED, "run by hand", version, _due_from(one, now))
        for one, other in others
        if other is None
    ]
    looks = Looks()
    decisions = [replace(one, tasks=looks.named(one.tasks)) for one in decisions]
    files = looks.files(task for decision in decisions for task in decision.tasks)
    new = ledger.occurrences.record(decisions, run_id, files=files)
    keys = [row.task.key for _, other in others if other for row in ledger.tasks.of(other)]
    keys += [task.key for decision in decisions for task in decision.tasks]
    return keys, {task.key for task in new}


def hand_over(ledger: Ledger, by: str) -> None:
    """Ask the daemon to take up the tasks that have been recorded."""
    ledger.commands.request(CommandKind.TASKS_ADDED, None, by)


def _version(ledger: Ledger, campaign: ResolvedCampaign) -> int:
    document = campaign.document
    return ledger.campaigns.record(campaign.name, document.path, document.text, campaign.commit)


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


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc


def _due_from(one: Coming, now: datetime) -> list[Task]:
    """The tasks of an occurrence as if it came now: each due as long after now as after the occurrence."""
    instant = one.occurrence.instant_utc
    return [
        replace(task, due_utc=now + (task.due_utc - instant), source=TaskSource.MANUAL)
        for task in one.tasks()
    ]
