"""The ledger as those see it who only ask."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, Self

from runner.clock import Clock
from runner.errors import LedgerError, LedgerOutdated
from runner.private_files import narrow
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
from runner.store.revision import REVISION
from runner.store.sqlite_file import AskedFile
from runner.store.url import is_shared, ledger_path
from runner.store.witness import Witnesses

if TYPE_CHECKING:
    from runner.store.ledger import Ledger


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
    def whole(self) -> "Ledger":
        """The same ledger with all its parts."""

    def host_table(self) -> HostTable | None:
        """All hosts now; None for a ledger that belongs to one host only, where none has registered."""
        return self.whole().hosts_now.table() if self.hosts_now.are_several() else None

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


class LedgerFile(AskedLedger):
    """A ledger in a file, which loads SQLAlchemy only if somebody asks for all its parts."""

    def __init__(self, file: AskedFile, store_url: str, clock: Clock) -> None:
        super().__init__(file)
        self._store_url = store_url
        self._clock = clock
        self._whole: Ledger | None = None

    def whole(self) -> "Ledger":
        if self._whole is None:
            from runner.store.ledger import Ledger  # slow to import, and few questions need it

            self._whole = Ledger.open(self._store_url, self._clock)
        return self._whole

    def close(self) -> None:
        super().close()
        if self._whole is not None:
            self._whole.close()


def open_asked(store_url: str, clock: Clock) -> AskedLedger:
    """Open the ledger that a URL names, and that is there, only to ask it. Raises LedgerError for what is no ledger."""
    if not is_shared(store_url) and (path := ledger_path(store_url)) is not None:
        file = AskedFile(store_url)
        try:
            with file.asking("read the version") as ask:
                (version,) = ask("SELECT version_num FROM alembic_version")
            if version.version_num == REVISION:
                for suffix in ("", "-wal", "-shm"):
                    narrow(path.with_name(path.name + suffix))
                return LedgerFile(file, store_url, clock)
        except (LedgerError, ValueError):  # whoever opens it in earnest says what is wrong
            pass
        file.close()
    from runner.store.ledger import Ledger
    from runner.store.upgrade import Upgrades

    return Ledger.open(store_url, clock, Upgrades.NONE)
