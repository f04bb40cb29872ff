"""Why an occurrence is as it is: by its record in the ledger, or by the start times."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from runner.campaign.resolve import ResolvedCampaign
from runner.campaign.short_commit import short_commit
from runner.clock import utc
from runner.planning.coming import Coming
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.queries.advice import Advice, EndPause, ReleaseHold, RunOccurrence
from runner.queries.asked_times import AskedTime
from runner.queries.entry_history import EntryHistory
from runner.queries.forecast import foresee
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyAnswer, WhyVerdict
from runner.queries.why_host import ahead
from runner.queries.why_task import explain_task, verdict_on_miss
from runner.store.rows import OccurrenceRow, OccurrenceState, SpanRow
from runner.tasks import Occurrence

_VERDICTS = {
    OccurrenceState.SKIPPED: WhyVerdict.SKIPPED,
    OccurrenceState.MERGED: WhyVerdict.MERGED,
    OccurrenceState.CANCELLED: WhyVerdict.CANCELLED,
}


def title(occurrence: Occurrence) -> str:
    return f"{occurrence.campaign}/{occurrence.entry} at {occurrence.nominal}"


def explain_recorded(history: EntryHistory, row: OccurrenceRow, situation: Situation) -> WhyAnswer:
    """The answer about an occurrence in the ledger: by its tasks, or by the reason why it has none."""
    parts = tuple(
        explain_task(record, situation) for record in history.ledger.tasks.records_of(row.occurrence)
    )
    facts = _facts(row.occurrence, row)
    if parts:
        # verdicts stand in the order of how much they need a person
        worst = min((part.verdict for part in parts), key=list(WhyVerdict).index)
        facts |= {"counts": dict(Counter(part.facts["state"] for part in parts))}
        sentences = parts[0].sentences if len(parts) == 1 else (_totals(parts, row),)
        if deleted := history.ledger.tasks.count_deleted(row.occurrence):
            sentences = (
                *sentences,
                f"{deleted} more of its tasks {'was' if deleted == 1 else 'were'} deleted since.",
            )
        return WhyAnswer(worst, title(row.occurrence), sentences, facts, parts=parts)
    if row.state is OccurrenceState.STARTED:
        said = "It was started; its tasks have been deleted since, by hand or by the retention."
        return WhyAnswer(WhyVerdict.DELETED, title(row.occurrence), (said,), facts)
    return _not_started(history, row, facts, situation)


def explain_coming(history: EntryHistory, one: Coming, situation: Situation) -> WhyAnswer:
    """The answer about an occurrence that lies ahead, and what might hold it up."""
    occurrence, campaign = one.occurrence, history.campaign
    if nobody := one.plannable.why_nobody:
        said = [f"It comes at {situation.time(occurrence.instant_utc)}, and would be skipped: {nobody}."]
        facts = _facts(occurrence) | {"tasks": 0, "lanes": [], "commit": one.plannable.campaign.commit}
        return WhyAnswer(WhyVerdict.SKIPPED, title(occurrence), tuple(said), facts)
    tasks = one.tasks()
    lanes = list(dict.fromkeys(task.lane for task in tasks))
    when = situation.time(occurrence.instant_utc)
    count = f"{len(tasks)} task{'' if len(tasks) == 1 else 's'}"
    forecast = foresee(history, one, situation)
    said = [forecast.opening(when, f"{count} on {_some(lanes)}"), *_merged(one)]
    advice: list[Advice] = []
    if not situation.daemon_runs:
        said.append(f"That needs a daemon; now {situation.down_since()}.")
        advice.append(situation.start)
    for sentence, start in ahead(tasks, situation):
        said.append(sentence)
        advice += [start] if start else []
    pauses = {pause for lane in lanes if (pause := situation.pause_of(campaign, lane))}
    for pause in sorted(pauses, key=lambda pause: pause.since_utc):
        what = pause.subject or "everything"
        said.append(f"Now {what} is paused since {situation.time(pause.since_utc)} by {pause.by}.")
        advice.append(EndPause(pause.subject))
    for lane in lanes:
        if hold := situation.holds.get(lane):
            said.append(f"{lane} is on hold: {hold.reason}.")
            advice.append(ReleaseHold(lane))
    said += forecast.sentences
    facts = _facts(occurrence) | {
        "tasks": len(tasks),
        "lanes": lanes,
        "commit": one.plannable.campaign.commit,
    }
    facts |= {"until_utc": {key: utc(until) for key, until in forecast.until_utc.items()}}
    if problem := invalid(history, situation):
        said.append(f"{problem} The last good version runs.")
    facts |= invalid_facts(history)
    return WhyAnswer(forecast.verdict, title(occurrence), tuple(said), facts, tuple(advice))


def explain_absent(history: EntryHistory, one: Coming, situation: Situation) -> WhyAnswer:
    """The answer about an occurrence of the past that is not in the ledger."""
    occurrence, grace = one.occurrence, one.plannable.entry.grace
    instant, facts = occurrence.instant_utc, _facts(one.occurrence)
    seen = history.first_seen(moment.rule.written for moment in one.moments)
    by_hand = _by_hand(one.plannable, occurrence, situation)
    # the order matters: what the ledger did not know then was never due, whether a daemon ran or not
    if seen is None or instant < seen:
        known = f"saw it first at {situation.time(seen)}" if seen else "has not seen it yet"
        said = [f"The ledger {known}; nothing that lay before that is caught up with."]
        facts |= {"first_seen_utc": utc(seen)}
        return WhyAnswer(WhyVerdict.NOT_KNOWN_THEN, title(occurrence), tuple(said), facts, by_hand)
    if not situation.daemon_runs and situation.span and situation.span.until_utc < instant:
        said = [f"It has not run: {situation.down_since()}.", _catching_up(one, situation)]
        advice = (situation.start, *by_hand)
        return WhyAnswer(WhyVerdict.DAEMON_DOWN, title(occurrence), tuple(said), facts, advice)
    if situation.span and situation.span.seen_utc <= instant:
        said = ["It is due at this moment: the daemon is about to start it."]
        return WhyAnswer(WhyVerdict.WAITING, title(occurrence), tuple(said), facts)
    said = [
        "The ledger has no record of it: it is older than what the retention keeps, or its file had other "
        f"start times then. Its grace was {grace}."
    ]
    return WhyAnswer(WhyVerdict.NO_RECORD, title(occurrence), tuple(said), facts, by_hand)


def explain_removed(
    history: EntryHistory, rule: str, gone_utc: datetime, asked: AskedTime, situation: Situation
) -> WhyAnswer:
    """The answer about an occurrence of the past that is not in the ledger, of a start time that is not in force."""
    name = f"{history.campaign}/{history.entry} at {asked.written}"
    facts = {"rule": rule, "instant_utc": utc(asked.instant_utc), "gone_utc": utc(gone_utc)}
    gone = f"its start time {rule}{history.on_its_clocks} was removed"
    if gap := history.gap_at(asked.instant_utc):
        facts |= _gap_facts(*gap)
        before, after = gap
        until = f" until {situation.time(after.started_utc)}" if after else ""
        down = (
            f"the daemon was down from {situation.time(before.until_utc)}{until}"
            if before
            else "no daemon ran"
        )
        said = (
            f"It did not run: {down}, and {gone} meanwhile. What the files no longer hold is not made up for."
        )
        return WhyAnswer(WhyVerdict.DAEMON_WAS_DOWN, name, (said,), facts)
    said = f"The ledger has no record of it; {gone} at {situation.time(gone_utc)}."
    return WhyAnswer(WhyVerdict.NO_RECORD, name, (said,), facts)


def invalid(history: EntryHistory, situation: Situation) -> str | None:
    """A sentence about the campaign's file, if it is invalid now."""
    file = history.invalid_file
    if file is None:
        return None
    since = situation.time(file.since_utc)
    commit = f" (commit {short_commit(file.commit)})" if file.commit else ""
    first = file.problem.partition("\n")[0].rstrip(".")
    whose = f"of {file.campaign}" if file.campaign else file.path
    return f"The file {whose} is invalid since {since}{commit}: {first}."


