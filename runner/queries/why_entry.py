"""Why an entry of a campaign ran, will run, or did not: its occurrences of past and future, from the ledger alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from runner.campaign.nearest import legal_names
from runner.campaign.short_commit import short_commit
from runner.clock import utc
from runner.planning.coming import Coming
from runner.planning.occurrences import zone_in
from runner.planning.plannable_entry import PlannableEntry
from runner.queries.advice import MendFile, WidenActive
from runner.queries.asked_times import (
    MINUTE,
    AskedTime,
    asked_of,
    coming_at,
    following,
    inactive_at,
    previous,
)
from runner.queries.entry_history import EntryHistory
from runner.queries.situation import Situation
from runner.queries.why_answer import NOWHERE, WhyAnswer, WhyVerdict
from runner.queries.why_occurrence import (
    explain_absent,
    explain_coming,
    explain_recorded,
    explain_removed,
    invalid,
    invalid_facts,
)
from runner.store.asked.ledger import AskedLedger
from runner.store.last_good import resolved_in_force

MOST_PARTS = 3
"""How many tasks of an occurrence are named where a whole campaign is asked about."""


def explain_campaign(ledger: AskedLedger, name: str, at: str | None, situation: Situation) -> list[WhyAnswer]:
    """What is to be said about each entry of a campaign, in short: of each its latest occurrence and its next one, or
    the occurrences at a typed time. Empty if the ledger knows no such campaign."""
    resolved = resolved_in_force(ledger).get(name)
    if resolved is not None:
        by_entry = [explain_entry(ledger, name, entry.name, at, situation) for entry in resolved.entries]
        found = [one for answers in by_entry for one in answers if at is None or one.verdict not in NOWHERE]
        return list(map(in_short, found or by_entry[0]))
    row = next((row for row in ledger.campaigns.all() if row.name == name and row.withdrawn_utc), None)
    if row is not None and row.withdrawn_utc is not None:
        when = situation.time(row.withdrawn_utc)
        said = f"The campaign was withdrawn at {when}: {row.withdrawn_reason}."
        return [WhyAnswer(WhyVerdict.NOTHING_AHEAD, name, (said,), {"gone_utc": utc(row.withdrawn_utc)})]
    file = next((file for file in ledger.campaigns.invalid_files() if file.campaign == name), None)
    if file is not None:
        said = f"No version of it is in force, and its file {file.path} is invalid since"
        said += f" {situation.time(file.since_utc)}: {file.problem.partition(chr(10))[0].rstrip('.')}."
        return [
            WhyAnswer(WhyVerdict.FILE_INVALID, name, (said,), {"path": file.path}, (MendFile(file.path),))
        ]
    return []


def in_short(answer: WhyAnswer) -> WhyAnswer:
    """An answer that names only a few of its tasks, those that a person should see first; it counts them all."""
    order = list(WhyVerdict)
    pressing = sorted(answer.parts, key=lambda part: order.index(part.verdict))
    return replace(answer, parts=tuple(pressing[:MOST_PARTS]))


def explain_entry(
    ledger: AskedLedger, campaign: str, entry: str, at: str | None, situation: Situation
) -> list[WhyAnswer]:
    """Why an entry ran, or did not, at a typed time; without one, its latest occurrence, those with open tasks, and its
    next one. Raises UsageError if the time is none."""
    history = EntryHistory.read(ledger, campaign, entry, resolved_in_force(ledger))
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
    """The minutes that a typed time means, on the clocks of each zone of the entry, with the parts of the entry that
    are in force there."""
    asked: dict[AskedTime, list[PlannableEntry]] = {}
    for plannable, when in asked_of(history.plannables, at, situation.now):
        asked.setdefault(when, []).append(plannable)
    zones: list[tzinfo] = [*history.zones] or [situation.zone]
    return asked or {AskedTime.read(at, zone, situation.now): [] for zone in zones}


def _latest_open_next(history: EntryHistory, situation: Situation) -> Iterator[WhyAnswer]:
    """The latest occurrence whose time has come, others that have open tasks, and the next one."""
    ahead = situation.now + timedelta.resolution  # an occurrence of this very instant has come
    latest = history.recorded(until_utc=ahead, limit=1)
    before = [one for plannable in history.plannables if (one := previous(plannable, ahead))]
    planned = max(before, key=_instant, default=None)
    if planned and not (latest and _instant(planned) <= latest[0].occurrence.instant_utc):
        absent = explain_absent(history, planned, situation)
        if absent.verdict is not WhyVerdict.NOT_KNOWN_THEN:
            yield absent
    already = {row.occurrence.nominal for row in latest}
    for row in latest:
        yield explain_recorded(history, row, situation)
    for row in history.open_ones():
        if row.occurrence.nominal not in already:
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
) -> Iterator[WhyAnswer]:
    """The answers about a time: from the ledger, else from the start times in force."""
    # What falls on the same minute in another zone of the entry is another occurrence, and not asked about.
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
) -> Iterator[WhyAnswer]:
    """The answers about a time from the start times in force, or from those that were in force then."""
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
        when = f"the campaign is active {' '.join(days)}, and this is on {moment.day} in {plannable.zone}"
        said = f"It does not run: {when}."
        facts = {"nominal": moment.nominal, "instant_utc": utc(moment.instant_utc), "day": str(moment.day)}
        subject = f"{history.campaign}/{history.entry} at {moment.nominal}"
        advice = (WidenActive(plannable.campaign.path),)
        yield WhyAnswer(WhyVerdict.INACTIVE, subject, (said,), facts, advice)


def _removed(history: EntryHistory, asked: AskedTime, situation: Situation) -> Iterator[WhyAnswer]:
    """The occurrence of a start time that was in force then and was removed before anybody wrote that down."""
    for rule, gone_utc in history.removed_at(asked.window):
        yield explain_removed(history, rule, gone_utc, asked, situation)


def _planned(history: EntryHistory, one: Coming, situation: Situation) -> WhyAnswer:
    """The answer about an occurrence of the start times: the ledger has it, or it lies ahead, or it is absent."""
    instant = one.occurrence.instant_utc
    for row in history.recorded(instant, instant + MINUTE):
        if row.occurrence.nominal == one.occurrence.nominal:
            return explain_recorded(history, row, situation)
    explain = explain_coming if instant > situation.now else explain_absent
    return explain(history, one, situation)


def _no_start_time(history: EntryHistory, times: Sequence[AskedTime], situation: Situation) -> WhyAnswer:
    """The answer if no occurrence falls on a time in any zone: the nearest ones, and what was in force then."""
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
    verdict = WhyVerdict.NO_START_TIME
    if problem := invalid(history, situation):
        said.append(f"{problem} What was added there since is not in force.")
        verdict = WhyVerdict.FILE_INVALID
    subject = f"{history.campaign}/{history.entry} at {written}"
    return WhyAnswer(verdict, subject, tuple(said), facts)


def _neighbours(history: EntryHistory, asked: AskedTime) -> tuple[str | None, str | None]:
    """The nominal times of the occurrences right before and after, recorded or planned."""
    at, until = asked.window.from_utc, asked.window.until_utc
    before = [row.occurrence for row in history.recorded(until_utc=at, limit=1)]
    before += [one.occurrence for plannable in history.plannables if (one := previous(plannable, at))]
    after = [one.occurrence for plannable in history.plannables if (one := following(plannable, until))]
    latest = max(before, key=lambda one: one.instant_utc, default=None)
    coming = min(after, key=lambda one: one.instant_utc, default=None)
    return latest.nominal if latest else None, coming.nominal if coming else None


def _nothing_ahead(history: EntryHistory, situation: Situation) -> WhyAnswer:
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
    return WhyAnswer(WhyVerdict.NOTHING_AHEAD, name, tuple(said), {"gone_utc": utc(gone)})


def _unknown(history: EntryHistory, situation: Situation) -> WhyAnswer:
    """The answer if the ledger knows no such entry: the nearest name, and an invalid file that may hold it."""
    name, campaigns, entries = history.campaign, history.campaign_names(), history.other_entries()
    if problem := invalid(history, situation):
        said, verdict = (
            [f"No version in force has an entry {history.entry}.", problem],
            WhyVerdict.FILE_INVALID,
        )
    elif name in campaigns or entries:
        said = [f"The campaign {name} has no entry {history.entry}.", _near(history.entry, entries)]
        verdict = WhyVerdict.NO_SUCH_ENTRY
    else:
        said = [f"The ledger knows no campaign {name}.", _near(name, campaigns)]
        if nameless := [file.path for file in history.nameless_files]:
            said.append(f"It may be in a file that is invalid and names none: {', '.join(nameless)}.")
        verdict = WhyVerdict.NO_SUCH_CAMPAIGN
    facts = {"campaigns": campaigns, "entries": entries, **invalid_facts(history)}
    return WhyAnswer(verdict, f"{name}/{history.entry}", tuple(said), facts)


def _near(name: str, names: list[str]) -> str:
    hint = legal_names(name, names)
    return hint[0].upper() + hint[1:] + ("" if hint.endswith("?") else ".")
