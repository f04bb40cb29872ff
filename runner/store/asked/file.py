"""Opens a ledger only to ask it: in a file without SQLAlchemy, which is loaded only for questions that need it."""

from typing import TYPE_CHECKING

from runner.clock import Clock
from runner.errors import LedgerError
from runner.private_files import narrow
from runner.store.asked.ledger import AskedLedger
from runner.store.host_rows import HostTable
from runner.store.revision import REVISION
from runner.store.sqlite_file import AskedFile
from runner.store.url import is_shared, ledger_path

if TYPE_CHECKING:
    from runner.store.ledger import Ledger


class LedgerFile(AskedLedger):
    """A ledger in a file, which loads SQLAlchemy only if somebody asks for all its parts."""

    def __init__(self, file: AskedFile, store_url: str, clock: Clock) -> None:
        super().__init__(file)
        self._store_url = store_url
        self._clock = clock
        self._whole: Ledger | None = None

    def host_table(self) -> HostTable | None:
        return self.whole().hosts_now.table() if self.hosts_now.are_several() else None

    def whole(self) -> "Ledger":
        """The same ledger with all its parts."""
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


def whole(ledger: AskedLedger) -> "Ledger":
    """The same ledger with all its parts."""
    if isinstance(ledger, LedgerFile):
        return ledger.whole()
    from runner.store.ledger import Ledger  # loaded already

    assert isinstance(ledger, Ledger)
    return ledger
