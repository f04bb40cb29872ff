"""Words a notification: short, grouped, with the zone of its times named; foreign text in it can steer nothing."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256
from pathlib import Path

from runner import __version__
from runner.clock import utc
from runner.notifications.news import News, NewsEvent, news_of
from runner.reports.instants import local
from runner.reports.shown import visible
from runner.store.artifacts import Artifacts
from runner.store.notification_rows import NotificationRow

MOST_NAMED = 10
"""How many news a message tells one by one; it counts the others."""

MOST_PICTURES = 3
LARGEST_PICTURE = 4_000_000
"""Bytes: services refuse more."""

LONGEST_LINE, MOST_LINES = 400, 12
"""Of one of the news: characters of a line, and lines of its reason."""

AGAIN = "This may have been sent before: the runner ended while it was being sent."

MANY = {
    NewsEvent.NEEDS_PERSON: "{} phones need a person",
    NewsEvent.UNCERTAIN: "{} tasks are uncertain",
    NewsEvent.DAEMON_WAS_DOWN: "the daemon was down {} times",
    NewsEvent.HOST_GONE: "{} hosts are gone",
    NewsEvent.FAILED: "{} tasks failed",
    NewsEvent.MISSED: "{} were missed",
    NewsEvent.INVALID_FILE: "{} campaign files are invalid",
    NewsEvent.PHONE_GONE: "{} phones are gone",
    NewsEvent.PHONE_BACK: "{} phones are back",
    NewsEvent.HOST_BACK: "{} hosts are back",
}

# Chat services make calls to everybody of these, whoever wrote them.
_CALLS = re.compile(r"@(?=everyone\b|here\b|channel\b|all\b)|<(?=[@!#])")


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """Where messages come from and lead to: `url` is the address of the dashboard, None if there is none."""

    zone: tzinfo
    url: str | None
    artifacts: Artifacts
    is_rehearsal: bool = False

    def link(self, page: str) -> str | None:
        return f"{self.url.rstrip('/')}{page}" if self.url else None


@dataclass(frozen=True, slots=True)
class Message:
    """One message, for people (`title`, `text`, `pictures`) and for programs (`data`). Its `id` is the same whenever
    the same news are sent again."""

    id: str
    event: NewsEvent
    title: str
    text: str
    pictures: tuple[Path, ...]
    data: dict[str, object]

    def body(self) -> bytes:
        """What a webhook gets: JSON, in UTF-8."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()


def message_of(rows: Sequence[NotificationRow], place: MessageOrigin, now: datetime) -> Message:
    """The message that tells news of one event."""
    news = [news_of(row) for row in rows]
    event, again = news[0].event, any(row.begun_utc for row in rows)
    title = _title(news, place)
    identity = sha256("\n".join(sorted(row.key for row in rows)).encode()).hexdigest()[:32]
    data: dict[str, object] = {
        "id": identity,
        "event": event.value,
        "title": title,
        "sent_utc": utc(now),
        "may_be_repeated": again,
        "rehearsal": place.is_rehearsal,
        "runner": __version__,
        "count": len(news),
        "items": [_item(one, row, place) for one, row in zip(news, rows, strict=True)],
    }
    text = "\n".join(_lines(news, place, again=again))
    return Message(identity, event, title, text, tuple(_pictures(news, place)), data)


def safe(text: str) -> str:
    """Foreign text as one short line that steers no terminal, hides nothing, and calls nobody."""
    line = _CALLS.sub(lambda found: f"{found[0]} ", visible(text).replace("\t", " "))
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}\N{HORIZONTAL ELLIPSIS}"


def _title(news: Sequence[News], place: MessageOrigin) -> str:
    what = safe(news[0].what) if len(news) == 1 else MANY[news[0].event].format(len(news))
    return f"{'[rehearsal] ' if place.is_rehearsal else ''}runner: {what}"


def _lines(news: Sequence[News], place: MessageOrigin, *, again: bool) -> Iterator[str]:
    if again:
        yield AGAIN
    for one in news[:MOST_NAMED]:
        yield f"{safe(one.what)} ({local(one.at_utc, place.zone)})"
        reasons = [line for line in one.why.splitlines() if line.strip()]
        yield from (f"  {safe(line)}" for line in reasons[:MOST_LINES])
        if link := place.link(one.page):
            yield f"  {link}"
    if len(news) > MOST_NAMED:
        yield f"and {len(news) - MOST_NAMED} more: {place.link('/') or '`runner status` lists them'}"
    yield f"Times are those of {place.zone}."


def _item(news: News, row: NotificationRow, place: MessageOrigin) -> dict[str, object]:
    picture = f"/artifacts/{news.screenshot}" if news.screenshot else None
    return {
        "key": row.key,
        "subject": news.subject,
        "what": news.what,
        "why": news.why,
        "at_utc": utc(news.at_utc),
        "task": news.task,
        "link": place.link(news.page),
        "screenshot": picture and place.link(picture),
    }


def _pictures(news: Sequence[News], place: MessageOrigin) -> Iterator[Path]:
    kept = (place.artifacts.file(one.screenshot) for one in news if one.screenshot)
    there = (path for path in kept if path is not None and path.stat().st_size <= LARGEST_PICTURE)
    for path, _ in zip(there, range(MOST_PICTURES), strict=False):
        yield path