def invalid_facts(history: EntryHistory) -> dict[str, Any]:
    """As `invalid`, in a form that JSON takes."""
    file = history.invalid_file
    if file is None:
        return {}
    return {
        "problem": file.problem,
        "invalid_since_utc": utc(file.since_utc),
        "invalid_commit": file.commit,
    }


def _not_started(
    history: EntryHistory, row: OccurrenceRow, facts: dict[str, Any], situation: Situation
) -> WhyAnswer:
    occurrence, verdict = row.occurrence, _VERDICTS.get(row.state, WhyVerdict.MISSED)
    said = [f"It was {row.state}: {row.reason.rstrip('.')}."]
    advice: tuple[Advice, ...] = ()
    if row.state is OccurrenceState.MISSED:
        verdict = verdict_on_miss(row.reason_kind)
        if gap := history.gap_at(occurrence.instant_utc):
            facts |= _gap_facts(*gap)
    if row.state in (OccurrenceState.MISSED, OccurrenceState.SKIPPED) and history.plannables:
        advice = _by_hand(history.plannables[0], occurrence, situation)
    return WhyAnswer(verdict, title(occurrence), tuple(said), facts, advice)


def _by_hand(plannable: PlannableEntry, occurrence: Occurrence, situation: Situation) -> tuple[Advice, ...]:
    """The advice to run it by hand; none in a rehearsal without a daemon, where that would take the real phones."""
    if situation.is_rehearsal and not situation.daemon_runs:
        return ()
    return (RunOccurrence(str(plannable.campaign.path), _typed(plannable.campaign, occurrence)),)


