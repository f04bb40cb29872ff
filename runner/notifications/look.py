"""Looks for news in the ledger's own rows, so that what happened right before a crash is told after it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from runner.clock import Clock, format_instant, utc
from runner.notifications.host_look import HostLook
from runner.notifications.news import News, NewsEvent
from runner.notifications.summary import Summary
from runner.notifications.told_away import told_away
from runner.store.campaign_rows import InvalidFile
from runner.store.ledger import Ledger
from runner.store.phone_rows import READY, Hold
from runner.store.rows import OccurrenceRow, SpanRow, TaskRow
from runner.tasks import TaskState

OVERLAP = timedelta(seconds=30)
"""How far each look reaches back behind the one before: a row has its instant some time before it is committed."""

AFTER_START = timedelta(minutes=5)
"""How far the first look reaches back behind the last moment at which a daemon lived."""

SHORT = timedelta(minutes=5)
"""A daemon that was stopped in good order and is back by then was only restarted."""

HANDOVER = timedelta(seconds=30)
"""Where several hosts share the ledger, another one leads by then: heartbeats are ten seconds apart."""

AWAY_FOR, INVALID_FOR = timedelta(minutes=2), timedelta(seconds=30)
"""How long a phone is away, and a file is invalid, before that is told: cables are moved, files are edited."""

PAGE = 1000
Row = TypeVar("Row", TaskRow, OccurrenceRow)

STATES = {
    TaskState.FAILED: NewsEvent.FAILED,
    TaskState.MISSED: NewsEvent.MISSED,
    TaskState.UNCERTAIN: NewsEvent.UNCERTAIN,
}


class NewsLook:
    """Finds what is new since the last look. `phones` gives the serials of the phones that campaigns use."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        zone: tzinfo,
        phones: Callable[[], Collection[str]],
        summary: Summary | None,
    ) -> None:
        self._ledger, self._clock, self._zone = ledger, clock, zone
        self._phones, self._summary = phones, summary
        now = clock.now()
        self._spans = ledger.spans.newest(2)
        before = self._spans[1] if len(self._spans) > 1 else None
        self._since = min(before.seen_utc, now) - AFTER_START if before else now
        self._looked_utc = self._since
        self._hosts = HostLook(ledger, zone, self._since)
        self._found: set[tuple[NewsEvent, str]] = set()
        self._away: dict[str, str] = {}
        self._is_known = False
        self._is_shared = ledger.hosts_now.are_several()

    def news(self) -> Iterator[list[News]]:
        """What is new, in parts that have room in memory. If whoever asks does not come to the end, the next look finds
        all of it again. Raises LedgerError."""
        now = self._clock.now()
        if not self._is_known:
            self._away = told_away(self._ledger, NewsEvent.PHONE_GONE, NewsEvent.PHONE_BACK)
            self._hosts.remember()
        self._is_known = False
        found: set[tuple[NewsEvent, str]] = set()
        for part in self._parts(now):
            yield [one for one in part if (one.event, one.identity) not in self._found]
            found.update((one.event, one.identity) for one in part)
        self._found, self._spans, self._is_known = found, [], True
        self._since, self._looked_utc = now - OVERLAP, now

    def _parts(self, now: datetime) -> Iterator[list[News]]:
        holds = self._ledger.holds.current()
        yield [*self._of_holds(holds), *self._of_files(), *self._of_spans(), *self._of_phones()]
        yield list(self._hosts.news())
        held = {hold.task_key for hold in holds}
        for rows in _pages(lambda offset: self._ledger.tasks.troubles(self._since, offset, PAGE)):
            yield [_of_task(row) for row in rows if row.task.key not in held]
        for missed in _pages(lambda offset: self._ledger.occurrences.missed(self._since, offset, PAGE)):
            yield [_of_occurrence(row) for row in missed]
        if self._summary and (summary := self._summary.due(self._looked_utc, now)):
            yield [summary]

    def _of_holds(self, holds: Iterable[Hold]) -> Iterator[News]:
        for hold in holds:
            identity = identity_of_hold(hold)
            if (NewsEvent.NEEDS_PERSON, identity) in self._found:  # its task need not be read again
                yield _of_hold(hold, None, None)
                continue
            record = self._ledger.tasks.record_of(hold.task_key) if hold.task_key else None
            steps = [step for attempt in record.attempts for step in attempt.steps] if record else []
            screenshot = next((step.screenshot for step in reversed(steps) if step.screenshot), None)
            yield _of_hold(hold, record.row if record else None, screenshot)

    def _of_files(self) -> Iterator[News]:
        for file in self._ledger.campaigns.invalid_files():
            name = Path(file.path).name
            yield News(
                NewsEvent.INVALID_FILE,
                identity_of_file(file),
                file.path,
                f"the campaign file {name} is invalid",
                f"{file.problem}\nThe last good text of each campaign stays in force.",
                file.since_utc,
                f"/campaigns/{quote(file.campaign, safe='')}" if file.campaign else "/campaigns",
                wait=INVALID_FOR,
            )

    def _of_spans(self) -> Iterator[News]:
        if len(self._spans) == 2 and (news := self._of_gap(*self._spans)):
            yield news

    def _of_gap(self, span: SpanRow, before: SpanRow) -> News | None:
        down = span.started_utc - before.until_utc
        least = SHORT if before.stopped_utc else HANDOVER if self._is_shared else timedelta()
        if down <= least:
            return None
        since, until = (format_instant(one, self._zone) for one in (before.until_utc, span.started_utc))
        why = before.stop_reason if before.stopped_utc else "It had ended without a word."
        what = f"the daemon was down from {since} to {until}"
        return News(NewsEvent.DAEMON_WAS_DOWN, f"span/{span.id}", "daemon", what, why, span.started_utc, "/")

    def _of_phones(self) -> Iterator[News]:
        states, used = self._ledger.phones.latest(), self._phones()
        for serial in used:
            state = states.get(serial)
            if state is None:
                continue
            is_here, gone = state.state == READY, self._away.get(serial)
            if not is_here and gone is None:
                gone = self._away[serial] = utc(state.at_utc) or ""
            if gone is None:
                continue
            identity, page = f"phone/{serial}/{gone}", f"/phones/{quote(serial, safe='')}"
            if is_here:
                del self._away[serial]
                what, event, why = f"the phone {serial} is back", NewsEvent.PHONE_BACK, ""
            else:
                what, event = f"the phone {serial} is gone", NewsEvent.PHONE_GONE
                why = f"adb says {state.state}{f': {state.problem}' if state.problem else ''}"
            wait = timedelta() if is_here else AWAY_FOR
            yield News(event, identity, serial, what, why, state.at_utc, page, wait=wait)


