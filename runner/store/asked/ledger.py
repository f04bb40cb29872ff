"""The ledger as those see it who only ask."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from runner.errors import LedgerOutdated
from runner.store.asked.campaigns import AskedCampaigns
from runner.store.asked.effects import AskedEffects
from runner.store.asked.hosts import AskedHosts
from runner.store.asked.notifications import AskedNotifications
from runner.store.asked.obstacles import AskedHolds, AskedPauses
from runner.store.asked.occurrences import AskedOccurrences
from runner.store.asked.ownership import outdated
from runner.store.asked.questions import Asked
from runner.store.asked.spans import AskedSpans
from runner.store.asked.tasks import AskedTasks
from runner.store.host_rows import HostTable
from runner.store.witness import Witnesses


class AskedLedger(ABC):
    """One open ledger: what most questions need of it. `id` is made once with the ledger."""

    tasks: AskedTasks
    effects: AskedEffects
    occurrences: AskedOccurrences
    campaigns: AskedCampaigns
    spans: AskedSpans
    pauses: AskedPauses
    holds: AskedHolds
    notifications: AskedNotifications
    hosts_now: AskedHosts

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        with asked.asking("read the ledger's id") as ask:
            (identity,) = ask("SELECT id, is_rehearsal FROM ledger")
        self.id: str = identity.id
        self._is_rehearsal: bool = identity.is_rehearsal
        self._seen_version = asked.version()
        self._seeing = threading.Lock()
        self.tasks = AskedTasks(asked)
        self.effects = AskedEffects(asked)
        self.occurrences = AskedOccurrences(asked)
        self.campaigns = AskedCampaigns(asked)
        self.spans = AskedSpans(asked)
        self.pauses = AskedPauses(asked)
        self.holds = AskedHolds(asked)
        self.notifications = AskedNotifications(asked)
        self.hosts_now = AskedHosts(asked)

    @property
    def is_rehearsal(self) -> bool:
        """Whether it belongs to a rehearsal: nothing in it is meant for real phones."""
        return self._is_rehearsal

    @abstractmethod
    def host_table(self) -> HostTable | None:
        """All hosts now; None for a ledger that belongs to one host only, where none has registered."""

    def outdated(self, witnesses: Witnesses) -> LedgerOutdated | None:
        """Why nothing may be done with this ledger until a person decides; None if all is well."""
        return outdated(self._asked, self.id, witnesses)

    def changed(self) -> bool:
        """Whether anything has been written since the last call, by this process or another one; cheap."""
        with self._seeing:
            before, self._seen_version = self._seen_version, self._asked.version()
            return before != self._seen_version

    def close(self) -> None:
        self._asked.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