def _gap_facts(before: SpanRow | None, after: SpanRow | None) -> dict[str, Any]:
    return {
        "down_from_utc": utc(before.until_utc if before else None),
        "down_until_utc": utc(after.started_utc if after else None),
    }


def _totals(parts: tuple[WhyAnswer, ...], row: OccurrenceRow) -> str:
    counts = Counter(part.verdict for part in parts)
    total = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    commit = f", from commit {short_commit(row.commit)}" if row.commit else ""
    return f"{len(parts)} tasks: {total}{commit}."


def _merged(one: Coming) -> Iterator[str]:
    others = [moment.nominal for moment in one.moments if moment.nominal != one.occurrence.nominal]
    if others:
        yield f"{_some(others)} fall{'s' if len(others) == 1 else ''} on the same instant and merged into it."


def _catching_up(one: Coming, situation: Situation) -> str:
    """What a daemon that starts now would do with a past occurrence."""
    ends, rule = one.occurrence.instant_utc + one.plannable.entry.grace.delta, one.plannable.entry.on_missed
    if rule == "skip":
        return "When the daemon starts again, it will be missed: `on_missed` is `skip`."
    if ends < situation.now:
        return f"When the daemon starts again, it will be missed: its grace ended at {situation.time(ends)}."
    newest = ", if it is the newest that was missed" if rule == "run_once" else ""
    return f"A daemon that starts by {situation.time(ends)} runs it{newest} (`on_missed: {rule}`)."


def _typed(campaign: ResolvedCampaign, occurrence: Occurrence) -> str:
    """An occurrence's time as a person types it: without its zone, and so without brackets for the shell, if the
    campaign has no other zone."""
    if all(plannable.zone == campaign.zone for plannable in plannable_entries([campaign])):
        return occurrence.nominal.partition("[")[0]
    return occurrence.nominal


def _facts(occurrence: Occurrence, row: OccurrenceRow | None = None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "campaign": occurrence.campaign,
        "entry": occurrence.entry,
        "nominal": occurrence.nominal,
        "rule": occurrence.rule,
        "instant_utc": utc(occurrence.instant_utc),
    }
    if row is not None:
        facts |= {"state": row.state.value, "reason": row.reason, "commit": row.commit, "run": row.run_id}
    return facts


def _some(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
