"""Who is told what: the setting RUNNER_NOTIFY, a list of apprise's URLs, and RUNNER_NOTIFY_FILE, which says more."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from runner.errors import RunnerError, UsageError
from runner.notifications.hiding import masked_url, secrets_in
from runner.notifications.news import TOLD, NewsEvent

if TYPE_CHECKING:
    from runner.campaign.quantities import Hours
    from runner.notifications.recipients_file import WrittenRecipient

URLS, FILE = "RUNNER_NOTIFY", "RUNNER_NOTIFY_FILE"

EVERY = timedelta(minutes=5)
"""How far apart two messages about one kind of event are at least."""

GATHER = timedelta(seconds=20)
"""How long the first news of a kind wait for others, to go with them in one message."""

SUMMARY_AT = time(8)
MOST = 20
"""How many recipients there may be: each can have a thread."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, or some program, that is told. `url` is apprise's, or the address of a webhook if `is_webhook`, whose
    messages are signed with `secret`. In the `quiet` hours of the fleet's zone it gets only what is `urgent`."""

    name: str
    url: str = field(repr=False)
    is_webhook: bool = False
    secret: str | None = field(default=None, repr=False)
    events: frozenset[NewsEvent] = frozenset(TOLD)
    every: timedelta = EVERY
    gather: timedelta = GATHER
    quiet: "Hours | None" = None
    urgent: frozenset[NewsEvent] = frozenset()

    @property
    def shown_url(self) -> str:
        return masked_url(self.url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown or kept, the longest first."""
        own = (self.secret,) if self.secret else ()
        return tuple(sorted((*secrets_in(self.url), *own), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """The recipients, and when the daily summary goes out on the fleet's clocks; None for never."""

    recipients: tuple[Recipient, ...] = ()
    summary_at: time | None = SUMMARY_AT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "NotifySettings":
        """Read RUNNER_NOTIFY and RUNNER_NOTIFY_FILE. Raises UsageError, without any secret, if one of them has no legal
        value."""
        env = os.environ if environment is None else environment
        named = [_from_list(number, url) for number, url in enumerate(env.get(URLS, "").split(), start=1)]
        summary_at: time | None = SUMMARY_AT
        if env.get(FILE):
            from runner.notifications.recipients_file import read_file  # pydantic: not for who needs no file

            written = read_file(Path(env[FILE]))
            named += [_from_file(one, env[FILE]) for one in written.recipients]
            summary_at = written.summary_at
        if len(named) > MOST:
            raise UsageError(
                f"there are {len(named)} recipients of notifications", hint=f"at most {MOST} are told"
            )
        return cls(tuple(_with_names(named)), summary_at)


def _from_list(number: int, url: str) -> Recipient:
    if not _SCHEME.fullmatch(url):
        raise UsageError(
            f"{URLS}: number {number} is no URL",
            hint="write apprise's URLs with blanks between them, such as mailtos://USER:PASSWORD@example.org",
        )
    return Recipient("", url)


def _from_file(written: "WrittenRecipient", path: str) -> Recipient:
    """A recipient of the file, with its secrets read."""
    is_webhook = written.webhook is not None
    url = _secret(written.webhook or written.url or "", path)
    if not _SCHEME.fullmatch(url) or (is_webhook and not _is_http(url)):
        kind = "of a webhook: https://..." if is_webhook else "of apprise"
        raise UsageError(f"{path}: {written.webhook or written.url} holds no URL {kind}")
    events = TOLD if written.events is None else written.events
    return Recipient(
        name=written.name or "",
        url=url,
        is_webhook=is_webhook,
        secret=_secret(written.secret, path) if written.secret else None,
        every=written.every.delta if written.every else EVERY,
        gather=written.gather.delta if written.gather else GATHER,
        quiet=written.quiet,
        events=frozenset(map(NewsEvent, events)),
        urgent=frozenset(map(NewsEvent, written.urgent or ())),
    )


def _secret(text: str, path: str) -> str:
    from runner.campaign.secrets import is_reference, read_secret

    if not is_reference(text):
        return text
    try:
        return read_secret(text)
    except RunnerError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from None


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _with_names(recipients: Iterable[Recipient]) -> Iterator[Recipient]:
    """Give each a name: the same at each start, so that the ledger knows what it was told."""
    taken: set[str] = set()
    for one in recipients:
        wanted = one.name or ("webhook" if one.is_webhook else one.url.partition("://")[0].lower())
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}-{number}", number + 1
        taken.add(name)
        yield replace(one, name=name)