def identity_of_hold(hold: Hold) -> str:
    return f"hold/{hold.id}"


def identity_of_file(file: InvalidFile) -> str:
    return f"file/{file.path}/{utc(file.since_utc)}"


def _of_hold(hold: Hold, row: TaskRow | None, screenshot: str | None) -> News:
    doing = f"\nIt happened during: {row.task.title}" if row else ""
    what, advice = "needs a person", "Answer it on the phone, then release it."
    if hold.ends_by_itself:
        what, advice = "fails repeatedly", "Look at the phone; if it is well again, release it."
    return News(
        NewsEvent.NEEDS_PERSON,
        identity_of_hold(hold),
        hold.device,
        f"the phone {hold.device} {what}",
        f"{hold.reason}{doing}\n{advice}",
        hold.placed_utc,
        f"/phones/{quote(hold.device, safe='')}",
        screenshot,
        hold.task_key,
    )


def _of_task(row: TaskRow) -> News:
    task, at_utc = row.task, row.trouble_utc
    assert at_utc is not None
    verb = {TaskState.FAILED: "failed", TaskState.MISSED: "was missed"}.get(row.state, "is uncertain")
    return News(
        STATES[row.state],
        f"task/{task.key}/{utc(at_utc)}",
        task.lane,
        f"{task.campaign}/{task.entry}: {task.title} on {task.lane} {verb}",
        "\n".join(filter(None, [row.reason, row.hint])),
        at_utc,
        f"/tasks/{row.id}",
        task=task.key,
    )


def _of_occurrence(row: OccurrenceRow) -> News:
    one = row.occurrence
    return News(
        NewsEvent.MISSED,
        f"occurrence/{row.id}/{utc(row.created_utc)}",
        one.campaign,
        f"{one.campaign}/{one.entry} of {one.nominal} was missed",
        row.reason,
        row.created_utc,
        f"/campaigns/{quote(one.campaign, safe='')}",
    )


def _pages(read: Callable[[int], list[Row]]) -> Iterator[list[Row]]:
    offset = 0
    while rows := read(offset):
        yield rows
        offset += PAGE
        if len(rows) < PAGE:
            return
