"""Starts what tells people of news, if anybody is to be told."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass

from runner.clock import Clock
from runner.errors import UsageError
from runner.notifications.look import NewsLook
from runner.notifications.office import PERIOD_S, PostOffice
from runner.notifications.recipients import NotifySettings
from runner.notifications.summary import Summary
from runner.notifications.wording import MessageOrigin
from runner.reports.log_lines import LogLines
from runner.scheduling.jobs import Jobs
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger


def refuse_wrong_recipients(notify: NotifySettings) -> None:
    """Raises UsageError if apprise knows no such URL as a recipient has."""
    if not notify.recipients:
        return
    from runner.notifications.sending import refused  # apprise: only for those who use it

    for one in notify.recipients:
        if problem := refused(one):
            raise UsageError(
                f"the recipient {one.name} ({one.shown_url}) can get no notification: {problem}",
                hint="docs/notifications.md names where apprise lists its URLs",
            )


@dataclass(frozen=True, slots=True)
class NotifyingDaemon:
    """The daemon in which it happens; `url` is where that serves."""

    settings: Settings
    place: StateDir
    ledger: Ledger
    clock: Clock
    url: str
    log: LogLines


def tell_people(
    stack: ExitStack,
    jobs: Jobs,
    notify: NotifySettings,
    around: NotifyingDaemon,
    phones: Callable[[], Collection[str]],
) -> None:
    """Look for news every few seconds until the stack closes; `phones` gives the serials of those that campaigns use.

    Messages link to where the daemon serves, unless the settings name another address.
    """
    if not notify.recipients:
        return
    from runner.notifications.sending import send

    ledger, clock, zone = around.ledger, around.clock, around.settings.zone
    summary = Summary(ledger, zone, notify.summary_at) if notify.summary_at else None
    url = around.settings.public_url or around.url
    where = MessageOrigin(zone, url, around.place.artifacts(ledger), ledger.is_rehearsal)
    look = NewsLook(ledger, clock, zone, phones, summary)
    office = PostOffice(notify.recipients, look, ledger, clock, where, send, around.log)
    stack.callback(office.close)
    jobs.every(PERIOD_S, "notifications", office.run, office.say_failed, at_once=True)
