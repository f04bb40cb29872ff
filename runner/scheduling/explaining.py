"""Why something ran, will run, or did not: any occurrence of past or future, any task. Nothing but the ledger
is asked, so it answers with the daemon down too."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from runner.campaign.nearest import legal_names
from runner.planning.coming import Coming
from runner.planning.occurrences import zone_in
from runner.planning.plannable_entry import PlannableEntry
from runner.reports.commits import short_commit
from runner.reports.explanation import Explanation, Verdict
from runner.reports.instants import utc
from runner.scheduling.asked_times import (
    MINUTE,
    AskedTime,
    asked_of,
    coming_at,
    following,
    inactive_at,
    previous,
)
from runner.scheduling.entry_history import EntryHistory
from runner.scheduling.occurrence_verdicts import (
    explain_absent,
    explain_coming,
    explain_recorded,
    explain_removed,
    invalid,
    invalid_facts,
)
from runner.scheduling.situation import Situation, campaigns_in_force
from runner.scheduling.task_verdicts import explain_task
from runner.store.ledger import Ledger
from runner.store.tasks import DeletedTask

NOWHERE = {Verdict.NO_SUCH_CAMPAIGN, Verdict.NO_SUCH_ENTRY, Verdict.NO_START_TIME, Verdict.FILE_INVALID}
"""Verdicts on a question that leads to no task and no occurrence."""


def explain_deleted(task: DeletedTask, situation: Situation) -> Explanation:
    """What is left to say of a task that was deleted."""
    when = situation.time(task.deleted_utc)
    said = f"It was deleted at {when}, by hand or by the retention; it was {task.state} then."
    facts = {"key": task.key, "state": task.state.value, "deleted_utc": utc(task.deleted_utc)}
    return Explanation(
        Verdict.DELETED, task.key, (said, "Its key stays taken: it is never done again."), facts
    )


def explain_tasks(ledger: Ledger, keys: Iterable[str], situation: Situation) -> list[Explanation]:
    """Why these tasks, which the ledger holds, are as they are."""
    records = filter(None, map(ledger.tasks.record_of, keys))
    return [explain_task(record, situation) for record in records]


def explain_entry(
    ledger: Ledger, campaign: str, entry: str, at: str | None, situation: Situation
) -> list[Explanation]:
    """Why an entry ran, or did not, at a time as typed; without one, its latest occurrence, what is open of
    it, and its next one. Raises UsageError for a time that is none."""
    history = EntryHistory.read(ledger, campaign, entry, campaigns_in_force(ledger))
    if not history.is_known:
        return [_unknown(history, situation)]
    if at is None:
        return list(_latest_open_next(history, situation))
    asked = _asked(history, at, situation)
    found = [
        answer for when, plannables in asked.items() for answer in _at(history, when, plannables, situation)
    ]
    return found or [_no_start_time(history, list(asked), situation)]


def _asked(history: EntryHistory, at: str, situation: Situation) -> dict[AskedTime, list[PlannableEntry]]:
    """The minutes that a time as typed means, on the clocks of each zone in which the entry is, and what is in force of
    the entry there."""
    asked: dict[AskedTime, list[PlannableEntry]] = {}
    for plannable, when in asked_of(history.plannables, at, situation.now):
        asked.setdefault(when, []).append(plannable)
    zones: list[tzinfo] = [*history.zones] or [situation.zone]
    return asked or {AskedTime.read(at, zone, situation.now): [] for zone in zones}


def _latest_open_next(history: EntryHistory, situation: Situation) -> Iterator[Explanation]:
    """The latest occurrence whose time has come, others that have open tasks, and the next one."""
    ahead = situation.now + timedelta.resolution
    latest = history.recorded(until_utc=ahead, limit=1)
    before = [one for plannable in history.plannables if (one := previous(plannable, ahead))]
    planned = max(before, key=_instant, default=None)
    if planned and not (latest and _instant(planned) <= latest[0].occurrence.instant_utc):
        absent = explain_absent(history, planned, situation)
        if absent.verdict is not Verdict.NOT_KNOWN_THEN:
            yield absent
    told = {row.occurrence.nominal for row in latest}
    for row in latest:
        yield explain_recorded(history, row, situation)
    for row in history.open_ones():
        if row.occurrence.nominal not in told:
            yield explain_recorded(history, row, situation)
    coming = [one for plannable in history.plannables if (one := following(plannable, ahead))]
    for one in sorted(coming, key=_instant):
        yield explain_coming(history, one, situation)
    if not coming:
        yield _nothing_ahead(history, situation)


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc


def _at(
    history: EntryHistory, asked: AskedTime, plannables: Sequence[PlannableEntry], situation: Situation
) -> Iterator[Explanation]:
    """What there is at a time: in the ledger, then by the start times in force."""
    elsewhere = {zone for zone in history.zones if asked.zone is not None and zone != asked.zone}
    recorded = [
        row
        for row in history.recorded(asked.window.from_utc, asked.window.until_utc)
        if zone_in(row.occurrence.nominal) not in elsewhere
    ]
    for row in recorded:
        yield explain_recorded(history, row, situation)
    for plannable in plannables if not recorded else ():
        yield from _not_recorded(history, plannable, asked, situation)
    if not recorded and not plannables:
        yield from _removed(history, asked, situation)


def _not_recorded(
    history: EntryHistory, plannable: PlannableEntry, asked: AskedTime, situation: Situation
) -> Iterator[Explanation]:
    """What the start times in force say of a time, or those that were in force then."""
    planned = coming_at(plannable, asked)
    for one in planned:
        yield _planned(history, one, situation)
    moment = inactive_at(plannable, asked)
    if moment is None and not planned:
        yield from _removed(history, asked, situation)
    if moment is not None:
        active = plannable.campaign.active
        days = [f"from {active.from_day}"] if active and active.from_day else []
        days += [f"until {active.until_day}"] if active and active.until_day else []
        said = f"It does not run: the campaign is active {' '.join(days)}, and this is on {moment.day} in {plannable.zone}."
        facts = {"nominal": moment.nominal, "instant_utc": utc(moment.instant_utc), "day": str(moment.day)}
        subject = f"{history.campaign}/{history.entry} at {moment.nominal}"
        advice = (f"change `active:` in {plannable.campaign.path}, if that day should count.",)
        yield Explanation(Verdict.INACTIVE, subject, (said,), facts, advice)


def _removed(history: EntryHistory, asked: AskedTime, situation: Situation) -> Iterator[Explanation]:
    """The occurrence of a start time that was in force then, and was removed before anybody wrote it down."""
    for rule, gone_utc in history.removed_at(asked.window):
        yield explain_removed(history, rule, gone_utc, asked, situation)


def _planned(history: EntryHistory, one: Coming, situation: Situation) -> Explanation:
    """An occurrence that the start times name: the ledger has it already, or it lies ahead, or it is absent."""
    instant = one.occurrence.instant_utc
    for row in history.recorded(instant, instant + MINUTE):
        if row.occurrence.nominal == one.occurrence.nominal:
            return explain_recorded(history, row, situation)
    explain = explain_coming if instant > situation.now else explain_absent
    return explain(history, one, situation)


def _no_start_time(history: EntryHistory, times: Sequence[AskedTime], situation: Situation) -> Explanation:
    """No occurrence falls on that time, in whatever zone: the nearest ones, and what was in force then."""
    asked, written = times[0], " or ".join(one.written for one in times)
    before, after = _neighbours(history, asked)
    said = [f"No start time of {history.entry} falls on {written}."]
    if before or after:
        near = " and ".join(f"`{nominal}`" for nominal in (before, after) if nominal)
        said.append(f"The nearest are {near}." if before and after else f"The nearest is {near}.")
    rules = history.rules_at(asked.instant_utc)
    if rules:
        said.append(f"Its start times then were {', '.join(rules)}{history.on_its_clocks}.")
    facts = {"asked_utc": utc(asked.instant_utc), "before": before, "after": after, "rules": rules}
    verdict = Verdict.NO_START_TIME
    if problem := invalid(history, situation):
        said.append(f"{problem} What was added there since is not in force.")
        verdict = Verdict.FILE_INVALID
    subject = f"{history.campaign}/{history.entry} at {written}"
    return Explanation(verdict, subject, tuple(said), facts)


def _neighbours(history: EntryHistory, asked: AskedTime) -> tuple[str | None, str | None]:
    """The nominal times of the occurrences right before and after, recorded or planned."""
    at, until = asked.window.from_utc, asked.window.until_utc
    before = [row.occurrence for row in history.recorded(until_utc=at, limit=1)]
    before += [one.occurrence for plannable in history.plannables if (one := previous(plannable, at))]
    after = [one.occurrence for plannable in history.plannables if (one := following(plannable, until))]
    latest = max(before, key=lambda one: one.instant_utc, default=None)
    coming = min(after, key=lambda one: one.instant_utc, default=None)
    return latest.nominal if latest else None, coming.nominal if coming else None


def _nothing_ahead(history: EntryHistory, situation: Situation) -> Explanation:
    """Why no occurrence of the entry lies ahead."""
    name = f"{history.campaign}/{history.entry}"
    gone, row = history.gone_since(), history.row
    if history.plannables:
        said = ["No start time of it lies ahead."]
    elif row is not None and row.withdrawn_utc is not None:
        said = [f"The campaign was withdrawn at {situation.time(row.withdrawn_utc)}: {row.withdrawn_reason}."]
    elif gone is not None:
        commit = f" in commit {short_commit(row.commit)}" if row and row.commit else ""
        said = [f"The entry was removed at {situation.time(gone)}{commit}."]
    else:
        said = ["The daemon does not have it in force: it was only run by hand, or through the Local API."]
    if problem := invalid(history, situation):
        said.append(problem)
    return Explanation(Verdict.NOTHING_AHEAD, name, tuple(said), {"gone_utc": utc(gone)})


def _unknown(history: EntryHistory, situation: Situation) -> Explanation:
    """The ledger knows no such entry: the nearest name, and a file that may hold it but is invalid."""
    name, campaigns, entries = history.campaign, history.campaigns(), history.other_entries()
    if problem := invalid(history, situation):
        said, verdict = [f"No version in force has an entry {history.entry}.", problem], Verdict.FILE_INVALID
    elif name in campaigns or entries:
        said = [f"The campaign {name} has no entry {history.entry}.", _near(history.entry, entries)]
        verdict = Verdict.NO_SUCH_ENTRY
    else:
        said = [f"The ledger knows no campaign {name}.", _near(name, campaigns)]
        if nameless := [file.path for file in history.nameless_files]:
            said.append(f"It may be in a file that is invalid and names none: {', '.join(nameless)}.")
        verdict = Verdict.NO_SUCH_CAMPAIGN
    facts = {"campaigns": campaigns, "entries": entries, **invalid_facts(history)}
    return Explanation(verdict, f"{name}/{history.entry}", tuple(said), facts)


def _near(name: str, names: list[str]) -> str:
    hint = legal_names(name, names)
    return hint[0].upper() + hint[1:] + ("" if hint.endswith("?") else ".")
