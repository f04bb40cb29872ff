"""What is so now: news that are over by the time they could be told need not be told."""

from collections.abc import Mapping
from functools import cached_property

from runner.notifications.look import identity_of_file, identity_of_hold
from runner.notifications.news import News, NewsEvent, key_of
from runner.store.ledger import Ledger
from runner.store.phone_rows import READY, PhoneState

OVER = "it was over before it was told"


class Present:
    """The ledger's present, read once, as far as it is asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def is_over(self, news: News, recipient: str) -> bool:
        """Whether nobody needs to hear of it any more."""
        match news.event:
            case NewsEvent.NEEDS_PERSON:
                return news.identity not in self._holds
            case NewsEvent.INVALID_FILE:
                return news.identity not in self._files
            case NewsEvent.PHONE_GONE:
                state = self._phones.get(news.subject)
                return state is not None and state.state == READY
            case NewsEvent.PHONE_BACK:
                return not self._was_told(key_of(NewsEvent.PHONE_GONE, news.identity, recipient))
            case NewsEvent.HOST_GONE:
                return news.subject in self._living
            case NewsEvent.HOST_BACK:
                return not self._was_told(key_of(NewsEvent.HOST_GONE, news.identity, recipient))
            case _ if news.task:
                row = self._ledger.tasks.get(news.task)
                return row is None or row.trouble_utc is None
            case _:
                return False

    @cached_property
    def _holds(self) -> set[str]:
        return {identity_of_hold(hold) for hold in self._ledger.holds.current()}

    @cached_property
    def _files(self) -> set[str]:
        return {identity_of_file(file) for file in self._ledger.campaigns.invalid_files()}

    @cached_property
    def _phones(self) -> Mapping[str, PhoneState]:
        return self._ledger.phones.latest()

    @cached_property
    def _living(self) -> set[str]:
        table = self._ledger.hosts_now.table()
        return {host.name for host in table.living} if table else set()

    def _was_told(self, key: str) -> bool:
        row = self._ledger.notifications.states_of([key]).get(key)
        return row is not None and (row.is_sent or row.begun_utc is not None)
